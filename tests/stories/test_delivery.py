"""Signed, in order, again when it failed, never into somebody's network."""

import json
import secrets
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from standardwebhooks import Webhook

from service.core.comment import Outcome
from service.core.errors import InvalidChange, NotFound
from service.core.people import Member
from service.core.site import Site
from service.delivery import Courier
from service.intake import Intake
from service.outside.guard import Guard
from service.outside.sealing import KeyRing
from service.outside.sending import Sender
from service.review import Review
from service.store.connection import Connection
from service.store.deliveries import Deliveries
from service.store.endpoints import Endpoints
from service.store.keys import SiteKeys
from service.store.outbox import Outbox
from service.store.registry import Registry
from tests.conftest import fresh
from tests.receivers import Receiver, status
from tests.submissions import NETWORK, submission

NOW = 1_800_000_000.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def courier(outbox: Outbox, deliveries: Deliveries, endpoints: Endpoints, registry: Registry, careful: Site) -> Courier:
    registry.add_site(careful)
    return Courier(
        outbox=outbox,
        deliveries=deliveries,
        endpoints=endpoints,
        registry=registry,
        sealing=KeyRing([b"s" * 32]),
        sender=Sender(Guard([ip_network("127.0.0.0/8")])),
        timeout=2,
        new_id=fresh,
        entropy=secrets.token_bytes,
        jitter=lambda: 0.0,
        now=lambda: NOW,
    )


def run(courier: Courier) -> int:
    """Do what a worker does, once; return how many attempts were made."""
    for group in courier.outbox.groups():
        for entry in courier.outbox.read(group, worker="test", block=10, count=100):
            assert courier.fan_out(entry)
    claimed = courier.deliveries.claim(limit=100)
    for delivery in claimed:
        courier.deliver(delivery)
    return len(claimed)


def make_due(connection: Connection) -> None:
    keys = SiteKeys("news")
    for name in connection.do("ZRANGE", keys.due, 0, -1):
        connection.do("ZADD", keys.due, 1, name)


def test_a_decision_reaches_the_receiver_signed_by_the_standard(
    courier: Courier, receiver: Receiver, intake: Intake, careful: Site, review: Review, ana: Member
) -> None:
    _, secret = courier.add(receiver.url, site=careful.id)
    id = intake.receive(submission("Mail me: bob@example.com"), site=careful, network=NETWORK).id
    review.decide(careful.id, id, member=ana, outcome=Outcome.PUBLISHED, note="Fine.")
    assert run(courier) == 1
    assert run(courier) == 1
    held, published = receiver.requests
    payload = json.loads(published.body)
    assert (json.loads(held.body)["type"], payload["type"]) == ("comment.held", "comment.published")
    assert payload["data"]["comment"]["id"] == id
    assert (payload["data"]["decided_by"], payload["data"]["reason"]) == ("Ana", "Fine.")
    assert [json.loads(request.body)["data"]["sequence"] for request in (held, published)] == [1, 2]
    assert b"example.com" not in held.body + published.body
    for request in (held, published):
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers["webhook-timestamp"] == str(int(NOW))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("standardwebhooks.webhooks.datetime", _Clock)
            assert Webhook(secret).verify(request.body.decode(), headers)


class _Clock(__import__("datetime").datetime):
    """The clock of the day on which the test's webhooks were sent."""

    @classmethod
    def now(cls, tz: object = None) -> "_Clock":
        return cls.fromtimestamp(NOW, tz)  # type: ignore[arg-type]


def test_a_failed_attempt_is_made_again_with_the_same_id(
    courier: Courier, receiver: Receiver, intake: Intake, careful: Site, connection: Connection
) -> None:
    courier.add(receiver.url, site=careful.id)
    receiver.answers = [status(503, body=b"write to root@example.com"), status(302, headers={"Location": "/in"})]
    intake.receive(submission(), site=careful, network=NETWORK)
    run(courier)
    assert run(courier) == 0
    for _ in range(2):
        make_due(connection)
        assert run(courier) == 1
    ids = {request.headers["webhook-id"] for request in receiver.requests}
    assert (len(receiver.requests), len(ids)) == (3, 1)
    assert courier.deliveries.length() == 0
    (endpoint,) = courier.endpoints.of(careful.id)
    attempts = courier.deliveries.attempts(careful.id, ids.pop(), endpoint.id)
    assert [attempt.status for attempt in attempts] == [503, 302, 204]
    assert "root@" not in attempts[0].answer


def test_the_schedule_ends_and_the_delivery_is_dead(
    courier: Courier, receiver: Receiver, intake: Intake, careful: Site, connection: Connection
) -> None:
    courier.add(receiver.url, site=careful.id)
    receiver.answers = [status(500)] * 10
    intake.receive(submission(), site=careful, network=NETWORK)
    for _ in range(10):
        run(courier)
        make_due(connection)
    assert run(courier) == 0
    assert len(receiver.requests) == 10
    assert connection.do("ZCARD", SiteKeys(careful.id).dead) == 1


def test_410_ends_a_delivery_at_once(
    courier: Courier, receiver: Receiver, intake: Intake, careful: Site, connection: Connection
) -> None:
    courier.add(receiver.url, site=careful.id)
    receiver.answers = [status(410)]
    intake.receive(submission(), site=careful, network=NETWORK)
    run(courier)
    make_due(connection)
    assert run(courier) == 0


def test_a_removed_endpoint_gets_nothing_more(
    courier: Courier, receiver: Receiver, intake: Intake, careful: Site
) -> None:
    id, _ = courier.add(receiver.url, site=careful.id)
    intake.receive(submission("One."), site=careful, network=NETWORK)
    for group in courier.outbox.groups():
        for entry in courier.outbox.read(group, worker="test", block=10, count=100):
            courier.fan_out(entry)
    courier.endpoints.remove(careful.id, id)
    run(courier)
    assert receiver.requests == []
    assert courier.deliveries.length() == 0


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://user@a.example/", "nowhere", "https://a.example:0/"])
def test_what_cannot_be_an_endpoint_is_refused(courier: Courier, url: str) -> None:
    with pytest.raises(InvalidChange):
        courier.add(url, site="news")


def test_an_endpoint_needs_a_site(courier: Courier) -> None:
    with pytest.raises(NotFound):
        courier.add("https://a.example/", site="nowhere")
