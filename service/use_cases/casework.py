"""A comment in its place, and the person behind it: the thread around it, the author's history, marks, notes, pins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.core.acts import Deed, Entry, reason_of
from service.core.comment import Comment, Decision, Mark, Outcome
from service.core.errors import Fault, InvalidChange, NotFound
from service.core.people import Member, Role
from service.store.acts import NEWEST, Acts
from service.store.authors import Authors
from service.store.lists import Lists
from service.store.pages import Pages, Thread
from service.store.queue import Queue
from service.store.ranges import Place

#: Comments above one that are shown with it, and those before it, and after it.
MOST_ABOVE: Final = 3
MOST_BESIDE: Final = 5

#: Entries that are shown of an author or a comment, the newest.
MOST_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A comment among others: those it answers, *above* it, from the outermost on, wherever they stand; the public
    ones *before* it and *after* it, as the thread reads; what moderators did to it beside deciding."""

    comment: Comment
    above: tuple[Comment, ...]
    before: tuple[Comment, ...]
    after: tuple[Comment, ...]
    thread: Thread
    acts: tuple[Entry, ...]

    @property
    def parent(self) -> Comment | None:
        """The comment that it answers."""
        return self.above[-1] if self.above else None


@dataclass(frozen=True, slots=True)
class Written:
    """A comment of an author, and the decision that stands on it."""

    comment: Comment
    decision: Decision


@dataclass(frozen=True, slots=True)
class History:
    """An author, by *identity*: the counts of their comments, the last ones, from *next* on more, and what moderators
    noted and did. *key_marks* are the marks by author key, which count before the identity's own *mark*."""

    identity: str
    counts: Mapping[Outcome, int]
    written: tuple[Written, ...]
    next: Place | None
    mark: Mark | None
    key_marks: Mapping[str, Mark]
    acts: tuple[Entry, ...]

    @property
    def notes(self) -> tuple[Entry, ...]:
        """What moderators noted, newest first."""
        return tuple(entry for entry in self.acts if entry.deed is Deed.NOTE)


@dataclass(frozen=True, slots=True)
class Casework:
    """What moderators look up, and do, beside deciding."""

    queue: Queue
    lists: Lists
    pages: Pages
    authors: Authors
    acts: Acts
    new_id: Callable[[str], str]

    # Looking

    def around(self, site: str, id: str, *, member: Member) -> Surroundings:
        """Return what stands around a comment. Raises NotAllowed, NotFound."""
        member.require(Role.VIEWER, site)
        comment = self.queue.find(site, id)
        thread = self.pages.thread(site, comment.thread)
        before, after = self.pages.beside(site, comment, limit=MOST_BESIDE)
        return Surroundings(
            comment=comment,
            above=self._above(comment),
            before=tuple(before),
            after=tuple(after),
            thread=thread,
            acts=tuple(self.acts.of(site, id, limit=MOST_ENTRIES)),
        )

    def author(
        self, site: str, identity: str, *, member: Member, after: Place | None = None, limit: int = 20
    ) -> History:
        """Return an author's history, with up to *limit* comments from *after* on. Raises NotAllowed, NotFound."""
        member.require(Role.VIEWER, site)
        counts = self._counts(site, identity)
        found = self.authors.written(site, identity, after=after, limit=limit + 1)
        shown = [comment for _, comment in found[:limit]]
        marks = self.authors.marks(site, identity)
        return History(
            identity=identity,
            counts=counts,
            written=self._decided(site, shown),
            next=(found[limit - 1][0], shown[-1].id) if len(found) > limit else None,
            mark=marks.mark,
            key_marks=marks.by_key,
            acts=tuple(self.acts.of(site, identity, limit=MOST_ENTRIES)),
        )

    def log(self, site: str, *, member: Member, before: str = NEWEST, limit: int = 50) -> list[tuple[str, Entry]]:
        """Return up to *limit* entries of the site's moderation log with their places, newest first, from *before* on.
        Raises NotAllowed."""
        member.require(Role.OWNER, site)
        return self.acts.log(site, before=before, limit=limit)

    # Authors

    def note(self, site: str, identity: str, *, member: Member, text: str) -> Entry:
        """Note something about an author, for colleagues. Raises NotAllowed, NotFound, InvalidChange."""
        member.require(Role.MODERATOR, site)
        self._counts(site, identity)
        note = reason_of(text, field="text", is_needed=True)
        return self.acts.record(site, Entry(self.new_id("act"), Deed.NOTE, member.actor, identity, "", note))

    def mark(
        self, site: str, identity: str, mark: Mark | None, *, member: Member, comment: str = "", reason: str = ""
    ) -> Entry:
        """Give *mark* to an author, by identity and by the author key with which their *comment* came; None takes every
        mark from them. Raises NotAllowed, NotFound, InvalidChange."""
        member.require(Role.MODERATOR, site)
        self._counts(site, identity)
        known_as = self._key_of(site, comment, identity=identity) if comment else ""
        entry = Entry(self.new_id("act"), Deed.of(mark), member.actor, identity, comment, reason_of(reason))
        if mark is None:
            return self.acts.unmark(site, entry)
        if mark is Mark.TRUST and not known_as:
            message = "Trust goes by an author key, and this came without one: an address that is typed proves nothing."
            raise InvalidChange([Fault("mark", message)])
        return self.acts.mark(site, entry, mark, known_as=known_as)

    # Threads

    def close(self, site: str, thread: str, *, member: Member, reason: str = "") -> Entry:
        """Let the thread of that key take no more comments, even before its first. Raises NotAllowed, InvalidChange."""
        return self._change(site, thread, Deed.CLOSE, "1", member=member, reason=reason)

    def reopen(self, site: str, thread: str, *, member: Member, reason: str = "") -> Entry:
        """Let the thread of that key take comments again. Raises NotAllowed, InvalidChange."""
        return self._change(site, thread, Deed.REOPEN, "", member=member, reason=reason)

    def pin(self, site: str, id: str, *, member: Member, thread: str = "", reason: str = "") -> Entry:
        """Let a published first-level comment stand first on its page, which is *thread* if that is given, instead of
        any other. Raises NotAllowed, NotFound, InvalidChange."""
        member.require(Role.MODERATOR, site)
        comment = self.queue.find(site, id)
        if comment.parent or comment.outcome is not Outcome.PUBLISHED:
            raise InvalidChange([Fault("pinned", "Only a published comment that answers no other can be pinned.")])
        if not self.queue.seen(site, id).is_public:
            said = "It is published once its decision cannot be undone any more. Pin it then."
            raise InvalidChange([Fault("pinned", said)])
        if thread not in ("", comment.thread):
            raise InvalidChange([Fault("pinned", "This comment stands on another page.")])
        return self._change(site, comment.thread, Deed.PIN, id, member=member, reason=reason, comment=id)

    def unpin(self, site: str, thread: str, *, member: Member, reason: str = "") -> Entry:
        """Let the comments of the thread of that key stand in their order. Raises NotAllowed, InvalidChange."""
        return self._change(site, thread, Deed.UNPIN, "", member=member, reason=reason)

    def _change(
        self, site: str, thread: str, deed: Deed, value: str, *, member: Member, reason: str, comment: str = ""
    ) -> Entry:
        member.require(Role.MODERATOR, site)
        entry = Entry(self.new_id("act"), deed, member.actor, thread, comment, reason_of(reason))
        return self.acts.change_thread(site, entry, "closed" if deed in (Deed.CLOSE, Deed.REOPEN) else "pinned", value)

    def _key_of(self, site: str, comment: str, *, identity: str) -> str:
        author = self.queue.find(site, comment).author
        if author.identity != identity:
            raise InvalidChange([Fault("comment", "This comment is another author’s.")])
        return author.known_as

    def _above(self, comment: Comment) -> tuple[Comment, ...]:
        above: list[Comment] = []
        while comment.parent and len(above) < MOST_ABOVE:
            comment = self.queue.find(comment.site, comment.parent)
            above.insert(0, comment)
        return tuple(above)

    def _counts(self, site: str, identity: str) -> dict[Outcome, int]:
        counts = self.authors.counts(site, identity)
        if not counts:
            raise NotFound("author", identity)
        return counts

    def _decided(self, site: str, comments: list[Comment]) -> tuple[Written, ...]:
        last = self.lists.last_decisions(site, [comment.id for comment in comments])
        return tuple(Written(comment, last[comment.id]) for comment in comments)
