"""The next card: many moderators at once, each gets a comment that nobody else has, and none is decided twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.core.action import Action
from service.core.comment import Reason
from service.core.errors import NotAllowed
from service.core.listing import Listing, Sorting, View
from service.core.people import Member, Role
from service.use_cases.review import TRIED, Ruling
from tests.desks import ANA, BEN, UNSCORED, Desk, scored

MANY = [Member(f"m_{n}", f"Moderator {n}", Role.MODERATOR) for n in range(10)]


def next_id(desk: Desk, member: Member, view: View = View()) -> str | None:  # noqa: B008 - frozen
    opened = desk.review.next(desk.site.id, view, member=member)
    return opened.comment.id if opened else None


def test_the_next_card_is_the_first_of_the_view_and_is_leased(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n / 10)) for n in range(3)]
    opened = desk.review.next(desk.site.id, View(), member=ANA)
    assert opened is not None
    assert (opened.comment.id, opened.lease.holder.name) == (ids[2], "Ana")
    assert desk.review.leases.held(desk.site.id) == {ids[2]: ANA.actor}


def test_whoever_has_a_card_open_gets_it_again_and_others_the_one_behind_it(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n / 10)) for n in range(3)]
    assert [next_id(desk, ANA), next_id(desk, ANA), next_id(desk, BEN)] == [ids[2], ids[2], ids[1]]


def test_the_next_card_lies_behind_the_cursor(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n / 10)) for n in range(3)]
    opened = desk.review.next(desk.site.id, View(), member=ANA, after=(0.2, ids[2]))
    assert opened is not None
    assert opened.comment.id == ids[1]


def test_every_view_has_its_next_card(desk: Desk) -> None:
    plain = desk.hold("One.", scored(0.9))
    unscored = desk.hold("Zwei.", UNSCORED)
    reported = desk.publish("Three.")
    desk.report(reported)
    escalated = desk.hold("Four.")
    desk.decide(escalated, Action.ESCALATE)
    expected = {
        View(): plain,
        View(Listing.UNSCORED): unscored,
        View(reason=Reason.UNSCORED, sorting=Sorting.OLDEST): unscored,
        View(words="zwei"): unscored,
        View(Listing.REPORTED): reported,
        View(Listing.ESCALATED): escalated,
    }
    for n, (view, id) in enumerate(expected.items()):
        assert next_id(desk, MANY[n], view) == id or id in desk.review.leases.held(desk.site.id)


@pytest.mark.every_server
def test_ten_moderators_at_once_get_ten_different_cards_and_the_next_none(desk: Desk) -> None:
    ids = [desk.hold(f"{n}") for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(lambda member: next_id(desk, member), MANY))
    assert sorted(id or "" for id in got) == sorted(ids)
    assert next_id(desk, ANA) is None


def test_a_card_is_found_behind_more_open_ones_than_one_look_takes(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(1 - n / 100)) for n in range(2 * TRIED + 3)]
    for id in ids[:-1]:
        desk.review.lease(desk.site.id, id, member=BEN)
    assert next_id(desk, ANA) == ids[-1]
    assert next_id(desk, MANY[0]) is None


def test_a_card_that_is_given_back_is_anyone_s(desk: Desk) -> None:
    id = desk.hold("One.")
    opened = desk.review.next(desk.site.id, View(), member=ANA)
    assert opened is not None
    assert next_id(desk, BEN) is None
    desk.review.give_back(desk.site.id, id, member=ANA, lease=opened.lease.token)
    assert next_id(desk, BEN) == id


def test_a_viewer_gets_no_card(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        next_id(desk, Member("v", "V", Role.VIEWER))


def test_ten_moderators_decide_two_hundred_comments_and_none_twice(desk: Desk) -> None:
    ids = [desk.hold(f"{n}", scored(n % 5 / 10)) for n in range(200)]

    def work(member: Member) -> list[str]:
        decided = []
        while opened := desk.review.next(desk.site.id, View(), member=member):
            comment, token = opened.comment, opened.lease.token
            ruling = Ruling(Action.REJECT)
            desk.review.decide(desk.site.id, comment.id, ruling, member=member, version=comment.version, lease=token)
            decided.append(comment.id)
        return decided

    with ThreadPoolExecutor(10) as pool:
        decided = [id for each in pool.map(work, MANY) for id in each]
    assert sorted(decided) == sorted(ids)
    assert {len(desk.queue.decisions(desk.site.id, id)) for id in ids} == {2}
    assert desk.review.leases.held(desk.site.id) == {}
    assert desk.ids(View()) == []
