"""Endpoints, their deliveries and the events as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.core.endpoint import FASTEST, LONGEST_DESCRIPTION
from service.core.events import Attempt, Event, EventType, Logged
from service.store.log import BEGINNING
from service.use_cases.webhook_endpoints import Exchange, Shown
from service.web.schemas import Cursor, Out, moment

State = Literal["waiting", "delivered", "dead"]

Url = Annotated[str, Field(max_length=2048, description="https; http only on networks that the operator allows.")]
Wanted = Annotated[
    list[str], Field(max_length=20, fail_fast=True, description="Types of events; none: each that is told unasked.")
]
Payload = Annotated[Literal["full", "thin"], Field(description="Thin names the comment; ask the API for the rest.")]
Headers = Annotated[
    dict[str, str], Field(description="Headers to send along, like an authorization. Never shown again.")
]
PerMinute = Annotated[int, Field(ge=0, le=FASTEST, description="Deliveries a minute at most; 0: no limit.")]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]


class EndpointIn(BaseModel):
    """A new endpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    description: Description = ""
    events: Wanted = Field(default_factory=list)
    payload: Payload = "full"
    headers: Headers = Field(default_factory=dict)
    per_minute: PerMinute = 0


class EndpointPatch(BaseModel):
    """What to change of an endpoint: the rest stays. `headers` replaces them all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url | None = None
    description: Description | None = None
    events: Wanted | None = None
    payload: Payload | None = None
    headers: Headers | None = None
    per_minute: PerMinute | None = None


class EndpointOut(Out):
    """An endpoint, and how it does."""

    id: str
    url: str
    description: str
    events: list[EventType]
    payload: Literal["full", "thin"]
    header_names: list[str] = Field(description="Headers that are sent along; their values are sealed.")
    per_minute: int
    status: Literal["active", "paused", "disabled"]
    why: str | None = Field(description="Why it is disabled: gone (it answered 410), or failing (for five days).")
    failing_since: datetime | None
    delivered_at: datetime | None = Field(description="When it last took a delivery.")
    catching_up: bool = Field(description="What it missed is being delivered, before what is new.")
    deliveries: dict[str, int] = Field(description="How many the log holds, by state.")
    rotated_until: datetime | None = Field(description="Until when the secret before this one signs, too.")
    created_at: datetime


class EndpointsOut(Out):
    """A site's endpoints, oldest first."""

    items: list[EndpointOut]


class NewEndpointOut(EndpointOut):
    """A new endpoint with its signing secret."""

    secret: str = Field(description="Shown only now.")


class SecretOut(Out):
    """A new signing secret."""

    secret: str = Field(description="Shown only now. The one before it signs beside it for 24 hours.")


class AttemptOut(Out):
    """One try: what was sent, and what came back, masked and cut at 4 kB."""

    at: datetime
    url: str
    headers: dict[str, str]
    status: int | None
    error: str | None = Field(description="Why there was no answer.")
    milliseconds: int
    connecting: int = Field(description="Of these, for finding, reaching and greeting the receiver.")
    answer_headers: str
    answer: str


class DeliveryOut(Out):
    """One event on its way to one endpoint."""

    event: str = Field(description="Its id, which is the `webhook-id`.")
    type: EventType
    comment: str | None
    sequence: int
    state: State
    failures: int
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None = Field(description="When it is tried next.")


class DeliveriesOut(Out):
    """A page of an endpoint's log, newest first; of one comment all, in its order."""

    items: list[DeliveryOut]
    next: str | None


class ExchangeOut(DeliveryOut):
    """A delivery with the body and every attempt, oldest first."""

    body: str
    attempts: list[AttemptOut]


class DeliveriesQuery(BaseModel):
    """Which deliveries."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: State | Literal[""] = ""
    comment: str = Field("", max_length=40, description="Only what was told of this comment.")
    cursor: Cursor = ""
    limit: int = Field(50, ge=1, le=200)


class ReplayIn(BaseModel):
    """What to deliver again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: AwareDatetime | None = Field(None, description="Events from then on. Unset: all that are kept.")
    what: Literal["missing", "all"] = Field("missing", description="What the endpoint does not have, or everything.")


class EventOut(Out):
    """An event: what a webhook of it has in its body, and its id."""

    id: str
    type: EventType
    version: int
    timestamp: datetime
    data: dict[str, Any]


class EventsOut(Out):
    """A page of the site's events, in their order."""

    items: list[EventOut]
    next: str = Field(description="Send it as `after` to go on, also when nothing came.")


class EventsQuery(BaseModel):
    """Which events."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    after: str = Field(BEGINNING, pattern=r"^[0-9]{1,19}-[0-9]{1,19}$", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=500)


class CatalogueEntry(Out):
    """A type of event."""

    type: EventType
    description: str
    by_default: bool = Field(description="Whether an endpoint that names no events is told of it.")
    body: dict[str, Any] = Field(alias="schema", description="JSON Schema of the full body.")
    thin_body: dict[str, Any] = Field(alias="thin_schema", description="JSON Schema of the thin body.")


class CatalogueOut(Out):
    """Every type of event, and the payloads' version."""

    version: int
    events: list[CatalogueEntry]


def endpoint_out(shown: Shown) -> EndpointOut:
    """Return an endpoint as its owner sees it."""
    return EndpointOut.model_validate(endpoint_fields(shown))


def endpoint_fields(shown: Shown) -> dict[str, Any]:
    """Return what `EndpointOut` has, by name."""
    endpoint, health = shown.endpoint, shown.health
    stopped: Literal["paused", "active"] = "paused" if health.is_paused else "active"
    until = max((secret.until for secret in endpoint.secrets), default=0)
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": list(endpoint.events),
        "payload": "thin" if endpoint.is_thin else "full",
        "header_names": list(endpoint.header_names),
        "per_minute": endpoint.per_minute,
        "status": "disabled" if health.disabled else stopped,
        "why": health.disabled or None,
        "failing_since": moment(health.failing_since) if health.failing_since else None,
        "delivered_at": moment(health.delivered_at) if health.delivered_at else None,
        "catching_up": health.is_catching_up,
        "deliveries": shown.counts,
        "rotated_until": moment(until) if until else None,
        "created_at": moment(endpoint.created_at),
    }


def deliveries_out(found: Sequence[Logged], *, following: str | None) -> DeliveriesOut:
    """Return a page of the log."""
    return DeliveriesOut(items=[DeliveryOut.model_validate(_logged(each)) for each in found], next=following)


def exchange_out(exchange: Exchange) -> ExchangeOut:
    """Return one delivery with everything about it."""
    attempts = [_attempt(attempt) for attempt in exchange.attempts]
    return ExchangeOut.model_validate(_logged(exchange.logged) | {"body": exchange.body, "attempts": attempts})


def event_out(event: Event) -> EventOut:
    """Return an event as who polls reads it: full."""
    return EventOut.model_validate({"id": event.id} | event.message())


def _logged(logged: Logged) -> dict[str, Any]:
    about = logged.event.comment
    return {
        "event": logged.event.id,
        "type": logged.event.type,
        "comment": about if about.startswith("c_") else None,
        "sequence": logged.event.sequence,
        "state": logged.state,
        "failures": logged.failures,
        "created_at": moment(logged.created_at),
        "changed_at": moment(logged.changed_at),
        "due_at": moment(logged.due_at) if logged.state == "waiting" else None,
    }


def _attempt(attempt: Attempt) -> AttemptOut:
    return AttemptOut(
        at=moment(attempt.at),
        url=attempt.url,
        headers=dict(attempt.headers),
        status=attempt.status,
        error=attempt.error,
        milliseconds=attempt.milliseconds,
        connecting=attempt.connecting,
        answer_headers=attempt.answer_headers,
        answer=attempt.answer,
    )
