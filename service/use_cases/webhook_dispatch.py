"""The third story: every event reaches every endpoint of its site, at least once and in order per comment.

fan out → claim → sign → send → settle. What a receiver does to us is an `Attempt`, never an exception.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from service.adapters import metrics
from service.adapters.webhook_client import Answer, Sender
from service.core.errors import NotOpened
from service.core.events import Attempt, Delivery, Endpoint, Event
from service.core.masking import mask
from service.core.ports import Sealed, Sealing
from service.core.schedule import FAILING_LIMIT, Judgement, bounded, judge, next_attempt, retry_after
from service.core.signing import sign
from service.store.deliveries import Deliveries, Pace, Parcel, State
from service.store.endpoints import Endpoints
from service.store.outbox import Entry, Outbox
from service.store.queue import NewEvent
from service.store.replays import Replay, Replays

log = structlog.get_logger(__name__)

#: An answer within this time is a quick one: the endpoint may have one more delivery in flight, ms.
QUICK: Final = 2000

#: Statuses by which a receiver says that it has too much to do.
OVERLOADED: Final = (429, 502, 503, 504)

#: Why nothing is sent where an endpoint's secret or headers do not open.
_NO_KEY: Final = (
    "The key that sealed its secret is missing. Bring it back, or rotate the secret and enter the headers anew."
)

#: What the log shows for the value of a custom header.
REDACTED: Final = "•••"


@dataclass(frozen=True, slots=True)
class Courier:
    """Tells endpoints of events."""

    outbox: Outbox
    deliveries: Deliveries
    endpoints: Endpoints
    replays: Replays
    sealing: Sealing
    sender: Sender
    timeout: float
    new_id: Callable[[str], str]
    jitter: Callable[[], float]
    now: Callable[[], float]

    def fan_out(self, entries: Sequence[Entry]) -> list[Entry]:
        """Make deliveries of events for the endpoints of their sites; return those whose comment has an earlier one."""
        endpoints = {site: self.endpoints.of(site) for site in {entry.site for entry in entries}}
        answers = self.outbox.fan_out([(entry, endpoints[entry.site]) for entry in entries])
        return [entry for entry, answer in zip(entries, answers, strict=True) if answer == "early"]

    def replay(self) -> int:
        """Make the next deliveries of each replay under way; return how many replays there were."""
        claimed = self.replays.claim()
        for replay in claimed:
            self._step(replay)
        return len(claimed)

    def claim(self, *, limit: int) -> list[Parcel]:
        """Claim up to *limit* deliveries that are due, with what they need."""
        return self.deliveries.parcels(self.deliveries.claim(limit=limit))

    def deliver(self, parcel: Parcel) -> None:
        """Make one attempt at a claimed delivery, and settle what follows."""
        delivery, endpoint, event = parcel.delivery, parcel.endpoint, parcel.event
        if endpoint is None or event is None or event.cancelled:
            self.deliveries.settle(delivery, "cancelled", attempt=None)
            return
        now = self.now()
        body = event.payload(is_thin=endpoint.is_thin)
        headers: dict[str, str] = {}
        signed: dict[str, str] = {}
        try:
            headers = self._headers(endpoint)
            signed = self._signed(event, endpoint, body, timestamp=int(now), at=delivery.at)
            answer = self.sender.send(endpoint.url, body=body, headers=headers | signed, timeout=self.timeout)
        except NotOpened:
            answer = Answer.none(_NO_KEY)
        attempt = _attempt(answer, endpoint, dict.fromkeys(headers, REDACTED) | signed, now=now)
        self._settle(delivery, endpoint, answer, attempt, failures=parcel.failures, now=now)

    def _step(self, replay: Replay) -> None:
        endpoints = {endpoint.id: endpoint for endpoint in self.endpoints.of(replay.site)}
        if replay.endpoint in endpoints:
            self.replays.step(replay, endpoints[replay.endpoint])
        else:
            self.replays.drop(replay)

    def _headers(self, endpoint: Endpoint) -> dict[str, str]:
        if not endpoint.sealed_headers:
            return {}
        return dict(json.loads(self._unsealed(endpoint.sealed_headers, endpoint)))

    def _unsealed(self, sealed: str, endpoint: Endpoint) -> str:
        return self.sealing.unseal(Sealed(sealed), context=context(endpoint.site, endpoint.id))

    def _signed(self, event: Event, endpoint: Endpoint, body: bytes, *, timestamp: int, at: int) -> dict[str, str]:
        secrets = []
        for secret in endpoint.secrets:
            # One that was replaced is not worth a delivery: where its key is missing, the new one signs alone.
            with suppress(NotOpened) if secret.until else nullcontext():
                if not secret.until or secret.until > at:
                    secrets.append(self._unsealed(secret.sealed, endpoint))
        return {
            "Content-Type": "application/json",
            "User-Agent": "Parley",
            "webhook-id": event.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secrets, id=event.id, timestamp=timestamp, body=body),
        }

    def _settle(
        self, delivery: Delivery, endpoint: Endpoint, answer: Answer, attempt: Attempt, *, failures: int, now: float
    ) -> None:
        judgement = judge(answer.status)
        state, wait, rest = self._following(answer, judgement, failures=failures, now=now)
        if judgement is Judgement.GONE:
            # Before the delivery is settled: should we die in between, it is not lost but waits for the endpoint.
            self._disable(endpoint, why="gone")
        settled = self.deliveries.settle(
            delivery,
            state,
            attempt=attempt,
            after=round(wait * 1000),
            rest=round(rest * 1000),
            pace=_pace(judgement, attempt),
        )
        if settled and settled.failing_since and settled.at - settled.failing_since >= FAILING_LIMIT * 1000:
            self._disable(endpoint, why="failing")
        metrics.ATTEMPTS.labels(state=state if settled else "lost").inc()
        if settled and state == "delivered":
            metrics.LATENCY.observe(max(0, settled.at - delivery.not_before) / 1000)
        log.info(
            "webhook",
            webhook_id=delivery.event,
            endpoint=delivery.endpoint,
            status=answer.status,
            error=answer.error,
            state=state if settled else "lost",
            milliseconds=attempt.milliseconds,
        )

    def _following(
        self, answer: Answer, judgement: Judgement, *, failures: int, now: float
    ) -> tuple[State, float, float]:
        """Return what becomes of the delivery, the seconds until its next attempt, and those that the endpoint
        rests."""
        if judgement is Judgement.DELIVERED:
            return "delivered", 0.0, 0.0
        if judgement is Judgement.GONE:
            return "dead", 0.0, 0.0
        asked = retry_after(answer.retry_after, now=now)
        rest = bounded(asked) if asked and answer.status in OVERLOADED else 0.0
        wait = next_attempt(failures + 1, jitter=self.jitter(), retry_after=asked)
        return ("dead", 0.0, rest) if wait is None else ("waiting", wait, rest)

    def _disable(self, endpoint: Endpoint, *, why: str) -> None:
        told = {
            "site": endpoint.site,
            "endpoint": {"id": endpoint.id, "description": endpoint.description or None},
            "why": why,
        }
        event = NewEvent(self.new_id("evt"), json.dumps(told, ensure_ascii=False))
        if self.endpoints.disable(endpoint.site, endpoint.id, why=why, event=event):
            log.warning("endpoint_disabled", endpoint=endpoint.id, site=endpoint.site, why=why)


def context(site: str, id: str) -> str:
    """Return the context for which an endpoint's secrets are sealed."""
    return f"endpoint {site} {id}"


def _attempt(answer: Answer, endpoint: Endpoint, sent: dict[str, str], *, now: float) -> Attempt:
    return Attempt(
        at=int(now * 1000),
        status=answer.status,
        error=answer.error,
        milliseconds=round(answer.milliseconds),
        answer=mask(answer.excerpt).text,
        answer_headers=mask(answer.headers).text,
        url=endpoint.url,
        headers=sent,
        connecting=round(answer.connecting),
    )


def _pace(judgement: Judgement, attempt: Attempt) -> Pace:
    if judgement is not Judgement.DELIVERED:
        return "failed"
    return "quick" if attempt.milliseconds <= QUICK else "slow"
