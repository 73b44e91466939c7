"""The second story: a person looks at what waits, and decides."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from service.core.comment import Comment, Decision, Lease, Outcome, Report
from service.core.errors import Fault, InvalidChange, Superseded
from service.core.events import described
from service.core.masking import MaskedText, mask
from service.core.people import Member, Role
from service.store.queue import NewEvent, Queue

#: Longest reason that a moderator gives, in code points.
LONGEST_NOTE = 2000

#: Longest undo window, seconds.
LONGEST_WINDOW = 60

#: What a person may decide; only the policy holds.
DECISIONS = (Outcome.PUBLISHED, Outcome.REJECTED, Outcome.SPAM)


@dataclass(frozen=True, slots=True)
class Opened:
    """A comment on the desk, with every decision and report so far. A lease without a token is another's."""

    comment: Comment
    decisions: tuple[Decision, ...]
    reports: tuple[Report, ...]
    lease: Lease


@dataclass(frozen=True, slots=True)
class Review:
    """The desk's acts."""

    queue: Queue
    new_id: Callable[[str], str]

    def waiting(
        self, site: str, *, member: Member, after: tuple[float, str] | None = None, limit: int = 50
    ) -> list[tuple[float, Comment]]:
        """Return what waits on *site*, worst first, from the cursor *after* on. Raises NotAllowed."""
        member.require(Role.VIEWER, site)
        return self.queue.waiting(site, after=after, limit=limit)

    def reported(
        self, site: str, *, member: Member, after: tuple[float, str] | None = None, limit: int = 50
    ) -> list[tuple[float, Comment]]:
        """Return what readers reported on *site* with how many reports wait, most first. Raises NotAllowed."""
        member.require(Role.VIEWER, site)
        return self.queue.reported(site, after=after, limit=limit)

    def open(self, site: str, id: str, *, member: Member) -> Opened:
        """Open a comment to decide it, and lease it to *member*. Raises NotAllowed, NotFound."""
        member.require(Role.MODERATOR, site)
        lease = self.queue.lease(site, id, holder=member.actor, token=self.new_id("lease"))
        decisions, reports = self.queue.decisions(site, id), self.queue.reports(site, id)
        return Opened(self.queue.find(site, id), tuple(decisions), tuple(reports), lease)

    def decide(
        self,
        site: str,
        id: str,
        *,
        member: Member,
        outcome: Outcome,
        note: str = "",
        told: str = "",
        version: int | None = None,
        lease: str = "",
        undo_seconds: int = 0,
    ) -> Decision:
        """Decide the *version* that *member* saw, or today's. What the author is *told* may be why.

        Raises Superseded with the decision that came first.
        """
        member.require(Role.MODERATOR, site)
        _check(outcome=outcome, note=note, told=told, undo_seconds=undo_seconds)
        comment = self._seen(site, id, version=version)
        decision = Decision(outcome, member.actor, note=_masked(note), told=_masked(told))
        return self._record(comment, decision, lease=lease, undo_window=undo_seconds * 1000)

    def undo(self, site: str, id: str, *, member: Member, version: int) -> Decision:
        """Take back decision *version* within its window: its event is never delivered. Raises UndoTooLate,
        Superseded."""
        member.require(Role.MODERATOR, site)
        comment = self._seen(site, id, version=version)
        before = [decision for decision in self.queue.decisions(site, id) if decision.version < version]
        if not before:
            raise InvalidChange([Fault("version", "There is no decision before this one to go back to.")])
        return self._record(comment, Decision(before[-1].outcome, member.actor, undoes=version))

    def close_thread(self, site: str, thread: str, *, member: Member, is_closed: bool) -> None:
        """Let the thread of that key take no more comments, or take them again. Raises NotAllowed."""
        member.require(Role.MODERATOR, site)
        self.queue.close_thread(site, thread, is_closed=is_closed)

    def _seen(self, site: str, id: str, *, version: int | None) -> Comment:
        comment = self.queue.find(site, id)
        if version is not None and version != comment.version:
            raise Superseded(self.queue.decisions(site, id)[-1])
        return comment

    def _record(self, comment: Comment, decision: Decision, *, lease: str = "", undo_window: int = 0) -> Decision:
        told = described(
            comment, outcome=decision.outcome, actor=decision.actor, reasons=decision.reasons, note=decision.note
        )
        event = NewEvent(self.new_id("evt"), json.dumps(told, ensure_ascii=False))
        return self.queue.decide(comment, decision, event=event, lease=lease, undo_window=undo_window)


def _masked(text: str) -> MaskedText | None:
    return mask(text).text if text else None


def _check(*, outcome: Outcome, note: str, told: str, undo_seconds: int) -> None:
    faults = []
    if outcome not in DECISIONS:
        faults.append(Fault("outcome", f"Decide one of: {', '.join(outcome.value for outcome in DECISIONS)}."))
    for field, text in (("reason", note), ("public_reason", told)):
        if len(text) > LONGEST_NOTE:
            faults.append(Fault(field, f"A reason has at most {LONGEST_NOTE:,} characters."))
    if not 0 <= undo_seconds <= LONGEST_WINDOW:
        faults.append(Fault("undo_seconds", f"An undo window has 0 to {LONGEST_WINDOW} seconds."))
    if faults:
        raise InvalidChange(faults)
