"""Many at once: each comment is decided once or refused with the reason, whoever dies; and it all can be taken back."""

import itertools
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from service.core.action import Action
from service.core.batch import CHUNK, LARGEST, Batch, Pick
from service.core.comment import Outcome, Reason
from service.core.errors import InvalidChange, NotAllowed, NotFound, Unavailable
from service.core.listing import Listing, View
from service.core.people import Member, Role
from service.core.site import Site
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.lists import Lists
from service.store.pages import Pages
from service.store.queue import Queue
from service.use_cases.bulk_review import Bulk
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests import filling
from tests.endpoints import Office
from tests.receivers import Receiver
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, submission
from tests.windows import end_window

SITE = "news"
REJECT, PUBLISH = Ruling(Action.REJECT, rule="Off topic"), Ruling(Action.APPROVE)

Hold = Callable[[int], list[str]]


@pytest.fixture
def hold(intake: Intake, careful: Site, connection: Connection) -> Hold:
    """Hold so many comments and return their ids, oldest first."""
    numbers = itertools.count()

    def post(count: int) -> list[str]:
        typed = [submission(f"Comment {next(numbers)}.") for _ in range(count)]
        return filling.hold(intake, connection, typed, site=careful)

    return post


def first(ids: Sequence[str]) -> list[tuple[str, int]]:
    """Pick the comments as they came."""
    return [(id, 1) for id in ids]


def counts(batch: Batch) -> tuple[int, int, int]:
    return batch.total, batch.made, batch.refused


def outcomes(queue: Queue, id: str) -> list[str]:
    return [decision.outcome.value for decision in queue.decisions(SITE, id)]


def end_windows(connection: Connection, ids: Sequence[str]) -> None:
    """Move the time: no undo window of *ids* is open any more."""
    for id in ids:
        end_window(connection, SITE, id)


def end_claims(connection: Connection) -> None:
    """Move the time: whoever had claimed a batch has lost it."""
    running = SiteKeys(SITE).running
    for name in connection.do("ZRANGE", running, 0, -1):
        connection.do("ZADD", running, 1, name)


def finish(bulk: Bulk) -> int:
    """Do what workers do until nothing is left; return how many chunks that were."""
    chunks = 0
    while done := bulk.work():
        chunks += done
    return chunks


@pytest.mark.every_server
def test_a_batch_decides_each_comment_once_and_is_a_record(
    hold: Hold, bulk: Bulk, queue: Queue, lists: Lists, ana: Member
) -> None:
    ids = hold(5)
    ruling = Ruling(Action.REJECT, rule="Off topic", note="Sent by boss@example.com", told="Stay with the tram.")
    batch = bulk.start(SITE, [*first(ids), (ids[0], 1)], ruling, member=ana)
    assert (counts(batch), batch.is_running, batch.actor) == ((5, 5, 0), False, ana.actor)
    for id in ids:
        held, made = queue.decisions(SITE, id)
        assert (held.batch, made.batch, made.version, made.actor.name) == ("", batch.id, 2, "Ana")
        assert (made.rule, made.told) == ("Off topic", "Stay with the tram.")
        assert made.undo_until - made.at == 10_000
    assert batch == bulk.find(SITE, batch.id, member=ana)
    assert [each.id for each in bulk.recent(SITE, member=ana)] == [batch.id]
    assert "boss@example.com" not in (batch.note or "boss@example.com")
    assert lists.counts(SITE).lists[Listing.WAITING] == 0


def test_what_is_refused_is_listed_with_who_and_why(
    hold: Hold, bulk: Bulk, review: Review, queue: Queue, ana: Member, ben: Member
) -> None:
    fine, decided, opened, own = hold(4)
    review.decide(SITE, decided, PUBLISH, member=ben)
    review.lease(SITE, opened, member=ben)
    review.lease(SITE, own, member=ana)
    batch = bulk.start(SITE, first([fine, decided, opened, own, "c_gone"]), REJECT, member=ana)
    assert counts(batch) == (5, 2, 3)
    refused = {each.comment: (each.kind, each.why, each.by) for each in bulk.refusals(SITE, batch.id, member=ana)}
    assert refused == {
        decided: ("Superseded", "Ben already decided this comment: published.", "Ben"),
        opened: ("Leased", "Ben has this comment open.", "Ben"),
        "c_gone": ("NotFound", "There is no comment “c_gone”.", ""),
    }
    assert [outcomes(queue, id)[-1] for id in (fine, decided, opened, own)] == [
        "rejected",
        "published",
        "held",
        "rejected",
    ]
    assert len(bulk.refusals(SITE, batch.id, member=ana, after=1, limit=1)) == 1


def test_a_batch_hands_on_what_is_too_hard(hold: Hold, bulk: Bulk, queue: Queue, lists: Lists, ana: Member) -> None:
    ids = hold(2)
    bulk.start(SITE, first(ids), Ruling(Action.ESCALATE, note="Ask the editor."), member=ana)
    last = queue.decisions(SITE, ids[0])[-1]
    assert (last.outcome, last.reasons) == (Outcome.HELD, (Reason.ESCALATED,))
    assert lists.counts(SITE).lists[Listing.ESCALATED] == 2


def test_a_thousand_are_done_by_the_workers_chunk_by_chunk(
    hold: Hold, bulk: Bulk, lists: Lists, ana: Member, connection: Connection
) -> None:
    ids = hold(1000)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    assert (counts(batch), batch.is_running) == ((1000, 0, 0), True)
    progress = []
    while bulk.work():
        progress.append(bulk.find(SITE, batch.id, member=ana).done)
    assert progress == [200, 400, 600, 800, 1000]
    assert not bulk.find(SITE, batch.id, member=ana).is_running
    assert lists.counts(SITE).lists[Listing.WAITING] == 0
    keys = SiteKeys(SITE)
    assert connection.do("EXISTS", keys.batch(batch.id, "todo")) == 0
    assert all(connection.do("PTTL", keys.batch(batch.id, part)) > 29 * 24 * 3600 * 1000 for part in ("", "made"))


def test_batches_of_a_site_take_turns(hold: Hold, bulk: Bulk, ana: Member, ben: Member) -> None:
    ids = hold(2 * CHUNK + 2)
    one = bulk.start(SITE, first(ids[: CHUNK + 1]), REJECT, member=ana)
    other = bulk.start(SITE, first(ids[CHUNK + 1 :]), PUBLISH, member=ben)
    assert [bulk.work(), bulk.work()] == [1, 1]
    assert [bulk.find(SITE, each.id, member=ana).done for each in (one, other)] == [CHUNK, CHUNK]
    assert finish(bulk) == 2


def test_two_workers_at_once_never_decide_twice(hold: Hold, bulk: Bulk, queue: Queue, ana: Member) -> None:
    ids = hold(450)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)

    def work(_: int) -> None:
        while bulk.find(SITE, batch.id, member=ana).is_running:
            bulk.work()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert counts(bulk.find(SITE, batch.id, member=ana)) == (450, 450, 0)
    assert all(len(decisions) == 2 for decisions in queue.decisions_each(SITE, ids).values())


def test_who_lost_the_claim_records_nothing_and_doubles_nothing(
    hold: Hold, bulk: Bulk, queue: Queue, ana: Member, connection: Connection
) -> None:
    ids = hold(CHUNK + 1)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    (slow,) = bulk.batches.claim()
    assert list(bulk.batches.claim()) == []
    end_claims(connection)
    assert bulk.work() == 1
    assert not bulk.batches.record(slow, made=slow.picks, refused=[])
    finish(bulk)
    assert counts(bulk.find(SITE, batch.id, member=ana)) == (CHUNK + 1, CHUNK + 1, 0)
    assert all(len(decisions) == 2 for decisions in queue.decisions_each(SITE, ids).values())


def test_what_was_decided_before_a_crash_counts_as_made(
    hold: Hold, bulk: Bulk, review: Review, queue: Queue, ana: Member, ben: Member, connection: Connection
) -> None:
    ids = hold(CHUNK + 1)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    list(bulk.batches.claim())
    # A worker decides some, and dies before it records it; then Ben changes his mind about one.
    found = queue.find_each(SITE, ids[:20])
    queue.decide_each(
        [review.act(comment, REJECT.of(comment, member=ana, batch=batch.id)) for comment in found.values()]
    )
    review.decide(SITE, ids[0], PUBLISH, member=ben)
    end_claims(connection)
    finish(bulk)
    assert counts(bulk.find(SITE, batch.id, member=ana)) == (CHUNK + 1, CHUNK + 1, 0)
    decisions = queue.decisions_each(SITE, ids)
    assert sum(made.batch == batch.id for each in decisions.values() for made in each) == CHUNK + 1
    assert outcomes(queue, ids[0]) == ["held", "rejected", "published"]
    undo = bulk.undo(SITE, batch.id, member=ana)
    finish(bulk)
    (refused,) = bulk.refusals(SITE, undo.id, member=ana)
    assert (refused.comment, refused.by) == (ids[0], "Ben")


class ForgetfulQueue(Queue):
    """A queue whose server goes away in the midst of a batch."""

    def decide_each(self, acts: object) -> list[object]:  # type: ignore[override]
        raise Unavailable("Redis", "it does not answer.")


def test_a_batch_that_has_begun_is_kept_when_redis_goes_away(
    hold: Hold, bulk: Bulk, review: Review, ana: Member, connection: Connection
) -> None:
    ids = hold(3)
    unlucky = Bulk(replace(review, queue=ForgetfulQueue(connection, event_life=1000)), bulk.batches)
    batch = unlucky.start(SITE, first(ids), REJECT, member=ana)
    assert batch.is_running
    assert bulk.work() == 0, "whoever began it has it to themselves for a while"
    end_claims(connection)
    assert finish(bulk) == 1
    assert counts(bulk.find(SITE, batch.id, member=ana)) == (3, 3, 0)


def test_a_lost_answer_to_the_beginning_begins_nothing_twice(
    hold: Hold, bulk: Bulk, ana: Member, connection: Connection
) -> None:
    batch = Batch("batch_once", SITE, ana.actor, Outcome.SPAM)
    picks = [Pick(id, 1) for id in hold(2)]
    assert bulk.batches.begin(batch, picks) == bulk.batches.begin(batch, picks)
    assert connection.do("LLEN", SiteKeys(SITE).batch(batch.id, "todo")) == 2


# All that match


def test_all_that_match_a_filter_are_decided_and_no_other(
    hold: Hold, intake: Intake, careful: Site, bulk: Bulk, queue: Queue, scorer: SafeScorer, ana: Member
) -> None:
    others = hold(3)
    wanted = [intake.receive(submission(f"Buy the tram {n}."), site=careful, network=NETWORK).id for n in range(4)]
    view = View(words="BUY tram")
    assert {pick.comment for pick in bulk.matching(SITE, view, member=ana)} == set(wanted)
    with pytest.raises(InvalidChange, match="4 comments match now, not 3"):
        bulk.start_all(SITE, view, REJECT, member=ana, expected=3)
    batch = bulk.start_all(SITE, view, REJECT, member=ana, expected=4)
    assert counts(batch) == (4, 4, 0)
    assert {outcomes(queue, id)[-1] for id in others} == {"held"}
    with pytest.raises(InvalidChange, match="No comment matches"):
        bulk.start_all(SITE, view, REJECT, member=ana)


def test_what_came_after_one_looked_is_left_out(hold: Hold, bulk: Bulk, queue: Queue, ana: Member) -> None:
    seen = hold(2)
    until = queue.find(SITE, seen[-1]).created_at
    late = [id for id in hold(3) if queue.find(SITE, id).created_at > until]
    bulk.start_all(SITE, View(), REJECT, member=ana, until=until)
    assert [outcomes(queue, id)[-1] for id in (*seen, *late)] == ["rejected"] * 2 + ["held"] * len(late)


def test_a_list_is_walked_to_its_end(
    hold: Hold, bulk: Bulk, lists: Lists, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.use_cases.bulk_review.PAGE", 7)
    monkeypatch.setattr("service.store.lists.LOOK", 10)
    monkeypatch.setattr("service.store.lists.SMALL", 0)
    hold(45)
    batch = bulk.start_all(SITE, View(reason=Reason.NEWCOMER), REJECT, member=ana, expected=45)
    assert counts(batch) == (45, 45, 0)
    assert lists.counts(SITE).lists[Listing.WAITING] == 0


# Undoing


def test_within_the_window_undoing_leaves_no_trace_outside(
    hold: Hold, bulk: Bulk, queue: Queue, pages: Pages, lists: Lists, ana: Member, ben: Member, office: Office
) -> None:
    ids = hold(3)
    with Receiver() as receiver:
        office.add(receiver.url, events=["comment.published", "comment.rejected", "decision.undone"])
        batch = bulk.start(SITE, first(ids), PUBLISH, member=ana)
        undo = bulk.undo(SITE, batch.id, member=ben)
        assert (counts(undo), undo.undoes) == ((3, 3, 0), batch.id)
        assert bulk.find(SITE, batch.id, member=ana).undone_by == undo.id
        office.run_all()
        office.make_due()
        office.run_all()
        assert [json.loads(request.body)["type"] for request in receiver.requests] == ["decision.undone"] * 3
    for id in ids:
        held, made, undone = queue.decisions(SITE, id)
        assert (undone.outcome, undone.undoes, undone.batch) == (held.outcome, made.version, undo.id)
    assert lists.counts(SITE).lists[Listing.WAITING] == 3


def test_each_decision_of_a_batch_is_one_event_and_what_was_undone_is_cancelled(
    hold: Hold, bulk: Bulk, queue: Queue, ana: Member, connection: Connection
) -> None:
    ids = hold(3)
    keys = SiteKeys(SITE)

    def events() -> dict[str, tuple[str, bool]]:
        found = [connection.do("HMGET", keys.event(queue.find(SITE, id).event), "type", "cancelled") for id in ids]
        return {id: (kind, bool(cancelled)) for id, (kind, cancelled) in zip(ids, found, strict=True)}

    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    decided = {id: queue.find(SITE, id).event for id in ids}
    assert set(events().values()) == {("comment.rejected", False)}
    bulk.undo(SITE, batch.id, member=ana)
    assert all(connection.do("HGET", keys.event(event), "cancelled") for event in decided.values())
    assert set(events().values()) == {("decision.undone", False)}
    assert connection.do("XLEN", keys.outbox) == 9, "one each for held, rejected and undone"


def test_after_the_window_undoing_is_a_new_decision_that_is_told(
    hold: Hold, bulk: Bulk, queue: Queue, lists: Lists, ana: Member, connection: Connection
) -> None:
    ids = hold(3)
    batch = bulk.start(SITE, first(ids), PUBLISH, member=ana)
    end_windows(connection, ids[:2])
    undo = bulk.undo(SITE, batch.id, member=ana)
    assert counts(undo) == (3, 3, 0)
    last = [queue.decisions(SITE, id)[-1] for id in ids]
    assert [decision.outcome for decision in last] == [Outcome.HELD] * 3
    assert [decision.undoes for decision in last] == [None, None, 2]
    assert {decision.batch for decision in last} == {undo.id}
    kinds = [connection.do("HGET", SiteKeys(SITE).event(queue.find(SITE, id).event), "type") for id in ids]
    assert kinds == ["comment.held", "comment.held", "decision.undone"]
    assert lists.counts(SITE).lists[Listing.WAITING] == 3


def test_undoing_brings_back_each_comments_own_place(
    hold: Hold, bulk: Bulk, review: Review, queue: Queue, lists: Lists, ana: Member
) -> None:
    spam, published, escalated, held = ids = hold(4)
    review.decide(SITE, spam, Ruling(Action.MARK_SPAM), member=ana)
    review.decide(SITE, published, PUBLISH, member=ana)
    review.decide(SITE, escalated, Ruling(Action.ESCALATE), member=ana)
    batch = bulk.start(SITE, [(id, 1 if id == held else 2) for id in ids], REJECT, member=ana)
    bulk.undo(SITE, batch.id, member=ana)
    assert [queue.find(SITE, id).outcome.value for id in ids] == ["spam", "published", "held", "held"]
    assert queue.find(SITE, escalated).is_escalated
    assert lists.counts(SITE).lists[Listing.ESCALATED] == 1


def test_undoing_refuses_what_was_decided_since_or_is_open(
    hold: Hold, bulk: Bulk, review: Review, queue: Queue, ana: Member, ben: Member
) -> None:
    plain, changed, opened = hold(3)
    batch = bulk.start(SITE, first([plain, changed, opened, "c_gone"]), REJECT, member=ana)
    review.decide(SITE, changed, PUBLISH, member=ben)
    review.lease(SITE, opened, member=ben)
    undo = bulk.undo(SITE, batch.id, member=ana)
    assert counts(undo) == (3, 1, 2), "what was refused is not undone"
    refused = {each.comment: each.why for each in bulk.refusals(SITE, undo.id, member=ana)}
    assert refused == {
        changed: "Ben already decided this comment: published.",
        opened: "Ben has this comment open.",
    }
    assert [outcomes(queue, id)[-1] for id in (plain, changed, opened)] == ["held", "published", "rejected"]


def test_an_undo_may_be_undone(hold: Hold, bulk: Bulk, queue: Queue, ana: Member) -> None:
    ids = hold(2)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    undo = bulk.undo(SITE, batch.id, member=ana)
    again = bulk.undo(SITE, undo.id, member=ana)
    assert counts(again) == (2, 2, 0)
    assert [outcomes(queue, id) for id in ids] == [["held", "rejected", "held", "rejected"]] * 2


def test_a_large_batch_is_undone_by_the_workers_once_it_is_done(
    hold: Hold, bulk: Bulk, lists: Lists, ana: Member
) -> None:
    ids = hold(CHUNK + 50)
    batch = bulk.start(SITE, first(ids), REJECT, member=ana)
    with pytest.raises(InvalidChange, match="still running"):
        bulk.undo(SITE, batch.id, member=ana)
    finish(bulk)
    undo = bulk.undo(SITE, batch.id, member=ana)
    assert undo.is_running
    assert finish(bulk) == 2
    assert counts(bulk.find(SITE, undo.id, member=ana)) == (CHUNK + 50, CHUNK + 50, 0)
    assert lists.counts(SITE).lists[Listing.WAITING] == CHUNK + 50


def test_what_cannot_be_undone_says_why(hold: Hold, bulk: Bulk, ana: Member) -> None:
    hold(1)
    nothing = bulk.start(SITE, first(["c_gone"]), REJECT, member=ana)
    with pytest.raises(InvalidChange, match="nothing to undo"):
        bulk.undo(SITE, nothing.id, member=ana)
    with pytest.raises(NotFound):
        bulk.undo(SITE, "batch_gone", member=ana)
    with pytest.raises(NotFound):
        bulk.find(SITE, "batch_gone", member=ana)


# Bounds


def test_a_batch_has_bounds(hold: Hold, bulk: Bulk, ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidChange, match="at least one"):
        bulk.start(SITE, [], REJECT, member=ana)
    with pytest.raises(InvalidChange, match="at most 10,000"):
        bulk.start(SITE, first([f"c_{n}" for n in range(LARGEST + 1)]), REJECT, member=ana)
    hold(4)
    monkeypatch.setattr("service.use_cases.bulk_review.LARGEST", 3)
    with pytest.raises(InvalidChange, match="More than 3"):
        bulk.start_all(SITE, View(), REJECT, member=ana)


def test_the_largest_batch_begins_in_one_step(bulk: Bulk, ana: Member) -> None:
    batch = bulk.start(SITE, first([f"c_{n}" for n in range(LARGEST)]), REJECT, member=ana)
    assert batch.total == LARGEST
    assert finish(bulk) == LARGEST // CHUNK
    assert counts(bulk.find(SITE, batch.id, member=ana)) == (LARGEST, 0, LARGEST)


def test_a_site_lists_its_last_batches(
    bulk: Bulk, ana: Member, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.batches.MOST_LISTED", 3)
    made = [bulk.start(SITE, first([f"c_{n}"]), REJECT, member=ana).id for n in range(5)]
    assert {each.id for each in bulk.recent(SITE, member=ana)} <= set(made)
    assert len(bulk.recent(SITE, member=ana)) == 3
    assert len(bulk.recent(SITE, member=ana, limit=2)) == 2


@pytest.mark.parametrize("act", ["start", "start_all", "undo"])
def test_viewers_and_strangers_decide_nothing(hold: Hold, bulk: Bulk, queue: Queue, ana: Member, act: str) -> None:
    (id,) = hold(1)
    batch = bulk.start(SITE, first(["c_gone"]), REJECT, member=ana)
    acts: dict[str, Callable[[Member], object]] = {
        "start": lambda member: bulk.start(SITE, first([id]), REJECT, member=member),
        "start_all": lambda member: bulk.start_all(SITE, View(), REJECT, member=member),
        "undo": lambda member: bulk.undo(SITE, batch.id, member=member),
    }
    with pytest.raises(NotAllowed):
        acts[act](Member("v", "V", Role.VIEWER))
    with pytest.raises(NotFound):
        acts[act](Member("s", "S", Role.OWNER, site="elsewhere"))
    assert bulk.find(SITE, batch.id, member=Member("v", "V", Role.VIEWER)).refused == 1
    assert outcomes(queue, id) == ["held"]
