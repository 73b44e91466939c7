"""How much is held for a person: counted with every change, bounded for a site and for each network."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.client import NEVER_DECODE

from service.core.action import Action
from service.core.comment import POLICY, Author, Comment, Decision, Held, Outcome
from service.core.errors import NoRoom, ParleyError, ShareUsed, TooFast
from service.core.masking import MASK, mask
from service.core.people import Member
from service.store import codec
from service.store.connection import Connection
from service.store.queue import DAY, Door, NewEvent, Welcome
from service.use_cases.bulk_review import Bulk
from service.use_cases.redact import Redaction
from service.use_cases.review import Ruling
from tests.desks import ANA, UNSCORED, Desk, scored
from tests.submissions import PAGE, submission


def recount(desk: Desk) -> dict[str, int]:
    """Return what the store should have counted, by looking at every comment there is."""
    counted = Counter[str]()
    prefix = desk.keys.comment("")
    for key in desk.connection._client.scan_iter(f"{prefix}*"):
        fields = desk.connection.do("HGETALL", key)
        names = codec.comment_fields(codec.comment(key.removeprefix(prefix), desk.site.id, fields))
        size = sum(len(fields[name].encode()) for name in names)
        assert int(fields["size"]) == size
        if fields["outcome"] == "held":
            counted += Counter({"comments": 1, "bytes": size})
            if "network" in fields:
                counted += Counter({fields["network"]: 1, f"{fields['network']}:bytes": size})
    return dict(counted)


def counted(desk: Desk) -> dict[str, int]:
    """Return what the store has counted."""
    return {name: int(count) for name, count in desk.connection.do("HGETALL", desk.keys.held).items() if count != "0"}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk, of a site at which a network may have two comments waiting, and all of them a hundred."""
    return replace(desk, site=replace(desk.site, policy=desk.site.policy.changed({"most_held": 100})))


def post(desk: Desk, body: str, *, network: int = 1, **typed: str) -> str:
    typed = {"email": f"{network}@example.com"} | typed
    return desk.intake.receive(submission(body, **typed), site=desk.site, network=f"192.0.2.{network}/32").id


ACTS: dict[str, Callable[[Desk, str], object]] = {
    "nothing": lambda desk, id: None,
    "publish": lambda desk, id: desk.decide(id, Action.APPROVE),
    "reject": lambda desk, id: desk.decide(id, Action.REJECT),
    "escalate": lambda desk, id: desk.decide(id, Action.ESCALATE),
    "escalate twice": lambda desk, id: (desk.decide(id, Action.ESCALATE), desk.decide(id, Action.ESCALATE)),
    "undo": lambda desk, id: desk.decide_and_undo(id, Action.MARK_SPAM),
    "undo an escalation": lambda desk, id: desk.decide_and_undo(id, Action.ESCALATE),
}


@pytest.mark.parametrize("act", ACTS)
def test_the_counts_are_what_a_recount_finds(desk: Desk, redaction: Redaction, olga: Member, act: str) -> None:
    ids = [post(desk, f"Ünïque {n}, write to ana@example.com 日本語.", network=n // 2 + 1) for n in range(3)]
    ACTS[act](desk, ids[0])
    assert counted(desk) == recount(desk)
    redaction.redact(desk.site.id, ids[0], 0, 6, member=ANA, version=desk.queue.find(desk.site.id, ids[0]).version)
    assert counted(desk) == recount(desk)
    begin = desk.queue.find(desk.site.id, ids[1]).body.index(MASK)
    redaction.lift(desk.site.id, ids[1], begin, member=olga, reason="It is ours.", version=1)
    assert counted(desk) == recount(desk)
    ACTS[act](desk, ids[0])
    assert counted(desk) == recount(desk)


def test_a_batch_and_its_undo_are_counted(desk: Desk, bulk: Bulk) -> None:
    picks = [(post(desk, f"Number {n}.", network=n), 1) for n in range(4)]
    batch = bulk.start(desk.site.id, picks, Ruling(Action.REJECT), member=ANA)
    assert counted(desk) == recount(desk) == {}
    bulk.undo(desk.site.id, batch.id, member=ANA)
    assert counted(desk) == recount(desk)
    assert counted(desk)["comments"] == 4


def test_one_network_has_a_fiftieth_and_others_the_rest(desk: Desk) -> None:
    waiting = [post(desk, f"Number {n}.") for n in range(2)]
    with pytest.raises(ShareUsed):
        post(desk, "One too many.")
    post(desk, "From elsewhere.", network=2)
    desk.decide(waiting[0], Action.APPROVE)
    post(desk, "There is room again.")
    with pytest.raises(ShareUsed):
        post(desk, "One too many again.")
    assert counted(desk) == recount(desk)


def test_a_full_site_takes_nothing_that_would_wait_and_loses_nothing(desk: Desk) -> None:
    there = [post(desk, f"Number {n}.", network=n % 60) for n in range(100)]
    with pytest.raises(NoRoom):
        post(desk, "One too many.", network=200)
    assert desk.queue.held(desk.site.id).comments == 100
    assert set(desk.queue.find_each(desk.site.id, there)) == set(there)
    desk.decide(there[0], Action.ESCALATE)
    with pytest.raises(NoRoom):
        post(desk, "What was handed on still waits.", network=200)
    desk.decide(there[0], Action.REJECT)
    post(desk, "Now there is room.", network=200)


def test_many_at_once_never_pass_the_bound(desk: Desk) -> None:
    def tried(n: int) -> str:
        try:
            return post(desk, f"Number {n}.", network=n)
        except NoRoom:
            return ""

    with ThreadPoolExecutor(16) as threads:
        taken = [id for id in threads.map(tried, range(140)) if id]
    assert len(taken) == desk.queue.held(desk.site.id).comments == 100
    assert counted(desk) == recount(desk)


def test_long_comments_fill_a_network_s_share_by_their_bytes(desk: Desk) -> None:
    brief = replace(desk, site=replace(desk.site, policy=desk.site.policy.changed({"most_held_megabytes": 1})))
    post(brief, "x" * 20_000)
    with pytest.raises(ShareUsed):
        post(brief, "y")
    post(brief, "z", network=2)


def test_what_would_be_published_is_taken_where_nothing_may_wait(desk: Desk) -> None:
    key = "k" * 24
    first = post(desk, "Hello.", author_key=key)
    desk.decide(first, Action.APPROVE)
    for n in range(100):
        post(desk, f"Number {n}.", network=10 + n % 60)
    again = post(desk, "Hello again.", author_key=key)
    assert desk.queue.find(desk.site.id, again).outcome is Outcome.PUBLISHED


def test_what_was_read_before_it_found_no_room_counts_for_the_pace(desk: Desk) -> None:
    key, policy = "k" * 24, desk.site.policy.changed({"comments_per_minute": 1, "comments_burst": 3})
    desk = replace(desk, site=replace(desk.site, policy=policy))
    first = post(desk, "Hello.", author_key=key)
    desk.decide(first, Action.APPROVE)
    for n in range(100):
        post(desk, f"Number {n}.", network=10 + n % 60)
    desk.scorer.opinion = scored(0.9)
    for refused in (NoRoom, NoRoom, TooFast):
        with pytest.raises(refused):
            post(desk, "You idiot.", author_key=key)
    assert counted(desk) == recount(desk)


# What is asked before any work, and what is done after it


STATES = st.fixed_dictionaries(
    {
        "receipt": st.sampled_from(["", "", "same", "other"]),
        "opened": st.sampled_from([None, 1, 20]),
        "closed": st.booleans(),
        "parent": st.sampled_from(["", "", "published", "held", "missing"]),
        "said": st.sampled_from([False, False, True]),
        "pace": st.sampled_from([None, -10_000, 100, 59_000, 61_000, 10**9]),
        "held": st.sampled_from([0, 0, 99, 100]),
        "share": st.sampled_from([0, 0, 1, 2]),
        "bytes": st.sampled_from([0, 0, 10**6]),
    }
)


def arrange(desk: Desk, door: Door, state: dict[str, Any]) -> None:
    """Bring the store into *state*, as *door* finds it."""
    connection, keys = desk.connection, desk.keys
    connection.do("FLUSHALL")
    now = int(connection.do("TIME")[0]) * 1000
    if state["receipt"]:
        connection.do("SET", keys.receipt(door.key), f"{state['receipt']} c_first held")
    if state["opened"]:
        connection.do("HSET", keys.about(door.thread), "opened", now - state["opened"] * DAY)
    if state["closed"]:
        connection.do("HSET", keys.about(door.thread), "closed", "1")
    if state["parent"] in ("published", "held"):
        stands = ("outcome", state["parent"], "path", "c_parent", "root_at", 1)
        connection.do("HSET", keys.comment("c_parent"), *stands)
    if state["said"]:
        connection.do("SET", keys.said(door.said), "c_other")
    if state["pace"] is not None:
        connection.do("SET", keys.pace(door.network), now + state["pace"])
    counts = {"comments": state["held"], "bytes": state["bytes"], door.network: state["share"]}
    connection.do("HSET", keys.held, *(word for pair in counts.items() for word in pair))


def answered(call: Callable[[], Any]) -> object:
    """Return what came of *call*: the receipt it repeats, or its refusal; None for neither."""
    try:
        found = call()
    except TooFast as error:
        return TooFast, error.retry_after // 5
    except ParleyError as error:
        return type(error)
    if isinstance(found, Welcome):
        return type(found.if_held) if found.if_held else None
    return found if found.replayed else None


@given(state=STATES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_asked_before_the_work_is_answered_as_what_is_done_after_it(desk: Desk, state: dict[str, Any]) -> None:
    door = Door(
        "said",
        "network",
        1,
        1,
        thread="thread",
        parent="c_parent" if state["parent"] else "",
        closes_after=7 * DAY,
        most_held=Held(100, 10**6),
        key="key" if state["receipt"] else "",
        payload="same",
    )
    arrange(desk, door, state)
    before = dumped(desk.connection)
    asked = answered(lambda: desk.queue.preflight(desk.site.id, door))
    assert dumped(desk.connection) == before
    words = mask("Well said.").text
    author = Author(words, words, "", "", "")
    page = {"thread": door.thread, "thread_url": PAGE, "thread_title": words, "parent": door.parent}
    comment = Comment(
        "c_new",
        desk.site.id,
        **page,
        author=author,
        body=words,
        sealed_covers="",
        opinion=UNSCORED,
        outcome=Outcome.HELD,
    )
    decision = Decision(Outcome.HELD, POLICY, ())
    assert answered(lambda: desk.queue.admit(comment, decision, door=door, event=NewEvent("evt_1", "{}"))) == asked


def dumped(connection: Connection) -> dict[str, bytes]:
    """Return every key and what it holds, as the server serialises it."""
    return {key: connection.do("DUMP", key, **{NEVER_DECODE: True}) for key in connection._client.scan_iter("*")}
