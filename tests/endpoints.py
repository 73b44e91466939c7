"""Endpoints and what delivers to them, for tests: a courier whose work is done step by step."""

import secrets
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from service.adapters.sealing import KeyRing
from service.adapters.ssrf_guard import Guard
from service.adapters.webhook_client import Sender
from service.core.endpoint import EndpointChange
from service.core.people import OPERATOR
from service.store.connection import Connection
from service.store.deliveries import Deliveries
from service.store.endpoints import Endpoints
from service.store.keys import SiteKeys
from service.store.log import Log
from service.store.outbox import Outbox
from service.store.registry import Registry
from service.store.replays import Replays
from service.store.security import SecurityLog
from service.use_cases.security import Security
from service.use_cases.webhook_dispatch import Courier
from service.use_cases.webhook_endpoints import Webhooks

NOW = 1_800_000_000.0
SITE = "news"

NewId = Callable[[str], str]


class Office:
    """The webhooks of a test's store: the owners' acts, and what a worker does, one turn at a time."""

    def __init__(
        self, connection: Connection, registry: Registry, *, life: int, fresh: NewId, key: bytes = b"s" * 32
    ) -> None:
        ring = KeyRing([key])
        self.connection = connection
        self.outbox = Outbox(connection, event_life=life)
        self.deliveries = Deliveries(connection, event_life=life, exchange=5000)
        self.endpoints = Endpoints(connection, event_life=life)
        self.log = Log(connection)
        self.replays = Replays(connection, self.log, event_life=life)
        self.webhooks = Webhooks(
            registry,
            self.endpoints,
            self.deliveries,
            self.log,
            self.replays,
            sealing=ring,
            security=Security(SecurityLog(connection)),
            new_id=fresh,
            entropy=secrets.token_bytes,
        )
        self.courier = Courier(
            outbox=self.outbox,
            deliveries=self.deliveries,
            endpoints=self.endpoints,
            replays=self.replays,
            sealing=ring,
            sender=Sender(Guard([ip_network("127.0.0.0/8")])),
            timeout=2,
            new_id=fresh,
            jitter=lambda: 0.0,
            now=lambda: NOW,
        )

    def add(self, url: str, **fields: Any) -> tuple[str, str]:
        """Add an endpoint; return its id and its secret."""
        endpoint, secret = self.webhooks.add(SITE, EndpointChange.parse({"url": url} | fields), member=OPERATOR)
        return endpoint.id, secret

    def fan_out(self) -> None:
        """Fan out what waits in the outbox."""
        for group in self.outbox.groups():
            self.outbox.open(group)
            assert self.courier.fan_out(self.outbox.read(group, worker="test", count=500)) == []

    def run(self) -> int:
        """Do what a worker does, once; return how many attempts were made."""
        self.fan_out()
        claimed = self.courier.claim(limit=100)
        for parcel in claimed:
            self.courier.deliver(parcel)
        return len(claimed)

    def run_all(self) -> int:
        """Do what a worker does until nothing is due; return how many attempts were made."""
        made = 0
        while True:
            replayed, attempts = self.courier.replay(), self.run()
            made += attempts
            if not replayed and not attempts:
                return made

    def make_due(self) -> None:
        """Move the time: whatever waits for its next attempt is due."""
        keys = SiteKeys(SITE)
        for endpoint in self.endpoints.of(SITE):
            for name in self.connection.do("ZRANGE", keys.lane(endpoint.id), 0, -1):
                self.connection.do("ZADD", keys.lane(endpoint.id), 1, name)
            self.connection.do("HDEL", keys.health(endpoint.id), "rests_until")
            self.connection.do("ZADD", keys.due, 1, f"{SITE} {endpoint.id}")
