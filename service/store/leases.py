"""Who has which comment open: leases, so that two moderators never work on the same one unknowingly."""

from typing import Final

from service.core.comment import Actor, Lease
from service.core.errors import NotFound
from service.core.masking import retold
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.script import Script

_LEASE: Final = Script("lease")
_RELEASE: Final = Script("release")
_LEASED: Final = Script("leased")

#: How long a moderator holds a comment that they do not touch, ms.
LEASE_LENGTH: Final = 10 * 60 * 1000

#: Leases of one site that are listed.
MOST_LISTED: Final = 500


class Leases:
    """The leases of every site."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def take(self, site: str, id: str, *, holder: Actor, token: str) -> Lease:
        """Hold the comment for *holder*, or for longer; the answer names whoever holds it already. Raises NotFound."""
        keys = SiteKeys(site)
        answer = self._redis.run(
            _LEASE,
            keys={"comment": keys.comment(id), "lease": keys.lease(id), "leases": keys.leases},
            args={"id": id, "holder": holder.id, "name": holder.name, "token": token, "length": LEASE_LENGTH},
        )
        match answer:
            case ["missing"]:
                raise NotFound("comment", id)
            case ["taken", other, name, ends]:
                return Lease(id, Actor(other, retold(name)), "", int(ends))
        return Lease(id, holder, answer[1], int(answer[2]))

    def on(self, site: str, id: str, *, reader: Actor) -> Lease | None:
        """Return who has the comment open now, with the token where that is *reader*; None when nobody has."""
        key = SiteKeys(site).lease(id)
        (holder, name, token), left = self._redis.pipe([("HMGET", key, "holder", "name", "token"), ("PTTL", key)])
        if holder is None or left > LEASE_LENGTH:
            return None
        seconds, micros = self._redis.do("TIME")
        ends = int(seconds) * 1000 + int(micros) // 1000 + int(left)
        return Lease(id, Actor(holder, retold(name)), token if holder == reader.id else "", ends)

    def give_back(self, site: str, id: str, *, token: str) -> bool:
        """End the lease that *token* proves; False when it had ended."""
        keys = SiteKeys(site)
        held = {"lease": keys.lease(id), "leases": keys.leases}
        return bool(self._redis.run(_RELEASE, keys=held, args={"id": id, "token": token}))

    def held(self, site: str) -> dict[str, Actor]:
        """Return who has which comment open now."""
        keys = SiteKeys(site)
        ids = self._redis.ask(
            _LEASED, keys={"leases": keys.leases}, args={"limit": MOST_LISTED, "longest": LEASE_LENGTH}
        )
        holders = self._redis.pipe([("HMGET", keys.lease(id), "holder", "name") for id in ids])
        return {
            id: Actor(holder, retold(name))
            for id, (holder, name) in zip(ids, holders, strict=True)
            if holder is not None
        }
