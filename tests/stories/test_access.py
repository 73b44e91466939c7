"""Who is asking: invitations work once, passwords and tokens are checked, guessing is slow."""

import time
from dataclasses import replace

import pytest

from service.access import TOKEN_DAYS, TRIES_AT_ONCE, Access
from service.core.errors import InvalidChange, NotFound, NotSignedIn, TooFast
from service.core.people import Role
from service.core.site import Site
from service.store.connection import Connection
from service.store.registry import Registry

PASSWORD = "correct horse battery"


@pytest.mark.every_server
def test_an_invitation_is_spent_by_joining_and_not_by_looking(access: Access) -> None:
    secret = access.invite(Role.OWNER)
    assert access.invited(secret).role is Role.OWNER
    assert access.invited(secret).role is Role.OWNER
    owner = access.join(secret, name=" Ana  Maria ", password=PASSWORD)
    assert (owner.name, owner.role) == ("Ana Maria", Role.OWNER)
    assert access.has_owner()
    with pytest.raises(NotFound):
        access.join(secret, name="Eve", password=PASSWORD)


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


def test_guessing_is_slowed_down(access: Access) -> None:
    access.join(access.invite(Role.OWNER), name="Ana", password=PASSWORD)
    for n in range(TRIES_AT_ONCE):
        with pytest.raises(NotSignedIn):
            access.sign_in(name="Ana", password="wrong", network=f"network {n}")
    with pytest.raises(TooFast):
        access.sign_in(name="Ana", password=PASSWORD, network="another")


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
