"""Who is asking: sign-in with a name and a password, invitations that work once, tokens for the API.

Passwords are Argon2id hashes (RFC 9106). Invitations and tokens are 256 random bits, of which a SHA-256 is kept: with
that much chance in them a slow hash would add nothing.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.core.errors import Fault, InvalidChange, NotSignedIn, TooFast
from service.core.people import ALL_SITES, Member, Role
from service.core.public import address_in
from service.store.pace import Pace
from service.store.registry import Registry

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
LONGEST_NAME = 60

#: Sign-ins that fail: so many at once for one name or network, then so many a minute.
TRIES_PER_MINUTE = 6
TRIES_AT_ONCE = 10

TOKEN_PREFIX = "parley"  # noqa: S105 - lets secret scanners recognise a leaked one

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Return what is checked when there is no such person, so that the answer takes as long."""
    return _hasher.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Access:
    """People and tokens: who they are, and how they come to be."""

    registry: Registry
    pace: Pace
    new_id: Callable[[str], str]
    new_secret: Callable[[], str]

    def has_owner(self) -> bool:
        """Whether anyone has taken up ownership."""
        return any(person.role is Role.OWNER for person in self.registry.people())

    def invite(self, role: Role, *, site: str = ALL_SITES) -> str:
        """Return the secret of an invitation to become *role*: it works once, for fifteen minutes."""
        if role is Role.OWNER and site != ALL_SITES:
            raise InvalidChange([Fault("role", "An owner owns every site. Invite a moderator for one.")])
        if site != ALL_SITES:
            self.registry.site(site)
        secret = self.new_secret()
        self.registry.invite(_digest(secret), Member("", "", role, site))
        return secret

    def invited(self, secret: str) -> Member:
        """Return whom the invitation is for, without spending it. Raises NotFound, InvitationOver."""
        return self.registry.invited(_digest(secret))

    def join(self, secret: str, *, name: str, password: str) -> Member:
        """Take up an invitation, which ends it if that succeeds. Raises InvalidChange with the faults, NotFound,
        InvitationOver."""
        invited = self.invited(secret)
        name = " ".join(name.split())
        faults = list(_faults(name, password))
        if self.registry.person_named(name) is not None:
            faults.append(Fault("name", "This name is taken. Choose another."))
        if faults:
            raise InvalidChange(faults)
        person = replace(invited, id=self.new_id("m"), name=name, secret=_hasher.hash(password))
        self.registry.join(_digest(secret), person)
        return person

    def sign_in(self, *, name: str, password: str, network: str) -> Member:
        """Return the person of that name and password. Raises NotSignedIn, and TooFast for one who guesses."""
        name = " ".join(name.split())[:LONGEST_NAME]
        for guessed in (f"name {name.casefold()}", f"network {network}"):
            wait = self.pace.wait(_digest(guessed), per_minute=TRIES_PER_MINUTE, burst=TRIES_AT_ONCE)
            if wait:
                raise TooFast(retry_after=wait)
        person = self.registry.person_named(name)
        if not _verified(person.secret if person else _nobody(), password[:LONGEST_PASSWORD]) or person is None:
            raise NotSignedIn("The name or the password is not right.")
        return person

    def add_token(self, name: str, role: Role, *, site: str) -> str:
        """Return a new API token. It is shown once: only its digest is kept. Raises InvalidChange, NotFound."""
        self.registry.site(site)
        name = " ".join(name.split()) or f"token for {site}"
        if faults := _faults_of_name(name):
            raise InvalidChange(faults)
        id, secret = self.new_id("tok"), self.new_secret()
        self.registry.add_token(Member(id, name, role, site, _digest(secret)))
        return f"{TOKEN_PREFIX}_{id.removeprefix('tok_')}_{secret}"

    def bearer(self, token: str) -> Member:
        """Return whose API token this is. Raises NotSignedIn."""
        prefix, _, rest = token.partition("_")
        id, _, secret = rest.partition("_")
        member = self.registry.token(f"tok_{id}") if prefix == TOKEN_PREFIX and len(rest) < 200 else None
        if member is None or not hmac.compare_digest(member.secret, _digest(secret)):
            raise NotSignedIn("The API token is not valid. `python -m service token add` makes a new one.")
        return member


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _verified(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _faults(name: str, password: str) -> list[Fault]:
    faults = _faults_of_name(name)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        faults.append(Fault("password", f"Please choose a password of at least {SHORTEST_PASSWORD} characters."))
    return faults


def _faults_of_name(name: str) -> list[Fault]:
    if not 1 <= len(name) <= LONGEST_NAME:
        return [Fault("name", f"Please choose a name of 1 to {LONGEST_NAME} characters.")]
    problem = address_in(name, what="A name")
    return [Fault("name", problem)] if problem else []
