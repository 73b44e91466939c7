"""Deliveries that are due: claimed, tried, settled. At least once, one at a time per endpoint and comment.

A delivery waits in its line, the events of one comment to one endpoint, and one of a line is in its endpoint's lane.
Free senders are shared out to the lanes in turn, and a lane has as many in flight as its endpoint earned by quick
answers: a receiver that hangs holds up its own lane alone. A worker that dies leaves its deliveries claimed, and they
fall due again when the claim ends: so a receiver may see an event twice, never not at all. A worker whose claim has
ended cannot settle any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from service.core.comment import LONGEST_UNDO, Millis
from service.core.events import Attempt, Delivery, Endpoint, Event
from service.core.schedule import RETRY_AFTER_FLOOR
from service.store import webhook_codec
from service.store.connection import Command, Connection
from service.store.keys import PARTITIONS, SiteKeys, due, undelivered
from service.store.outbox import DELIVERIES_BOUND
from service.store.script import Args, Keys, Script

_LANES: Final = Script("lanes")
_CLAIM: Final = Script("claim")
_SETTLE: Final = Script("settle")

#: Attempts kept for each delivery.
ATTEMPTS_KEPT: Final = 20

#: A claim lasts as long as an exchange may, and this much longer, ms.
CLAIM_MARGIN: Final = 15_000

#: Deliveries that one endpoint has in flight at most, however quickly it answers.
MOST_IN_FLIGHT: Final = 32

#: Ms by which an endpoint with a rate limit may be ahead of it.
BURST: Final = 1000

#: Ms for which an endpoint that asks for rest gets nothing at most.
LONGEST_REST: Final = RETRY_AFTER_FLOOR * 1000

State = Literal["waiting", "delivered", "dead", "cancelled"]

#: How an endpoint did, for its share of the senders.
Pace = Literal["quick", "slow", "failed"]


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled delivery: *at* is when, *failing_since* since when its endpoint only fails, or 0; both by Redis."""

    at: Millis
    failing_since: Millis


@dataclass(frozen=True, slots=True)
class Parcel:
    """What *delivery* needs: where it goes and what is told, either None when it is gone, and how often it failed."""

    delivery: Delivery
    endpoint: Endpoint | None
    event: Event | None
    failures: int


@dataclass(frozen=True, slots=True)
class Lane:
    """The deliveries of *site* to one endpoint, and how many a minute there may be; 0: any."""

    site: str
    endpoint: str
    per_minute: int


class Deliveries:
    """The deliveries of every site."""

    def __init__(self, connection: Connection, *, event_life: Millis, exchange: Millis) -> None:
        self._redis = connection
        self._event_life = event_life
        self._claim_length = exchange + CLAIM_MARGIN

    def claim(self, *, limit: int) -> list[Delivery]:
        """Claim up to *limit* deliveries that are due, from the endpoints of every partition in turn."""
        lanes = self._due(limit)
        shares = [limit // len(lanes) + (at < limit % len(lanes)) for at in range(len(lanes))]
        calls = [self._call(lane, limit=share) for lane, share in zip(lanes, shares, strict=True)]
        answers = self._redis.run_each(_CLAIM, calls)
        return [_delivery(name, claim, now) for now, claim, *names in answers for name in names]

    def parcels(self, deliveries: Sequence[Delivery]) -> list[Parcel]:
        """Return what each of *deliveries* needs, in one round trip."""
        found = iter(self._redis.pipe([command for each in deliveries for command in _needs(each)]))
        return [
            Parcel(
                delivery,
                webhook_codec.endpoint(delivery.endpoint, delivery.site, endpoint) if endpoint else None,
                webhook_codec.event(delivery.event, delivery.site, fields) if fields else None,
                int(failures or 0),
            )
            for delivery, endpoint, fields, failures in zip(deliveries, found, found, found, strict=False)
        ]

    def settle(
        self,
        delivery: Delivery,
        state: State,
        *,
        attempt: Attempt | None,
        after: Millis = 0,
        rest: Millis = 0,
        pace: Pace = "quick",
    ) -> Settled | None:
        """Record the attempt and what follows; None if the claim had ended and another worker has the delivery.

        A delivery that waits is due *after* so long; the endpoint asked for *rest*, and gets more senders by its
        *pace*.
        """
        keys = SiteKeys(delivery.site)
        endpoint = delivery.endpoint
        word, *times = self._redis.run(
            _SETTLE,
            keys={
                "due": keys.due,
                "delivery": keys.delivery(delivery.event, endpoint),
                "attempts": keys.attempts(delivery.event, endpoint),
                "comment_order": keys.line(endpoint, delivery.comment),
                "endpoint_queue": keys.lane(endpoint),
                "in_flight": keys.flying(endpoint),
                "health": keys.health(endpoint),
                "undelivered": keys.undelivered,
                "log": keys.log(endpoint),
                "log_waiting": keys.log(endpoint, "waiting"),
                "log_delivered": keys.log(endpoint, "delivered"),
                "log_dead": keys.log(endpoint, "dead"),
                "event": keys.event(delivery.event),
            },
            args={
                "name": delivery.name,
                "claim": delivery.claim,
                "state": state,
                "after": after,
                "attempt": webhook_codec.attempt_json(attempt) if attempt else "",
                "without_answer": webhook_codec.attempt_json(attempt.without_answer()) if attempt else "",
                "most_attempts": ATTEMPTS_KEPT,
                "event_life": self._event_life,
                "queue_name": f"{delivery.site} {endpoint}",
                "event_id": delivery.event,
                "rest": rest,
                "pace": pace,
                "most_deliveries": DELIVERIES_BOUND,
                "longest_undo": LONGEST_UNDO,
            },
        )
        return Settled(*times) if word == "settled" else None

    def attempts(self, site: str, event: str, endpoint: str) -> list[Attempt]:
        """Return the attempts at one delivery, oldest first."""
        stored = self._redis.do("LRANGE", SiteKeys(site).attempts(event, endpoint), 0, -1)
        return [webhook_codec.attempt(text) for text in stored]

    def length(self) -> int:
        """Return how many deliveries wait to be made."""
        return sum(self._redis.pipe([("ZCARD", undelivered(partition)) for partition in range(PARTITIONS)]))

    def _due(self, limit: int) -> list[Lane]:
        """Return up to *limit* lanes to look into, longest not served first."""
        counts = self._redis.pipe([("ZCARD", due(partition)) for partition in range(PARTITIONS)])
        busy = [partition for partition, count in enumerate(counts) if count]
        answers = self._redis.run_each(_LANES, [({"due": due(partition)}, {"limit": limit}) for partition in busy])
        found = [
            (float(score), lane.split(" "))
            for answer in answers
            for lane, score in zip(answer[::2], answer[1::2], strict=True)
        ]
        lanes = [lane for _, lane in sorted(found)[:limit]]
        texts = self._redis.pipe([("HGET", SiteKeys(site).endpoints, id) for site, id in lanes])
        return [
            Lane(site, id, webhook_codec.endpoint(id, site, text).per_minute if text else 0)
            for (site, id), text in zip(lanes, texts, strict=True)
        ]

    def _call(self, lane: Lane, *, limit: int) -> tuple[Keys, Args]:
        keys, id = SiteKeys(lane.site), lane.endpoint
        interval = 60_000 / lane.per_minute if lane.per_minute else 0
        return (
            {
                "due": keys.due,
                "endpoint_queue": keys.lane(id),
                "in_flight": keys.flying(id),
                "health": keys.health(id),
                "clock": keys.clock,
            },
            {
                "queue_name": f"{lane.site} {id}",
                "limit": limit,
                "most_in_flight": MOST_IN_FLIGHT,
                "claim_length": self._claim_length,
                "interval": interval,
                "burst": max(BURST, interval),
                "longest_rest": LONGEST_REST,
            },
        )


def _needs(delivery: Delivery) -> tuple[Command, ...]:
    keys = SiteKeys(delivery.site)
    return (
        ("HGET", keys.endpoints, delivery.endpoint),
        ("HGETALL", keys.event(delivery.event)),
        ("HGET", keys.delivery(delivery.event, delivery.endpoint), "failures"),
    )


def _delivery(name: str, claim: str, now: Millis) -> Delivery:
    site, event, endpoint, comment, not_before = name.split(" ")
    return Delivery(event, site, endpoint, comment, int(not_before), claim, now)
