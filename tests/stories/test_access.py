"""Who is asking: invitations work once, passwords and tokens are checked, guessing is slow."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

import pytest

from service.access import TRIES_AT_ONCE, Access
from service.core.errors import InvalidChange, InvitationOver, NotFound, NotSignedIn, TooFast
from service.core.people import Role
from service.core.site import Site
from service.store.connection import Connection
from service.store.registry import REMEMBERED, Registry

PASSWORD = "correct horse battery"


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
        except (InvitationOver, InvalidChange) as error:
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
        registry.join(sha256(secret.encode()).hexdigest(), replace(taken, id="m_other"))
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
