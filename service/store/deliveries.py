"""Deliveries that are due: claimed, tried, settled. At least once, one at a time per endpoint and comment.

A delivery waits in its line, the events of one comment to one endpoint, and only the first in line is due. A worker
that dies leaves its deliveries claimed, and they fall due again when the claim ends: so a receiver may see an event
twice, never not at all. A worker whose claim has ended cannot settle any more.
"""

from typing import Final, Literal

from service.core.comment import Millis
from service.core.events import Attempt, Delivery, Event
from service.store import codec
from service.store.connection import Connection, Script
from service.store.keys import PARTITIONS, SiteKeys, due

#: Attempts kept for each delivery.
ATTEMPTS_KEPT: Final = 20

#: A claim lasts as long as an exchange may, and this much longer, ms.
CLAIM_MARGIN: Final = 15_000

State = Literal["waiting", "delivered", "dead", "cancelled"]


class Deliveries:
    """The deliveries of every site."""

    def __init__(self, connection: Connection, *, event_life: Millis, exchange: Millis) -> None:
        self._redis = connection
        self._event_life = event_life
        self._claim_length = exchange + CLAIM_MARGIN
        self._claim, self._settle = Script("claim"), Script("settle")

    def claim(self, *, limit: int) -> list[Delivery]:
        """Claim up to *limit* deliveries that are due, from every partition in turn."""
        first = self._redis.pipe([("ZRANGE", due(partition), 0, 0) for partition in range(PARTITIONS)])
        claimed: list[Delivery] = []
        for partition in (partition for partition in range(PARTITIONS) if first[partition]):
            if len(claimed) < limit:
                claim, *names = self._redis.run(
                    self._claim, [due(partition)], [limit - len(claimed), self._claim_length]
                )
                claimed += [_delivery(name, claim) for name in names]
        return claimed

    def event(self, delivery: Delivery) -> Event | None:
        """Return the event to deliver, or None when it is past its retention."""
        fields = self._redis.do("HGETALL", SiteKeys(delivery.site).event(delivery.event))
        return codec.event(delivery.event, delivery.site, fields) if fields else None

    def failures(self, delivery: Delivery) -> int:
        """Return how many attempts at *delivery* have failed."""
        keys = SiteKeys(delivery.site)
        return int(self._redis.do("HGET", keys.delivery(delivery.event, delivery.endpoint), "failures") or 0)

    def settle(self, delivery: Delivery, state: State, *, attempt: Attempt | None, after: Millis = 0) -> bool:
        """Record the attempt and what follows; False if the claim had ended and another worker has the delivery."""
        keys = SiteKeys(delivery.site)
        answer = self._redis.run(
            self._settle,
            [
                keys.due,
                keys.delivery(delivery.event, delivery.endpoint),
                keys.attempts(delivery.event, delivery.endpoint),
                keys.line(delivery.endpoint, delivery.comment),
                keys.dead,
            ],
            [
                delivery.name,
                delivery.claim,
                state,
                after,
                codec.attempt_json(attempt) if attempt else "",
                ATTEMPTS_KEPT,
                self._event_life,
            ],
        )
        return bool(answer == "settled")

    def attempts(self, site: str, event: str, endpoint: str) -> list[Attempt]:
        """Return the attempts at one delivery, oldest first."""
        stored = self._redis.do("LRANGE", SiteKeys(site).attempts(event, endpoint), 0, -1)
        return [codec.attempt(text) for text in stored]

    def length(self) -> int:
        """Return how many deliveries wait to be made."""
        return sum(self._redis.pipe([("ZCARD", due(partition)) for partition in range(PARTITIONS)]))


def _delivery(name: str, claim: str) -> Delivery:
    site, event, endpoint, comment, not_before = name.split(" ")
    return Delivery(event, site, endpoint, comment, int(not_before), claim)
