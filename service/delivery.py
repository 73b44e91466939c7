"""The third story: every event reaches every endpoint of its site, at least once and in order per comment.

fan out → claim → sign → send → settle. What a receiver does to us is an `Attempt`, never an exception.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from service.core.events import Attempt, Delivery, Endpoint, Event
from service.core.masking import mask
from service.core.ports import Sealed, Sealing
from service.core.schedule import Judgement, judge, next_attempt, retry_after
from service.core.signing import new_secret, sign
from service.outside import metrics
from service.outside.guard import check_url
from service.outside.sending import Answer, Sender
from service.store.deliveries import Deliveries, State
from service.store.endpoints import Endpoints
from service.store.outbox import Entry, Outbox
from service.store.registry import Registry

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Courier:
    """Tells endpoints of events, and keeps their addresses."""

    outbox: Outbox
    deliveries: Deliveries
    endpoints: Endpoints
    registry: Registry
    sealing: Sealing
    sender: Sender
    timeout: float
    new_id: Callable[[str], str]
    entropy: Callable[[int], bytes]
    jitter: Callable[[], float]
    now: Callable[[], float]

    def add(self, url: str, *, site: str) -> tuple[str, str]:
        """Tell *url* of the site's events from now on; return the endpoint's id and its signing secret."""
        self.registry.site(site)
        check_url(url)
        id, secret = self.new_id("ep"), new_secret(self.entropy(32))
        self.endpoints.add(Endpoint(id, site, url, self.sealing.seal(secret, context=_context(site, id))))
        return id, secret

    def fan_out(self, entry: Entry) -> bool:
        """Make a delivery of an event for each endpoint; False if an earlier event of its comment comes first."""
        return self.outbox.fan_out(entry, self.endpoints.of(entry.site)) != "early"

    def deliver(self, delivery: Delivery) -> None:
        """Make one attempt at *delivery*, and settle what follows."""
        endpoint = self.endpoints.find(delivery.site, delivery.endpoint)
        event = self.deliveries.event(delivery)
        if endpoint is None or event is None or event.cancelled:
            self.deliveries.settle(delivery, "cancelled", attempt=None)
            return
        now = self.now()
        answer = self._send(event, endpoint, timestamp=int(now))
        attempt = Attempt(
            at=int(now * 1000),
            status=answer.status,
            error=answer.error,
            milliseconds=round(answer.milliseconds),
            answer=mask(answer.excerpt).text,
        )
        self._settle(delivery, answer, attempt, now=now)

    def _send(self, event: Event, endpoint: Endpoint, *, timestamp: int) -> Answer:
        body = event.payload()
        secret = self.sealing.unseal(Sealed(endpoint.sealed_secret), context=_context(endpoint.site, endpoint.id))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Parley",
            "webhook-id": event.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign([secret], id=event.id, timestamp=timestamp, body=body),
        }
        return self.sender.send(endpoint.url, body=body, headers=headers, timeout=self.timeout)

    def _settle(self, delivery: Delivery, answer: Answer, attempt: Attempt, *, now: float) -> None:
        state: State = "delivered"
        wait = None
        if judge(answer.status) is not Judgement.DELIVERED:
            wait = self._wait(delivery, answer, now=now)
            state = "dead" if wait is None else "waiting"
        settled = self.deliveries.settle(delivery, state, attempt=attempt, after=round((wait or 0) * 1000))
        metrics.ATTEMPTS.labels(state=state if settled else "lost").inc()
        log.info(
            "webhook",
            webhook_id=delivery.event,
            endpoint=delivery.endpoint,
            status=answer.status,
            error=answer.error,
            state=state,
            milliseconds=attempt.milliseconds,
        )

    def _wait(self, delivery: Delivery, answer: Answer, *, now: float) -> float | None:
        """Return the seconds until the next attempt, or None when there is none."""
        if judge(answer.status) is Judgement.GONE:
            return None
        return next_attempt(
            self.deliveries.failures(delivery) + 1,
            jitter=self.jitter(),
            retry_after=retry_after(answer.retry_after, now=now),
        )


def _context(site: str, id: str) -> str:
    return f"endpoint {site} {id}"
