"""A clock that jumps a day ahead and goes back: nobody is kept from writing, and no webhook waits.

Redis's clock cannot be set. What was stored while it was ahead is what lies ahead of it now: so tests move that.
"""

import json
from collections.abc import Callable

import pytest

from service.adapters.sealing import FingerprintKey
from service.core.action import Action
from service.core.comment import Complaint
from service.core.errors import NotFound, UndoTooLate
from service.core.people import Member, Role
from service.core.site import Site
from service.store.connection import Connection
from service.store.keys import PARTITIONS, SiteKeys, clock, sign_in_attempts
from service.store.pace import Pace
from service.store.pages import Pages
from service.store.queue import DAY
from service.store.registry import Registry
from service.use_cases.access import Access
from service.use_cases.bulk_review import Bulk
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.endpoints import Office
from tests.receivers import Receiver, status
from tests.submissions import NETWORK, submission

#: Does all that is due, and returns the types of events that the receiver was told.
Told = Callable[[], list[str]]

#: How far the clock had jumped: a day, and a little less and more.
JUMPS = [DAY - 3_600_000, DAY, 10 * DAY]


@pytest.fixture(params=JUMPS, ids=["23 hours", "a day", "ten days"])
def jump(request: pytest.FixtureRequest) -> int:
    return int(request.param)


class Clock:
    """Moves what the store keeps, as if a clock that was *jump* ahead had written it."""

    def __init__(self, connection: Connection, jump: int) -> None:
        self.connection, self.jump = connection, jump

    @property
    def now(self) -> int:
        return int(self.connection.do("TIME")[0]) * 1000

    def string(self, key: str) -> None:
        # Such a key lives for milliseconds, and may be gone.
        stored = int(self.connection.do("GET", key) or self.now)
        self.connection.do("SET", key, stored + self.jump, "PX", self.jump + DAY)

    def hash(self, key: str, *fields: str) -> None:
        for field in fields:
            if value := self.connection.do("HGET", key, field):
                self.connection.do("HSET", key, field, int(value) + self.jump)

    def zset(self, key: str) -> None:
        for member, score in self.connection.do("ZRANGE", key, 0, -1, "WITHSCORES") or []:
            self.connection.do("ZADD", key, float(score) + self.jump, member)

    def life(self, key: str) -> None:
        self.connection.do("PEXPIRE", key, int(self.connection.do("PTTL", key)) + self.jump)

    def goes_back(self) -> None:
        """Let each partition have seen the time that was ahead."""
        for partition in range(PARTITIONS):
            self.connection.do("HSET", clock(partition), "seen", self.now + self.jump)


@pytest.fixture
def ahead(connection: Connection, jump: int) -> Clock:
    return Clock(connection, jump)


def pace_of(site: Site, purpose: str, network: str) -> str:
    return SiteKeys(site.id).pace(FingerprintKey(b"f" * 32).of(network, site=site.id, purpose=purpose))


def test_nobody_is_told_to_slow_down(intake: Intake, site: Site, ahead: Clock) -> None:
    intake.receive(submission("One."), site=site, network=NETWORK)
    ahead.string(pace_of(site, "network", NETWORK))
    intake.receive(submission("Two."), site=site, network=NETWORK)


def test_nobody_is_kept_from_reporting(intake: Intake, site: Site, ahead: Clock) -> None:
    ids = [intake.receive(submission(f"Number {n}."), site=site, network=NETWORK).id for n in range(2)]
    report = {"complaint": Complaint.SPAM, "note": "", "network": "198.51.100.1/32"}
    intake.report(site, ids[0], **report)  # type: ignore[arg-type]
    ahead.string(pace_of(site, "reporter", "198.51.100.1/32"))
    assert intake.report(site, ids[1], **report)  # type: ignore[arg-type]


def test_nobody_is_kept_from_signing_in(connection: Connection, ahead: Clock) -> None:
    pace = Pace(connection)
    assert pace.wait("ana", per_minute=1, burst=2) == 0
    ahead.string(sign_in_attempts("ana"))
    assert pace.wait("ana", per_minute=1, burst=2) == 0
    assert [bool(pace.wait("ana", per_minute=1, burst=2)) for _ in range(2)] == [False, True]


@pytest.fixture
def held(intake: Intake, careful: Site) -> str:
    return intake.receive(submission("Please look."), site=careful, network=NETWORK).id


def test_a_lease_ends(
    held: str, careful: Site, review: Review, bulk: Bulk, ana: Member, ben: Member, ahead: Clock
) -> None:
    keys = SiteKeys(careful.id)
    review.lease(careful.id, held, member=ana)
    ahead.life(keys.lease(held))
    ahead.zset(keys.leases)
    assert review.leases.held(careful.id) == {}
    batch = bulk.start(careful.id, [(held, 1)], Ruling(Action.APPROVE), member=ben)
    assert batch.made == 1


def test_another_may_open_what_a_lease_from_ahead_holds(
    held: str, careful: Site, review: Review, ana: Member, ben: Member, ahead: Clock
) -> None:
    review.lease(careful.id, held, member=ana)
    ahead.life(SiteKeys(careful.id).lease(held))
    assert review.lease(careful.id, held, member=ben).token


def test_an_undo_window_ends(held: str, careful: Site, review: Review, pages: Pages, ana: Member, ahead: Clock) -> None:
    keys, thread = SiteKeys(careful.id), review.queue.find(careful.id, held).thread
    review.decide(careful.id, held, Ruling(Action.APPROVE), member=ana, undo_seconds=60)
    assert pages.state(careful.id, thread).count == 0
    ahead.hash(keys.comment(held), "undo_until")
    ahead.zset(keys.soon(thread))
    assert pages.state(careful.id, thread).count == 1
    with pytest.raises(UndoTooLate):
        review.undo(careful.id, held, member=ana, version=2)


# Webhooks


@pytest.fixture
def told(office: Office, receiver: Receiver, held: str) -> Told:
    """Return the types of events that the receiver was told, once everything that is due was done."""

    def do_all() -> list[str]:
        office.outbox.open(range(PARTITIONS))
        for partition in range(PARTITIONS):
            office.outbox.abandoned(partition, worker="test")
        office.run_all()
        return [json.loads(request.body)["type"] for request in receiver.requests]

    return do_all


@pytest.fixture
def endpoint(office: Office, receiver: Receiver) -> str:
    return office.add(receiver.url)[0]


def test_a_decision_that_was_made_ahead_is_told_at_once(
    endpoint: str,
    held: str,
    careful: Site,
    review: Review,
    ana: Member,
    told: Told,
    ahead: Clock,
) -> None:
    told()
    review.decide(careful.id, held, Ruling(Action.APPROVE), member=ana, undo_seconds=60)
    event = review.queue.find(careful.id, held).event
    ahead.hash(SiteKeys(careful.id).event(event), "not_before", "at")
    assert told() == ["comment.held", "comment.published"]


def test_a_retry_that_was_put_off_ahead_is_made(
    endpoint: str,
    office: Office,
    receiver: Receiver,
    held: str,
    careful: Site,
    told: Told,
    ahead: Clock,
) -> None:
    receiver.answers.append(status(500))
    assert told() == ["comment.held"]
    keys = SiteKeys(careful.id)
    ahead.zset(keys.lane(endpoint))
    ahead.zset(keys.due)
    assert told() == ["comment.held"]
    ahead.goes_back()
    assert told() == ["comment.held"] * 2
    assert office.deliveries.length() == 0


def test_a_delivery_that_was_claimed_ahead_is_made_by_another(
    endpoint: str, office: Office, held: str, careful: Site, told: Told, ahead: Clock
) -> None:
    office.fan_out()
    assert len(office.courier.claim(limit=10)) == 1
    keys = SiteKeys(careful.id)
    ahead.zset(keys.flying(endpoint))
    ahead.zset(keys.due)
    ahead.goes_back()
    assert told() == ["comment.held"]


def test_an_endpoint_that_rests_or_is_paced_from_ahead_is_told(
    held: str, office: Office, receiver: Receiver, careful: Site, told: Told, ahead: Clock
) -> None:
    endpoint, _ = office.add(receiver.url, per_minute=60)
    keys = SiteKeys(careful.id)
    office.connection.do("HSET", keys.health(endpoint), "rests_until", ahead.now + 1000, "arrival", ahead.now)
    ahead.hash(keys.health(endpoint), "rests_until", "arrival")
    assert told() == ["comment.held"]


def test_an_event_that_a_dead_worker_read_ahead_is_fanned_out(
    endpoint: str, office: Office, receiver: Receiver, held: str, careful: Site, ahead: Clock
) -> None:
    keys = SiteKeys(careful.id)
    office.outbox.open([keys.partition])
    [entry] = office.outbox.read([keys.partition], worker="dead", block=10, count=10)
    # Pending since a time that lies ahead, as XCLAIM lets one say.
    read = ahead.now + ahead.jump
    office.connection.do("XCLAIM", keys.outbox, "workers", "dead", 0, entry.id, "TIME", read)
    ahead.goes_back()
    assert [each.id for each in office.outbox.abandoned(keys.partition, worker="test")] == [entry.id]


def test_what_is_done_step_by_step_goes_on(
    held: str, careful: Site, bulk: Bulk, ana: Member, connection: Connection, ahead: Clock
) -> None:
    keys = SiteKeys(careful.id)
    batch = bulk.start(careful.id, [(held, 1), ("c_gone", 1)], Ruling(Action.APPROVE), member=ana)
    connection.do("ZADD", keys.running, ahead.now + ahead.jump, f"{careful.id} {batch.id}")
    assert bulk.work() == 1


def test_a_paused_endpoint_catches_up_with_all_that_it_missed(
    endpoint: str,
    office: Office,
    careful: Site,
    intake: Intake,
    held: str,
    told: Told,
    ahead: Clock,
) -> None:
    told()
    office.endpoints.pause(careful.id, endpoint)
    intake.receive(submission("Missed while ahead."), site=careful, network=NETWORK)
    office.fan_out()
    ahead.hash(SiteKeys(careful.id).health(endpoint), "missing_from")
    intake.receive(submission("Missed since."), site=careful, network=NETWORK)
    office.fan_out()
    office.endpoints.resume(careful.id, endpoint)
    assert told().count("comment.held") >= 2


def test_a_sign_of_life_from_ahead_is_none(registry: Registry, connection: Connection, ahead: Clock) -> None:
    registry.beat()
    assert registry.since_beat() is not None
    connection.do("SET", "parley:{registry}:worker", (ahead.now + ahead.jump) // 1000)
    assert registry.since_beat() is None


def test_an_invitation_from_ahead_has_ended(access: Access, ahead: Clock) -> None:
    secret = access.invite(Role.MODERATOR)
    assert access.invited(secret).role is Role.MODERATOR
    [key] = ahead.connection._client.scan_iter("*:invitation:*")
    ahead.life(key)
    with pytest.raises(NotFound):
        access.join(secret, name="Eve", password="a long enough one")
