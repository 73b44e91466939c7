"""The desk's lists: each has what it says, in its order, with its arrivals and its count."""

import pytest

from service.core.action import Action
from service.core.comment import Outcome, Reason
from service.core.listing import Listing, Sorting, View
from service.core.verdict import Verdict
from service.store import lists
from service.store.queue import DAY
from tests.desks import ANA, UNSCORED, Desk, scored


def test_what_is_held_waits_until_it_is_decided(desk: Desk) -> None:
    id = desk.hold("One.")
    assert desk.lists_of(id) == {Listing.WAITING}
    desk.decide(id, Action.REJECT)
    assert desk.lists_of(id) == {Listing.DECIDED}


def test_what_could_not_be_scored_is_listed_apart_too(desk: Desk) -> None:
    id = desk.hold("Eins.", UNSCORED)
    assert desk.lists_of(id) == {Listing.WAITING, Listing.UNSCORED}
    desk.decide(id, Action.APPROVE)
    assert desk.lists_of(id) == {Listing.DECIDED}


def test_spam_is_listed_until_someone_thinks_better_of_it(desk: Desk) -> None:
    id = desk.hold("One.")
    desk.decide(id, Action.MARK_SPAM)
    assert desk.lists_of(id) == {Listing.SPAM, Listing.DECIDED}
    desk.decide(id, Action.APPROVE)
    assert desk.lists_of(id) == {Listing.DECIDED}


def test_what_is_handed_on_no_longer_waits(desk: Desk) -> None:
    id = desk.hold("Eins.", UNSCORED)
    desk.decide(id, Action.ESCALATE)
    assert desk.lists_of(id) == {Listing.ESCALATED, Listing.DECIDED}
    assert desk.queue.find(desk.site.id, id).is_escalated
    desk.decide(id, Action.APPROVE)
    assert desk.lists_of(id) == {Listing.DECIDED}


def test_what_readers_reported_is_listed_until_someone_decides(desk: Desk) -> None:
    id = desk.publish("One.")
    assert desk.lists_of(id) == set()
    desk.report(id)
    assert desk.lists_of(id) == {Listing.REPORTED}
    desk.decide(id, Action.APPROVE)
    assert desk.lists_of(id) == {Listing.DECIDED}


def test_what_was_undone_waits_again_where_it_waited(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n / 10)) for n in range(5)]
    before = {sorting: desk.ids(View(sorting=sorting)) for sorting in Sorting}
    for action in Action:
        desk.decide_and_undo(ids[2], action)
        assert desk.lists_of(ids[2]) == {Listing.WAITING}
        assert {sorting: desk.ids(View(sorting=sorting)) for sorting in Sorting} == before


def test_an_undone_keep_of_a_reported_comment_is_reported_again(desk: Desk) -> None:
    id = desk.publish("One.")
    desk.report(id, readers=range(3))
    desk.decide_and_undo(id, Action.APPROVE)
    [(reports, found)] = desk.lists.page(desk.site.id, View(Listing.REPORTED), limit=10).items
    assert (reports, found.id) == (3, id)


def test_a_report_that_comes_before_the_undoing_counts_too(desk: Desk) -> None:
    id = desk.publish("One.")
    desk.report(id, readers=range(2))
    version = desk.decide(id, Action.APPROVE, undo_seconds=60)
    desk.report(id, readers=range(2, 5))
    desk.review.undo(desk.site.id, id, member=ANA, version=version)
    [(reports, _)] = desk.lists.page(desk.site.id, View(Listing.REPORTED), limit=10).items
    assert reports == 5


def test_undoing_the_rejection_of_an_escalated_comment_escalates_it_again(desk: Desk) -> None:
    id = desk.hold("One.")
    desk.decide(id, Action.ESCALATE)
    desk.decide_and_undo(id, Action.REJECT)
    assert Listing.ESCALATED in desk.lists_of(id)
    assert Listing.WAITING not in desk.lists_of(id)
    assert desk.queue.find(desk.site.id, id).is_escalated


def test_a_published_comment_that_is_handed_on_stays_published(desk: Desk) -> None:
    id = desk.publish("One.")
    desk.report(id)
    desk.decide(id, Action.ESCALATE)
    assert desk.lists_of(id) == {Listing.ESCALATED, Listing.DECIDED}
    assert desk.queue.find(desk.site.id, id).outcome is Outcome.PUBLISHED


def test_the_list_of_what_was_decided_holds_the_last_ones(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.queue.MOST_DECIDED", 2)
    ids = [desk.hold(f"{n}") for n in range(4)]
    for id in ids:
        desk.decide(id, Action.REJECT)
    assert sorted(desk.ids(View(Listing.DECIDED))) == sorted(ids[-2:])


def test_the_worst_come_first_and_equal_ones_by_id(desk: Desk) -> None:
    places = [(n % 4 / 10, desk.hold(f"{n}", scored(n % 4 / 10))) for n in range(12)]
    expected = [id for _, id in sorted(places, reverse=True)]
    assert desk.ids(View()) == expected
    for limit in (1, 3, 5, 12):
        assert desk.walked(View(), limit=limit) == expected


def test_the_oldest_come_first(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n / 20)) for n in range(8)]
    created = {id: desk.queue.find(desk.site.id, id).created_at for id in ids}
    assert desk.ids(View(sorting=Sorting.OLDEST)) == sorted(ids, key=lambda id: (created[id], id))


def test_the_most_useful_are_nearest_to_the_threshold_and_unscored_ones_come_last(desk: Desk) -> None:
    threshold = desk.site.policy.publish_below
    unscored = desk.hold("Eins.", UNSCORED)
    far = desk.hold("Far.", scored(threshold - 0.3))
    near = desk.hold("Near.", scored(threshold + 0.02))
    at = desk.hold("At.", scored(threshold))
    assert desk.ids(View(sorting=Sorting.USEFUL)) == [at, near, far, unscored]


def test_a_day_of_waiting_outweighs_any_nearness(desk: Desk) -> None:
    old, new = desk.hold("Eins.", UNSCORED), desk.hold("At.", scored(desk.site.policy.publish_below))
    assert desk.ids(View(sorting=Sorting.USEFUL)) == [new, old]
    created = desk.queue.find(desk.site.id, old).created_at
    useful = desk.keys.waiting(Sorting.USEFUL)
    assert float(desk.connection.do("ZSCORE", useful, old)) == pytest.approx(-created / DAY, abs=1e-8)
    desk.connection.do("ZADD", useful, -(created - DAY - 1000) / DAY, old)
    assert desk.ids(View(sorting=Sorting.USEFUL)) == [old, new]


def test_what_has_no_score_is_listed_by_age(desk: Desk) -> None:
    guesses = [Verdict("test", "de", {"toxicity": n / 10}) for n in (1, 5, 3)]
    ids = [desk.hold(f"{n}", type(UNSCORED)("language", guess)) for n, guess in enumerate(guesses)]
    created = {id: desk.queue.find(desk.site.id, id).created_at for id in ids}
    for sorting in Sorting:
        view = View(Listing.UNSCORED, sorting)
        assert desk.ids(view) == sorted(ids, key=lambda id: (created[id], id))
        assert desk.walked(view, limit=1) == desk.ids(view)


def test_a_cursor_stays_true_while_its_comment_leaves(desk: Desk) -> None:
    for n in range(12):
        desk.hold(f"{n}", scored(n % 3 / 10))
    order = desk.ids(View())
    first = desk.lists.page(desk.site.id, View(), limit=5)
    for id in order[3:7]:
        desk.decide(id, Action.APPROVE)
    desk.hold("Late, and worse.", scored(0.9))
    rest = desk.lists.page(desk.site.id, View(), after=first.next, limit=50)
    assert [comment.id for _, comment in rest.items] == order[7:]


def test_arrivals_are_those_since_the_last_look(desk: Desk) -> None:
    desk.hold("Before.", scored(0.95))
    since = desk.lists.counts(desk.site.id).now
    while desk.lists.counts(desk.site.id).now == since:
        pass
    assert desk.lists.arrived(desk.site.id, View(), since=since) == 0
    desk.hold("One.", scored(0.95))
    desk.hold("Zwei.", UNSCORED)
    desk.report(desk.publish("Three."))
    arrived = {
        View(): 2,
        View(Listing.UNSCORED): 1,
        View(reason=Reason.TOXIC): 1,
        View(words="zwei"): 1,
        View(words="before"): 0,
        View(reason=Reason.LINKS, words="one"): 0,
        View(Listing.REPORTED): 1,
        View(Listing.SPAM): 0,
    }
    for view, count in arrived.items():
        assert desk.lists.arrived(desk.site.id, view, since=since) == count, view


def test_arrivals_are_counted_to_a_bound_and_a_filter_looks_behind_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_ARRIVALS", 3)
    for n in range(5):
        desk.hold(f"Comment {n}.")
    desk.hold("Wanted.", scored(0.95))
    assert desk.lists.arrived(desk.site.id, View(), since=0) == 3
    assert desk.lists.arrived(desk.site.id, View(reason=Reason.TOXIC), since=0) == 1
    assert desk.lists.arrived(desk.site.id, View(words="wanted"), since=0) == 1


def test_counts_tell_each_list_each_reason_and_the_oldest(desk: Desk) -> None:
    empty = desk.lists.counts(desk.site.id)
    assert (set(empty.lists.values()), empty.reasons, empty.oldest) == ({0}, {}, 0)
    first = desk.hold("One.", scored(0.95))
    desk.hold("Zwei.", UNSCORED)
    counts = desk.lists.counts(desk.site.id)
    assert counts.lists[Listing.WAITING] == 2
    assert counts.lists[Listing.UNSCORED] == 1
    assert counts.reasons == {Reason.TOXIC: 1, Reason.UNSCORED: 1, Reason.NEWCOMER: 2}
    assert counts.oldest == desk.queue.find(desk.site.id, first).created_at <= counts.now


def test_the_decision_that_stands_is_told_for_each(desk: Desk) -> None:
    one, two = desk.hold("One."), desk.hold("Two.")
    desk.decide(one, Action.MARK_SPAM)
    found = desk.lists.last_decisions(desk.site.id, [one, two, "c_unknown"])
    assert {id: decision.outcome for id, decision in found.items()} == {one: Outcome.SPAM, two: Outcome.HELD}
