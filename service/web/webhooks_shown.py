"""What owners see of webhooks: endpoints, a delivery's whole exchange, the form with what was typed into it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from service.adapters.ssrf_guard import LONGEST_URL
from service.core.catalogue import MEANINGS
from service.core.endpoint import LONGEST_DESCRIPTION, LONGEST_HEADERS
from service.core.events import CHOICES, UNASKED, Attempt, Endpoint, EventType, Health, Logged
from service.core.masking import MaskedText, cut
from service.core.thread import shown
from service.use_cases.webhook_endpoints import Exchange, Shown
from service.web.words import Moment

STATES: Final = {"waiting": "Waiting", "delivered": "Delivered", "dead": "Given up"}

_WHY: Final = {
    "gone": "Disabled: it answered 410, which says that it wants no more.",
    "failing": "Disabled: it failed for five days.",
}


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """An endpoint in the list: *state* is a sentence, *tone* the outcome whose colour it has."""

    id: str
    url: str
    description: MaskedText
    events: tuple[str, ...]
    payload: str
    header_names: tuple[str, ...]
    per_minute: int
    state: str
    tone: str
    is_stopped: bool
    is_disabled: bool
    is_catching_up: bool
    delivered: Moment | None
    counts: Mapping[str, int]
    rotated_until: Moment | None

    @classmethod
    def of(cls, shown: Shown, *, now: float) -> "EndpointShown":
        """Show an endpoint to its owner at *now*, ms since the epoch."""
        endpoint, health = shown.endpoint, shown.health
        state, tone = _state(health, now=now)
        until = max((secret.until for secret in endpoint.secrets), default=0)
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            description=endpoint.description,
            events=tuple(kind.value for kind in endpoint.events),
            payload="thin" if endpoint.is_thin else "full",
            header_names=endpoint.header_names,
            per_minute=endpoint.per_minute,
            state=state,
            tone=tone,
            is_stopped=health.is_paused or bool(health.disabled),
            is_disabled=bool(health.disabled),
            is_catching_up=health.is_catching_up or bool(shown.replays),
            delivered=Moment.of(health.delivered_at, now=now) if health.delivered_at else None,
            counts=shown.counts,
            rotated_until=Moment.of(until, now=now) if until > now else None,
        )


@dataclass(frozen=True, slots=True)
class LoggedShown:
    """A delivery as a line of the log."""

    event: str
    type: str
    about: str
    sequence: int
    state: str
    tone: str
    failures: int
    changed: Moment
    next_try: Moment | None

    @classmethod
    def of(cls, logged: Logged, *, now: float) -> "LoggedShown":
        """Show a delivery at *now*, ms since the epoch."""
        is_waiting = logged.state == "waiting"
        return cls(
            event=logged.event.id,
            type=logged.event.type.value,
            about=logged.event.comment if logged.event.comment.startswith("c_") else "",
            sequence=logged.event.sequence,
            state=STATES[logged.state],
            tone={"waiting": "held", "delivered": "published", "dead": "rejected"}[logged.state],
            failures=logged.failures,
            changed=Moment.of(logged.changed_at, now=now),
            next_try=Moment.of(logged.due_at, now=now) if is_waiting and logged.failures else None,
        )


@dataclass(frozen=True, slots=True)
class ExchangeShown:
    """A delivery with all that went to and fro. It *is_under_way* until its first attempt."""

    line: LoggedShown
    body: str
    attempts: tuple[Attempt, ...]
    times: tuple[Moment, ...]

    @classmethod
    def of(cls, exchange: Exchange, *, now: float) -> "ExchangeShown":
        """Show a delivery at *now*, ms since the epoch; its body indented, newest attempt first."""
        newest = tuple(reversed(exchange.attempts))
        body = json.dumps(json.loads(exchange.body), ensure_ascii=False, indent=2)
        times = tuple(Moment.of(attempt.at, now=now) for attempt in newest)
        return cls(LoggedShown.of(exchange.logged, now=now), body, newest, times)

    @property
    def is_under_way(self) -> bool:
        """Whether nothing was tried yet."""
        return not self.attempts


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """A type of event in the form."""

    type: str
    meaning: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """The form of an endpoint: with what it has, or what was typed, and its faults."""

    url: str = ""
    description: str = ""
    choices: tuple[ChoiceShown, ...] = ()
    payload: str = "full"
    headers: str = ""
    per_minute: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "EndpointForm":
        """Return the form of an endpoint to be."""
        return cls(choices=_choices(tuple(kind for kind in CHOICES if kind not in UNASKED)))

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointForm":
        """Return the form of an endpoint. Header values are sealed, so they are not in it."""
        return cls(
            url=endpoint.url,
            description=endpoint.description,
            choices=_choices(endpoint.wanted),
            payload="thin" if endpoint.is_thin else "full",
            per_minute=str(endpoint.per_minute or ""),
        )

    @classmethod
    def again(cls, typed: Mapping[str, str], events: Sequence[str], faults: Mapping[str, str]) -> "EndpointForm":
        """Return the form as it was typed, addresses masked, with what is wrong beside its field."""
        return cls(
            url=shown(typed.get("url", "")[:LONGEST_URL]).text,
            description=cut(typed.get("description", ""), LONGEST_DESCRIPTION),
            choices=_choices(events),
            payload=typed.get("payload", "full"),
            headers=cut(typed.get("headers", ""), LONGEST_HEADERS),
            per_minute=typed.get("per_minute", "")[:20],
            faults=faults,
        )


def _choices(chosen: Sequence[str | EventType]) -> tuple[ChoiceShown, ...]:
    return tuple(ChoiceShown(kind.value, MEANINGS[kind], kind.value in chosen) for kind in CHOICES)


def _state(health: Health, *, now: float) -> tuple[str, str]:
    if health.disabled:
        return f"{_WHY[health.disabled]} What happens meanwhile is delivered once you resume it.", "rejected"
    if health.is_paused:
        return "Paused. What happens meanwhile is delivered once you resume it.", "held"
    if health.failing_since:
        return f"Failing since {Moment.of(health.failing_since, now=now).exact}.", "rejected"
    return "Active.", "published"
