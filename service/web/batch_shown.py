"""What moderators see of a batch: the question before it, how far it is, and what became of its comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.core.batch import LARGEST, Batch, Refusal
from service.core.comment import Actor
from service.use_cases.review import Ruling
from service.web import words
from service.web.words import Moment


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """What is asked before a batch; its *fields* are those that the answer brings along."""

    title: str
    is_too_many: bool
    fields: tuple[tuple[str, str], ...]
    back: str

    @classmethod
    def of(cls, ruling: Ruling, *, count: int, fields: Sequence[tuple[str, str]], back: str) -> "QuestionShown":
        """Ask about *count* comments."""
        title = words.BATCHED[ruling.action].format(words.comments(count).lower())
        return cls(title, count > LARGEST, tuple(fields), back)


@dataclass(frozen=True, slots=True)
class RefusalShown:
    """A comment that was left as it was, and why."""

    comment: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class BatchShown:
    """A batch as far as it is. *may_undo* while it made something that can still be taken back."""

    id: str
    url: str
    title: str
    who: str
    when: Moment
    total: int
    done: int
    said: str
    is_running: bool
    may_undo: bool
    refusals: tuple[RefusalShown, ...]
    refused: int

    @classmethod
    def of(cls, batch: Batch, refusals: Sequence[Refusal], *, reader: Actor, now: float) -> "BatchShown":
        """Show *batch* to *reader* at *now*, ms since the epoch, with the first of its *refusals*."""
        desk = f"/review/{batch.site}"
        asked = words.BATCHED[batch.action] if batch.action else words.BATCH_UNDO
        return cls(
            id=batch.id,
            url=f"{desk}/batches/{batch.id}",
            title=asked.format(words.comments(batch.total).lower()),
            who="You" if batch.actor.id == reader.id else batch.actor.name,
            when=Moment.of(batch.created_at, now=now),
            total=batch.total,
            done=batch.done,
            said=_said(batch),
            is_running=batch.is_running,
            may_undo=not batch.is_running and not batch.undone_by and batch.made > 0,
            refusals=tuple(RefusalShown(each.comment, f"{desk}/{each.comment}", each.why) for each in refusals),
            refused=batch.refused,
        )

    @property
    def document(self) -> dict[str, Any]:
        """The batch for the script that shows it in the list."""
        return {
            "url": self.url,
            "said": self.said,
            "total": self.total,
            "done": self.done,
            "is_running": self.is_running,
            "may_undo": self.may_undo,
            "refused": [{"comment": each.comment, "why": each.why} for each in self.refusals],
        }


def _said(batch: Batch) -> str:
    if batch.is_running:
        return f"{batch.done:,} of {batch.total:,} so far"
    done = words.BATCHED_DONE[batch.action] if batch.action else words.BATCH_UNDONE
    refused = f", {batch.refused:,} left as they were" if batch.refused else ""
    return f"{batch.made:,} {done}{refused}."
