"""Who is asking: invitations work once, passwords and tokens are checked, guessing is slow."""

import pytest

from service.access import TRIES_AT_ONCE, Access
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
