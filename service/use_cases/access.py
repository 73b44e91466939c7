"""Who is asking: sign-in with a name and a password, links that work once (an invitation, a new password), API tokens.

Passwords are Argon2id hashes (RFC 9106). Links and tokens are 256 random bits, of which a SHA-256 is kept: with that
much chance in them a slow hash would add nothing.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.core import passwords
from service.core.comment import POLICY, READER
from service.core.errors import Fault, InvalidChange, LinkEnded, NotFound, NotSignedIn, TooFast
from service.core.names import look_alike, public
from service.core.people import ALL_SITES, OPERATOR, Member, Role, Token
from service.core.public import address_in
from service.core.security import SecurityEvent
from service.store.pace import Pace, Rate
from service.store.queue import DAY
from service.store.registry import Registry
from service.use_cases.security import Security

LONGEST_NAME = 60

#: Whom the desk, the log and webhooks name besides people and tokens.
_OURS = (POLICY.name, READER.name, "The operator", "You", "Anonymous")

#: Tries to sign in: of a name from one network, or from a browser in which its person signed in before.
TRIES: Final = Rate(at_once=10, per_minute=6)

#: Of all names from one network, which may be a whole office's.
TRIES_OF_NETWORK: Final = Rate(at_once=60, per_minute=30)

#: Of a name from everywhere. Beyond these each waits a moment, but is admitted: anybody can make tries.
TRIES_OF_NAME: Final = Rate(at_once=20, per_minute=6)

RATES: Final = (TRIES, TRIES_OF_NETWORK, TRIES_OF_NAME)

TOKEN_PREFIX = "parley"  # noqa: S105 - lets secret scanners recognise a leaked one

#: Days until a token expires unless said otherwise, and at most.
TOKEN_DAYS, MOST_TOKEN_DAYS = 365, 3650

#: How often a token's use is noted, ms.
USE_NOTED = 60_000

#: Passwords that one process hashes at once, since each takes a core and 64 MiB, and seconds that another waits for it.
HASHED_AT_ONCE, HASHING_WAIT = 2, 0.1

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(HASHED_AT_ONCE)

#: What is checked when there is no such person, so that the answer takes as long: no password has this hash.
_NOBODY: Final = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${'A' * (-(-_hasher.salt_len * 8 // 6))}${'A' * (-(-_hasher.hash_len * 8 // 6))}"
)


def _unknown(_: Member) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Access:
    """People and tokens: who they are, and how they come to be."""

    registry: Registry
    pace: Pace
    security: Security
    new_id: Callable[[str], str]
    new_secret: Callable[[], str]
    now: Callable[[], float] = time.time

    def has_owner(self) -> bool:
        """Whether anyone has taken up ownership."""
        return any(person.role is Role.OWNER for person in self.registry.people())

    def invite(self, role: Role, *, site: str = ALL_SITES, member: Member = OPERATOR) -> str:
        """Return the secret of an invitation to become *role*: it works once, for fifteen minutes."""
        if role is Role.OWNER and site != ALL_SITES:
            raise InvalidChange([Fault("role", "An owner owns every site. Invite a moderator for one.")])
        if site != ALL_SITES:
            self.registry.site(site)
        secret = self.new_secret()
        self.registry.invite(_digest(secret), Member("", "", role, site))
        self.security.note(SecurityEvent.INVITED, member, site=site, about=role)
        return secret

    def invited(self, secret: str) -> Member:
        """Return whom the invitation is for, without spending it. Raises NotFound, InvitationOver."""
        return self.registry.invited(_digest(secret))

    def join(self, secret: str, *, name: str, password: str, whence: str = "") -> Member:
        """Take up an invitation, which ends it if that succeeds; *whence* is the network's fingerprint. Raises
        InvalidChange with the faults, NotFound, InvitationOver."""
        invited = self.invited(secret)
        name = public(name)
        faults = _faults_of_name(name) + self._faults_of_password(password, name=name)
        if self.registry.person_named(name) is not None:
            faults.append(Fault("name", "This name is taken. Choose another."))
        else:
            tokens = (token.member for token in self.registry.tokens())
            faults += _mistaken(name, (*self.registry.people(), *tokens), site=invited.site)
        if faults:
            raise InvalidChange(faults)
        person = replace(invited, id=self.new_id("m"), name=name, secret=_hashed(password))
        self.registry.join(
            _digest(secret),
            person,
            check=lambda people, tokens: _refuse(_mistaken(name, (*people, *tokens), site=person.site)),
        )
        self.security.note(SecurityEvent.JOINED, replace(person, network=whence), site=person.site, about=person.role)
        return person

    def sign_in(self, *, name: str, password: str, network: str, browser: Callable[[Member], str] = _unknown) -> Member:
        """Return the person of that name and password. Raises NotSignedIn, and TooFast for one who guesses.

        *browser* returns by what a browser is known in which that person signed in before, or nothing: it has a pace
        of its own, so that nobody else's guesses keep its person out.
        """
        name = public(name)[:LONGEST_NAME]
        person = self.registry.person_named(name)
        known = browser(person) if person else ""
        tried = tries_of(name, network)
        is_free = known and not self._waits(f"browser {known}")
        if not is_free and (wait := self.pace.wait_to_sign_in(tried, RATES)):
            raise TooFast(wait, _later(wait))
        right = _verified(person.secret if person else _NOBODY, password)
        if not right or person is None:
            raise NotSignedIn("The name or the password is not right.")
        self.pace.forget(tried[0])
        return person

    def change_password(self, person: Member, *, old: str, new: str) -> Member:
        """Give *person* another password, which ends what the old one began. Raises InvalidChange, TooFast."""
        if wait := self._waits(f"change {person.id}"):
            raise TooFast(wait, _later(wait))
        if not _verified(person.secret, old):
            raise InvalidChange([Fault("old", "This is not the password that you have now.")])
        after = self._give(person, new)
        if after is None:
            raise InvalidChange([Fault("old", "Your password was changed elsewhere meanwhile. Sign in anew.")])
        self.security.note(SecurityEvent.PASSWORD_CHANGED, person)
        return after

    def offer_reset(self, name: str, *, member: Member = OPERATOR) -> str:
        """Return the secret of a link with which the person of that name chooses a new password: once, for fifteen
        minutes. Raises NotFound."""
        person = self.registry.person_named(public(name)[:LONGEST_NAME])
        if person is None:
            raise NotFound("moderator", name[:LONGEST_NAME])
        secret = self.new_secret()
        self.registry.offer_reset(_digest(secret), person)
        self.security.note(SecurityEvent.RESET_MADE, member, about=person.name)
        return secret

    def to_reset(self, secret: str) -> Member:
        """Return whose password a link sets anew, without spending it. Raises LinkEnded."""
        person = self.registry.reset(_digest(secret))
        if person is None:
            raise LinkEnded
        return person

    def reset(self, secret: str, password: str, *, whence: str = "") -> Member:
        """Set the password anew, which ends the link and all that the old password began; *whence* is the network's
        fingerprint. Raises InvalidChange, LinkEnded."""
        after = self._give(self.to_reset(secret), password)
        if after is None:
            raise LinkEnded
        self.security.note(SecurityEvent.PASSWORD_CHANGED, replace(after, network=whence))
        return after

    def _give(self, person: Member, password: str) -> Member | None:
        if faults := self._faults_of_password(password, name=person.name):
            raise InvalidChange(faults)
        after = replace(person, secret=_hashed(password))
        return after if self.registry.change_person(person, after) else None

    def _waits(self, what: str) -> int:
        return self.pace.wait(_digest(what), per_minute=TRIES.per_minute, burst=TRIES.at_once)

    def _faults_of_password(self, password: str, *, name: str) -> list[Fault]:
        sites = [word for site in self.registry.sites() for word in (site.name, site.id)]
        fault = passwords.fault_of(password, own=[name, *sites])
        return [Fault("password", fault)] if fault else []

    def remove_person(self, name: str, *, member: Member = OPERATOR) -> None:
        """Forget a person; their sessions end at once. Raises NotFound."""
        self.registry.remove_person(name)
        self.security.note(SecurityEvent.MEMBER_REMOVED, member, about=name)

    def remove_token(self, id: str, *, member: Member = OPERATOR) -> None:
        """Forget an API token. Raises NotFound."""
        self.registry.remove_token(id)
        self.security.note(SecurityEvent.TOKEN_REMOVED, member, about=id)

    def add_token(self, name: str, role: Role, *, site: str, days: int = TOKEN_DAYS, member: Member = OPERATOR) -> str:
        """Return a new API token, which expires after *days*, or with 0 never. It is shown once: only its digest is
        kept. Raises InvalidChange, NotFound."""
        self.registry.site(site)
        name = public(name) if name else f"token for {site}"
        faults = _faults_of_name(name)
        if not 0 <= days <= MOST_TOKEN_DAYS:
            faults.append(Fault("days", f"A token expires after 1 to {MOST_TOKEN_DAYS} days, or with 0 never."))
        _refuse(faults)
        id, secret = self.new_id("tok"), self.new_secret()
        token = Member(id, name, role, site, _digest(secret))
        # Two tokens may have one name: the second replaces the first, which goes on meanwhile.
        self.registry.add_token(
            Token(token, expires_at=self._now() + days * DAY if days else 0),
            check=lambda people, _: _refuse(_mistaken(name, people, site=site)),
        )
        self.security.note(SecurityEvent.TOKEN_MADE, member, site=site, about=f"{id} {role}")
        return f"{TOKEN_PREFIX}_{id.removeprefix('tok_')}_{secret}"

    def bearer(self, token: str) -> Member:
        """Return whose API token this is. Raises NotSignedIn."""
        prefix, _, rest = token.partition("_")
        id, _, secret = rest.partition("_")
        found = self.registry.token(f"tok_{id}") if prefix == TOKEN_PREFIX and len(rest) < 200 else None
        if found is None or not hmac.compare_digest(found.member.secret, _digest(secret)):
            raise NotSignedIn("The API token is not valid. `python -m service token add` makes a new one.")
        now = self._now()
        if found.expires_at and found.expires_at <= now:
            raise NotSignedIn("The API token has expired. `python -m service token add` makes a new one.")
        if abs(now - found.used_at) >= USE_NOTED:
            self.registry.use_token(found.member.id, at=now)
        return found.member

    def _now(self) -> int:
        return round(self.now() * 1000)


def tries_of(name: str, network: str) -> tuple[str, str, str]:
    """Return the digests by which a try of *name* from *network* is counted, at each of the `RATES`."""
    name = f"name {name.casefold()}"
    return _digest(f"{name} network {network}"), _digest(f"network {network}"), _digest(name)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn to hash. Raises TooFast where there is none soon: the threads are needed for others."""
    if not _hashing.acquire(timeout=HASHING_WAIT):
        raise TooFast(1, "Very many are signing in just now. Wait a second, then try again.")
    try:
        yield
    finally:
        _hashing.release()


def _hashed(password: str) -> str:
    with _turn():
        return _hasher.hash(password)


def _verified(hashed: str, password: str) -> bool:
    try:
        with _turn():
            return len(password) <= passwords.LONGEST and _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _later(seconds: int) -> str:
    moment = "a second" if seconds == 1 else f"{seconds} seconds"
    return f"That was tried very often just now. Wait {moment}, then try again."


def _mistaken(name: str, others: Iterable[Member], *, site: str) -> list[Fault]:
    """Return what is wrong with a *name* on *site* that looks like that of somebody who is named beside it."""
    theirs = (each.name for each in others if each.is_seen_with(site))
    found = next((each for each in (*_OURS, *theirs) if look_alike(each, name)), "")
    return [Fault("name", f"This name looks like “{found}”. Choose one that nobody takes for it.")] if found else []


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidChange(faults)


def _faults_of_name(name: str) -> list[Fault]:
    if not 1 <= len(name) <= LONGEST_NAME:
        return [Fault("name", f"Please choose a name of 1 to {LONGEST_NAME} characters.")]
    problem = address_in(name, what="A name")
    return [Fault("name", problem)] if problem else []
