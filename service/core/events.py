"""Event → Delivery → Attempt: what happened, to whom it must be told, and each try at telling.

An event is a snapshot in the outbox, written in the same step as the change it tells of. It never holds an address.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from service.core.comment import Actor, Comment, Millis, Outcome, Reason
from service.core.masking import MaskedText
from service.core.verdict import Verdict, known


class EventType(StrEnum):
    """What webhooks tell of: each outcome, and a reader's report."""

    PUBLISHED = "comment.published"
    HELD = "comment.held"
    REJECTED = "comment.rejected"
    SPAM = "comment.spam"
    REPORTED = "comment.reported"

    @classmethod
    def of(cls, outcome: Outcome) -> "EventType":
        """Return the event that tells of *outcome*."""
        return cls(f"comment.{outcome.value}")


@dataclass(frozen=True, slots=True)
class Event:
    """An event in the log. *sequence* numbers the events of one comment; a *cancelled* one was undone in its window."""

    id: str
    type: EventType
    site: str
    comment: str
    sequence: int
    at: Millis
    not_before: Millis
    data: Mapping[str, Any]
    cancelled: bool = False

    def payload(self) -> bytes:
        """Return the webhook's body, the same bytes at each attempt, so that its signature covers what is read."""
        message = {
            "type": self.type.value,
            "timestamp": iso(self.at),
            "data": {**self.data, "sequence": self.sequence, "at": iso(self.at)},
        }
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver of a site's events. Its signing secret stays sealed until the moment of signing."""

    id: str
    site: str
    url: str
    sealed_secret: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint, claimed by a worker: *claim* proves it, until its time ends."""

    event: str
    site: str
    endpoint: str
    comment: str
    not_before: Millis
    claim: str

    @property
    def name(self) -> str:
        """How the store names it; `settle.lua` reads the last word."""
        return f"{self.site} {self.event} {self.endpoint} {self.comment} {self.not_before}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the receiver's status, or why there was none, how long it took, and its answer's beginning, masked."""

    at: Millis
    status: int | None
    error: str | None
    milliseconds: int
    answer: MaskedText


def described(
    comment: Comment, *, outcome: Outcome, actor: Actor, reasons: tuple[Reason, ...], note: MaskedText | None
) -> dict[str, Any]:
    """Return what an event tells of *comment* and of the decision on it: masked text, never an address."""
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
        "outcome": outcome.value,
        "decided_by": actor.name,
        "reasons": [reason.value for reason in reasons],
        "reason": note,
        "scores": dict(verdict.scores) if verdict else None,
        "scored": isinstance(comment.opinion, Verdict),
    }


def iso(at: Millis) -> str:
    """Return *at* as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
