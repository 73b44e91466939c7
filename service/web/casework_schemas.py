"""A comment's surroundings, an author's history and the moderation log as the API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.core.acts import LONGEST_REASON, Deed, Entry
from service.core.comment import Mark, Outcome
from service.core.submission import LONGEST_BODY
from service.store.pages import Thread
from service.use_cases.casework import History, Surroundings, Written
from service.use_cases.redact import Revealed
from service.web.schemas import Cursor, DecisionOut, Limit, Out, QueueItem, decision_out, moment, queue_item

Reason = Annotated[str, Field(max_length=LONGEST_REASON, description="Why. It is logged with your name.")]
Version = Annotated[int, Field(ge=1, description="The version you saw.")]
Point = Annotated[int, Field(ge=0, le=LONGEST_BODY * 10, description="In code points of the body.")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntryOut(Out):
    """What a moderator did beside deciding."""

    id: str
    deed: Deed
    by: str
    subject: str = Field(description="The author, thread or comment that it concerns.")
    comment: str | None
    reason: str
    at: datetime


class LogOut(Out):
    """The moderation log, newest first."""

    items: list[EntryOut]
    next: str | None


class LogQuery(BaseModel):
    """Which page of the log."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    cursor: str = Field("", pattern=r"^(\d{1,18}-\d{1,18})?$", description="Where the last page ended: its `next`.")
    limit: Limit = 50


class WhereOut(Out):
    """The page that a comment belongs to."""

    url: str
    title: str
    count: int = Field(description="Its published comments.")
    closed: bool = Field(description="Whether it was closed by hand.")
    pinned: str | None


class ContextOut(Out):
    """What stands around a comment."""

    thread: WhereOut
    above: list[QueueItem] = Field(description="The comments that it answers, the parent last, published or not.")
    before: list[QueueItem] = Field(description="The published comments before it, as the thread reads.")
    after: list[QueueItem] = Field(description="Those after it; its replies come first.")
    acts: list[EntryOut] = Field(description="What moderators did to it beside deciding, newest first.")


class WrittenOut(QueueItem):
    """A comment of an author, and the decision that stands on it."""

    decision: DecisionOut


class AuthorOut(Out):
    """An author's history, by a keyed fingerprint: never the address."""

    id: str
    counts: dict[Outcome, int] = Field(description="How many comments stand where.")
    mark: Mark | None
    key_marks: dict[str, Mark] = Field(description="Marks by author key: where there is one, it alone counts.")
    comments: list[WrittenOut] = Field(description="The last comments, newest first.")
    next: str | None
    acts: list[EntryOut] = Field(description="Notes, and what moderators did, newest first.")


class AuthorQuery(BaseModel):
    """Which page of an author's comments."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    cursor: Cursor = ""
    limit: Limit = 20


class NoteIn(_In):
    """A note on an author, for colleagues."""

    text: str = Field(min_length=1, max_length=LONGEST_REASON)


class MarkIn(_In):
    """What shall hold for an author from now on."""

    mark: Mark | None = Field(description="null takes every mark away.")
    comment: str = Field("", max_length=40, description="A comment of theirs, whose author key is marked along.")
    reason: Reason = ""


class RevealIn(_In):
    """Why the address must be seen."""

    reason: Reason


class LiftIn(_In):
    """Which mask is wrong."""

    begin: Point
    reason: Reason
    version: Version


class RedactIn(_In):
    """What to cover."""

    begin: Point
    end: Point
    reason: Reason = ""
    version: Version


class ReplyIn(_In):
    """What a moderator answers."""

    body: str = Field(min_length=1, max_length=LONGEST_BODY)


class CoverOut(Out):
    """What one mask hides."""

    field: str
    begin: int = Field(description="Where the mask stands, in code points of the field.")
    end: int
    text: str


class RevealedOut(Out):
    """What is hidden of a comment, for this one answer."""

    address: str | None
    covers: list[CoverOut]


def entry_out(entry: Entry) -> EntryOut:
    """Return *entry* as moderators see it."""
    return EntryOut(
        id=entry.id,
        deed=entry.deed,
        by=entry.actor.name,
        subject=entry.subject,
        comment=entry.comment or None,
        reason=entry.reason,
        at=moment(entry.at),
    )


def log_out(found: Sequence[tuple[str, Entry]], *, limit: int) -> LogOut:
    """Return the first *limit* of what was *found*, and where more follow if it was more."""
    shown = found[:limit]
    return LogOut(items=[entry_out(entry) for _, entry in shown], next=shown[-1][0] if len(found) > limit else None)


def context_out(around: Surroundings) -> ContextOut:
    """Return what stands around a comment, as moderators see it."""
    return ContextOut(
        thread=_where_out(around.thread),
        above=[queue_item(each) for each in around.above],
        before=[queue_item(each) for each in around.before],
        after=[queue_item(each) for each in around.after],
        acts=[entry_out(entry) for entry in around.acts],
    )


def author_out(history: History, *, next: str | None) -> AuthorOut:
    """Return an author's history."""
    return AuthorOut(
        id=history.identity,
        counts=dict(history.counts),
        mark=history.mark,
        key_marks=dict(history.key_marks),
        comments=[_written_out(each) for each in history.written],
        next=next,
        acts=[entry_out(entry) for entry in history.acts],
    )


def revealed_out(revealed: Revealed) -> RevealedOut:
    """Return what was revealed, in clear."""
    covers = [
        CoverOut(field=field, begin=cover.begin, end=cover.end, text=cover.clear)
        for field, each in revealed.covers.items()
        for cover in each
    ]
    return RevealedOut(address=revealed.address.reveal() if revealed.address else None, covers=covers)


def _where_out(thread: Thread) -> WhereOut:
    return WhereOut(
        url=thread.url,
        title=thread.title,
        count=thread.count,
        closed=thread.is_closed,
        pinned=thread.pinned or None,
    )


def _written_out(written: Written) -> WrittenOut:
    item, decision = queue_item(written.comment), decision_out(written.decision)
    return WrittenOut.model_validate(item.model_dump() | {"decision": decision})
