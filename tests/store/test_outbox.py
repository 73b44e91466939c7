"""Every change has its event; every event reaches every endpoint's line, in order, whoever works."""

import time

import pytest

from service.core.action import Action
from service.core.events import Attempt, Delivery, Endpoint, EventType
from service.core.masking import restore
from service.core.people import Member
from service.core.site import Site
from service.store.connection import Connection
from service.store.deliveries import Deliveries
from service.store.keys import SiteKeys
from service.store.outbox import Entry, Outbox
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.submissions import NETWORK, submission

HERE = Endpoint("ep_here", "news", "https://here.example/")
THERE = Endpoint("ep_there", "news", "https://there.example/")
OK = Attempt(1, 200, None, 3, restore("ok"))


def read(outbox: Outbox, worker: str = "one") -> list[Entry]:
    return [entry for group in outbox.groups() for entry in outbox.read(group, worker=worker, count=100)]


def fan_out(outbox: Outbox, entry: Entry, endpoints: list[Endpoint]) -> str:
    (answer,) = outbox.fan_out([(entry, endpoints)])
    return answer


def told(deliveries: Deliveries, claimed: list[Delivery]) -> list[tuple[str, EventType]]:
    events = [(delivery.endpoint, deliveries.parcels([delivery])[0].event) for delivery in claimed]
    return sorted((endpoint, event.type) for endpoint, event in events if event)


@pytest.fixture
def decided(intake: Intake, careful: Site, review: Review, ana: Member) -> str:
    """A comment that was held, then published: two events."""
    id = intake.receive(submission(), site=careful, network=NETWORK).id
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE))
    return id


def test_each_change_has_one_event_with_its_sequence(decided: str, outbox: Outbox) -> None:
    assert [(entry.comment, entry.sequence) for entry in read(outbox)] == [(decided, 1), (decided, 2)]


def test_an_endpoint_gets_the_events_of_a_comment_one_at_a_time_in_order(
    decided: str, outbox: Outbox, deliveries: Deliveries
) -> None:
    for entry in read(outbox):
        assert fan_out(outbox, entry, [HERE, THERE]) == "told"
    first = deliveries.claim(limit=10)
    assert told(deliveries, first) == [(HERE.id, EventType.HELD), (THERE.id, EventType.HELD)]
    here = next(delivery for delivery in first if delivery.endpoint == HERE.id)
    assert deliveries.settle(here, "delivered", attempt=OK)
    second = deliveries.claim(limit=10)
    assert told(deliveries, second) == [(HERE.id, EventType.PUBLISHED)]
    assert deliveries.attempts("news", here.event, HERE.id) == [OK]


def test_a_later_event_waits_until_the_earlier_one_is_fanned_out(
    decided: str, outbox: Outbox, deliveries: Deliveries
) -> None:
    held, published = read(outbox)
    assert fan_out(outbox, published, [HERE]) == "early"
    assert fan_out(outbox, held, [HERE]) == "told"
    assert fan_out(outbox, published, [HERE]) == "told"
    assert outbox.length() == 0


def test_an_event_is_fanned_out_once_however_often_it_is_read(
    decided: str, outbox: Outbox, deliveries: Deliveries
) -> None:
    held, _ = read(outbox)
    assert fan_out(outbox, held, [HERE]) == "told"
    assert fan_out(outbox, held, [HERE]) == "gone"
    assert len(deliveries.claim(limit=10)) == 1


def test_what_a_dead_worker_took_another_takes_over(decided: str, outbox: Outbox) -> None:
    taken = read(outbox, worker="dead")
    assert read(outbox, worker="alive") == []
    partition = taken[0].partition
    assert outbox.abandoned(partition, worker="alive") == []
    assert outbox.abandoned(partition, worker="alive", idle=0) == taken


def test_a_claimed_delivery_is_invisible_to_others_until_its_claim_ends(
    decided: str, outbox: Outbox, deliveries: Deliveries, connection: Connection
) -> None:
    fan_out(outbox, read(outbox)[0], [HERE])
    (mine,) = deliveries.claim(limit=10)
    assert deliveries.claim(limit=10) == []
    connection.do("ZADD", SiteKeys("news").flying(HERE.id), 1, mine.name)
    connection.do("ZADD", SiteKeys("news").due, 1, f"news {HERE.id}")
    # A claim is the ms at which it ends, and no claim ends in the ms in which it began: let one pass.
    time.sleep(0.002)
    (theirs,) = deliveries.claim(limit=10)
    assert theirs.name == mine.name
    assert not deliveries.settle(mine, "delivered", attempt=OK)
    assert deliveries.settle(theirs, "delivered", attempt=OK)
    assert deliveries.length() == 0


def test_a_failed_delivery_comes_back_when_it_is_due(decided: str, outbox: Outbox, deliveries: Deliveries) -> None:
    fan_out(outbox, read(outbox)[0], [HERE])
    (delivery,) = deliveries.claim(limit=10)
    assert deliveries.settle(delivery, "waiting", attempt=OK, after=60_000)
    assert deliveries.claim(limit=10) == []
    assert (deliveries.length(), deliveries.parcels([delivery])[0].failures) == (1, 1)


def test_an_undone_decision_is_logged_and_never_delivered(
    intake: Intake,
    careful: Site,
    review: Review,
    ana: Member,
    outbox: Outbox,
    deliveries: Deliveries,
    connection: Connection,
) -> None:
    id = intake.receive(submission(), site=careful, network=NETWORK).id
    made = review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
    entries = read(outbox)
    for entry in entries:
        fan_out(outbox, entry, [HERE])
    review.undo(careful.id, id, member=ana, version=made.version)
    for entry in read(outbox):
        fan_out(outbox, entry, [HERE])
    (held,) = deliveries.claim(limit=10)
    assert deliveries.settle(held, "delivered", attempt=OK)
    assert deliveries.claim(limit=10) == []
    lane = SiteKeys("news").lane(HERE.id)
    connection.do("ZADD", lane, 1, connection.do("ZRANGE", lane, 0, 0)[0])
    connection.do("ZADD", SiteKeys("news").due, 1, f"news {HERE.id}")
    (quiet,) = deliveries.claim(limit=10)
    event = deliveries.parcels([quiet])[0].event
    assert event is not None
    assert event.cancelled
    assert connection.do("XLEN", SiteKeys("news").events) == 3


def test_removing_an_endpoint_does_not_stop_the_others(decided: str, outbox: Outbox, deliveries: Deliveries) -> None:
    for entry in read(outbox):
        fan_out(outbox, entry, [HERE])
    (delivery,) = deliveries.claim(limit=10)
    assert deliveries.settle(delivery, "cancelled", attempt=None)
    assert len(deliveries.claim(limit=10)) == 1
