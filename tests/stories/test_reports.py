"""A reader reports a comment: it reaches the queue, and stays where it is until a person decides."""

import pytest

from service.core.action import Action
from service.core.comment import Complaint, Outcome
from service.core.errors import InvalidChange, NotFound, TooFast
from service.core.listing import Listing, View
from service.core.masking import MASK
from service.core.people import Member
from service.core.site import Site
from service.core.thread import key_of
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.lists import Lists
from service.store.pages import Pages
from service.store.queue import MOST_REPORTERS, Queue
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import LONGEST_REPORT, Intake
from tests.submissions import NETWORK, PAGE, submission


def report(intake: Intake, site: Site, id: str, *, network: str = NETWORK, note: str = "") -> bool:
    return intake.report(site, id, complaint=Complaint.ABUSE, note=note, network=network)


def networks(count: int) -> list[str]:
    return [f"198.51.100.{n}/32" for n in range(count)]


@pytest.mark.every_server
def test_a_report_waits_for_a_person_and_takes_nothing_down(
    intake: Intake, queue: Queue, lists: Lists, pages: Pages, site: Site
) -> None:
    id = intake.receive(submission(), site=site, network=NETWORK).id
    for network in networks(3):
        assert report(intake, site, id, network=network, note="Rude to ben@example.com.")
    [(count, found)] = lists.page(site.id, View(Listing.REPORTED), limit=10).items
    assert (count, found.id, found.outcome) == (3, id, Outcome.PUBLISHED)
    assert pages.state(site.id, key_of(url=PAGE, thread_id="")).count == 1
    noted = queue.reports(site.id, id)
    assert [each.complaint for each in noted] == [Complaint.ABUSE] * 3
    assert {each.note for each in noted} == {f"Rude to {MASK}."}


def test_one_network_reports_a_comment_once(intake: Intake, lists: Lists, site: Site) -> None:
    id = intake.receive(submission(), site=site, network=NETWORK).id
    assert report(intake, site, id)
    assert not report(intake, site, id)
    assert lists.page(site.id, View(Listing.REPORTED), limit=10).items[0][0] == 1


def test_a_decision_answers_the_reports(intake: Intake, review: Review, lists: Lists, site: Site, ana: Member) -> None:
    id = intake.receive(submission(), site=site, network=NETWORK).id
    report(intake, site, id)
    review.decide(site.id, id, member=ana, ruling=Ruling(Action.APPROVE))
    assert lists.page(site.id, View(Listing.REPORTED), limit=10).items == ()
    assert report(intake, site, id, network="198.51.100.9/32")
    assert lists.page(site.id, View(Listing.REPORTED), limit=10).items[0][0] == 1


def test_each_report_is_told_of_in_its_turn(intake: Intake, queue: Queue, connection: Connection, site: Site) -> None:
    id = intake.receive(submission(), site=site, network=NETWORK).id
    report(intake, site, id)
    entries = connection.do("XRANGE", SiteKeys(site.id).outbox, "-", "+")
    assert [fields["sequence"] for _, fields in entries] == ["1", "2"]
    event = connection.do("HGETALL", SiteKeys(site.id).event(entries[-1][1]["event"]))
    assert event["type"] == "comment.reported"


def test_what_is_not_public_cannot_be_reported(intake: Intake, careful: Site) -> None:
    held = intake.receive(submission(), site=careful, network=NETWORK).id
    for id in (held, "c_unknown"):
        with pytest.raises(NotFound):
            report(intake, careful, id)


def test_reports_are_bounded_in_length_and_pace(intake: Intake, site: Site) -> None:
    ids = [intake.receive(submission(f"Text {n}"), site=site, network=NETWORK).id for n in range(3)]
    with pytest.raises(InvalidChange):
        report(intake, site, ids[0], note="x" * (LONGEST_REPORT + 1))
    slow = Site(site.id, "", site.origins, site.policy.changed({"comments_burst": 2, "comments_per_minute": 6}))
    report(intake, slow, ids[0])
    report(intake, slow, ids[1])
    with pytest.raises(TooFast):
        report(intake, slow, ids[2])


def test_networks_without_end_make_no_comment_s_reports_grow_for_ever(
    intake: Intake, connection: Connection, site: Site, queue: Queue
) -> None:
    id = intake.receive(submission(), site=site, network=NETWORK).id
    keys = SiteKeys(site.id)
    connection.do("SADD", keys.reporters(id), *(f"network {n}" for n in range(MOST_REPORTERS - 1)))
    assert report(intake, site, id)
    told = connection.do("XLEN", keys.outbox)
    complaint = {"complaint": Complaint.SPAM, "note": ""}
    assert not intake.report(site, id, network="203.0.113.77/32", **complaint)  # type: ignore[arg-type]
    assert connection.do("SCARD", keys.reporters(id)) == MOST_REPORTERS
    assert connection.do("XLEN", keys.outbox) == told
