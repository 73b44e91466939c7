"""A thread read as a tree: its orders, its pages, its places, and what leaves it."""

import random
import time

import pytest

from service.core.action import Action
from service.core.comment import Reading
from service.core.people import Member
from service.core.site import Site
from service.core.thread import DEEPEST, key_of
from service.store.pages import Order, Pages, Place
from service.use_cases.casework import Casework
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.submissions import NETWORK, PAGE, submission

THREAD = key_of(url=PAGE, thread_id="")


class Thread:
    """A thread with short names for its comments: their texts."""

    def __init__(self, intake: Intake, pages: Pages, review: Review, casework: Casework, site: Site) -> None:
        self._intake, self._pages, self._review, self._casework, self._site = intake, pages, review, casework, site
        self.ids: dict[str, str] = {}

    def post(self, body: str, *, to: str = "") -> None:
        parent = self.ids[to] if to else ""
        receipt = self._intake.receive(submission(body, parent_id=parent), site=self._site, network=NETWORK)
        self.ids[body] = receipt.id
        time.sleep(0.002)  # ids and times order comments by the millisecond

    def decide(self, body: str, action: Action, *, member: Member, undo_seconds: int = 0) -> None:
        ruling = Ruling(action)
        self._review.decide(self._site.id, self.ids[body], ruling, member=member, undo_seconds=undo_seconds)

    def pin(self, body: str, *, member: Member) -> None:
        self._casework.pin(self._site.id, self.ids[body], member=member)

    def unpin(self, *, member: Member) -> None:
        self._casework.unpin(self._site.id, THREAD, member=member)

    def page(self, order: Order, *, start: Place | None = None, limit: int = 100) -> tuple[list[Reading], Place | None]:
        state = self._pages.state(self._site.id, THREAD)
        return self._pages.tree(
            self._site.id,
            THREAD,
            order=order,
            start=start,
            limit=limit,
            pinned=state.pinned,
        )

    def joined(self, order: Order, *, limit: int) -> list[str]:
        """Return the comments of every page."""
        joined: list[str] = []
        start: Place | None = None
        while True:
            readings, start = self.page(order, start=start, limit=limit)
            joined += [reading.body for reading in readings]
            if start is None:
                return joined
            assert len(readings) == limit

    def bodies(self, order: Order = Order.OLDEST) -> list[str]:
        return [reading.body for reading in self.page(order)[0]]

    def place(self, body: str, *, limit: int = 100) -> Place | None:
        return self._pages.place(self._site.id, THREAD, self.ids[body], order=Order.OLDEST, limit=limit)


@pytest.fixture
def thread(intake: Intake, pages: Pages, review: Review, casework: Casework, site: Site) -> Thread:
    """Two conversations, the busier one first."""
    thread = Thread(intake, pages, review, casework, site)
    for body, to in (("a", ""), ("b", ""), ("a1", "a"), ("b1", "b"), ("a11", "a1"), ("a2", "a")):
        thread.post(body, to=to)
    return thread


def test_each_comment_is_followed_by_its_replies(thread: Thread) -> None:
    readings, following = thread.page(Order.OLDEST)
    assert [(reading.body, reading.depth) for reading in readings] == [
        ("a", 0),
        ("a1", 1),
        ("a11", 2),
        ("a2", 1),
        ("b", 0),
        ("b1", 1),
    ]
    assert following is None


def test_only_the_first_level_is_sorted(thread: Thread) -> None:
    assert thread.bodies(Order.NEWEST) == ["b", "b1", "a", "a1", "a11", "a2"]
    assert thread.bodies(Order.REPLIES) == ["a", "a1", "a11", "a2", "b", "b1"]
    for n in range(4):
        thread.post(f"b{n + 2}", to="b")
    assert thread.bodies(Order.REPLIES)[:2] == ["b", "b1"]


def test_replies_below_the_deepest_level_follow_on_it(thread: Thread) -> None:
    last = "a11"
    for n in range(DEEPEST + 3):
        thread.post(f"deep {n}", to=last)
        last = f"deep {n}"
    readings, _ = thread.page(Order.OLDEST)
    deep = [reading for reading in readings if reading.body.startswith("deep")]
    assert [reading.body for reading in deep] == [f"deep {n}" for n in range(DEEPEST + 3)]
    assert max(reading.depth for reading in deep) == DEEPEST
    assert deep[-1].parent == deep[-2].id


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_join_to_the_whole(thread: Thread, order: Order, limit: int) -> None:
    chance = random.Random(7)
    for n in range(15):
        thread.post(f"more {n}", to=chance.choice(["", *thread.ids]))
    assert thread.joined(order, limit=limit) == thread.bodies(order)


def test_what_is_taken_down_leaves_and_its_replies_stay(thread: Thread, ana: Member) -> None:
    thread.decide("a", Action.REJECT, member=ana)
    assert thread.bodies() == ["a1", "a11", "a2", "b", "b1"]
    for body in ("a1", "a11", "a2"):
        thread.decide(body, Action.MARK_SPAM, member=ana)
    assert thread.bodies() == thread.bodies(Order.REPLIES) == ["b", "b1"]
    thread.decide("a1", Action.APPROVE, member=ana)
    thread.decide("a1", Action.APPROVE, member=ana)
    assert thread.bodies() == ["a1", "b", "b1"]
    thread.decide("a1", Action.REJECT, member=ana)
    assert thread.bodies(Order.NEWEST) == ["b", "b1"]


def test_what_may_still_be_undone_does_not_show(thread: Thread, ana: Member) -> None:
    thread.decide("a2", Action.REJECT, member=ana)
    before = [(thread.page(order), thread.place("a2")) for order in Order]
    thread.decide("a2", Action.APPROVE, member=ana, undo_seconds=10)
    assert [(thread.page(order), thread.place("a2")) for order in Order] == before
    assert "a2" not in thread.bodies()


def test_what_may_still_be_put_back_goes_on_showing(thread: Thread, ana: Member) -> None:
    before = [(thread.page(order), thread.place("a2")) for order in Order]
    for body in ("a2", "b", "a"):
        thread.decide(body, Action.REJECT, member=ana, undo_seconds=10)
    assert [(thread.page(order), thread.place("a2")) for order in Order] == before


def test_a_comment_can_be_gone_to_with_what_is_above_it(thread: Thread, ana: Member) -> None:
    place = thread.place("b1")
    assert place is not None
    assert [reading.body for reading in thread.page(Order.OLDEST, start=place)[0]] == ["b", "b1"]
    far = thread.place("a2", limit=2)
    assert far is not None
    assert thread.page(Order.OLDEST, start=far)[0][0].body == "a2"
    thread.decide("b1", Action.REJECT, member=ana)
    assert thread.place("b1") is None


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_pinned_comment_and_its_replies_stand_first_in_every_order_and_once(
    thread: Thread, ana: Member, order: Order, limit: int
) -> None:
    chance = random.Random(7)
    for n in range(15):
        thread.post(f"more {n}", to=chance.choice(["", *thread.ids]))
    before = [reading.body for reading in thread.page(order)[0]]
    roots = {reading.body: at for at, reading in enumerate(thread.page(order)[0]) if reading.depth == 0}
    for pinned, at in roots.items():
        end = min([other for other in roots.values() if other > at], default=len(before))
        thread.pin(pinned, member=ana)
        readings, _ = thread.page(order)
        assert [reading.body for reading in readings] == [*before[at:end], *before[:at], *before[end:]]
        assert [reading.body for reading in readings if reading.is_pinned] == [pinned]
        assert thread.joined(order, limit=limit) == [reading.body for reading in readings]
    thread.unpin(member=ana)
    assert thread.bodies(order) == before


@pytest.mark.parametrize("order", Order)
def test_who_was_reading_when_it_was_unpinned_misses_nothing_and_reads_nothing_twice(
    thread: Thread, ana: Member, order: Order
) -> None:
    whole = thread.bodies(order)
    thread.pin("b", member=ana)
    first, start = thread.page(order, limit=1)
    thread.unpin(member=ana)
    rest, _ = thread.page(order, start=start)
    assert sorted(reading.body for reading in [*first, *rest]) == sorted(whole)


def test_what_was_taken_down_since_it_was_pinned_does_not_show(thread: Thread, ana: Member) -> None:
    thread.pin("b", member=ana)
    thread.decide("b", Action.REJECT, member=ana)
    assert thread.bodies() == ["a", "a1", "a11", "a2", "b1"]
    assert not any(reading.is_pinned for reading in thread.page(Order.OLDEST)[0])
    thread.decide("b", Action.APPROVE, member=ana, undo_seconds=10)
    assert thread.bodies() == ["a", "a1", "a11", "a2", "b1"]
    thread.decide("b", Action.APPROVE, member=ana)
    assert thread.bodies() == ["b", "b1", "a", "a1", "a11", "a2"]


def test_a_comment_can_be_gone_to_whatever_is_pinned(thread: Thread, ana: Member) -> None:
    thread.pin("b", member=ana)
    for body, shown in (("b1", ["b", "b1"]), ("a2", ["a", "a1", "a11", "a2"])):
        place = thread.place(body)
        assert [reading.body for reading in thread.page(Order.OLDEST, start=place)[0]][: len(shown)] == shown
