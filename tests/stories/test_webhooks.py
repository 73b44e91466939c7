"""Endpoints as owners keep them: what they are told, when they are not, and how they get what they missed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from standardwebhooks import Webhook

from service.core.action import Action
from service.core.catalogue import schema
from service.core.comment import Complaint
from service.core.endpoint import EndpointChange
from service.core.errors import InvalidChange, NotAllowed, NotFound
from service.core.events import Endpoint, EventType
from service.core.people import OPERATOR, Member, Role
from service.core.schedule import FAILING_LIMIT
from service.core.site import Site
from service.store.keys import SiteKeys
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from service.use_cases.webhook_endpoints import ROTATION
from tests.endpoints import NOW, SITE, Office
from tests.receivers import Receiver, status
from tests.submissions import NETWORK, submission

KEYS = SiteKeys(SITE)


class Post:
    """Posts comments that differ, and returns their ids."""

    def __init__(self, intake: Intake, site: Site) -> None:
        self._intake, self._site, self._count = intake, site, 0

    def __call__(self) -> str:
        self._count += 1
        return self._intake.receive(submission(f"Comment {self._count}."), site=self._site, network=NETWORK).id


@pytest.fixture
def post(intake: Intake, careful: Site) -> Post:
    return Post(intake, careful)


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """Return what came, each body as the catalogue's schema says."""
    messages = [json.loads(request.body) for request in receiver.requests]
    for message in messages:
        is_thin = set(message["data"].get("comment", {})) == {"id"}
        Draft202012Validator(schema(EventType(message["type"]), is_thin=is_thin)).validate(message)
    return messages


def stories(receiver: Receiver) -> dict[str, list[int]]:
    """Return the sequences that came, by comment, in their order."""
    found: dict[str, list[int]] = {}
    for message in told(receiver):
        data = message["data"]
        found.setdefault(data["comment"]["id"], []).append(data["sequence"])
    return found


def signed_by(secret: str, receiver: Receiver) -> bool:
    """Whether *secret* signed the last request, as the standard's own library signs."""
    request = receiver.requests[-1]
    headers = {name.lower(): value for name, value in request.headers.items()}
    mine = Webhook(secret).sign(headers["webhook-id"], datetime.fromtimestamp(NOW, UTC), request.body.decode())
    return mine in headers["webhook-signature"].split(" ")


@pytest.mark.every_server
def test_an_endpoint_is_told_what_it_wants_and_no_more(
    office: Office, receiver: Receiver, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    office.add(receiver.url, events=["comment.published"], payload="thin")
    review.decide(careful.id, id := post(), member=ana, ruling=Ruling(Action.APPROVE, note="Fine."))
    office.run_all()
    (message,) = told(receiver)
    data = message["data"]
    assert message["type"] == "comment.published"
    assert (data["comment"], data["sequence"], data["outcome"]) == ({"id": id}, 2, "published")
    assert set(data) == {"site", "comment", "outcome", "sequence", "at"}


def test_what_was_undone_is_told_only_to_who_asks_for_it(
    office: Office, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    with Receiver() as all_of_it, Receiver() as audit:
        office.add(all_of_it.url)
        office.add(audit.url, events=["decision.undone"])
        made = review.decide(careful.id, id := post(), member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
        review.undo(careful.id, id, member=ana, version=made.version)
        office.run_all()
        office.make_due()
        office.run_all()
        assert [message["type"] for message in told(all_of_it)] == ["comment.held"]
        assert [message["type"] for message in told(audit)] == ["decision.undone"]


def test_every_type_of_event_is_told_as_the_catalogue_says(
    office: Office, receiver: Receiver, intake: Intake, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    everything = [kind.value for kind in EventType if kind is not EventType.TEST]
    id, _ = office.add(receiver.url, events=everything)
    office.webhooks.test(SITE, id, member=OPERATOR)
    comment = post()
    for action in (Action.REJECT, Action.MARK_SPAM, Action.APPROVE):
        review.decide(careful.id, comment, member=ana, ruling=Ruling(action))
    intake.report(careful, comment, complaint=next(iter(Complaint)), note="Ask root@example.com", network=NETWORK)
    made = review.decide(careful.id, comment, member=ana, ruling=Ruling(Action.MARK_SPAM), undo_seconds=10)
    review.undo(careful.id, comment, member=ana, version=made.version)
    with Receiver(answers=[status(410)]) as other:
        office.add(other.url, events=["comment.held"])
        post()
        office.run_all()
    office.make_due()
    office.run_all()
    assert {message["type"] for message in told(receiver)} == {kind.value for kind in EventType}
    assert b"root@" not in b"".join(request.body for request in receiver.requests)


def test_custom_headers_go_out_and_never_come_back(office: Office, receiver: Receiver, post: Post) -> None:
    id, _ = office.add(receiver.url, headers={"X-Token": "hush-hush"})
    post()
    office.run_all()
    assert receiver.requests[0].headers["X-Token"] == "hush-hush"
    (listed,) = office.webhooks.listed(SITE, id, member=OPERATOR, after=None, limit=10)
    exchange = office.webhooks.exchange(SITE, id, listed[1].event.id, member=OPERATOR)
    assert exchange.attempts[0].headers["X-Token"] == "•••"
    everything = str(office.webhooks.all(SITE, member=OPERATOR)) + office.connection.do("HGET", KEYS.endpoints, id)
    assert "hush-hush" not in everything + str(exchange)
    assert office.endpoints.find(SITE, id).header_names == ("X-Token",)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"events": ["comment.liked"]}, "events"),
        ({"events": ["endpoint.test"]}, "events"),
        ({"headers": {"Content-Length": "5"}}, "headers"),
        ({"headers": {"webhook-id": "x"}}, "headers"),
        ({"headers": {"X Y": "x"}}, "headers"),
        ({"headers": {"X-Y": "a\r\nX-Z: b"}}, "headers"),
        ({"headers": {"X-Y": ""}}, "headers"),
        ({"headers": {f"X-{n}": "a" for n in range(11)}}, "headers"),
        ({"payload": "fat"}, "payload"),
        ({"per_minute": -1}, "per_minute"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_what_an_endpoint_cannot_be_is_refused_beside_its_field(
    office: Office, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidChange) as refused:
        office.add("https://a.example/", **fields)
    assert {fault.field for fault in refused.value.faults} == {field}


def test_after_rotation_both_secrets_sign_for_a_day(office: Office, receiver: Receiver, post: Post) -> None:
    id, old = office.add(receiver.url)
    new = office.webhooks.rotate(SITE, id, member=OPERATOR)
    post()
    office.run_all()
    assert signed_by(new, receiver)
    assert signed_by(old, receiver)
    # A day passes: the stored end is moved.
    office.endpoints.change(SITE, id, lambda endpoint: _older(endpoint, ROTATION))
    post()
    office.run_all()
    assert signed_by(new, receiver)
    assert not signed_by(old, receiver)


def _older(endpoint: Endpoint, by: int) -> Endpoint:
    secrets = tuple(replace(each, until=each.until and each.until - by) for each in endpoint.secrets)
    return replace(endpoint, secrets=secrets)


def test_a_paused_endpoint_gets_what_it_missed_before_what_is_new(
    office: Office, receiver: Receiver, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    id, _ = office.add(receiver.url)
    first = post()
    office.run_all()
    office.webhooks.pause(SITE, id, member=OPERATOR)
    second = post()
    review.decide(careful.id, first, member=ana, ruling=Ruling(Action.APPROVE))
    review.decide(careful.id, first, member=ana, ruling=Ruling(Action.REJECT))
    assert office.run_all() == 0
    office.webhooks.resume(SITE, id, member=OPERATOR)
    # What is new while it catches up waits for its turn behind what was missed.
    review.decide(careful.id, first, member=ana, ruling=Ruling(Action.MARK_SPAM))
    office.run_all()
    assert stories(receiver) == {first: [1, 2, 3, 4], second: [1]}
    third = post()
    office.run_all()
    assert stories(receiver)[third] == [1]
    assert not office.endpoints.health(SITE, id).is_catching_up


def test_catching_up_takes_more_than_one_batch(
    office: Office, receiver: Receiver, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.replays.BATCH", 3)
    id, _ = office.add(receiver.url)
    office.webhooks.pause(SITE, id, member=OPERATOR)
    ids = {post() for _ in range(8)}
    office.fan_out()
    office.webhooks.resume(SITE, id, member=OPERATOR)
    assert office.replays.under_way(SITE, id) == 1
    office.run_all()
    assert set(stories(receiver)) == ids
    assert len(receiver.requests) == 8
    assert office.replays.under_way(SITE, id) == 0


def test_410_disables_and_the_others_are_told(office: Office, receiver: Receiver, post: Post) -> None:
    with Receiver() as other:
        id, _ = office.add(receiver.url, description="Mail root@example.com")
        office.add(other.url)
        receiver.answers = [status(410)]
        first = post()
        office.run_all()
        second = post()
        office.run_all()
        assert len(receiver.requests) == 1
        disabled = [message for message in told(other) if message["type"] == "endpoint.disabled"]
        assert [message["data"]["endpoint"]["id"] for message in disabled] == [id]
        assert disabled[0]["data"]["why"] == "gone"
        assert "root@" not in str(disabled)
        assert office.endpoints.disabled(SITE) == [id]
        # Once its owner lets it go on, it gets what it missed, the one that it refused included.
        office.webhooks.resume(SITE, id, member=OPERATOR)
        office.run_all()
        comments = [m["data"]["comment"]["id"] for m in told(receiver) if m["type"] == "comment.held"]
        assert comments == [first, first, second]


def test_five_days_of_failing_disable(office: Office, receiver: Receiver, post: Post) -> None:
    id, _ = office.add(receiver.url)
    receiver.answers = [status(500)] * 3
    post()
    office.run()
    health = office.endpoints.health(SITE, id)
    assert health.failing_since
    assert not health.disabled
    # Not quite five days, then five days: the stored beginning is moved.
    for ago, disabled in ((FAILING_LIMIT - 60, ""), (FAILING_LIMIT + 60, "failing")):
        office.connection.do("HSET", KEYS.health(id), "failing_since", office.endpoints.now() - ago * 1000)
        office.make_due()
        office.run()
        assert office.endpoints.health(SITE, id).disabled == disabled


def test_one_delivery_ends_the_failing(office: Office, receiver: Receiver, post: Post) -> None:
    id, _ = office.add(receiver.url)
    receiver.answers = [status(500)]
    post()
    office.run()
    office.make_due()
    office.run()
    health = office.endpoints.health(SITE, id)
    assert (health.failing_since, health.disabled) == (0, "")
    assert health.delivered_at


def test_who_has_too_much_to_do_is_left_alone_for_as_long_as_asked(
    office: Office, receiver: Receiver, post: Post
) -> None:
    office.add(receiver.url)
    receiver.answers = [status(429, headers={"Retry-After": "60"})]
    post()
    office.run()
    post()
    assert office.run() == 0
    office.make_due()
    office.run_all()
    assert len(receiver.requests) == 3


def test_a_rate_limit_is_kept(office: Office, receiver: Receiver, post: Post) -> None:
    id, _ = office.add(receiver.url, per_minute=2)
    office.connection.do("HSET", KEYS.health(id), "streak", 100)
    for _ in range(10):
        post()
    assert office.run() == 1
    assert office.run() == 0


def test_an_endpoint_earns_more_senders_by_quick_answers_and_loses_them_by_failing(
    office: Office, receiver: Receiver, post: Post
) -> None:
    office.add(receiver.url)
    for _ in range(10):
        post()
    office.fan_out()
    assert [office.run() for _ in range(3)] == [1, 2, 4]
    receiver.answers = [status(500)]
    assert office.run() == 3
    for _ in range(3):
        post()
    office.fan_out()
    # Two answered after the one that failed, or before: one to three at once, never the eight that it had.
    assert len(office.deliveries.claim(limit=100)) <= 3


def test_senders_are_shared_out_among_endpoints(office: Office, post: Post) -> None:
    with Receiver() as one, Receiver() as two, Receiver() as three:
        ids = [office.add(each.url)[0] for each in (one, two, three)]
        for id in ids[:2]:
            office.connection.do("HSET", KEYS.health(id), "streak", 100)
        for _ in range(20):
            post()
        office.fan_out()
        claimed = [delivery.endpoint for delivery in office.deliveries.claim(limit=9)]
        assert claimed.count(ids[2]) == 1
        assert len(claimed) >= 7


def test_a_test_shows_the_whole_exchange(office: Office, receiver: Receiver) -> None:
    id, secret = office.add(receiver.url, events=["comment.published"])
    receiver.answers = [status(200, body=b"Thanks, root@example.com", headers={"X-Served-By": "unit"})]
    event = office.webhooks.test(SITE, id, member=OPERATOR)
    office.run_all()
    assert signed_by(secret, receiver)
    exchange = office.webhooks.exchange(SITE, id, event, member=OPERATOR)
    (attempt,) = exchange.attempts
    assert exchange.body.encode() == receiver.requests[0].body
    assert json.loads(exchange.body)["type"] == EventType.TEST
    assert (attempt.status, attempt.url, exchange.logged.state) == (200, receiver.url, "delivered")
    assert attempt.headers["webhook-id"] == event
    assert "X-Served-By: unit" in attempt.answer_headers
    assert attempt.answer == "Thanks, •••@•••"


def test_dead_letters_are_replayed_one_by_one_or_all_that_is_missing(
    office: Office, receiver: Receiver, post: Post
) -> None:
    id, _ = office.add(receiver.url)
    ids = [post() for _ in range(3)]
    for _ in range(30):
        receiver.answers = [status(500)] * 10
        office.run()
        office.make_due()
    receiver.answers = []
    assert office.log.counts(SITE, id) == {"waiting": 0, "delivered": 0, "dead": 3}
    dead = office.webhooks.listed(SITE, id, member=OPERATOR, state="dead", after=None, limit=10)
    before = len(receiver.requests)
    office.webhooks.replay_one(SITE, id, dead[0][1].event.id, member=OPERATOR)
    office.run_all()
    assert len(receiver.requests) == before + 1
    office.webhooks.replay(SITE, id, member=OPERATOR, since=0)
    office.run_all()
    assert len(receiver.requests) == before + 3
    assert set(stories(receiver)) == set(ids)
    assert office.log.counts(SITE, id) == {"waiting": 0, "delivered": 3, "dead": 0}
    # Under the ids that they had, so that the receiver can tell.
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 3


def test_everything_since_a_time_is_replayed_in_order(
    office: Office, receiver: Receiver, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    id, _ = office.add(receiver.url)
    post()
    office.run_all()
    since = office.endpoints.now() + 1
    while office.endpoints.now() <= since:
        pass
    first = post()
    review.decide(careful.id, first, member=ana, ruling=Ruling(Action.APPROVE))
    office.run_all()
    receiver.requests.clear()
    office.webhooks.replay(SITE, id, member=OPERATOR, since=since, what="all")
    office.run_all()
    assert stories(receiver) == {first: [1, 2]}


def test_a_new_endpoint_can_have_what_happened_before_it(office: Office, receiver: Receiver, post: Post) -> None:
    post()
    office.fan_out()
    id, _ = office.add(receiver.url)
    office.webhooks.replay(SITE, id, member=OPERATOR, since=0)
    office.run_all()
    assert len(receiver.requests) == 1


def test_the_log_is_filtered_paged_and_searched_by_comment(
    office: Office, receiver: Receiver, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    id, _ = office.add(receiver.url)
    ids = [post() for _ in range(5)]
    review.decide(careful.id, ids[0], member=ana, ruling=Ruling(Action.APPROVE))
    office.run_all()
    seen, after = [], None
    while page := office.webhooks.listed(SITE, id, member=OPERATOR, after=after, limit=2):
        seen += [each.event.comment for _, each in page]
        after = (page[-1][0], page[-1][1].event.id)
    assert len(seen) == 6
    assert set(seen) == set(ids)
    assert not office.webhooks.listed(SITE, id, member=OPERATOR, state="dead", after=None, limit=9)
    about = office.webhooks.about(SITE, id, ids[0], member=OPERATOR)
    assert [each.event.type.value for each in about] == ["comment.held", "comment.published"]


def test_the_log_is_bounded_in_number_and_in_age(
    office: Office, receiver: Receiver, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("outbox", "deliveries"):
        monkeypatch.setattr(f"service.store.{module}.DELIVERIES_BOUND", 3)
    id, _ = office.add(receiver.url)
    for _ in range(6):
        post()
    office.run_all()
    kept = office.webhooks.listed(SITE, id, member=OPERATOR, after=None, limit=10)
    assert (len(receiver.requests), len(kept), office.log.counts(SITE, id)["delivered"]) == (6, 3, 3)
    # A month passes: the stored times are moved.
    for name in office.connection.do("ZRANGE", KEYS.log(id), 0, -1):
        office.connection.do("ZADD", KEYS.log(id), 1, name)
    last = post()
    office.run_all()
    (only,) = office.webhooks.listed(SITE, id, member=OPERATOR, after=None, limit=10)
    assert only[1].event.comment == last
    for key in (KEYS.delivery(only[1].event.id, id), KEYS.attempts(only[1].event.id, id), KEYS.history(last)):
        assert office.connection.do("PTTL", key) > 0


def test_who_cannot_receive_reads_the_events_in_order(
    office: Office, post: Post, review: Review, ana: Member, careful: Site
) -> None:
    viewer = Member("m_v", "V", Role.VIEWER, SITE)
    first, second = post(), post()
    review.decide(careful.id, first, member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
    post()
    office.fan_out()
    page, place = office.webhooks.events(SITE, member=viewer, after="0-0", limit=1)
    assert [event.comment for event in page] == [first]
    # A decision in its window ends the list, and nothing behind it is lost.
    page, place = office.webhooks.events(SITE, member=viewer, after=place, limit=10)
    assert [event.comment for event in page] == [second]
    review.undo(careful.id, first, member=ana, version=2)
    office.fan_out()
    page, place = office.webhooks.events(SITE, member=viewer, after=place, limit=10)
    assert [event.type for event in page] == [EventType.HELD, EventType.UNDONE]
    assert office.webhooks.events(SITE, member=viewer, after=place, limit=10) == ([], place)


def test_only_owners_keep_endpoints(office: Office) -> None:
    moderator = Member("m_ana", "Ana", Role.MODERATOR)
    elsewhere = Member("m_eva", "Eva", Role.OWNER, "other")
    for member, refusal in ((moderator, NotAllowed), (elsewhere, NotFound)):
        with pytest.raises(refusal):
            office.webhooks.add(SITE, EndpointChange(url="https://a.example/"), member=member)
        with pytest.raises(refusal):
            office.webhooks.all(SITE, member=member)


def test_a_removed_endpoint_cannot_come_back_by_a_change(office: Office) -> None:
    id, _ = office.add("https://a.example/")
    office.webhooks.remove(SITE, id, member=OPERATOR)
    for act in (office.webhooks.pause, office.webhooks.resume, office.webhooks.rotate):
        with pytest.raises(NotFound):
            act(SITE, id, member=OPERATOR)
    assert office.endpoints.of(SITE) == []
