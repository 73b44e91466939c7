"""Event → Delivery → Attempt: what happened, to whom it must be told, and each try at telling.

An event is a snapshot in the outbox, written in the same step as the change it tells of. It never holds an address.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from service.core.comment import Comment, Decision, Millis, Outcome
from service.core.masking import REDACTION, MaskedText, mask
from service.core.verdict import Verdict, known

_NOTHING: Final = mask("").text
_BLOCKS: Final = mask(REDACTION).text

#: The payloads' version: it grows when a field changes its meaning or goes, not when one is added.
VERSION: Final = 1


class EventType(StrEnum):
    """What webhooks tell of: each outcome, what was undone, a reader's report, and what befell an endpoint."""

    PUBLISHED = "comment.published"
    HELD = "comment.held"
    REJECTED = "comment.rejected"
    SPAM = "comment.spam"
    REPORTED = "comment.reported"
    UNDONE = "decision.undone"
    TEST = "endpoint.test"
    DISABLED = "endpoint.disabled"

    @classmethod
    def of(cls, outcome: Outcome) -> "EventType":
        """Return the event that tells of *outcome*."""
        return cls(f"comment.{outcome.value}")


#: Told only to whoever names it: what was undone within its window nobody had heard of.
UNASKED: Final = frozenset({EventType.UNDONE})

#: What an endpoint may want. A test goes to the endpoint that is tested, whatever it wants.
CHOICES: Final = tuple(kind for kind in EventType if kind is not EventType.TEST)


@dataclass(frozen=True, slots=True)
class Event:
    """An event in the log. *comment* is what it is about: a comment, or for `endpoint.…` an endpoint, by its id.

    *sequence* numbers the events of one comment; a *cancelled* one was undone in its window.
    """

    id: str
    type: EventType
    site: str
    comment: str
    sequence: int
    at: Millis
    not_before: Millis
    data: Mapping[str, Any]
    cancelled: bool = False

    def payload(self, *, is_thin: bool = False) -> bytes:
        """Return the webhook's body, the same bytes at each attempt, so that its signature covers what is read."""
        return json.dumps(self.message(is_thin=is_thin), ensure_ascii=False, separators=(",", ":")).encode()

    def message(self, *, is_thin: bool = False) -> dict[str, Any]:
        """Return what is told; a thin one names the comment, and its receiver asks the API for the rest."""
        data = thin(self.data) if is_thin else self.data
        return {
            "type": self.type.value,
            "version": VERSION,
            "timestamp": iso(self.at),
            "data": {**data, "sequence": self.sequence, "at": iso(self.at)},
        }


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """A signing secret, sealed. One that was rotated away signs beside the new one *until* then; 0: for good."""

    sealed: str
    until: Millis = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver of a site's events. Secrets and header values stay sealed until the moment of sending.

    No *events* means each that is told unasked; *per_minute* 0 means as fast as it answers.
    """

    id: str
    site: str
    url: str
    secrets: tuple[SigningSecret, ...] = ()
    description: MaskedText = _NOTHING
    events: tuple[EventType, ...] = ()
    is_thin: bool = False
    header_names: tuple[str, ...] = ()
    sealed_headers: str = ""
    per_minute: int = 0
    created_at: Millis = 0

    @property
    def wanted(self) -> tuple[EventType, ...]:
        """The types that it is told."""
        return self.events or tuple(kind for kind in CHOICES if kind not in UNASKED)


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint does: whether it is stopped, by its owner or by us and why, and since when it fails; 0: it does
    not."""

    is_paused: bool = False
    disabled: str = ""
    disabled_at: Millis = 0
    failing_since: Millis = 0
    delivered_at: Millis = 0
    is_catching_up: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint, claimed by a worker at *at*: *claim* proves it, until its time ends."""

    event: str
    site: str
    endpoint: str
    comment: str
    not_before: Millis
    claim: str
    at: Millis = 0

    @property
    def name(self) -> str:
        """How the store names it; `settle.lua` reads the last word."""
        return f"{self.site} {self.event} {self.endpoint} {self.comment} {self.not_before}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was sent where, and the receiver's answer, masked and cut, or why there was none.

    Values of custom headers are not in *headers*. Of the *milliseconds* in all, *connecting* went into finding,
    reaching and greeting the receiver: none where a connection was kept.
    """

    at: Millis
    status: int | None
    error: str | None
    milliseconds: int
    answer: MaskedText
    answer_headers: MaskedText = _NOTHING
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    connecting: int = 0

    def without_answer(self) -> "Attempt":
        """Return it with blocks for what the receiver answered: it may have echoed what was redacted since."""
        headers = _BLOCKS if self.answer_headers else _NOTHING
        return replace(self, answer=_BLOCKS if self.answer else _NOTHING, answer_headers=headers)


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery as the log shows it: *state* is waiting, delivered or dead; *changed_at* is its last attempt's."""

    event: Event
    endpoint: str
    state: str
    failures: int
    created_at: Millis
    changed_at: Millis
    due_at: Millis


def thin(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an event's *data* what names its subject."""
    kept = {name: data[name] for name in ("site", "outcome", "endpoint", "why") if name in data}
    return kept | ({"comment": {"id": data["comment"]["id"]}} if "comment" in data else {})


def described(comment: Comment, decision: Decision) -> dict[str, Any]:
    """Return what an event tells of *comment* and of the decision on it: masked text, never an address."""
    comment = comment.outward
    verdict = known(comment.opinion)
    return {
        "site": comment.site,
        "comment": {
            "id": comment.id,
            "thread_url": comment.thread_url,
            "thread_title": comment.thread_title,
            "parent_id": comment.parent or None,
            "name": comment.author.name,
            "website": comment.author.website or None,
            "body": comment.body,
        },
        "outcome": decision.outcome.value,
        "decided_by": decision.actor.name,
        "reasons": [reason.value for reason in decision.reasons],
        "rule": decision.rule,
        "reason": decision.note,
        "scores": dict(verdict.scores) if verdict else None,
        "scored": isinstance(comment.opinion, Verdict),
    }


def iso(at: Millis) -> str:
    """Return *at* as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
