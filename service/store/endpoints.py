"""Where a site's events are told, and how each endpoint does."""

from collections.abc import Callable
from typing import Final

from service.core.comment import LONGEST_UNDO, Millis
from service.core.errors import NotFound, Unavailable
from service.core.events import Endpoint, EventType, Health
from service.store import webhook_codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.queue import NewEvent
from service.store.script import NOTHING, Args, Keys, Script

_CHANGE: Final = Script("change")
_STOP: Final = Script("stop")
_RESUME: Final = Script("resume")

#: How often a change is tried while others change the same endpoint.
TRIES: Final = 5


class Endpoints:
    """The endpoints of every site."""

    def __init__(self, connection: Connection, *, event_life: Millis) -> None:
        self._redis = connection
        self._event_life = event_life

    def now(self) -> Millis:
        """Return the time by Redis's clock, the one that stored times are compared with."""
        seconds, micros = self._redis.do("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    def add(self, endpoint: Endpoint) -> None:
        """Store an endpoint; events from now on are told to it."""
        self._redis.do("HSET", SiteKeys(endpoint.site).endpoints, endpoint.id, webhook_codec.endpoint_json(endpoint))

    def of(self, site: str) -> list[Endpoint]:
        """Return the site's endpoints by id."""
        stored = self._redis.do("HGETALL", SiteKeys(site).endpoints)
        return [webhook_codec.endpoint(id, site, text) for id, text in sorted(stored.items())]

    def find(self, site: str, id: str) -> Endpoint:
        """Return the endpoint. Raises NotFound."""
        return webhook_codec.endpoint(id, site, self._text(site, id))

    def change(self, site: str, id: str, how: Callable[[Endpoint], Endpoint]) -> Endpoint:
        """Change the endpoint as *how* says, whoever else changes it meanwhile. Raises NotFound."""
        for _ in range(TRIES):
            text = self._text(site, id)
            changed = how(webhook_codec.endpoint(id, site, text))
            if self._redis.run(
                _CHANGE,
                keys={"values": SiteKeys(site).endpoints},
                args={"id": id, "was": text, "is": webhook_codec.endpoint_json(changed)},
            ):
                return changed
        raise Unavailable("The endpoint", "others are changing it now.")

    def remove(self, site: str, id: str) -> None:
        """Forget the endpoint; what is on its way to it is dropped. Raises NotFound."""
        keys = SiteKeys(site)
        if not self._redis.do("HDEL", keys.endpoints, id):
            raise NotFound("webhook", id)
        # No longer stopped, so that a worker claims what waits, finds nobody to tell, and cancels it.
        self._redis.pipe([("DEL", keys.health(id)), ("ZADD", keys.due, 0, f"{site} {id}")])

    def health(self, site: str, id: str) -> Health:
        """Return how the endpoint does."""
        return webhook_codec.health(self._redis.do("HGETALL", SiteKeys(site).health(id)))

    def disabled(self, site: str) -> list[str]:
        """Return the site's endpoints that we disabled, by id."""
        keys = SiteKeys(site)
        ids = sorted(self._redis.do("HKEYS", keys.endpoints))
        whys = self._redis.pipe([("HGET", keys.health(id), "disabled") for id in ids])
        return [id for id, why in zip(ids, whys, strict=True) if why]

    def pause(self, site: str, id: str) -> None:
        """Deliver nothing until `resume`; what happens meanwhile is delivered then. Raises NotFound."""
        if self._stop(site, id) == "missing":
            raise NotFound("webhook", id)

    def disable(self, site: str, id: str, *, why: str, event: NewEvent) -> bool:
        """Deliver nothing more until its owner resumes it, and tell the site's others of it; False if it was so
        already, or is gone."""
        keys = SiteKeys(site)
        answer = self._stop(
            site,
            id,
            {"event": keys.event(event.id), "outbox": keys.outbox},
            {
                "reason": why,
                "longest_undo": LONGEST_UNDO,
                "event_id": event.id,
                "event_type": EventType.DISABLED.value,
                "event_data": event.data,
                "event_life": self._event_life,
                "site": site,
            },
        )
        return answer == "stopped"

    def resume(self, site: str, id: str) -> None:
        """Go on delivering, first what it missed. Raises NotFound."""
        keys = SiteKeys(site)
        answer = self._redis.run(
            _RESUME,
            keys={
                "endpoints": keys.endpoints,
                "health": keys.health(id),
                "due": keys.due,
                "replays": keys.replays,
            },
            args={"id": id, "queue_name": f"{site} {id}"},
        )
        if answer == "missing":
            raise NotFound("webhook", id)

    def _stop(self, site: str, id: str, keys: Keys = NOTHING, args: Args = NOTHING) -> str:
        """Pause the endpoint, or disable it with what that takes."""
        own = SiteKeys(site)
        stopped = {"endpoints": own.endpoints, "health": own.health(id)}
        return str(self._redis.run(_STOP, keys={**stopped, **keys}, args={"id": id, **args}))

    def _text(self, site: str, id: str) -> str:
        text = self._redis.do("HGET", SiteKeys(site).endpoints, id)
        if text is None:
            raise NotFound("webhook", id)
        return str(text)
