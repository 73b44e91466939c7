"""Where a site's events are told."""

from service.core.errors import NotFound
from service.core.events import Endpoint
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys


class Endpoints:
    """The endpoints of every site."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def add(self, endpoint: Endpoint) -> None:
        """Store an endpoint; events from now on are told to it."""
        self._redis.do("HSET", SiteKeys(endpoint.site).endpoints, endpoint.id, codec.endpoint_json(endpoint))

    def of(self, site: str) -> list[Endpoint]:
        """Return the site's endpoints by id."""
        stored = self._redis.do("HGETALL", SiteKeys(site).endpoints)
        return [codec.endpoint(id, site, text) for id, text in sorted(stored.items())]

    def find(self, site: str, id: str) -> Endpoint | None:
        """Return the endpoint, or None when it was removed."""
        text = self._redis.do("HGET", SiteKeys(site).endpoints, id)
        return codec.endpoint(id, site, text) if text else None

    def remove(self, site: str, id: str) -> None:
        """Forget the endpoint; what is on its way to it is dropped. Raises NotFound."""
        if not self._redis.do("HDEL", SiteKeys(site).endpoints, id):
            raise NotFound("webhook", id)
