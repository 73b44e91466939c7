"""The catalogue of events: what each type means and the JSON Schema of its payload, full and thin.

The models are the schemas; nothing is parsed with them in production. Tests check what is sent against them.
"""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.comment import Complaint, Outcome, Reason
from service.core.events import UNASKED, VERSION, EventType


class _Told(BaseModel):
    # What is added later must not break a receiver that checks by these schemas: other fields are allowed.
    model_config = ConfigDict(extra="allow")


class _Subject(_Told):
    site: str = Field(description="The site’s id.")
    sequence: int = Field(ge=1, description="Numbers the events of one comment: a lower one than you had is stale.")
    at: datetime = Field(description="When it happened.")


class CommentTold(_Told):
    """A comment, masked: no e-mail address is in it."""

    id: str
    thread_url: str = Field(description="The page, addresses in its path replaced by •••@•••.")
    thread_title: str
    parent_id: str | None = Field(description="The comment that it answers.")
    name: str
    website: str | None
    body: str = Field(description="As it was typed, addresses replaced by •••@•••.")


class CommentNamed(_Told):
    """A comment by its id: ask the API for the rest."""

    id: str


class EndpointTold(_Told):
    """An endpoint of the site."""

    id: str
    description: str | None


class DecisionData(_Subject):
    """A comment and the decision on it."""

    comment: CommentTold
    outcome: Outcome
    decided_by: str = Field(description="The moderator’s or token’s name, or the policy.")
    reasons: list[Reason]
    rule: str | None = Field(None, description="The rule of the house that the moderator named.")
    reason: str | None = Field(description="What the moderator wrote, masked.")
    scores: dict[str, float] | None
    scored: bool = Field(description="False when the classifier could not judge it; the scores are then a guess.")


class ReportData(DecisionData):
    """A comment and what a reader reported of it."""

    complaint: Complaint = Field(description="What the reader reported.")


class ThinData(_Subject):
    """Which comment, and where it stands."""

    comment: CommentNamed
    outcome: Outcome


class TestData(_Subject):
    """The endpoint that is tested."""

    endpoint: EndpointTold


class DisabledData(_Subject):
    """The endpoint that gets nothing any more, and why."""

    endpoint: EndpointTold
    why: Literal["gone", "failing"] = Field(description="It answered 410, or failed for five days.")


MEANINGS: Final = {
    EventType.PUBLISHED: "A comment shows for all to see.",
    EventType.HELD: "A comment waits for a person.",
    EventType.REJECTED: "A comment was rejected.",
    EventType.SPAM: "A comment was marked as spam.",
    EventType.REPORTED: "A reader reported a published comment, which stays published.",
    EventType.UNDONE: "A decision was taken back before anyone was told of it; `outcome` is where the comment stands "
    "again. Told only to endpoints that name it.",
    EventType.TEST: "Somebody pressed “send a test”. Told only to that endpoint.",
    EventType.DISABLED: "Another endpoint of the site gets nothing any more until its owner resumes it.",
}

_FULL: Final[dict[EventType, type[BaseModel]]] = {
    EventType.REPORTED: ReportData,
    EventType.TEST: TestData,
    EventType.DISABLED: DisabledData,
}


def catalogue() -> dict[str, Any]:
    """Return the whole catalogue: the payloads' version and every type with its schemas."""
    return {
        "version": VERSION,
        "events": [
            {
                "type": kind.value,
                "description": MEANINGS[kind],
                "by_default": kind not in UNASKED and kind is not EventType.TEST,
                "schema": schema(kind),
                "thin_schema": schema(kind, is_thin=True),
            }
            for kind in EventType
        ],
    }


def schema(kind: EventType, *, is_thin: bool = False) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a webhook's body."""
    full = _FULL.get(kind, DecisionData)
    data = (ThinData if issubclass(full, DecisionData) and is_thin else full).model_json_schema()
    definitions = data.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.value,
        "description": MEANINGS[kind],
        "type": "object",
        "required": ["type", "version", "timestamp", "data"],
        "properties": {
            "type": {"const": kind.value},
            "version": {"const": VERSION},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": data,
        },
        "$defs": definitions,
    }
