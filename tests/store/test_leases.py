"""Leases: who has which comment open, for how long, and who may end that."""

import pytest

from service.core.action import Action
from service.core.comment import Outcome
from service.core.errors import Leased, NotFound, Superseded
from service.store import leases
from service.store.leases import Leases
from service.use_cases.review import Ruling
from tests.desks import ANA, BEN, Desk


def end(desk: Desk, id: str) -> None:
    """Move the end of a comment's lease to now."""
    desk.connection.do("PEXPIRE", desk.keys.lease(id), 0)
    desk.connection.do("ZADD", desk.keys.leases, 1, id)


@pytest.fixture
def held(desk: Desk) -> Leases:
    return desk.review.leases


def test_an_open_comment_is_listed_with_its_holder_while_the_lease_lasts(desk: Desk, held: Leases) -> None:
    one, two = desk.hold("One."), desk.hold("Two.")
    desk.review.lease(desk.site.id, one, member=ANA)
    desk.review.lease(desk.site.id, two, member=BEN)
    assert {id: actor.name for id, actor in held.held(desk.site.id).items()} == {one: "Ana", two: "Ben"}
    end(desk, one)
    assert {id: actor.name for id, actor in held.held(desk.site.id).items()} == {two: "Ben"}


def test_a_lease_lasts_its_length_and_its_holder_extends_it(desk: Desk, held: Leases) -> None:
    id = desk.hold("One.")
    first = desk.review.lease(desk.site.id, id, member=ANA)
    counted = desk.lists.counts(desk.site.id).now
    assert first.ends == pytest.approx(counted + leases.LEASE_LENGTH, abs=1000)
    desk.connection.do("PEXPIRE", desk.keys.lease(id), 5000)
    desk.connection.do("ZADD", desk.keys.leases, counted + 5000, id)
    taken = desk.review.lease(desk.site.id, id, member=BEN)
    assert (taken.token, taken.holder.name) == ("", "Ana")
    assert taken.ends == pytest.approx(counted + 5000, abs=1000)
    again = desk.review.lease(desk.site.id, id, member=ANA)
    assert again.token == first.token
    assert again.ends >= first.ends
    assert float(desk.connection.do("ZSCORE", desk.keys.leases, id)) == again.ends


def test_only_its_token_gives_a_lease_back(desk: Desk, held: Leases) -> None:
    id = desk.hold("One.")
    lease = desk.review.lease(desk.site.id, id, member=ANA)
    for token in ("", "lease_of_someone"):
        assert not desk.review.give_back(desk.site.id, id, member=BEN, lease=token)
    assert list(held.held(desk.site.id)) == [id]
    assert desk.review.give_back(desk.site.id, id, member=ANA, lease=lease.token)
    assert held.held(desk.site.id) == {}
    assert not desk.review.give_back(desk.site.id, id, member=ANA, lease=lease.token)
    assert desk.review.lease(desk.site.id, id, member=BEN).token


def test_a_token_of_an_ended_lease_does_not_end_the_next_one(desk: Desk, held: Leases) -> None:
    id = desk.hold("One.")
    old = desk.review.lease(desk.site.id, id, member=ANA)
    end(desk, id)
    new = desk.review.lease(desk.site.id, id, member=BEN)
    assert new.token not in ("", old.token)
    assert not desk.review.give_back(desk.site.id, id, member=ANA, lease=old.token)
    assert held.held(desk.site.id)[id].name == "Ben"


def test_a_decision_ends_the_lease_whoever_makes_it(desk: Desk, held: Leases) -> None:
    id = desk.hold("One.")
    desk.review.lease(desk.site.id, id, member=ANA)
    desk.decide(id, Action.APPROVE, member=BEN)
    assert held.held(desk.site.id) == {}
    assert not desk.connection.do("EXISTS", desk.keys.lease(id))


def test_a_decision_with_an_ended_lease_is_refused_and_says_what_stands(desk: Desk) -> None:
    id = desk.hold("One.")
    old = desk.review.lease(desk.site.id, id, member=ANA)
    end(desk, id)
    with pytest.raises(Superseded) as refused:
        desk.review.decide(desk.site.id, id, Ruling(Action.MARK_SPAM), member=ANA, lease=old.token)
    assert refused.value.winner.outcome is Outcome.HELD


def test_an_act_that_gives_way_is_refused_while_another_has_the_comment_open(desk: Desk) -> None:
    id = desk.hold("One.")
    lease = desk.review.lease(desk.site.id, id, member=BEN)
    comment = desk.queue.find(desk.site.id, id)
    decision = Ruling(Action.MARK_SPAM).of(comment, member=ANA, batch="b_1")
    with pytest.raises(Leased) as refused:
        desk.queue.decide(desk.review.act(comment, decision, gives_way=True))
    told = refused.value.lease
    assert (told.holder.name, told.token, told.ends) == ("Ben", "", pytest.approx(lease.ends, abs=1000))
    end(desk, id)
    assert desk.queue.decide(desk.review.act(comment, decision, gives_way=True)).batch == "b_1"


def test_an_act_that_gives_way_goes_past_the_decider_s_own_lease(desk: Desk) -> None:
    id = desk.hold("One.")
    desk.review.lease(desk.site.id, id, member=ANA)
    comment = desk.queue.find(desk.site.id, id)
    act = desk.review.act(comment, Ruling(Action.MARK_SPAM).of(comment, member=ANA), gives_way=True)
    assert desk.queue.decide(act).outcome is Outcome.SPAM


def test_many_acts_at_once_are_each_decided_or_refused_on_their_own(desk: Desk) -> None:
    ids = [desk.hold(f"{n}") for n in range(4)]
    desk.review.lease(desk.site.id, ids[1], member=BEN)
    comments = [desk.queue.find(desk.site.id, id) for id in ids]
    desk.decide(ids[2], Action.APPROVE)
    acts = [
        desk.review.act(comment, Ruling(Action.MARK_SPAM).of(comment, member=ANA), gives_way=True)
        for comment in comments
    ]
    answers = desk.queue.decide_each(acts)
    assert [type(answer).__name__ for answer in answers] == ["Decision", "Leased", "Superseded", "Decision"]


def test_what_is_not_there_cannot_be_leased(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.review.lease(desk.site.id, "c_unknown", member=ANA)
