"""The worker as a whole: receivers that hang starve nobody, and stopping finishes what is in flight."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from service.core.action import Action
from service.core.batch import CHUNK
from service.core.errors import Unavailable
from service.core.listing import View
from service.core.people import Member
from service.core.site import Site
from service.processes.worker import Chore, Worker
from service.use_cases.bulk_review import Bulk
from service.use_cases.review import Ruling
from service.use_cases.submit import Intake
from tests.endpoints import SITE, Office
from tests.processes import timed, wait_for
from tests.receivers import Receiver
from tests.submissions import NETWORK, submission

pytestmark = timed

Post = Callable[[int], None]


@pytest.fixture
def post(intake: Intake, careful: Site) -> Post:
    def post(count: int) -> None:
        for number in range(count):
            intake.receive(submission(f"Comment {number}."), site=careful, network=NETWORK)

    return post


@contextmanager
def working(office: Office, *, concurrency: int, chores: Sequence[Chore] = ()) -> Iterator[Worker]:
    worker = Worker(office.courier, lambda: None, concurrency=concurrency, chores=chores)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        yield worker
    finally:
        worker.stop()
        running.join(30)
        assert not running.is_alive()


def test_a_hundred_receivers_that_hang_do_not_starve_the_rest(office: Office, post: Post) -> None:
    with Receiver(takes=3) as hanging, Receiver() as quick:
        for number in range(100):
            office.add(f"{hanging.url}/{number}")
        office.add(quick.url)
        post(20)
        began = time.monotonic()
        with working(office, concurrency=128):
            quick.wait_for(20, seconds=20)
            took = time.monotonic() - began
    # In one queue the hundred, two seconds each for twenty comments, would take half a minute of all the senders.
    assert took < 10
    assert len(hanging.requests) >= 50, "the others were tried meanwhile"


def test_stopping_finishes_what_is_in_flight(office: Office, post: Post) -> None:
    with Receiver(takes=1) as receiver:
        id, _ = office.add(receiver.url)
        post(3)
        with working(office, concurrency=8):
            receiver.wait_for(1)
        assert office.log.counts(SITE, id) == {"waiting": 2, "delivered": 1, "dead": 0}
        assert len(receiver.requests) == 1


@pytest.mark.every_server
def test_two_workers_share_the_work_and_make_each_delivery_once(office: Office, post: Post) -> None:
    with Receiver(takes=0.02) as receiver:
        id, _ = office.add(receiver.url)
        post(60)
        with working(office, concurrency=8), working(office, concurrency=8):
            wait_for(lambda: office.log.counts(SITE, id)["delivered"] == 60, within=60)
        assert len(receiver.requests) == 60


def test_a_batch_goes_on_beside_the_webhooks_and_outlives_redis_being_away(
    office: Office, post: Post, bulk: Bulk, ana: Member
) -> None:
    post(2 * CHUNK + 1)
    batch = bulk.start_all(SITE, View(), Ruling(Action.REJECT), member=ana)
    is_away = iter([True])

    def work() -> int:
        if next(is_away, False):
            raise Unavailable("Redis", "it does not answer.")
        return bulk.work()

    with Receiver() as receiver:
        office.add(receiver.url)
        with working(office, concurrency=4, chores=[work]), working(office, concurrency=4, chores=[bulk.work]):
            wait_for(lambda: not bulk.find(SITE, batch.id, member=ana).is_running, within=30)
            receiver.wait_for(2 * CHUNK + 1, seconds=30)
    done = bulk.find(SITE, batch.id, member=ana)
    assert (done.made, done.refused) == (2 * CHUNK + 1, 0)
