"""From a submission to a stored comment: what is refused, what is hidden, what comes back."""

import json
import secrets
from dataclasses import replace

import pytest

from service.adapters.sealing import FingerprintKey, KeyRing
from service.core.action import Action
from service.core.comment import Outcome, Reason
from service.core.errors import Closed, Duplicate, InvalidSubmission, KeyReused, NotOpened, ParentMissing, TooFast
from service.core.people import Member
from service.core.site import Site
from service.core.thread import key_of
from service.core.verdict import Unscored
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.pages import Pages
from service.store.queue import DAY, Queue
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.conftest import fresh
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, PAGE, submission


def key() -> str:
    return secrets.token_urlsafe(16)


@pytest.mark.every_server
def test_a_safe_comment_is_published_at_once(intake: Intake, site: Site, queue: Queue) -> None:
    receipt = intake.receive(submission(), site=site, network=NETWORK)
    assert receipt.outcome is Outcome.PUBLISHED
    assert queue.find(site.id, receipt.id).reasons == (Reason.SAFE,)
    assert [decision.actor.name for decision in queue.decisions(site.id, receipt.id)] == ["The policy"]


def test_what_cannot_be_scored_waits_for_a_person(intake: Intake, site: Site, scorer: SafeScorer) -> None:
    scorer.opinion = Unscored("language")
    assert intake.receive(submission(), site=site, network=NETWORK).outcome is Outcome.HELD


def test_the_same_key_gives_back_the_first_receipt(intake: Intake, site: Site) -> None:
    once = key()
    first = intake.receive(submission(), site=site, network=NETWORK, idempotency_key=once)
    again = intake.receive(submission(), site=site, network=NETWORK, idempotency_key=once)
    assert (again.id, again.outcome, again.token) == (first.id, first.outcome, first.token)
    assert again.replayed


def test_the_same_key_with_another_payload_is_refused(intake: Intake, site: Site) -> None:
    once = key()
    intake.receive(submission(), site=site, network=NETWORK, idempotency_key=once)
    for changed in (submission("Something else."), submission(email="other@example.com")):
        with pytest.raises(KeyReused):
            intake.receive(changed, site=site, network=NETWORK, idempotency_key=once)


def test_a_key_that_could_be_guessed_is_refused(intake: Intake, site: Site) -> None:
    with pytest.raises(InvalidSubmission):
        intake.receive(submission(), site=site, network=NETWORK, idempotency_key="1")


def test_the_same_author_thread_and_text_is_a_duplicate_whatever_the_address(intake: Intake, site: Site) -> None:
    intake.receive(submission("Well said."), site=site, network=NETWORK)
    for address in ("ana@example.com", "guess@example.com"):
        with pytest.raises(Duplicate):
            intake.receive(submission("well  SAID.", email=address), site=site, network="198.51.100.7/32")


def test_another_author_or_thread_may_say_the_same(intake: Intake, site: Site) -> None:
    intake.receive(submission(), site=site, network=NETWORK)
    intake.receive(submission(name="Ben"), site=site, network=NETWORK)
    intake.receive(submission(thread_url="https://news.example.org/other"), site=site, network=NETWORK)


def changed(site: Site, **values: float) -> Site:
    return replace(site, policy=site.policy.changed(values))


def test_too_many_of_one_network_are_slowed_down_and_told_how_long(intake: Intake, site: Site) -> None:
    slow = changed(site, comments_burst=2, comments_per_minute=6)
    for n in range(2):
        intake.receive(submission(f"Comment {n}"), site=slow, network=NETWORK)
    with pytest.raises(TooFast) as refused:
        intake.receive(submission("Comment 3", email="ben@example.com"), site=slow, network=NETWORK)
    assert 9 <= refused.value.retry_after <= 10
    intake.receive(submission("Comment 4"), site=slow, network="198.51.100.9/32")


def test_what_only_a_program_would_fill_in_waits_for_a_person(intake: Intake, queue: Queue, site: Site) -> None:
    receipt = intake.receive(submission(), site=site, network=NETWORK, is_automatic=True)
    assert queue.find(site.id, receipt.id).reasons == (Reason.AUTOMATIC,)


def test_a_thread_closes_its_days_after_its_first_comment(
    intake: Intake, pages: Pages, connection: Connection, site: Site
) -> None:
    brief = changed(site, close_after_days=14)
    receipt = intake.receive(submission(), site=brief, network=NETWORK)
    thread = key_of(url=PAGE, thread_id="")
    about = SiteKeys(site.id).about(thread)
    opened = int(connection.do("HGET", about, "opened"))
    connection.do("HSET", about, "opened", opened - 14 * DAY + 60_000)
    assert not pages.state(site.id, thread, closes_after=14 * DAY).is_closed
    intake.receive(submission("Still in time."), site=brief, network=NETWORK)
    connection.do("HSET", about, "opened", opened - 14 * DAY - 1)
    assert pages.state(site.id, thread, closes_after=14 * DAY).is_closed
    with pytest.raises(Closed):
        intake.receive(submission("Too late.", parent_id=receipt.id), site=brief, network=NETWORK)
    assert not pages.state(site.id, thread).is_closed


def test_a_page_of_another_site_is_refused(intake: Intake, site: Site) -> None:
    with pytest.raises(InvalidSubmission):
        intake.receive(submission(thread_url="https://evil.example/"), site=site, network=NETWORK)


def test_a_reply_needs_a_public_parent(intake: Intake, site: Site, careful: Site) -> None:
    held = intake.receive(submission(), site=careful, network=NETWORK)
    for parent in ("c_unknown", held.id):
        with pytest.raises(ParentMissing):
            intake.receive(submission("A reply.", parent_id=parent), site=site, network=NETWORK)
    published = intake.receive(submission("Public."), site=site, network=NETWORK)
    assert intake.receive(submission("A reply.", parent_id=published.id), site=site, network=NETWORK)


def test_a_typed_address_alone_inherits_no_trust(intake: Intake, careful: Site, review: Review, ana: Member) -> None:
    browser = key()
    first = intake.receive(submission("One.", author_key=browser), site=careful, network=NETWORK)
    assert first.outcome is Outcome.HELD
    review.decide(careful.id, first.id, member=ana, ruling=Ruling(Action.APPROVE))

    same_browser = intake.receive(submission("Two.", author_key=browser), site=careful, network=NETWORK)
    address_alone = intake.receive(submission("Three."), site=careful, network=NETWORK)
    other_browser = intake.receive(submission("Four.", author_key=key()), site=careful, network=NETWORK)
    other_address = intake.receive(
        submission("Five.", author_key=browser, email="ben@example.com"), site=careful, network=NETWORK
    )
    assert same_browser.outcome is Outcome.PUBLISHED
    assert {address_alone.outcome, other_browser.outcome, other_address.outcome} == {Outcome.HELD}


def test_no_address_is_stored_in_clear_anywhere(
    intake: Intake, careful: Site, review: Review, ana: Member, connection: Connection
) -> None:
    typed = submission(
        "Write to hidden.one@example.com or hidden.two at example dot com.",
        name="hidden.three@example.com",
        email="hidden.four@example.com",
        website="https://example.org/?to=hidden.five@example.com",
        thread_title="By hidden.six@example.com",
    )
    receipt = intake.receive(typed, site=careful, network=NETWORK, idempotency_key=key())
    ruling = Ruling(Action.REJECT, note="Wrote hidden.seven@example.com in it.")
    review.decide(careful.id, receipt.id, ruling, member=ana)
    everything = json.dumps([_dump(connection, name) for name in connection._client.scan_iter("*")], default=str)
    assert receipt.id in everything
    assert "hidden." not in everything


def _dump(connection: Connection, name: str) -> object:
    kind = connection.do("TYPE", name)
    if kind == "none":
        return None  # it expired since
    read = {
        "string": ("GET", name),
        "hash": ("HGETALL", name),
        "list": ("LRANGE", name, 0, -1),
        "zset": ("ZRANGE", name, 0, -1),
        "stream": ("XRANGE", name, "-", "+"),
    }[kind]
    return name, connection.do(*read)


def test_what_masks_cover_opens_with_the_key_for_that_comment_alone(intake: Intake, site: Site, queue: Queue) -> None:
    receipt = intake.receive(submission("Mail bob@example.com today."), site=site, network=NETWORK)
    comment = queue.find(site.id, receipt.id)
    ring = KeyRing([b"s" * 32])
    covers = json.loads(ring.unseal(comment.sealed_covers, context=f"covers {site.id} {comment.id}"))  # type: ignore[arg-type]
    assert covers == {"body": [[5, "bob@example.com"]]}
    with pytest.raises(NotOpened):
        ring.unseal(comment.sealed_covers, context=f"covers {site.id} another")  # type: ignore[arg-type]


def test_an_author_token_opens_its_comment_and_no_other(intake: Intake, site: Site) -> None:
    one = intake.receive(submission("One."), site=site, network=NETWORK)
    two = intake.receive(submission("Two."), site=site, network=NETWORK)
    assert intake.opens(one.token, site=site.id, comment=one.id)
    assert not intake.opens(one.token, site=site.id, comment=two.id)
    assert not intake.opens("ünlikely", site=site.id, comment=one.id)


def test_one_address_differs_between_sites(queue: Queue, scorer: SafeScorer) -> None:
    prints = FingerprintKey(b"f" * 32)
    assert prints.of("ana", site="a", purpose="address") != prints.of("ana", site="b", purpose="address")
    assert fresh("c") != fresh("c")
