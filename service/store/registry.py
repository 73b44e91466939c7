"""What spans partitions: the sites, the people who moderate, the tokens that call, and who was invited."""

from typing import Final

from redis.exceptions import ResponseError

from service.core.errors import Fault, InvalidChange, InvitationOver, NotFound, StartRefused
from service.core.people import Member
from service.core.policy import Policy
from service.core.site import Site
from service.store import codec, keys
from service.store.connection import Connection, Script

#: How long an invitation may be taken up, ms.
INVITATION_LIFE: Final = 15 * 60 * 1000

#: How long one that was taken up or has expired is known as such, ms.
REMEMBERED: Final = 7 * 24 * 3600 * 1000

#: How an invitation reads that was taken up; the person follows.
USED: Final = "used "

#: Seconds by which a sign of life may seem to come too soon.
BEAT_SLACK: Final = 60

#: Settings of the server that keep what it took, and what happens otherwise.
SAFE: Final = {
    "appendonly": ("yes", "with yes, comments survive a restart."),
    "appendfsync": ("always", "with always, an accepted comment survives a power cut."),
    "maxmemory-policy": ("noeviction", "with noeviction, nothing is thrown away when memory is short."),
}


class Registry:
    """Sites, people, tokens and invitations."""

    def __init__(self, connection: Connection, *, default_policy: Policy) -> None:
        self._redis = connection
        self._default_policy = default_policy
        self._join = Script("join")

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
        text = self._redis.do("HGET", keys.SITES, id)
        if text is None:
            raise NotFound("site", id)
        return codec.site(id, text, self._default_policy)

    def sites(self) -> list[Site]:
        """Return every site by id."""
        stored = self._redis.do("HGETALL", keys.SITES)
        return [codec.site(id, text, self._default_policy) for id, text in sorted(stored.items())]

    # People

    def person(self, id: str) -> Member | None:
        """Return the person, or None when they are gone."""
        text = self._redis.do("HGET", keys.PEOPLE, id)
        return codec.member(id, text) if text else None

    def person_named(self, name: str) -> Member | None:
        """Return the person who signs in as *name*, or None."""
        id = self._redis.do("HGET", keys.NAMES, name.casefold())
        return self.person(id) if id else None

    def people(self) -> list[Member]:
        """Return everyone by name."""
        stored = self._redis.do("HGETALL", keys.PEOPLE)
        return sorted(
            (codec.member(id, text) for id, text in stored.items()), key=lambda person: person.name.casefold()
        )

    def remove_person(self, name: str) -> None:
        """Forget the person; their sessions end at once. Raises NotFound."""
        person = self.person_named(name)
        if person is None:
            raise NotFound("moderator", name)
        self._redis.do("HDEL", keys.PEOPLE, person.id)
        self._redis.do("HDEL", keys.NAMES, name.casefold())

    # Tokens

    def add_token(self, token: Member) -> None:
        """Store an API token, whose *secret* is a digest."""
        self._redis.do("HSET", keys.TOKENS, token.id, codec.member_json(token))

    def token(self, id: str) -> Member | None:
        """Return the token, or None."""
        text = self._redis.do("HGET", keys.TOKENS, id)
        return codec.member(id, text) if text else None

    def tokens(self) -> list[Member]:
        """Return every token by id."""
        stored = self._redis.do("HGETALL", keys.TOKENS)
        return [codec.member(id, text) for id, text in sorted(stored.items())]

    def remove_token(self, id: str) -> None:
        """Forget the token. Raises NotFound."""
        if not self._redis.do("HDEL", keys.TOKENS, id):
            raise NotFound("token", id)

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

    def join(self, digest: str, person: Member) -> None:
        """Store *person*, who signs in by name, and spend the invitation by that, or do neither. Raises NotFound,
        InvitationOver, and InvalidChange if the name is taken."""
        answer = self._redis.run(
            self._join,
            [keys.invitation(digest), keys.NAMES, keys.PEOPLE],
            [INVITATION_LIFE, REMEMBERED, USED, person.name.casefold(), person.id, codec.member_json(person)],
        )
        match answer:
            case "unknown":
                raise _no_invitation()
            case "used" | "expired":
                raise InvitationOver(was_used=answer == "used")
            case "taken":
                raise InvalidChange([Fault("name", "This name is taken. Choose another.")])

    # The worker's sign of life

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


def _no_invitation() -> NotFound:
    said = "There is no invitation behind this link. See that you have all of it, or ask for a new one."
    return NotFound("invitation", said=said)
