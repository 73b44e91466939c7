"""What moderators see of an author: counts, last comments, notes, marks; never the address. And what stands around a
comment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.core.acts import Deed, Entry
from service.core.comment import Actor, Comment, Mark, Outcome
from service.use_cases.casework import History, Surroundings, Written
from service.web import cursors, words
from service.web.desk_shown import DecisionShown
from service.web.shown import AuthorShown
from service.web.words import Moment

#: Characters of a comment beside another, or in a history.
EXCERPT: Final = 300


@dataclass(frozen=True, slots=True)
class ExcerptShown:
    """A comment in a line or two, and where it stands."""

    id: str
    url: str
    author: AuthorShown
    when: Moment
    text: str
    is_cut: bool
    outcome: Outcome
    state: str
    is_current: bool = False
    decided: DecisionShown | None = None

    @classmethod
    def of(
        cls, comment: Comment, *, now: float, is_current: bool = False, decided: DecisionShown | None = None
    ) -> "ExcerptShown":
        """Show *comment* at *now*, ms since the epoch."""
        return cls(
            id=comment.id,
            url=f"/review/{comment.site}/{comment.id}",
            author=AuthorShown.of(comment.author),
            when=Moment.of(comment.created_at, now=now),
            text=comment.outward.body[:EXCERPT],
            is_cut=len(comment.body) > EXCERPT,
            outcome=comment.outcome,
            state=words.STATES[comment.outcome],
            is_current=is_current,
            decided=decided,
        )


@dataclass(frozen=True, slots=True)
class EntryShown:
    """What somebody did beside deciding."""

    who: str
    did: str
    when: Moment
    reason: str
    is_note: bool

    @classmethod
    def of(cls, entry: Entry, *, reader: Actor, now: float) -> "EntryShown":
        """Show *entry* to *reader* at *now*, ms since the epoch."""
        who = "You" if entry.actor.id == reader.id else entry.actor.name
        return cls(who, words.DEEDS[entry.deed], Moment.of(entry.at, now=now), entry.reason, entry.deed is Deed.NOTE)


@dataclass(frozen=True, slots=True)
class AroundShown:
    """A comment among others, as its thread reads, and what may be done with the thread."""

    comments: tuple[ExcerptShown, ...]
    thread: str
    count: str
    is_closed: bool
    is_pinned: bool
    may_pin: bool
    may_reply: bool
    entries: tuple[EntryShown, ...]

    @classmethod
    def of(cls, found: Surroundings, *, reader: Actor, now: float) -> "AroundShown":
        """Show what stands around a comment to *reader* at *now*, ms since the epoch."""
        comment = found.comment
        others = (*found.above, *(each for each in found.before if each.id not in {up.id for up in found.above}))
        is_public = comment.outcome is Outcome.PUBLISHED
        return cls(
            comments=tuple(
                ExcerptShown.of(each, now=now, is_current=each.id == comment.id)
                for each in (*others, comment, *found.after)
            ),
            thread=comment.thread,
            count=words.comments(found.thread.count),
            is_closed=found.thread.is_closed,
            is_pinned=found.thread.pinned == comment.id,
            may_pin=is_public and not comment.parent,
            may_reply=is_public,
            entries=tuple(EntryShown.of(entry, reader=reader, now=now) for entry in found.acts),
        )


@dataclass(frozen=True, slots=True)
class MarkShown:
    """A mark that an author may be given."""

    value: str
    word: str
    meaning: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class HistoryShown:
    """An author's history."""

    url: str
    list_url: str
    author: AuthorShown | None
    counts: tuple[tuple[str, Outcome, str], ...]
    written: tuple[ExcerptShown, ...]
    more: str
    marks: tuple[MarkShown, ...]
    entries: tuple[EntryShown, ...]

    @classmethod
    def of(cls, history: History, *, site: str, reader: Actor, now: float) -> "HistoryShown":
        """Show *history* to *reader* at *now*, ms since the epoch."""
        url = f"/review/{site}/authors/{history.identity}"
        given = {history.mark, *history.key_marks.values()}
        names = [each.comment.author for each in history.written]
        return cls(
            url=url,
            list_url=f"/review/{site}?author={history.identity}",
            author=AuthorShown.of(names[0]) if names else None,
            counts=tuple(
                (f"{history.counts[outcome]:,}", outcome, words.STATES[outcome].lower())
                for outcome in Outcome
                if history.counts.get(outcome)
            ),
            written=tuple(_written(each, reader=reader, now=now) for each in history.written),
            more=f"{url}?cursor={cursors.encode(*history.next)}" if history.next else "",
            marks=tuple(MarkShown(mark, *words.MARKS[mark], is_on=mark in given) for mark in Mark),
            entries=_entries(history.acts, reader=reader, now=now),
        )


def _written(each: Written, *, reader: Actor, now: float) -> ExcerptShown:
    return ExcerptShown.of(each.comment, now=now, decided=DecisionShown.of(each.decision, reader=reader, now=now))


def _entries(acts: Sequence[Entry], *, reader: Actor, now: float) -> tuple[EntryShown, ...]:
    return tuple(EntryShown.of(entry, reader=reader, now=now) for entry in acts)
