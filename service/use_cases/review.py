"""The second story: a person looks at what waits, and decides."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.core.action import Action
from service.core.comment import LONGEST_UNDO, Actor, Comment, Decision, Lease, Reason, Report
from service.core.errors import Fault, InvalidChange, Superseded
from service.core.events import described
from service.core.listing import View
from service.core.masking import MaskedText, mask
from service.core.people import Member, Role
from service.store.leases import Leases
from service.store.lists import Found, Lists
from service.store.queue import Act, NewEvent, Queue
from service.store.ranges import Place

#: Longest reason that a moderator gives, in code points.
LONGEST_NOTE = 2000

#: Longest undo window, seconds.
LONGEST_WINDOW = LONGEST_UNDO // 1000

#: Comments that are looked at in one go for one that nobody else has open.
TRIED = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A comment on the desk, with every decision and report so far, and the lease on it, if there is one. A lease
    without a token is another's."""

    comment: Comment
    decisions: tuple[Decision, ...]
    reports: tuple[Report, ...]
    lease: Lease | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A comment, and the lease by which it is the asker's."""

    comment: Comment
    lease: Lease


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a moderator decides: an *action*, the *rule* of the house that it names, a *note* for colleagues, and what
    the author is *told*."""

    action: Action
    rule: str = ""
    note: str = ""
    told: str = ""

    def check(self) -> None:
        """Raise InvalidChange with every fault."""
        faults = []
        for field, text in (("rule", self.rule), ("reason", self.note), ("public_reason", self.told)):
            if len(text) > LONGEST_NOTE:
                faults.append(Fault(field, f"A reason has at most {LONGEST_NOTE:,} characters."))
        if faults:
            raise InvalidChange(faults)

    def of(self, comment: Comment, *, member: Member, batch: str = "") -> Decision:
        """Return the decision that this is on *comment*."""
        texts = {"rule": masked(self.rule), "note": masked(self.note), "told": masked(self.told)}
        return self.action.decide(comment, actor=member.actor, batch=batch, **texts)


@dataclass(frozen=True, slots=True)
class Review:
    """The desk's acts."""

    queue: Queue
    lists: Lists
    leases: Leases
    new_id: Callable[[str], str]

    def listed(self, site: str, view: View, *, member: Member, after: Place | None = None, limit: int = 50) -> Found:
        """Return up to *limit* comments of *view* behind the cursor *after*. Raises NotAllowed."""
        member.require(Role.VIEWER, site)
        return self.lists.page(site, view, after=after, limit=limit)

    def listed_on(
        self, sites: Sequence[str], view: View, *, member: Member, after: Place | None = None, limit: int = 50
    ) -> Found:
        """Return what `listed` does of several sites as one list: places mean the same on each. Raises NotAllowed."""
        pages = [self.listed(site, view, member=member, after=after, limit=limit) for site in sites]
        sign = -1 if view.is_descending else 1

        def rank(place: Place) -> tuple[float, ...]:
            return sign * place[0], *(sign * code for code in place[1].encode())

        # A list that was cut says nothing of what comes behind its cut.
        end = min((page.next for page in pages if page.next), key=rank, default=None)
        items = sorted((item for page in pages for item in page.items), key=lambda item: rank((item[0], item[1].id)))
        known = [item for item in items if end is None or rank((item[0], item[1].id)) <= rank(end)]
        if len(known) > limit:
            end = known[limit - 1][0], known[limit - 1][1].id
        return Found(tuple(known[:limit]), sum(page.looked for page in pages), end)

    def next(self, site: str, view: View, *, member: Member, after: Place | None = None) -> Taken | None:
        """Take the first comment of *view* that nobody else has open; None when there is none as far as one look goes.

        Raises NotAllowed.
        """
        member.require(Role.MODERATOR, site)
        held = self.leases.held(site)
        while True:
            found = self.lists.page(site, view, after=after, limit=TRIED)
            for _, comment in found.items:
                if held.get(comment.id, member.actor).id == member.id and (mine := self._taken(comment, member=member)):
                    return mine
            if not (found.items and found.next):
                return None
            after = found.next

    def look(self, site: str, id: str, *, member: Member) -> Opened:
        """Return a comment to decide it, leased to nobody by that. Raises NotAllowed, NotFound."""
        member.require(Role.MODERATOR, site)
        decisions, reports = self.queue.decisions(site, id), self.queue.reports(site, id)
        lease = self.leases.on(site, id, reader=member.actor)
        return Opened(self.queue.find(site, id), tuple(decisions), tuple(reports), lease)

    def lease(self, site: str, id: str, *, member: Member) -> Lease:
        """Lease a comment to *member*, or for longer; without a token it is another's. Raises NotAllowed, NotFound."""
        member.require(Role.MODERATOR, site)
        return self.leases.take(site, id, holder=member.actor, token=self.new_id("lease"))

    def give_back(self, site: str, id: str, *, member: Member, lease: str) -> bool:
        """End the lease of that token; False when it had ended. Raises NotAllowed."""
        member.require(Role.MODERATOR, site)
        return self.leases.give_back(site, id, token=lease)

    def decide(
        self,
        site: str,
        id: str,
        ruling: Ruling,
        *,
        member: Member,
        version: int | None = None,
        lease: str = "",
        undo_seconds: int = 0,
        gives_way: bool = False,
    ) -> Decision:
        """Decide the *version* that *member* saw, or today's; one that *gives_way* not while another has it open.

        Raises Superseded with the decision that came first, Leased.
        """
        member.require(Role.MODERATOR, site)
        ruling.check()
        if not 0 <= undo_seconds <= LONGEST_WINDOW:
            raise InvalidChange([Fault("undo_seconds", f"An undo window has 0 to {LONGEST_WINDOW} seconds.")])
        comment = self._seen(site, id, version=version)
        decision, window = ruling.of(comment, member=member), undo_seconds * 1000
        return self.queue.decide(self.act(comment, decision, lease=lease, undo_window=window, gives_way=gives_way))

    def undo(self, site: str, id: str, *, member: Member, version: int) -> Decision:
        """Take back decision *version* within its window: its event is never delivered. Raises UndoTooLate,
        Superseded."""
        member.require(Role.MODERATOR, site)
        comment = self._seen(site, id, version=version)
        before = before_last(self.queue.decisions(site, id), version=version)
        return self.queue.decide(self.act(comment, reversal(before, actor=member.actor, undoes=version)))

    def act(
        self, comment: Comment, decision: Decision, *, lease: str = "", undo_window: int = 0, gives_way: bool = False
    ) -> Act:
        """Return *decision* on *comment* with the event that tells of it."""
        told = described(comment, decision)
        event = NewEvent(self.new_id("evt"), json.dumps(told, ensure_ascii=False))
        return Act(comment, decision, event, lease, undo_window, gives_way)

    def _taken(self, comment: Comment, *, member: Member) -> Taken | None:
        """Take *comment* as it was listed; None where someone has opened or decided it since."""
        lease = self.lease(comment.site, comment.id, member=member)
        if not lease.token:
            return None
        now = self.queue.find(comment.site, comment.id)
        if now.version == comment.version:
            return Taken(now, lease)
        self.leases.give_back(comment.site, comment.id, token=lease.token)
        return None

    def _seen(self, site: str, id: str, *, version: int | None) -> Comment:
        comment = self.queue.find(site, id)
        if version is not None and version != comment.version:
            raise Superseded(self.queue.decisions(site, id)[-1])
        return comment


def before_last(decisions: Sequence[Decision], *, version: int) -> Decision:
    """Return the decision that stood before *version*. Raises InvalidChange when there was none."""
    before = [decision for decision in decisions if decision.version < version]
    if not before:
        raise InvalidChange([Fault("version", "There is no decision before this one to go back to.")])
    return before[-1]


def reversal(before: Decision, *, actor: Actor, undoes: int | None = None, batch: str = "") -> Decision:
    """Return the decision of *actor* that puts a comment back to where *before* had it, its author told the same."""
    reasons = (Reason.ESCALATED,) if before.escalates else ()
    return Decision(before.outcome, actor, reasons, told=before.told, undoes=undoes, batch=batch)


def masked(text: str) -> MaskedText | None:
    """Return what a moderator wrote as it is kept; None for nothing."""
    return mask(text).text if text else None
