"""Sessions in the store: found by their secret alone, ended by time, by hand, and with the password that began them."""

from dataclasses import replace

import pytest

from service.core.people import Member
from service.core.session import LONGEST_MESSAGE, MOST_MESSAGES, Told
from service.store.connection import Connection
from service.store.keys import session, sessions_of
from service.store.registry import Registry
from service.store.sessions import MOST, Sessions, digest_of

HOUR, MINUTE = 3_600_000, 60_000
DAY = 24 * HOUR


@pytest.fixture
def sessions(connection: Connection) -> Sessions:
    return Sessions(connection, life=12 * HOUR, idle=HOUR)


@pytest.fixture
def person(registry: Registry, ana: Member) -> Member:
    person = replace(ana, secret="$argon2id$one")
    registry.add_person(person, check=lambda *_: None)
    return person


def begin(sessions: Sessions, person: Member, secret: str = "secret") -> str:
    sessions.begin(person, secret, browser="Firefox on Linux", network="n1")
    return session(digest_of(secret))


def move(connection: Connection, key: str, by: int, *fields: str) -> None:
    """Let *by* ms have passed since the session's *fields* were written."""
    for field in fields:
        connection.do("HSET", key, field, int(connection.do("HGET", key, field)) - by)


def test_a_session_is_found_by_its_secret_and_kept_without_it(
    sessions: Sessions, person: Member, connection: Connection
) -> None:
    key = begin(sessions, person)
    found = sessions.find("secret", renew=True)
    assert found is not None
    assert (found.member, found.browser, found.network) == (person, "Firefox on Linux", "n1")
    assert found.began == found.seen
    assert sessions.find("another", renew=True) is None
    kept = str(connection.do("HGETALL", key)) + key
    assert "secret" not in kept.replace("$argon2id", "") and person.secret not in kept
    assert sessions.find(digest_of("secret"), renew=True) is None
    assert 0 < connection.do("PTTL", key) <= HOUR


def test_it_ends_unused_in_the_end_and_by_hand(sessions: Sessions, person: Member, connection: Connection) -> None:
    for passed, fields in ((HOUR, ("seen",)), (12 * HOUR, ("began",))):
        key = begin(sessions, person)
        move(connection, key, passed - MINUTE, *fields)
        assert sessions.find("secret", renew=False)
        move(connection, key, MINUTE, *fields)
        assert sessions.find("secret", renew=False) is None
    begin(sessions, person)
    sessions.end(digest_of("secret"), person=person.id)
    assert sessions.find("secret", renew=True) is None
    assert sessions.of(person) == []


def test_its_use_is_noted_once_a_minute_and_lengthens_it_up_to_its_end(
    sessions: Sessions, person: Member, connection: Connection
) -> None:
    key = begin(sessions, person)
    began = connection.do("HGET", key, "seen")
    assert sessions.find("secret", renew=True)
    assert connection.do("HGET", key, "seen") == began
    move(connection, key, 30 * MINUTE, "seen", "began")
    connection.do("PEXPIRE", key, 30 * MINUTE)
    sessions.find("secret", renew=False)
    assert connection.do("PTTL", key) <= 30 * MINUTE
    sessions.find("secret", renew=True)
    assert HOUR - MINUTE < connection.do("PTTL", key) <= HOUR
    move(connection, key, 11 * HOUR, "began")
    move(connection, key, MINUTE, "seen")
    sessions.find("secret", renew=True)
    assert connection.do("PTTL", key) <= 30 * MINUTE


def test_it_ends_with_its_password_and_with_its_person(sessions: Sessions, person: Member, registry: Registry) -> None:
    begin(sessions, person)
    other = replace(person, secret="$argon2id$two")
    assert registry.change_person(person, other)
    assert sessions.find("secret", renew=True) is None
    assert sessions.of(other) == []
    begin(sessions, other)
    assert sessions.find("secret", renew=True)
    registry.remove_person(person.name)
    assert sessions.find("secret", renew=True) is None


@pytest.mark.parametrize("jump", [DAY - HOUR, 10 * DAY], ids=["23 hours", "ten days"])
def test_one_that_a_clock_began_a_day_ahead_has_ended_and_another_begins(
    sessions: Sessions, person: Member, connection: Connection, jump: int
) -> None:
    key = begin(sessions, person)
    move(connection, key, -jump, "began", "seen")
    connection.do("PEXPIRE", key, jump + HOUR)
    connection.do("ZADD", sessions_of(person.id), int(connection.do("HGET", key, "began")), digest_of("secret"))
    assert sessions.find("secret", renew=True) is None
    begin(sessions, person, "again")
    assert sessions.find("again", renew=True)
    assert [each.digest for each in sessions.of(person)] == [digest_of("again")]
    # A clock that goes back by seconds ends nothing.
    move(connection, session(digest_of("again")), -30_000, "began", "seen")
    assert sessions.find("again", renew=True)


def test_a_person_has_so_many_and_the_oldest_give_way(
    sessions: Sessions, person: Member, connection: Connection
) -> None:
    for n in range(MOST + 3):
        begin(sessions, person, f"secret {n}")
        an_hour_ago = int(connection.do("TIME")[0]) * 1000 - HOUR
        connection.do("ZADD", sessions_of(person.id), an_hour_ago + n, digest_of(f"secret {n}"))
    listed = [each.digest for each in sessions.of(person)]
    assert listed == [digest_of(f"secret {n}") for n in reversed(range(3, MOST + 3))]
    assert sessions.find("secret 0", renew=True) is None
    assert connection.do("EXISTS", session(digest_of("secret 0"))) == 0


def test_what_the_next_page_shows_is_kept_bounded_and_never_revives_one(
    sessions: Sessions, person: Member, connection: Connection
) -> None:
    key = begin(sessions, person)
    told = Told(undo={"site": "news", "id": "c_1", "version": 2, "until": 5})
    for n in range(MOST_MESSAGES + 2):
        told = told.with_message("done", f"{n} " + "x" * 2 * LONGEST_MESSAGE)
    sessions.tell(digest_of("secret"), told)
    found = sessions.find("secret", renew=True)
    assert found is not None and found.told == told
    assert [text[0] for _, text in found.told.messages] == list("23456")
    assert {len(text) for _, text in found.told.messages} == {LONGEST_MESSAGE}
    sessions.end(digest_of("secret"), person=person.id)
    sessions.tell(digest_of("secret"), told)
    assert connection.do("EXISTS", key) == 0
