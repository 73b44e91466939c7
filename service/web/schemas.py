"""What travels over the API, as the OpenAPI document shows it. Pydantic models and the functions that fill them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.core.action import Action
from service.core.comment import Comment, Decision, Millis, Outcome, Reason, Receipt
from service.core.listing import LONGEST_SEARCH, Listing, Sorting
from service.core.submission import LONGEST
from service.core.verdict import Unscored, known
from service.use_cases.review import LONGEST_NOTE, LONGEST_WINDOW, Ruling
from service.web import words

NOTICES = {
    Outcome.PUBLISHED: "Your comment is published.",
    Outcome.HELD: "Your comment is awaiting moderation.",
    Outcome.REJECTED: "Your comment was not published.",
    Outcome.SPAM: "Your comment was not published.",
}

#: Longest id of a comment or a lease that is looked for.
LONGEST_ID = 100


Cursor = Annotated[str, Field(max_length=80, description="Where the last page ended: its `next`.")]
Limit = Annotated[int, Field(ge=1, le=100, description="Comments a page.")]


def moment(at: Millis) -> datetime:
    """Return *at* as a time in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class ReceiptOut(Out):
    """What a writer gets for an accepted comment."""

    id: str
    status: Outcome
    notice: str = Field(description="What happens next, in words for the reader.")
    token: str = Field(description="Opens this one comment to its author, in the header Parley-Author-Token.")


class PublicComment(Out):
    """A published comment, as everyone sees it."""

    id: str
    parent_id: str | None
    name: str
    website: str | None
    body: str
    created_at: datetime
    status: Outcome
    by_moderator: bool = Field(description="Whether a moderator wrote it.")


class PublicComments(Out):
    """A page of published comments."""

    items: list[PublicComment]
    next: str | None = Field(description="The cursor of the next page; null on the last.")
    count: int = Field(description="All published comments of the thread.")


class Counts(Out):
    """How many comments are published in a thread."""

    count: int


class SpanOut(Out):
    """Words behind a score, in code points of the body."""

    begin: int
    end: int
    label: str
    weight: float


class DecisionOut(Out):
    """A decision on a comment."""

    id: str | None = Field(None, description="The comment.")
    version: int
    outcome: Outcome
    decided_by: str
    reasons: list[Reason]
    rule: str | None = Field(description="The rule of the house that it names.")
    reason: str | None = Field(description="What the moderator wrote for colleagues.")
    public_reason: str | None = Field(description="What the author is told.")
    at: datetime
    undo_until: datetime | None
    undoes: int | None = Field(description="The version of the decision that this one took back.")


class QueueItem(Out):
    """A comment as moderators see it: masked, with its scores and the words behind them."""

    id: str
    version: int
    status: Outcome
    reasons: list[Reason]
    likeness: str | None = Field(description="Whom the author may be taken for by their name, in a sentence.")
    scores: dict[str, float] | None
    spans: list[SpanOut]
    model: str | None
    language: str | None
    unscored: str | None = Field(description="Why it could not be judged; null when it was.")
    thread_url: str
    thread_title: str
    parent_id: str | None
    name: str
    website: str | None
    body: str
    created_at: datetime
    by_moderator: bool
    author: str | None = Field(description="Who wrote it, by a keyed fingerprint; null where nothing tells.")


class QueueOut(Out):
    """What waits, worst first."""

    items: list[QueueItem]
    next: str | None
    looked: int = Field(description="Comments gone through for these: words and combined filters are looked for.")


class LeasedOut(Out):
    """The next comment, leased to whoever asked."""

    comment: QueueItem
    lease: str = Field(description="Proves the lease: send it with the decision, or give it back.")
    lease_ends: datetime


class QueueCountsOut(Out):
    """How many comments each list has."""

    lists: dict[Listing, int]
    reasons: dict[Reason, int] = Field(description="For which reasons comments wait.")
    oldest: datetime | None = Field(description="When the one that waits longest came.")
    is_full: bool = Field(description="Whether as many wait as may: then none is taken that would have to.")


class CommentOut(QueueItem):
    """A comment with every decision on it."""

    decisions: list[DecisionOut]


class RulingIn(BaseModel):
    """What a moderator decides, of one comment or of many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Action = Field(description="`escalated` hands a comment on, as it stands.")
    rule: str = Field("", max_length=LONGEST_NOTE, description="The rule of the house that is broken.")
    reason: str = Field("", max_length=LONGEST_NOTE, description="Why, for the log and the webhook.")
    public_reason: str = Field("", max_length=LONGEST_NOTE, description="Why, for the author too.")

    @property
    def ruling(self) -> Ruling:
        """What is decided."""
        return Ruling(self.outcome, rule=self.rule, note=self.reason, told=self.public_reason)


class DecisionIn(RulingIn):
    """What a moderator decides."""

    lease: str = Field("", max_length=LONGEST_ID, description="The lease you hold: without it you may be too late.")
    version: int | None = Field(None, ge=1, description="The version you saw. Unset: today’s.")
    undo_seconds: int = Field(0, ge=0, le=LONGEST_WINDOW, description="How long it may be undone and is kept quiet.")


class UndoIn(BaseModel):
    """Which decision to take back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1, description="The version that the decision made.")


class ThreadQuery(BaseModel):
    """Which thread: by the page's URL, or by the site's own id for it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    thread_url: Annotated[str, Field(max_length=LONGEST["thread_url"])] = ""
    thread_id: Annotated[str, Field(max_length=LONGEST["thread_id"])] = ""


class ThreadIn(ThreadQuery):
    """What a thread shall be; what is not sent stays."""

    closed: bool | None = Field(None, description="Whether it takes no more comments.")
    pinned: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="The published first-level comment that stands first; null for none."
    )
    reason: str = Field("", max_length=LONGEST_NOTE, description="Why, for the log.")


class ThreadOut(Out):
    """What a thread is."""

    closed: bool = Field(description="Whether it was closed by hand.")
    pinned: str | None = Field(description="The comment that stands first.")
    count: int = Field(description="Its published comments.")


class PageQuery(ThreadQuery):
    """Which page of a thread's comments."""

    cursor: Cursor = ""
    limit: Limit = 50


class Sought(ThreadQuery):
    """Which comments of a list: those that fit everything that is named."""

    list: Listing = Field(Listing.WAITING, description="Which list of the desk.")
    reason: Reason | None = Field(None, description="Why they were held.")
    author_of: str = Field("", max_length=LONGEST_ID, description="A comment: those by its author.")
    words: str = Field("", max_length=LONGEST_SEARCH, description="In the text, the name or the page’s title.")
    sort: Sorting = Field(Sorting.WORST, description="The order of what waits.")


class QueueQuery(Sought):
    """Which page of the queue."""

    cursor: Cursor = ""
    limit: Limit = 50


class NextIn(Sought):
    """From which list to take the next comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LeaseIn(BaseModel):
    """Which lease ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lease: str = Field(max_length=LONGEST_ID)


def receipt_out(receipt: Receipt) -> ReceiptOut:
    """Return the writer's receipt."""
    return ReceiptOut(id=receipt.id, status=receipt.outcome, notice=NOTICES[receipt.outcome], token=receipt.token)


def public_comment(comment: Comment) -> PublicComment:
    """Return *comment* without anything that only moderators see."""
    comment = comment.outward
    return PublicComment(
        id=comment.id,
        parent_id=comment.parent or None,
        name=comment.author.name,
        website=comment.author.website or None,
        body=comment.body,
        created_at=moment(comment.created_at),
        status=comment.outcome,
        by_moderator=comment.author.is_moderator,
    )


def decision_out(decision: Decision, *, comment: str | None = None) -> DecisionOut:
    """Return *decision* as moderators see it."""
    return DecisionOut(
        id=comment,
        version=decision.version,
        outcome=decision.outcome,
        decided_by=decision.actor.name,
        reasons=list(decision.reasons),
        rule=decision.rule,
        reason=decision.note,
        public_reason=decision.told,
        at=moment(decision.at),
        undo_until=moment(decision.undo_until) if decision.undo_until else None,
        undoes=decision.undoes,
    )


def queue_item(comment: Comment) -> QueueItem:
    """Return *comment* as moderators see it."""
    return QueueItem.model_validate(_moderated(comment))


def comment_out(comment: Comment, decisions: Sequence[Decision]) -> CommentOut:
    """Return *comment* with its decisions."""
    return CommentOut.model_validate(
        _moderated(comment) | {"decisions": [decision_out(decision, comment=comment.id) for decision in decisions]}
    )


def _moderated(comment: Comment) -> dict[str, object]:
    comment = comment.outward
    verdict = known(comment.opinion)
    return public_comment(comment).model_dump() | {
        "version": comment.version,
        "reasons": comment.reasons,
        "likeness": words.likeness(comment.likeness) or None,
        "scores": dict(verdict.scores) if verdict else None,
        "spans": [
            {"begin": span.begin, "end": span.end, "label": span.label, "weight": span.weight}
            for span in (verdict.spans if verdict else ())
        ],
        "model": verdict.model if verdict else None,
        "language": verdict.language if verdict else None,
        "unscored": comment.opinion.reason if isinstance(comment.opinion, Unscored) else None,
        "thread_url": comment.thread_url,
        "thread_title": comment.thread_title,
        "author": comment.author.identity or None,
    }
