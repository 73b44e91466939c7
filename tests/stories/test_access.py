"""Who is asking: links work once, passwords and tokens are checked, guessing is slow and keeps nobody out."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import pytest

from service.core.errors import InvalidChange, InvitationOver, LinkEnded, NotFound, NotSignedIn, TooFast
from service.core.passwords import LONGEST
from service.core.people import Role
from service.core.site import Site
from service.processes.wiring import default_policy
from service.store.connection import Connection
from service.store.keys import PEOPLE, reset, sign_in_turn
from service.store.registry import INVITATION_LIFE, REMEMBERED, Registry
from service.use_cases.access import (
    _NOBODY,
    HASHED_AT_ONCE,
    HASHING_WAIT,
    RATES,
    TOKEN_DAYS,
    TRIES,
    TRIES_OF_NAME,
    TRIES_OF_NETWORK,
    Access,
    _hasher,
    tries_of,
)

PASSWORD, OTHER = "correct horse battery", "trams at night are late"


@pytest.mark.every_server
def test_an_invitation_is_spent_by_joining_and_not_by_looking(access: Access) -> None:
    secret = access.invite(Role.OWNER)
    assert access.invited(secret).role is Role.OWNER
    assert access.invited(secret).role is Role.OWNER
    owner = access.join(secret, name=" Ana  Maria ", password=PASSWORD)
    assert (owner.name, owner.role) == ("Ana Maria", Role.OWNER)
    assert access.has_owner()
    for late in (lambda: access.join(secret, name="Eve", password=PASSWORD), lambda: access.invited(secret)):
        with pytest.raises(InvitationOver, match=r"This invitation was taken up already: .* ask for a new one."):
            late()


def test_an_invitation_that_has_expired_says_so_for_a_week(access: Access, connection: Connection) -> None:
    secret = access.invite(Role.OWNER)
    [key] = connection._client.scan_iter("*:invitation:*")
    connection.do("PEXPIRE", key, REMEMBERED)
    for late in (lambda: access.join(secret, name="Eve", password=PASSWORD), lambda: access.invited(secret)):
        with pytest.raises(InvitationOver, match=r"This invitation has expired: .* Ask for a new one."):
            late()
    connection.do("DEL", key)
    with pytest.raises(NotFound, match="There is no invitation behind this link"):
        access.invited(secret)
    assert not access.has_owner()


def test_of_many_who_take_an_invitation_up_at_once_one_joins_and_it_is_spent_by_success_alone(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    secret = access.invite(Role.MODERATOR)

    def join(name: str) -> str:
        try:
            return access.join(secret, name=name, password=PASSWORD).name
        except (InvitationOver, InvalidChange, TooFast) as error:
            return type(error).__name__

    with ThreadPoolExecutor(4) as pool:
        came = [*pool.map(join, ["Ben", "Ana", "Eve", "Zoe"])]
    assert sorted(len(each) for each in came if each in ("Ben", "Eve", "Zoe")) == [3]
    assert len(access.registry.people()) == 2


def test_who_loses_a_race_for_a_name_keeps_the_invitation(access: Access, registry: Registry) -> None:
    secret = access.invite(Role.MODERATOR)
    taken = access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    # Past the look at the names that comes before.
    with pytest.raises(InvalidChange, match="This name is taken"):
        registry.join(sha256(secret.encode()).hexdigest(), replace(taken, id="m_other"), check=lambda *_: None)
    assert access.join(secret, name="Ben", password=PASSWORD).name == "Ben"


def test_a_weak_password_or_a_taken_name_does_not_spend_it(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    secret = access.invite(Role.MODERATOR)
    with pytest.raises(InvalidChange) as refused:
        access.join(secret, name="ANA", password="short")
    assert {fault.field for fault in refused.value.faults} == {"name", "password"}
    assert access.join(secret, name="Ben", password=PASSWORD)


def test_signing_in_takes_the_name_and_the_password(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    assert access.sign_in(name="ana", password=PASSWORD, network="n").name == "Ana"
    for name, password in (("Ana", "wrong"), ("Nobody", PASSWORD)):
        with pytest.raises(NotSignedIn, match="The name or the password is not right"):
            access.sign_in(name=name, password=password, network="n")


def test_a_password_is_kept_as_a_slow_hash_alone(access: Access, connection: Connection) -> None:
    ana = access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    ben = access.join(access.invite(Role.MODERATOR), name="Ben", password=PASSWORD)
    # RFC 9106, for machines whose memory has other uses too: 64 MiB, three passes, four lanes; 128 bits of salt.
    assert {person.secret.rpartition("$")[0].rpartition("$")[0] for person in (ana, ben)} == {
        "$argon2id$v=19$m=65536,t=3,p=4"
    }
    assert ana.secret != ben.secret
    assert PASSWORD not in str(connection.do("HGETALL", PEOPLE))


def test_a_password_counts_as_it_was_typed_to_its_last_character(access: Access) -> None:
    longest = ("Trams at night " * LONGEST)[:LONGEST]
    access.join(access.invite(Role.OWNER), name="Ana", password=longest)
    ana = access.sign_in(name="Ana", password=longest, network="n")
    for near in (f"{longest}x", longest.upper(), longest[:-1], f"{longest} ", f" {longest[1:]}"):
        with pytest.raises(NotSignedIn):
            access.sign_in(name="Ana", password=near, network="n")
    with pytest.raises(InvalidChange, match="not the password that you have now"):
        access.change_password(ana, old=f"{longest}x", new="Harbours in the morning")


def tried(access: Access, times: int, *, name: str = "Ana", network: str = "network {}") -> None:
    """Count so many tries, without the time that a hash takes."""
    for n in range(times):
        assert access.pace.wait_to_sign_in(tries_of(name.format(n), network.format(n)), RATES) == 0


def turn(name: str, network: str) -> str:
    return sign_in_turn(tries_of(name, network)[0])


def test_guessing_from_one_network_is_slowed_down_there_alone(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    with pytest.raises(NotSignedIn):
        access.sign_in(name="Ana", password="wrong", network="theirs")
    tried(access, TRIES.at_once - 1, network="theirs")
    with pytest.raises(TooFast, match=r"Wait \d+ seconds, then try again") as refused:
        access.sign_in(name="ana", password=PASSWORD, network="theirs")
    assert 1 <= refused.value.retry_after <= 10
    assert access.sign_in(name="Ana", password=PASSWORD, network="hers")


def test_names_are_not_tried_in_turn_from_one_network_without_end(access: Access) -> None:
    tried(access, TRIES_OF_NETWORK.at_once, name="N{}", network="theirs")
    with pytest.raises(TooFast):
        access.sign_in(name="Another", password="wrong", network="theirs")


def test_guesses_from_everywhere_make_the_right_person_wait_a_moment_and_no_longer(
    access: Access, connection: Connection
) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    tried(access, TRIES_OF_NAME.at_once)
    with pytest.raises(TooFast) as refused:
        access.sign_in(name="Ana", password=PASSWORD, network="hers")
    assert refused.value.retry_after <= 5
    for n in range(100):
        assert access.pace.wait_to_sign_in(tries_of("Ana", f"other {n}"), RATES) <= 5
    # The seconds pass: whoever else tries meanwhile, the turn is hers.
    ours = turn("Ana", "hers")
    connection.do("SET", ours, int(connection.do("GET", ours)) - 5000, "PX", 60_000)
    assert access.sign_in(name="Ana", password=PASSWORD, network="hers")
    with pytest.raises(TooFast):
        access.sign_in(name="Ana", password=PASSWORD, network="hers")


def test_a_turn_that_a_clock_set_a_day_ahead_is_no_longer_waited_for(access: Access, connection: Connection) -> None:
    tried(access, TRIES_OF_NAME.at_once)
    connection.do("SET", turn("Ana", "hers"), (int(connection.do("TIME")[0]) + 86_400) * 1000)
    with pytest.raises(TooFast) as refused:
        access.sign_in(name="Ana", password="wrong", network="hers")
    assert refused.value.retry_after <= 5


def test_a_browser_in_which_one_signed_in_before_is_held_up_by_nobody_elses_guesses(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    tried(access, TRIES_OF_NETWORK.at_once, name="N{}", network="hers")
    tried(access, TRIES_OF_NAME.at_once)

    def sign_in(password: str, browser: str) -> None:
        access.sign_in(name="Ana", password=password, network="hers", browser=lambda _: browser)

    with pytest.raises(TooFast):
        sign_in(PASSWORD, "")
    sign_in(PASSWORD, "known")
    # Whoever stole what a browser is known by has a pace too.
    with pytest.raises(NotSignedIn):
        sign_in("wrong", "stolen")
    for _ in range(TRIES.at_once):
        access.pace.wait(sha256(b"browser stolen").hexdigest(), per_minute=TRIES.per_minute, burst=TRIES.at_once)
    with pytest.raises(TooFast):
        sign_in("wrong", "stolen")


def test_who_is_not_there_takes_the_same_hash_and_the_same_reads(access: Access, connection: Connection) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)

    def reads(name: str) -> dict[str, int]:
        """Return how often which command was run that is ours: replicas and sentinels send their own."""
        connection.do("CONFIG", "RESETSTAT")
        with pytest.raises(NotSignedIn):
            access.sign_in(name=name, password="wrong", network="n")
        stats = connection.do("INFO", "commandstats")
        ours = ("cmdstat_get", "cmdstat_hg", "cmdstat_hm", "cmdstat_hs", "cmdstat_eval", "cmdstat_set", "cmdstat_x")
        return {each: value["calls"] for each, value in stats.items() if each.startswith(ours)}

    reads("Warm")
    assert reads("Ana") == reads("Nobody")
    assert _hasher.check_needs_rehash(_NOBODY) is False


def test_a_password_that_is_guessed_first_is_refused_with_what_to_do(access: Access, registry: Registry) -> None:
    registry.add_site(Site("tram", "Harbour Line", (), default_policy()))
    secret = access.invite(Role.OWNER)
    common = ["1234567890", "qwertyuiop", "password123", "aaaaaaaaaaaa", "abcdefghijkl", "passwordpassword"]
    for weak in [*common, "Olga Petrova", "olgapetrova1", "harbour line", "Parley2026", "12345678901234567890"]:
        with pytest.raises(InvalidChange, match=r"among the first that are guessed.*four or five words"):
            access.join(secret, name="Olga Petrova", password=weak)
    for odd, said in (("short", "10 to 1000 characters"), ("x1" * 501, "10 to 1000 characters")):
        with pytest.raises(InvalidChange, match=said):
            access.join(secret, name="Olga Petrova", password=odd)
    assert access.join(secret, name="Olga Petrova", password="trams at night are late")


def test_ones_own_password_is_changed_by_who_knows_it(access: Access, registry: Registry) -> None:
    ana = access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    with pytest.raises(InvalidChange, match="not the password that you have now"):
        access.change_password(ana, old="wrong", new=OTHER)
    with pytest.raises(InvalidChange, match="among the first"):
        access.change_password(ana, old=PASSWORD, new="1234567890")
    changed = access.change_password(ana, old=PASSWORD, new=OTHER)
    assert changed.credential != ana.credential
    assert access.sign_in(name="Ana", password=OTHER, network="n") == changed
    with pytest.raises(NotSignedIn):
        access.sign_in(name="Ana", password=PASSWORD, network="n")
    with pytest.raises(InvalidChange, match="changed elsewhere"):
        access.change_password(ana, old=PASSWORD, new=OTHER)
    registry.remove_person("Ana")
    with pytest.raises(InvalidChange):
        access.change_password(changed, old=OTHER, new=PASSWORD)
    assert registry.people() == []


def test_guessing_the_old_password_at_an_open_desk_is_slow(access: Access) -> None:
    ana = access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    with pytest.raises(InvalidChange):
        access.change_password(ana, old="wrong", new=OTHER)
    change = sha256(f"change {ana.id}".encode()).hexdigest()
    for _ in range(TRIES.at_once):
        access.pace.wait(change, per_minute=TRIES.per_minute, burst=TRIES.at_once)
    with pytest.raises(TooFast):
        access.change_password(ana, old=PASSWORD, new=OTHER)


@pytest.mark.every_server
def test_a_reset_link_works_once_and_only_success_spends_it(access: Access, connection: Connection) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    with pytest.raises(NotFound):
        access.offer_reset("Nobody")
    first, second = access.offer_reset("ana"), access.offer_reset("Ana")
    assert first not in str(connection.do("GET", reset(sha256(first.encode()).hexdigest())))
    assert access.to_reset(first).name == "Ana"
    with pytest.raises(InvalidChange):
        access.reset(first, "short")
    access.reset(first, OTHER)
    assert access.sign_in(name="Ana", password=OTHER, network="n")
    for spent in (first, second, "guess", ""):
        with pytest.raises(LinkEnded, match="used, or is older than fifteen minutes"):
            access.reset(spent, PASSWORD)
    third = access.offer_reset("Ana")
    key = reset(sha256(third.encode()).hexdigest())
    assert 0 < connection.do("PTTL", key) <= INVITATION_LIFE
    connection.do("PEXPIRE", key, INVITATION_LIFE + 86_400_000)
    with pytest.raises(LinkEnded):
        access.to_reset(third)


def test_a_token_is_for_its_site_and_is_kept_as_a_digest(
    access: Access, registry: Registry, site: Site, connection: Connection
) -> None:
    registry.add_site(site)
    token = access.add_token("ci", Role.MODERATOR, site=site.id)
    member = access.bearer(token)
    assert (member.name, member.role, member.site) == ("ci", Role.MODERATOR, site.id)
    assert token.split("_", 2)[2] not in str(connection.do("HGETALL", "parley:{registry}:tokens"))
    for wrong in (token[:-1] + "x", "parley_x_y", "", "parley", token.upper(), "ü" * 50):
        with pytest.raises(NotSignedIn):
            access.bearer(wrong)


def test_a_token_needs_a_site_that_exists(access: Access) -> None:
    with pytest.raises(NotFound):
        access.add_token("ci", Role.MODERATOR, site="nowhere")


def test_a_token_expires_after_a_year_unless_said_otherwise(access: Access, registry: Registry, site: Site) -> None:
    registry.add_site(site)
    now = time.time()
    tokens = [access.add_token("ci", Role.MODERATOR, site=site.id, days=days) for days in (TOKEN_DAYS, 30, 0)]
    later = replace(access, now=lambda: now + 31 * 24 * 3600)
    assert later.bearer(tokens[0]).name == later.bearer(tokens[2]).name == "ci"
    with pytest.raises(NotSignedIn, match="has expired"):
        later.bearer(tokens[1])
    with pytest.raises(NotSignedIn, match="has expired"):
        replace(access, now=lambda: now + 366 * 24 * 3600).bearer(tokens[0])
    # Whoever has not the secret is not told that it was one.
    with pytest.raises(NotSignedIn, match="not valid"):
        later.bearer(tokens[1][:-1])
    with pytest.raises(InvalidChange, match="days"):
        access.add_token("ci", Role.MODERATOR, site=site.id, days=-1)


def test_its_last_use_is_noted_at_most_once_a_minute(access: Access, registry: Registry, site: Site) -> None:
    registry.add_site(site)
    token, noted = access.add_token("ci", Role.MODERATOR, site=site.id), []
    assert registry.tokens()[0].used_at == 0
    # The last is a clock that went back.
    for seconds in (1000, 1030, 1059, 1060, 1100, 500):
        replace(access, now=lambda at=seconds: at).bearer(token)  # type: ignore[misc]
        noted.append(registry.tokens()[0].used_at // 1000)
    assert noted == [1000, 1000, 1000, 1060, 1060, 500]
    registry.remove_token(registry.tokens()[0].member.id)
    assert registry.tokens() == []


def test_few_passwords_are_hashed_at_once_and_nobody_waits_long(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    at_once, most, verify = 0, 0, _hasher.verify

    class Slow:
        def verify(self, hashed: str, password: str) -> bool:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            time.sleep(2 * HASHING_WAIT)
            at_once -= 1
            return verify(hashed, password)

    monkeypatch.setattr("service.use_cases.access._hasher", Slow())

    def tried(n: int) -> float:
        began = time.monotonic()
        with suppress(NotSignedIn, TooFast):
            access.sign_in(name=f"Nobody {n}", password="wrong", network="theirs")
        return time.monotonic() - began

    with ThreadPoolExecutor(12) as threads:
        took = list(threads.map(tried, range(12)))
    assert most == HASHED_AT_ONCE
    assert max(took) < 1
    monkeypatch.undo()
    assert access.sign_in(name="Ana", password=PASSWORD, network="hers").name == "Ana"
