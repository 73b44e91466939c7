"""What people and programs look up: a site's events in their order, and each endpoint's deliveries."""

import json
from typing import Final, Literal

from service.core.comment import Comment, Millis
from service.core.errors import NotFound
from service.core.events import Event, Logged
from service.core.masking import REDACTION, MaskedText
from service.store import codec, webhook_codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.ranges import members_from
from service.store.script import Script

_RETELL: Final = Script("retell")

#: Where an event log begins.
BEGINNING: Final = "0-0"

Filter = Literal["", "waiting", "delivered", "dead"]


class Log:
    """The logs of every site. Events leave them after the retention."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def entries(self, site: str, *, after: str, until: str = "+", limit: int) -> list[tuple[str, Event | None]]:
        """Return up to *limit* entries behind *after* with their events, None for what is past its retention."""
        keys = SiteKeys(site)
        found = self._redis.do("XRANGE", keys.events, f"({after}", until, "COUNT", limit)
        hashes = self._redis.pipe([("HGETALL", keys.event(fields["event"])) for _, fields in found])
        return [
            (entry, webhook_codec.event(fields["event"], site, stored) if stored else None)
            for (entry, fields), stored in zip(found, hashes, strict=True)
        ]

    def last(self, site: str) -> str:
        """Return the log's last entry."""
        found = self._redis.do("XREVRANGE", SiteKeys(site).events, "+", "-", "COUNT", 1)
        return str(found[0][0]) if found else BEGINNING

    def event(self, site: str, id: str) -> Event:
        """Return the event. Raises NotFound."""
        fields = self._redis.do("HGETALL", SiteKeys(site).event(id))
        if not fields:
            raise NotFound("event", id)
        return webhook_codec.event(id, site, fields)

    def retell(self, comment: Comment, body: MaskedText) -> int:
        """Let each event of *comment* that is kept tell *body*, whenever it is told again, and show no more what its
        receivers answered; return how many there are.

        *comment* names the last one: until it is fanned out its history lacks it.
        """
        keys = SiteKeys(comment.site)
        ids = {*self._redis.do("ZRANGE", keys.history(comment.id), 0, -1), comment.event}
        told = self._redis.pipe([("HGET", keys.event(id), "data") for id in sorted(ids)])
        kept = {id: _telling(text, body) for id, text in zip(sorted(ids), told, strict=True) if text}
        endpoints = sorted(self._redis.do("HKEYS", keys.endpoints))
        attempts = [keys.attempts(id, endpoint) for id in kept for endpoint in endpoints]
        events = [keys.event(id) for id in kept]
        if not kept:
            return 0
        retold = self._redis.run(
            _RETELL,
            keys={"events": events, "attempts": attempts},
            args={"data": [*kept.values()], "redaction": REDACTION},
        )
        return int(retold)

    def deliveries(
        self, site: str, endpoint: str, *, state: Filter = "", after: tuple[float, str] | None = None, limit: int
    ) -> list[tuple[float, Logged]]:
        """Return deliveries to *endpoint* with their place in the log, newest first, from *after* on."""
        key = SiteKeys(site).log(endpoint, state)
        found = members_from(self._redis, key, after=after, limit=limit, descending=True)
        logged = self._logged(site, endpoint, [id for id, _ in found])
        return [(place, each) for (_, place), each in zip(found, logged, strict=True) if each]

    def about(self, site: str, endpoint: str, comment: str) -> list[Logged]:
        """Return the deliveries to *endpoint* about *comment*, in the order of its events."""
        ids = self._redis.do("ZRANGE", SiteKeys(site).history(comment), 0, -1)
        return [each for each in self._logged(site, endpoint, ids) if each]

    def delivery(self, site: str, endpoint: str, event: str) -> Logged:
        """Return the delivery of *event* to *endpoint*. Raises NotFound."""
        (found,) = self._logged(site, endpoint, [event])
        if found is None:
            raise NotFound("delivery", event)
        return found

    def counts(self, site: str, endpoint: str) -> dict[str, int]:
        """Return how many deliveries the log holds, by state."""
        states = ("waiting", "delivered", "dead")
        keys = SiteKeys(site)
        return dict(
            zip(states, self._redis.pipe([("ZCARD", keys.log(endpoint, each)) for each in states]), strict=True)
        )

    def _logged(self, site: str, endpoint: str, ids: list[str]) -> list[Logged | None]:
        keys = SiteKeys(site)
        stored = self._redis.pipe(
            [("HGETALL", key) for id in ids for key in (keys.event(id), keys.delivery(id, endpoint))]
        )
        return [
            webhook_codec.logged(webhook_codec.event(id, site, stored[2 * at]), endpoint, stored[2 * at + 1])
            if stored[2 * at] and stored[2 * at + 1]
            else None
            for at, id in enumerate(ids)
        ]


def beginning(since: Millis) -> str:
    """Return the cursor of whatever was logged at *since* or later."""
    return f"{max(0, since - 1)}-{2**64 - 1}"


def _telling(data: str, body: MaskedText) -> str:
    told = json.loads(data)
    return codec.dumps(told | {"comment": told["comment"] | {"body": body}})
