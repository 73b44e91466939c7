"""What spans partitions: the sites, the people who moderate, the tokens that call, and who was invited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from time import monotonic
from typing import Final, cast

from redis.exceptions import ResponseError

from service.core.errors import Fault, InvalidChange, InvitationOver, NotFound, NotOpened, StartRefused, Unavailable
from service.core.names import looks, public
from service.core.people import Member, Role, Token
from service.core.policy import Policy
from service.core.ports import Fingerprints, Sealed, Sealing
from service.core.site import Site
from service.store import codec, keys
from service.store.connection import Connection
from service.store.script import Args, Script

_MEMBER: Final = Script("member")
_CHANGE: Final = Script("change")
_JOIN: Final = Script("join")

#: How long an invitation may be taken up, ms.
INVITATION_LIFE: Final = 15 * 60 * 1000

#: How long one that was taken up or has expired is known as such, ms.
REMEMBERED: Final = 7 * 24 * 3600 * 1000

#: How an invitation reads that was taken up; the person follows.
USED: Final = "used "

#: Seconds by which a sign of life may seem to come too soon.
BEAT_SLACK: Final = 60

#: Seconds for which what a server answered to a write counts.
TRY_EVERY: Final = 1.0

#: Settings of the server that keep what it took, and what happens otherwise.
SAFE: Final = {
    "appendonly": ("yes", "with yes, comments survive a restart."),
    "appendfsync": ("always", "with always, an accepted comment survives a power cut."),
    "maxmemory-policy": ("noeviction", "with noeviction, nothing is thrown away when memory is short."),
}

#: For what a key seals nothing, to be known by it.
_SEAL: Final = "seal"

_IS_LOST: Final = "If it is lost for good: python -m service keys forget"


#: Looks at all people and all tokens, and raises InvalidChange where a new one does not go with them.
Check = Callable[[Sequence[Member], Sequence[Member]], None]


class Registry:
    """Sites, people, tokens and invitations."""

    def __init__(self, connection: Connection, *, default_policy: Policy) -> None:
        self._redis = connection
        self._default_policy = default_policy
        #: The names of each site's moderators, read when people and tokens had changed so often.
        self._moderators: tuple[str, Callable[[str], Mapping[str, str]]] = ("", lambda _: {})
        self._tried_until, self._refusal = 0.0, cast("Unavailable | None", None)

    def check_layout(self) -> None:
        """Write the layout of the data once, and refuse data of another layout: raises StartRefused."""
        for field, value in (("partitions", keys.PARTITIONS), ("schema", keys.SCHEMA)):
            self._redis.do("HSETNX", keys.META, field, value)
            found = int(self._redis.do("HGET", keys.META, field))
            if found != value:
                problem = f"The data in Redis has {field} {found}, this version of Parley needs {value}."
                raise StartRefused(
                    f"{problem} Run it on other data (PARLEY_DATA, REDIS_URL), or the version that made these."
                )

    def check_keys(self, sealing: Sealing, fingerprints: Fingerprints) -> None:
        """Mark the data with the keys that made them, and refuse data of other keys: raises StartRefused."""
        if self.missing_keys(sealing):
            raise StartRefused(
                "The addresses and secrets in Redis were sealed with a key that is not here. Bring it back, as "
                f"keys/sealing in the data folder or behind the newest in SEALING_KEYS. {_IS_LOST}"
            )
        mark = self._mark(fingerprints)
        self._redis.do("HSETNX", keys.META, "fingerprints", mark)
        if self._redis.do("HGET", keys.META, "fingerprints") != mark:
            raise StartRefused(
                "The authors in Redis are known by another fingerprint key. Bring it back, as keys/fingerprint in the "
                f"data folder or as FINGERPRINT_KEY. {_IS_LOST}"
            )
        self._redis.do("HSETNX", keys.SEALS, sealing.newest, sealing.seal("", context=_SEAL))

    def missing_keys(self, sealing: Sealing) -> list[str]:
        """Return the names of the keys that sealed something and are not in *sealing*."""
        return [name for name, sealed in self._redis.do("HGETALL", keys.SEALS).items() if not _opens(sealing, sealed)]

    def forget_keys(self, sealing: Sealing, fingerprints: Fingerprints) -> int:
        """Give up what keys sealed that are not in *sealing*, and authors known by another fingerprint key; return how
        many keys that were."""
        missing, mark = self.missing_keys(sealing), self._mark(fingerprints)
        for name in missing:
            self._redis.do("HDEL", keys.SEALS, name)
        is_other = self._redis.do("HGET", keys.META, "fingerprints") not in (None, mark)
        self._redis.do("HSET", keys.META, "fingerprints", mark)
        return len(missing) + is_other

    def _mark(self, fingerprints: Fingerprints) -> str:
        return fingerprints.of("", site="", purpose="mark")

    def unsafe_settings(self) -> list[str]:
        """Return what the server is set to that could lose comments, in sentences; empty where it does not tell."""
        try:
            found = {name: self._redis.do("CONFIG", "GET", name) for name in SAFE}
        except ResponseError:
            return []
        return [
            f"{name} is {found[name][name]}; {wanted}"
            for name, (safe, wanted) in SAFE.items()
            if found[name].get(name) not in (None, safe)
        ]

    # Sites

    def add_site(self, site: Site) -> bool:
        """Store a new site; False if there is one of that id, which stays as it is."""
        return bool(self._redis.do("HSETNX", keys.SITES, site.id, codec.site_json(site)))

    def save_site(self, site: Site) -> None:
        """Store a site's changed values."""
        self._redis.do("HSET", keys.SITES, site.id, codec.site_json(site))

    def site(self, id: str) -> Site:
        """Return the site. Raises NotFound."""
        text, changes = self._redis.do("HMGET", keys.SITES, id, keys.CHANGES)
        if text is None or id == keys.CHANGES:
            raise NotFound("site", id)
        site = codec.site(id, text, self._default_policy)
        return replace(site, moderators=self._moderators_since(changes or "0")(id))

    def sites(self) -> list[Site]:
        """Return every site by id."""
        stored = self._redis.do("HGETALL", keys.SITES)
        stored.pop(keys.CHANGES, None)
        return [codec.site(id, text, self._default_policy) for id, text in sorted(stored.items())]

    def _moderators_since(self, changes: str) -> Callable[[str], Mapping[str, str]]:
        """Return what names a site's moderators, by how they look; read anew where *changes* tells of new ones."""
        if self._moderators[0] != changes:
            _, people, tokens = self._members()
            signing = [member for member in (*tokens, *people) if member.is_at_least(Role.MODERATOR)]

            @cache
            def of(site: str) -> Mapping[str, str]:
                return {look: each.name for each in signing if each.sees(site) for look in looks(each.name)}

            # Read after *changes*: at worst these are newer, and read once more.
            self._moderators = (changes, of)
        return self._moderators[1]

    # Members: people and tokens

    def _members(self) -> tuple[str, list[Member], list[Member]]:
        """Return how often people and tokens changed, and all of them now."""
        changes, *stored = self._redis.pipe(
            [("HGET", keys.SITES, keys.CHANGES), ("HGETALL", keys.PEOPLE), ("HGETALL", keys.TOKENS)]
        )
        people, tokens = ([codec.member(id, text) for id, text in found.items()] for found in stored)
        return changes or "0", people, tokens

    def _store(self, key: str, id: str, text: str, *, name: str, check: Check) -> bool:
        """Store a member among those that *check* looked at, all of them; False if the sign-in *name* is taken."""
        answer = "changed"
        while answer == "changed":
            changes, people, tokens = self._members()
            check(people, tokens)
            answer = self._run(key, id, text, name=name, changes=changes)
        return answer == "stored"

    def _forget(self, key: str, id: str, *, name: str) -> bool:
        """Forget a member; False if there was none."""
        return self._run(key, id, "", name=name, changes="") == "forgotten"

    def _run(self, key: str, id: str, text: str, *, name: str, changes: str) -> str:
        (answer,) = self._redis.run(
            _MEMBER,
            keys={"members": key, "names": keys.NAMES, "sites": keys.SITES},
            args={"id": id, "member": text, "name": name, "changes": changes},
        )
        return str(answer)

    # People

    def add_person(self, person: Member, *, check: Check) -> None:
        """Store a person who signs in by name. Raises InvalidChange if the name is taken, or by *check*."""
        text, name = codec.member_json(person), person.name.casefold()
        if not self._store(keys.PEOPLE, person.id, text, name=name, check=check):
            raise InvalidChange([Fault("name", "This name is taken. Choose another.")])

    def person(self, id: str) -> Member | None:
        """Return the person, or None when they are gone."""
        text = self._redis.do("HGET", keys.PEOPLE, id)
        return codec.member(id, text) if text else None

    def person_named(self, name: str) -> Member | None:
        """Return the person who signs in as *name*, or None, which takes as long."""
        return self.person(self._redis.do("HGET", keys.NAMES, public(name).casefold()) or "")

    def people(self) -> list[Member]:
        """Return everyone by name."""
        stored = self._redis.do("HGETALL", keys.PEOPLE)
        return sorted(
            (codec.member(id, text) for id, text in stored.items()), key=lambda person: person.name.casefold()
        )

    def change_person(self, before: Member, after: Member) -> bool:
        """Store *after* in the place of *before*; False when somebody changed or removed them meanwhile."""
        text = self._redis.do("HGET", keys.PEOPLE, before.id)
        if text is None or codec.member(before.id, text) != before:
            return False
        change = {"id": before.id, "was": text, "is": codec.member_json(after)}
        return bool(self._redis.run(_CHANGE, keys={"values": keys.PEOPLE}, args=change))

    def remove_person(self, name: str) -> None:
        """Forget the person; their sessions end at once. Raises NotFound."""
        person = self.person_named(name)
        if person is None or not self._forget(keys.PEOPLE, person.id, name=person.name.casefold()):
            raise NotFound("moderator", name)

    # Tokens

    def add_token(self, token: Token, *, check: Check) -> None:
        """Store an API token, whose member's *secret* is a digest. Raises InvalidChange by *check*."""
        self._store(keys.TOKENS, token.member.id, codec.token_json(token), name="", check=check)

    def token(self, id: str) -> Token | None:
        """Return the token, or None."""
        text, used = self._redis.pipe([("HGET", keys.TOKENS, id), ("HGET", keys.TOKENS_USED, id)])
        return codec.token(id, text, used) if text else None

    def use_token(self, id: str, *, at: int) -> None:
        """Note when the token was last used, ms."""
        self._redis.do("HSET", keys.TOKENS_USED, id, at)

    def tokens(self) -> list[Token]:
        """Return every token by id."""
        stored, used = self._redis.pipe([("HGETALL", keys.TOKENS), ("HGETALL", keys.TOKENS_USED)])
        return [codec.token(id, text, used.get(id)) for id, text in sorted(stored.items())]

    def remove_token(self, id: str) -> None:
        """Forget the token. Raises NotFound."""
        if not self._forget(keys.TOKENS, id, name=""):
            raise NotFound("token", id)
        self._redis.do("HDEL", keys.TOKENS_USED, id)

    # Invitations

    def invite(self, digest: str, member: Member) -> None:
        """Keep an invitation to become *member* under its secret's digest."""
        text = codec.member_json(member)
        self._redis.do("SET", keys.invitation(digest), text, "PX", INVITATION_LIFE + REMEMBERED)

    def invited(self, digest: str) -> Member:
        """Return whom the invitation is for, without spending it. Raises NotFound, InvitationOver."""
        key = keys.invitation(digest)
        text, left = self._redis.pipe([("GET", key), ("PTTL", key)])
        if text is None:
            raise _no_invitation()
        # One that would last longer than any was made by a clock that went back since: it has ended.
        if (was_used := text.startswith(USED)) or not 0 < left - REMEMBERED <= INVITATION_LIFE:
            raise InvitationOver(was_used=was_used)
        return codec.member("", text)

    def join(self, digest: str, person: Member, *, check: Check) -> None:
        """Store *person*, who signs in by name, and spend the invitation by that, or do neither. Raises NotFound,
        InvitationOver, and InvalidChange if the name is taken, or by *check*."""
        stored: Args = {
            "life": INVITATION_LIFE,
            "remembered_for": REMEMBERED,
            "used": USED,
            "name": person.name.casefold(),
            "id": person.id,
            "person": codec.member_json(person),
        }
        answer = "changed"
        while answer == "changed":
            changes, people, tokens = self._members()
            check(people, tokens)
            answer = self._redis.run(
                _JOIN,
                keys={
                    "invitation": keys.invitation(digest),
                    "names": keys.NAMES,
                    "people": keys.PEOPLE,
                    "sites": keys.SITES,
                },
                args={**stored, "changes": changes},
            )
        match answer:
            case "unknown":
                raise _no_invitation()
            case "used" | "expired":
                raise InvitationOver(was_used=answer == "used")
            case "taken":
                raise InvalidChange([Fault("name", "This name is taken. Choose another.")])

    # Links that set a password anew

    def offer_reset(self, digest: str, person: Member) -> None:
        """Keep a link for *person* under its secret's digest, until it expires or their password changes."""
        text = f"{person.id} {person.credential}"
        self._redis.do("SET", keys.reset(digest), text, "PX", INVITATION_LIFE)

    def reset(self, digest: str) -> Member | None:
        """Return whose password the link sets anew, without spending it, or None."""
        key = keys.reset(digest)
        text, left = self._redis.pipe([("GET", key), ("PTTL", key)])
        id, _, credential = (text or "").partition(" ")
        person = self.person(id) if id and left <= INVITATION_LIFE else None
        return person if person and person.credential == credential else None

    # Signs of life

    def try_to_write(self) -> None:
        """Write where nothing is kept, at most once in `TRY_EVERY`. Raises Unavailable while a server takes no writes:
        it has no room in its memory or on its disk, or no replica."""
        if monotonic() >= self._tried_until:
            self._tried_until = monotonic() + TRY_EVERY
            self._refusal = None
            try:
                # Each partition may be on another server of a Cluster.
                for key in (keys.TRIED, *(map(keys.tried, range(keys.PARTITIONS)) if self._redis.is_cluster else ())):
                    self._redis.do("SET", key, "")
            except Unavailable as error:
                self._refusal = error
        if self._refusal:
            raise Unavailable(self._refusal.neighbour, self._refusal.problem) from self._refusal.__cause__

    def beat(self) -> None:
        """Say that a worker is alive."""
        seconds, _ = self._redis.do("TIME")
        self._redis.do("SET", keys.WORKER, seconds)

    def since_beat(self) -> int | None:
        """Return the seconds since a worker was last alive, or None when none ever was."""
        beat = self._redis.do("GET", keys.WORKER)
        since = None if beat is None else int(self._redis.do("TIME")[0]) - int(beat)
        # One that lies ahead was left by a clock that went back since: whoever lives has renewed it.
        return None if since is None or since < -BEAT_SLACK else max(0, since)


def _opens(sealing: Sealing, sealed: str) -> bool:
    try:
        sealing.unseal(Sealed(sealed), context=_SEAL)
    except NotOpened:
        return False
    return True


def _no_invitation() -> NotFound:
    said = "There is no invitation behind this link. See that you have all of it, or ask for a new one."
    return NotFound("invitation", said=said)
