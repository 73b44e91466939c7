"""Signed, in order, again when it failed, never into somebody's network."""

import json

import pytest
from standardwebhooks import Webhook

from service.core.action import Action
from service.core.endpoint import EndpointChange
from service.core.errors import InvalidChange, NotFound
from service.core.people import OPERATOR, Member
from service.core.site import Site
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.endpoints import NOW, Office
from tests.receivers import Receiver, status
from tests.submissions import NETWORK, submission


@pytest.mark.every_server
def test_a_decision_reaches_the_receiver_signed_by_the_standard(
    office: Office, receiver: Receiver, intake: Intake, careful: Site, review: Review, ana: Member
) -> None:
    _, secret = office.add(receiver.url)
    id = intake.receive(submission("Mail me: bob@example.com"), site=careful, network=NETWORK).id
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE, note="Fine."))
    assert office.run() == 1
    assert office.run() == 1
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
    office: Office, receiver: Receiver, intake: Intake, careful: Site
) -> None:
    office.add(receiver.url)
    receiver.answers = [status(503, body=b"write to root@example.com"), status(302, headers={"Location": "/in"})]
    intake.receive(submission(), site=careful, network=NETWORK)
    office.run()
    assert office.run() == 0
    for _ in range(2):
        office.make_due()
        assert office.run() == 1
    ids = {request.headers["webhook-id"] for request in receiver.requests}
    assert (len(receiver.requests), len(ids)) == (3, 1)
    assert office.deliveries.length() == 0
    (endpoint,) = office.endpoints.of(careful.id)
    attempts = office.deliveries.attempts(careful.id, ids.pop(), endpoint.id)
    assert [attempt.status for attempt in attempts] == [503, 302, 204]
    assert "root@" not in attempts[0].answer


def test_the_schedule_ends_and_the_delivery_is_dead(
    office: Office, receiver: Receiver, intake: Intake, careful: Site
) -> None:
    office.add(receiver.url)
    receiver.answers = [status(500)] * 10
    intake.receive(submission(), site=careful, network=NETWORK)
    for _ in range(10):
        office.run()
        office.make_due()
    assert office.run() == 0
    assert len(receiver.requests) == 10
    (endpoint,) = office.endpoints.of(careful.id)
    assert office.log.counts(careful.id, endpoint.id) == {"waiting": 0, "delivered": 0, "dead": 1}


def test_410_ends_a_delivery_at_once(office: Office, receiver: Receiver, intake: Intake, careful: Site) -> None:
    office.add(receiver.url)
    receiver.answers = [status(410)]
    intake.receive(submission(), site=careful, network=NETWORK)
    office.run()
    office.make_due()
    assert office.run() == 0


def test_a_removed_endpoint_gets_nothing_more(
    office: Office, receiver: Receiver, intake: Intake, careful: Site
) -> None:
    id, _ = office.add(receiver.url)
    intake.receive(submission("One."), site=careful, network=NETWORK)
    office.fan_out()
    office.endpoints.remove(careful.id, id)
    office.run()
    assert receiver.requests == []
    assert office.deliveries.length() == 0


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://user@a.example/", "nowhere", "https://a.example:0/"])
def test_what_cannot_be_an_endpoint_is_refused(office: Office, url: str) -> None:
    with pytest.raises(InvalidChange):
        office.add(url)


def test_an_endpoint_needs_a_site(office: Office) -> None:
    with pytest.raises(NotFound):
        office.webhooks.add("nowhere", EndpointChange(url="https://a.example/"), member=OPERATOR)
