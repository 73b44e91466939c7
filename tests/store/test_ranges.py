"""Cursors over a sorted set stay true, against a sorted list."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.store.connection import Connection
from service.store.ranges import Place, members_from

KEY = "parley:{test}:ranges"

MEMBERS = st.text(st.sampled_from("aAzZ_~-0é😀"), min_size=1, max_size=4)
SCORES = st.sampled_from([0.0, 1.0, -1.5, 0.1, 1e300, 1_800_000_000_000.0, -20_000.123456789])
SETS = st.dictionaries(MEMBERS, SCORES, max_size=25)

over_a_real_server = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fill(connection: Connection, stored: dict[str, float]) -> None:
    connection.do("DEL", KEY)
    if stored:
        connection.do("ZADD", KEY, *(word for member, score in stored.items() for word in (score, member)))


def behind(stored: dict[str, float], after: Place | None, *, descending: bool) -> list[tuple[str, float]]:
    """Return what a sorted list has behind a place. Text in Python is in the order of its UTF-8 bytes."""
    places = sorted(((score, member) for member, score in stored.items()), reverse=descending)
    return [
        (member, score)
        for score, member in places
        if after is None or ((score, member) < after if descending else (score, member) > after)
    ]


@over_a_real_server
@given(stored=SETS, score=SCORES, member=MEMBERS, limit=st.integers(1, 30), descending=st.booleans())
def test_behind_any_place_is_what_a_sorted_list_has_there(
    connection: Connection,
    stored: dict[str, float],
    score: float,
    member: str,
    limit: int,
    descending: bool,  # noqa: FBT001
) -> None:
    fill(connection, stored)
    for after in (None, (score, member)):
        found = members_from(connection, KEY, after=after, limit=limit, descending=descending)
        assert found == behind(stored, after, descending=descending)[:limit]


@over_a_real_server
@given(stored=SETS, leaving=st.sets(st.integers(0, 25)), limit=st.integers(1, 6), descending=st.booleans())
def test_a_walk_whose_cursors_leave_misses_nothing_and_repeats_nothing(
    connection: Connection,
    stored: dict[str, float],
    leaving: set[int],
    limit: int,
    descending: bool,  # noqa: FBT001
) -> None:
    fill(connection, stored)
    whole, walked, after = behind(stored, None, descending=descending), [], None
    while page := members_from(connection, KEY, after=after, limit=limit, descending=descending):
        walked += page
        after = page[-1][1], page[-1][0]
        if len(walked) in leaving:
            connection.do("ZREM", KEY, *(member for member, _ in walked))
    assert walked == whole


@over_a_real_server
@given(stored=SETS, skip=st.sets(MEMBERS), limit=st.integers(1, 30))
def test_what_is_skipped_makes_room_for_others(
    connection: Connection, stored: dict[str, float], skip: set[str], limit: int
) -> None:
    fill(connection, stored)
    kept = {member: score for member, score in stored.items() if member not in skip}
    assert (
        members_from(connection, KEY, after=None, limit=limit, skip=skip)
        == behind(kept, None, descending=False)[:limit]
    )


@pytest.mark.parametrize("descending", [False, True])
def test_a_member_that_moved_does_not_move_its_old_place(connection: Connection, descending: bool) -> None:  # noqa: FBT001
    fill(connection, dict.fromkeys("abcd", 1.0))
    connection.do("ZADD", KEY, 9 if descending else -9, "b")
    found = members_from(connection, KEY, after=(1.0, "b"), limit=9, descending=descending)
    assert [member for member, _ in found] == (["a"] if descending else ["c", "d"])
