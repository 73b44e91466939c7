"""Whatever is done to comments, in any order, none is lost and none is decided twice: the desk beside its model.

Rules for further acts go into mixins like `Rules`, over the model in `desk_model`; `desk_checks` has the invariants.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from service.core import policy
from service.core.action import Action
from service.core.batch import Batch
from service.core.comment import Complaint, Standing
from service.core.errors import InvalidChange, NotFound, Superseded, UndoTooLate
from service.core.events import EventType
from service.core.links import count as count_links
from service.core.listing import Sorting
from service.core.people import Member
from service.core.verdict import Opinion, known
from service.store.batches import Batches
from service.store.connection import Connection
from service.store.outbox import Outbox
from service.store.pages import Pages
from service.store.queue import DAY
from service.use_cases.bulk_review import Bulk
from service.use_cases.review import Ruling
from tests.desks import ANA, BEN, MANY_LINKS, UNSCORED, Desk, scored
from tests.stories.desk_checks import DeskChecks
from tests.stories.desk_model import Known, Step, Told
from tests.submissions import NETWORK, submission
from tests.windows import end_window

PAGES = ("https://news.example.org/article", "https://news.example.org/other")

MOST_COMMENTS = 5

#: Chooses one of the comments there are.
PICK = st.integers(0, 1000)
MEMBERS = st.sampled_from([ANA, BEN])
ACTIONS = st.sampled_from(Action)
OPINIONS = st.sampled_from([UNSCORED, scored(0.02), scored(0.02), scored(0.9)])

some_comment = precondition(lambda machine: machine.comments)


class Rules(DeskChecks):
    """What writers, readers, moderators and the worker do, and time."""

    def picked(self, pick: int) -> Known:
        """Return one of the comments."""
        return list(self.comments.values())[pick % len(self.comments)]

    # Few comments, so that much befalls each.
    @precondition(lambda machine: len(machine.comments) < MOST_COMMENTS)
    @rule(author=st.sampled_from("abc"), page=st.sampled_from(PAGES), opinion=OPINIONS, links=st.booleans(), to=PICK)
    def admit(self, author: str, page: str, opinion: Opinion, links: bool, to: int) -> None:  # noqa: FBT001
        parents = [
            "",
            *(each.id for each in self.comments.values() if each.shows and each.first.thread_url == page),
        ]
        typed = {"thread_url": page, "email": f"{author}@example.com", "author_key": author * 22}
        body = f"Comment {len(self.comments)}. {MANY_LINKS if links else ''}"
        wanted = submission(body, parent_id=parents[to % len(parents)], **typed)
        self.desk.scorer.opinion = opinion
        id = self.desk.intake.receive(wanted, site=self.desk.site, network=NETWORK).id
        self._admitted(id, opinion)

    def _admitted(self, id: str, opinion: Opinion) -> None:
        first, here = self.desk.queue.find(self.desk.site.id, id), self.desk.site.policy
        theirs = [each for each in self.comments.values() if each.first.author.known_as == first.author.known_as]
        standing = Standing(published=sum(each.shows for each in theirs))
        outcome, reasons = policy.decide(opinion, links=count_links(first.body), standing=standing, policy=here)
        assert (first.outcome, first.reasons, first.version) == (outcome, reasons, 1)
        verdict, useful = known(opinion), policy.usefulness(opinion, policy=here)
        places = {
            Sorting.WORST: verdict.worst if verdict else 0.0,
            Sorting.OLDEST: float(first.created_at),
            Sorting.USEFUL: float(f"{useful - first.created_at / DAY:.9f}"),
        }
        self.comments[id] = Known(first, places, [Step(outcome)], [Told(EventType.of(outcome))])

    @some_comment
    @rule(pick=PICK, member=MEMBERS)
    def lease(self, pick: int, member: Member) -> None:
        each = self.picked(pick)
        lease = self.desk.review.lease(self.desk.site.id, each.id, member=member)
        if each.lease is None:
            each.lease = member, lease.token
        holder, token = each.lease
        assert (lease.holder, lease.token) == (holder.actor, token if holder is member else "")

    @some_comment
    @rule(pick=PICK, member=MEMBERS, is_old=st.booleans())
    def release(self, pick: int, member: Member, is_old: bool) -> None:  # noqa: FBT001
        each = self.picked(pick)
        token = each.lease[1] if each.lease and not is_old else (["", *each.ended])[-1]
        given = self.desk.review.give_back(self.desk.site.id, each.id, member=member, lease=token)
        assert given == (each.lease is not None and each.lease[1] == token)
        if given:
            each.end_lease()

    @some_comment
    @rule(pick=PICK)
    def lease_ends(self, pick: int) -> None:
        each = self.picked(pick)
        if each.lease:
            self.desk.connection.do("PEXPIRE", self.keys.lease(each.id), 0)
            self.desk.connection.do("ZADD", self.keys.leases, 1, each.id)
            each.end_lease()

    @some_comment
    @rule(pick=PICK, action=ACTIONS, member=MEMBERS, seconds=st.sampled_from([0, 60]), is_leased=st.booleans())
    def decide(self, pick: int, action: Action, member: Member, seconds: int, is_leased: bool) -> None:  # noqa: FBT001
        each = self.picked(pick)
        lease = each.lease[1] if is_leased and each.lease else ""
        self.desk.review.decide(
            self.desk.site.id,
            each.id,
            Ruling(action),
            member=member,
            version=each.version,
            lease=lease,
            undo_seconds=seconds,
        )
        each.decide(action, window=seconds > 0)

    @some_comment
    @rule(pick=PICK, action=ACTIONS)
    def decide_too_late(self, pick: int, action: Action) -> None:
        each = self.picked(pick)
        if each.version > 1:
            # Not by way of the story, which looks at the version before the script does.
            act = self.desk.review.act(each.first, Ruling(action).of(each.first, member=BEN))
            with pytest.raises(Superseded) as refused:
                self.desk.queue.decide(act)
            assert refused.value.winner.version == each.version

    @some_comment
    @rule(pick=PICK, action=ACTIONS)
    def decide_with_an_ended_lease(self, pick: int, action: Action) -> None:
        each = self.picked(pick)
        if each.ended:
            ruling = Ruling(action)
            with pytest.raises(Superseded):
                self.desk.review.decide(self.desk.site.id, each.id, ruling, member=ANA, lease=each.ended[-1])

    @some_comment
    @rule(pick=PICK, member=MEMBERS)
    def undo(self, pick: int, member: Member) -> None:
        each = self.picked(pick)
        if each.has_window:
            self.desk.review.undo(self.desk.site.id, each.id, member=member, version=each.version)
            each.undo()
        else:
            with pytest.raises(InvalidChange if each.version == 1 else UndoTooLate):
                self.desk.review.undo(self.desk.site.id, each.id, member=member, version=each.version)

    @some_comment
    @rule(pick=PICK)
    def window_ends(self, pick: int) -> None:
        each = self.picked(pick)
        end_window(self.desk.connection, self.desk.site.id, each.id)
        each.has_window = False

    @some_comment
    @rule(pick=PICK, reader=st.integers(0, 2))
    def report(self, pick: int, reader: int) -> None:
        each = self.picked(pick)
        said = {"complaint": Complaint.ABUSE, "note": "", "network": f"198.51.100.{reader}/32"}
        if not each.shows:
            with pytest.raises(NotFound):
                self.desk.intake.report(self.desk.site, each.id, **said)
        elif self.desk.intake.report(self.desk.site, each.id, **said):
            assert reader not in each.reporters
            each.report(reader)
        else:
            assert reader in each.reporters

    @rule(count=st.integers(1, 5))
    def fan_out(self, count: int) -> None:
        entries = self.outbox.read([self.keys.partition], worker="one", count=count)
        assert set(self.outbox.fan_out([(entry, ()) for entry in entries])) <= {"told"}


class RulesWithBatches(Rules):
    """Many at once, and those taken back, among everything else."""

    def __init__(self, desk: Desk, pages: Pages, outbox: Outbox, bulk: Bulk) -> None:
        super().__init__(desk, pages, outbox)
        self.bulk = bulk
        self.batches: list[tuple[str, dict[str, int]]] = []

    @some_comment
    @rule(picks=st.lists(PICK, min_size=1, max_size=4), action=ACTIONS, member=MEMBERS, late=st.booleans())
    def decide_many(self, picks: list[int], action: Action, member: Member, late: bool) -> None:  # noqa: FBT001
        seen = {each.id: each.version for each in map(self.picked, picks)}
        if late:
            seen[next(iter(seen))] -= 1
        batch = self.bulk.start(self.desk.site.id, [*seen.items()], Ruling(action), member=member)
        made = self._decidable(seen, member)
        for each in made:
            each.decide(action, window=True, batch=batch.id)
        self._recorded(batch, made, of=len(seen))

    @precondition(lambda machine: machine.batches)
    @rule(which=PICK, member=MEMBERS)
    def undo_many(self, which: int, member: Member) -> None:
        id, seen = self.batches[which % len(self.batches)]
        if not seen:
            with pytest.raises(InvalidChange):
                self.bulk.undo(self.desk.site.id, id, member=member)
            return
        batch = self.bulk.undo(self.desk.site.id, id, member=member)
        made = self._decidable(seen, member)
        for each in made:
            each.undo(batch=batch.id) if each.has_window else each.reverse(batch=batch.id)
        self._recorded(batch, made, of=len(seen))

    def _decidable(self, seen: dict[str, int], member: Member) -> list[Known]:
        """Return those at the version that was seen which nobody else has open."""
        known = [self.comments[id] for id, version in seen.items() if self.comments[id].version == version]
        return [each for each in known if each.lease is None or each.lease[0] is member]

    def _recorded(self, batch: Batch, made: list[Known], *, of: int) -> None:
        assert (batch.total, batch.made, batch.refused) == (of, len(made), of - len(made))
        assert not batch.is_running
        self.batches.append((batch.id, {each.id: each.version for each in made}))


def test_the_store_holds_what_the_model_says_after_any_acts(
    desk: Desk, pages: Pages, outbox: Outbox, connection: Connection
) -> None:
    bounds = settings(max_examples=40, stateful_step_count=30, deadline=None)
    bulk = Bulk(desk.review, Batches(connection))
    run_state_machine_as_test(lambda: RulesWithBatches(desk, pages, outbox, bulk), settings=bounds)
