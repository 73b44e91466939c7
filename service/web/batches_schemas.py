"""Batches as the API shows them, and what asks for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.core.action import Action
from service.core.batch import LARGEST, Batch, Refusal
from service.core.comment import Millis
from service.core.listing import Listing
from service.use_cases.review import LONGEST_NOTE
from service.web.schemas import LONGEST_ID, Limit, Out, RulingIn, Sought, moment

Id = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Text = Annotated[str, Field(max_length=LONGEST_NOTE)]


class PickIn(BaseModel):
    """A comment, at the version that was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    version: int = Field(ge=1, le=2**53)


class FilterIn(Sought):
    """Which comments: all of a list that fit everything that is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: Listing


class BatchIn(RulingIn):
    """What to decide, and on which comments: `comments` that were picked, or all that a `filter` finds."""

    # The first wrong one says enough: ten thousand would take a second to list.
    comments: list[PickIn] | None = Field(None, max_length=LARGEST, fail_fast=True)
    filter: FilterIn | None = None
    expected: int | None = Field(None, ge=0, description="With a filter: refuse it when more comments match.")
    until: AwareDatetime | None = Field(None, description="With a filter: leave out what came later.")

    @property
    def until_millis(self) -> Millis | None:
        """*until*, in ms."""
        return None if self.until is None else int(self.until.timestamp() * 1000)


class BatchQuery(BaseModel):
    """Which page of what was refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    cursor: int = Field(0, ge=0, le=LARGEST, description="Where the last page ended: its `next`.")
    limit: Limit = 50


class BatchesQuery(BaseModel):
    """How many batches."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    limit: Limit = 50


class RefusalOut(Out):
    """A comment that was left as it was."""

    comment: str
    type: str = Field(description="As in the errors: `urn:parley:Superseded`, someone decided since; `…:Leased`, …")
    detail: str = Field(description="Why, as a sentence.")
    by: str | None = Field(description="Whose doing it was.")


class BatchOut(Out):
    """Many comments decided at once."""

    id: str
    state: Literal["running", "done"]
    outcome: Action | None = Field(description="Null for one that takes another back.")
    undoes: str | None = Field(description="The batch that it takes back.")
    undone_by: str | None = Field(description="The batch that took it back last.")
    decided_by: str
    rule: str | None
    reason: str | None
    public_reason: str | None
    created_at: datetime
    total: int = Field(description="Its comments.")
    done: int = Field(description="How many of them it is done with: `made` and `refused`.")
    made: int
    refused: int


class BatchDetailOut(BatchOut):
    """A batch with a page of what was refused."""

    refusals: list[RefusalOut]
    next: int | None = Field(description="The cursor of the next page; null on the last so far.")


class BatchesOut(Out):
    """The last batches, newest first."""

    items: list[BatchOut]


def batch_out(batch: Batch) -> BatchOut:
    """Return *batch* without what was refused."""
    return BatchOut.model_validate(_fields(batch))


def batch_detail_out(batch: Batch, refusals: Sequence[Refusal], *, after: int = 0) -> BatchDetailOut:
    """Return *batch* with the *refusals* behind the first *after*."""
    read = after + len(refusals)
    shown = [
        RefusalOut(comment=each.comment, type=f"urn:parley:{each.kind}", detail=each.why, by=each.by or None)
        for each in refusals
    ]
    following = read if refusals and read < batch.refused else None
    return BatchDetailOut.model_validate(_fields(batch) | {"refusals": shown, "next": following})


def _fields(batch: Batch) -> dict[str, object]:
    return {
        "id": batch.id,
        "state": "running" if batch.is_running else "done",
        "outcome": batch.action,
        "undoes": batch.undoes or None,
        "undone_by": batch.undone_by or None,
        "decided_by": batch.actor.name,
        "rule": batch.rule,
        "reason": batch.note,
        "public_reason": batch.told,
        "created_at": moment(batch.created_at),
        "total": batch.total,
        "done": batch.done,
        "made": batch.made,
        "refused": batch.refused,
    }
