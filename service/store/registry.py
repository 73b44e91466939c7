"""What spans partitions: the sites, the people who moderate, the tokens that call, and who was invited."""

from typing import Final

from redis.exceptions import ResponseError

from service.core.errors import Fault, InvalidChange, NotFound, StartRefused
from service.core.people import Member
from service.core.policy import Policy
from service.core.site import Site
from service.store import codec, keys
from service.store.connection import Connection, Script

#: How long an invitation may be taken up, ms.
INVITATION_LIFE: Final = 15 * 60 * 1000

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
        self._change = Script("change")

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

    def add_person(self, person: Member) -> None:
        """Store a person who signs in by name. Raises InvalidChange if the name is taken."""
        if not self._redis.do("HSETNX", keys.NAMES, person.name.casefold(), person.id):
            raise InvalidChange([Fault("name", "This name is taken. Choose another.")])
        self._redis.do("HSET", keys.PEOPLE, person.id, codec.member_json(person))

    def person(self, id: str) -> Member | None:
        """Return the person, or None when they are gone."""
        text = self._redis.do("HGET", keys.PEOPLE, id)
        return codec.member(id, text) if text else None

    def person_named(self, name: str) -> Member | None:
        """Return the person who signs in as *name*, or None, which takes as long."""
        return self.person(self._redis.do("HGET", keys.NAMES, name.casefold()) or "")

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
        return bool(self._redis.run(self._change, [keys.PEOPLE], [before.id, text, codec.member_json(after)]))

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
        """Keep an invitation to become *member* under its secret's digest, until it expires."""
        text = codec.member_json(member)
        self._redis.do("SET", keys.invitation(digest), text, "PX", INVITATION_LIFE)

    def invited(self, digest: str) -> Member | None:
        """Return whom the invitation is for, without spending it, or None."""
        key = keys.invitation(digest)
        text, left = self._redis.pipe([("GET", key), ("PTTL", key)])
        # One that would last longer than any was made by a clock that went back since: it has ended.
        return codec.member("", text) if text and left <= INVITATION_LIFE else None

    def spend(self, digest: str) -> Member | None:
        """Return whom the invitation was for and end it, so that it works once; None if it was spent or expired."""
        text = self._redis.do("GETDEL", keys.invitation(digest))
        return codec.member("", text) if text else None

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
