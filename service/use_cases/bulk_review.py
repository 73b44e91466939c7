"""Many at once: a moderator decides all that they picked, or all that a filter finds, with one confirmation.

begin → claim a chunk → decide each → record. A batch no larger than a chunk is done while its moderator waits, a larger
one by the workers; either way each comment is decided once, at the version that was picked, or refused with the reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from service.core.action import Action
from service.core.batch import LARGEST, UNDO_WINDOW, Batch, Pick, Refusal
from service.core.comment import Comment, Decision, Millis
from service.core.errors import Fault, InvalidChange, NotFound, ParleyError, Superseded, Unavailable, UndoTooLate
from service.core.listing import View
from service.core.people import Member, Role
from service.store.batches import Batches, Turn
from service.store.ranges import Place
from service.use_cases.review import Review, Ruling, before_last, masked, reversal

#: Comments of a list that are looked up in one go.
PAGE: Final = 500

#: What came of one comment.
Answer = Decision | ParleyError


@dataclass(frozen=True, slots=True)
class Bulk:
    """The acts on many comments at once. All raise NotAllowed."""

    review: Review
    batches: Batches

    def start(self, site: str, picks: Sequence[tuple[str, int]], ruling: Ruling, *, member: Member) -> Batch:
        """Decide each of *picks*, comments by id at the versions that *member* saw. More than a chunk of them is left
        to the workers. Raises InvalidChange."""
        member.require(Role.MODERATOR, site)
        ruling.check()
        wanted = [Pick(comment, version) for comment, version in dict(picks).items()]
        if not wanted:
            raise InvalidChange([Fault("comments", "Choose at least one comment.")])
        if len(wanted) > LARGEST:
            raise InvalidChange([Fault("comments", f"A batch has at most {LARGEST:,} comments.")])
        return self._begin(self._batch(site, ruling, member=member), wanted)

    def start_all(
        self,
        site: str,
        view: View,
        ruling: Ruling,
        *,
        member: Member,
        until: Millis | None = None,
        expected: int | None = None,
    ) -> Batch:
        """Decide every comment of *view* that came *until* then, as `start` does.

        Raises InvalidChange when it has none, more than *expected*, or more than a batch holds.
        """
        member.require(Role.MODERATOR, site)
        ruling.check()
        picks = self.matching(site, view, member=member, until=until)
        if not picks:
            raise InvalidChange([Fault("filter", "No comment matches.")])
        if len(picks) > LARGEST:
            raise InvalidChange([Fault("filter", f"More than {LARGEST:,} comments match: a batch has no more.")])
        if expected is not None and len(picks) > expected:
            raise InvalidChange(
                [Fault("expected", f"{len(picks):,} comments match now, not {expected:,}. Look again.")]
            )
        return self._begin(self._batch(site, ruling, member=member), picks)

    def matching(self, site: str, view: View, *, member: Member, until: Millis | None = None) -> list[Pick]:
        """Return each comment of *view* that came *until* then, at its version; `LARGEST` and one of them at most."""
        member.require(Role.VIEWER, site)
        found: dict[str, int] = {}
        for comment in self._walk(site, view):
            if until is None or comment.created_at <= until:
                found[comment.id] = comment.version
            if len(found) > LARGEST:
                break
        return [Pick(comment, version) for comment, version in found.items()]

    def undo(self, site: str, id: str, *, member: Member) -> Batch:
        """Take back each decision of the batch *id* that still stands: within its window as if it had never been, later
        by a new one. It is a batch like any other, and may be undone itself. Raises NotFound, InvalidChange."""
        member.require(Role.MODERATOR, site)
        return self._begin(Batch(self.review.new_id("batch"), site, member.actor, undoes=id))

    def find(self, site: str, id: str, *, member: Member) -> Batch:
        """Return the batch as it stands. Raises NotFound."""
        member.require(Role.VIEWER, site)
        return self.batches.find(site, id)

    def refusals(self, site: str, id: str, *, member: Member, after: int = 0, limit: int = 50) -> list[Refusal]:
        """Return up to *limit* of what the batch was refused, behind the first *after*."""
        member.require(Role.VIEWER, site)
        return self.batches.refusals(site, id, after=after, limit=limit)

    def recent(self, site: str, *, member: Member, limit: int = 20) -> list[Batch]:
        """Return the site's last batches, the newest first."""
        member.require(Role.VIEWER, site)
        return self.batches.recent(site, limit=limit)

    def work(self) -> int:
        """Do the next chunk of batches under way, each in its turn; return how many chunks there were."""
        chunks = 0
        for turn in self.batches.claim():
            self._do(turn)
            chunks += 1
        return chunks

    def _walk(self, site: str, view: View) -> Iterator[Comment]:
        after: Place | None = None
        while True:
            page = self.review.lists.page(site, view, after=after, limit=PAGE)
            yield from (comment for _, comment in page.items)
            if page.next is None:
                return
            after = page.next

    def _batch(self, site: str, ruling: Ruling, *, member: Member) -> Batch:
        rule, note, told = masked(ruling.rule), masked(ruling.note), masked(ruling.told)
        return Batch(self.review.new_id("batch"), site, member.actor, ruling.action, rule, note, told)

    def _begin(self, batch: Batch, picks: Sequence[Pick] = ()) -> Batch:
        batch, claim = self.batches.begin(batch, picks)
        if not claim:
            return batch
        try:
            self._do(self.batches.turn(batch.site, batch.id, claim=claim))
            return self.batches.find(batch.site, batch.id)
        except Unavailable:
            # It is kept, so it is not refused: a worker goes on with it once our claim has ended.
            return batch

    def _do(self, turn: Turn) -> None:
        """Decide each comment of a chunk, and record what came of it."""
        batch = turn.batch
        there = self.review.queue.find_each(batch.site, [pick.comment for pick in turn.picks])
        # The script compares the versions: what was decided since is refused in the step that would have decided it.
        seen = [replace(there[id], version=version) for id, version in turn.picks if id in there]
        answers = self._decided(batch, batch.action, seen) if batch.action else self._undone(batch, seen)
        came: dict[str, Answer] = {comment.id: answer for comment, answer in zip(seen, answers, strict=True)}
        came |= self._decided_before(batch, came)
        results = [(id, came.get(id) or NotFound("comment", id)) for id, _ in turn.picks]
        self.batches.record(
            turn,
            made=[Pick(id, answer.version) for id, answer in results if isinstance(answer, Decision)],
            refused=[Refusal.of(id, answer) for id, answer in results if isinstance(answer, ParleyError)],
        )

    def _decided(self, batch: Batch, action: Action, comments: Sequence[Comment]) -> list[Answer]:
        decide = partial(
            action.decide, actor=batch.actor, rule=batch.rule, note=batch.note, told=batch.told, batch=batch.id
        )
        return self._each([(comment, decide(comment)) for comment in comments], window=UNDO_WINDOW)

    def _undone(self, batch: Batch, comments: Sequence[Comment]) -> list[Answer]:
        """Take each decision back by a true undo; where its window has ended, by a decision that reverses it."""
        decisions = self.review.queue.decisions_each(batch.site, [comment.id for comment in comments])
        before = [before_last(decisions[comment.id], version=comment.version) for comment in comments]
        undos = [
            (comment, reversal(earlier, actor=batch.actor, undoes=comment.version, batch=batch.id))
            for comment, earlier in zip(comments, before, strict=True)
        ]
        answers = self._each(undos, window=0)
        late = [n for n, answer in enumerate(answers) if isinstance(answer, UndoTooLate)]
        reversals = [(comments[n], reversal(before[n], actor=batch.actor, batch=batch.id)) for n in late]
        for n, answer in zip(late, self._each(reversals, window=UNDO_WINDOW), strict=True):
            answers[n] = answer
        return answers

    def _each(self, decisions: Sequence[tuple[Comment, Decision]], *, window: Millis) -> list[Answer]:
        review = self.review
        return review.queue.decide_each(
            [review.act(comment, made, undo_window=window, gives_way=True) for comment, made in decisions]
        )

    def _decided_before(self, batch: Batch, came: dict[str, Answer]) -> dict[str, Answer]:
        """Return what this batch itself had decided already: whoever did so died before it was recorded."""
        superseded = [id for id, answer in came.items() if isinstance(answer, Superseded)]
        return {
            id: decision
            for id, decisions in self.review.queue.decisions_each(batch.site, superseded).items()
            for decision in decisions
            if decision.batch == batch.id
        }
