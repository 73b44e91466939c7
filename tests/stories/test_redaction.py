"""What a comment hides: revealed to an owner with a reason, lifted where a mask is wrong; what moderators redact."""

import pytest

from service.core.action import Action
from service.core.acts import Deed
from service.core.comment import Complaint, Outcome, Reason
from service.core.errors import InvalidChange, NotAllowed, NotFound, Superseded, UndoTooLate
from service.core.listing import Listing, Sorting, View
from service.core.masking import MASK, REDACTION
from service.core.people import Member
from service.core.site import Site
from service.core.verdict import Span, Verdict
from service.store.acts import Acts
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.log import BEGINNING, Log
from service.store.outbox import Outbox
from service.store.pages import Pages
from service.store.queue import Queue
from service.use_cases.casework import Casework
from service.use_cases.redact import Redaction
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.doors import standing
from tests.endpoints import Office
from tests.receivers import Receiver, status
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, submission

BODY = "Ask me@example.com, you utter fool."


@pytest.fixture
def id(intake: Intake, site: Site) -> str:
    """A published comment that masks an address."""
    return intake.receive(submission(BODY), site=site, network=NETWORK).id


def body_of(queue: Queue, site: Site, id: str) -> str:
    return queue.find(site.id, id).body


# Revealing


def test_an_owner_with_a_reason_sees_the_address_and_what_masks_cover(
    id: str, redaction: Redaction, site: Site, olga: Member
) -> None:
    revealed = redaction.reveal(site.id, id, member=olga, reason="The police asks.")
    assert revealed.address is not None
    assert revealed.address.reveal() == "ana@example.com"
    assert [(cover.begin, cover.clear) for cover in revealed.covers["body"]] == [(4, "me@example.com")]
    assert "example.com" not in repr(revealed)


def test_a_reveal_is_logged_before_anything_is_shown(
    id: str, redaction: Redaction, casework: Casework, queue: Queue, site: Site, olga: Member
) -> None:
    redaction.reveal(site.id, id, member=olga, reason="The police asks about ana@example.com.")
    ((_, entry),) = casework.log(site.id, member=olga)
    author = queue.find(site.id, id).author.identity
    assert (entry.deed, entry.actor.name, entry.subject, entry.comment) == (Deed.REVEAL, "Olga", author, id)
    assert entry.reason == f"The police asks about {MASK}."
    assert casework.around(site.id, id, member=olga).acts == (entry,)
    assert casework.author(site.id, author, member=olga).acts == (entry,)


def test_without_the_role_or_a_reason_nothing_is_shown_or_logged(
    id: str, redaction: Redaction, casework: Casework, site: Site, ana: Member, olga: Member
) -> None:
    with pytest.raises(NotAllowed):
        redaction.reveal(site.id, id, member=ana, reason="Curious.")
    for reason in ("", " \n"):
        with pytest.raises(InvalidChange):
            redaction.reveal(site.id, id, member=olga, reason=reason)
    with pytest.raises(NotFound):
        redaction.reveal(site.id, "c_unknown", member=olga, reason="Why not?")
    assert casework.log(site.id, member=olga) == []


# Redacting


def test_what_a_moderator_redacts_reads_as_blocks_and_stays_sealed_for_an_owner(
    id: str, redaction: Redaction, queue: Queue, site: Site, ana: Member, olga: Member
) -> None:
    begin = body_of(queue, site, id).index("utter")
    made = redaction.redact(site.id, id, begin, begin + 10, member=ana, reason="Insult.", version=1)
    assert (made.outcome, made.reasons, made.note, made.version) == (
        Outcome.PUBLISHED,
        (Reason.REDACTED,),
        "Insult.",
        2,
    )
    assert body_of(queue, site, id) == f"Ask {MASK}, you {REDACTION}."
    covers = redaction.reveal(site.id, id, member=olga, reason="Appeal.").covers["body"]
    assert [cover.clear for cover in covers] == ["me@example.com", "utter fool"]


@pytest.mark.every_server
def test_a_redacted_comment_is_scored_anew_and_stands_where_its_new_score_puts_it(
    intake: Intake, redaction: Redaction, review: Review, careful: Site, ana: Member, scorer: SafeScorer
) -> None:
    scorer.opinion = Verdict("test", "en", {"insult": 0.9}, (Span(0, 3, "insult", 1.0),))
    worse = intake.receive(submission("Worse."), site=careful, network=NETWORK).id
    scorer.opinion = Verdict("test", "en", {"insult": 0.5})
    other = intake.receive(submission("Bad."), site=careful, network=NETWORK).id
    scorer.opinion = Verdict("test", "en", {"insult": 0.1})
    redaction.redact(careful.id, worse, 0, 3, member=ana, version=1)
    found = review.listed(careful.id, View(sorting=Sorting.WORST), member=ana).items
    assert [comment.id for _, comment in found] == [other, worse]
    assert found[1][1].opinion == scorer.opinion


def test_the_new_words_are_told_in_order_and_shown_at_once(
    id: str, redaction: Redaction, queue: Queue, pages: Pages, connection: Connection, site: Site, ana: Member
) -> None:
    comment = queue.find(site.id, id)
    before = pages.state(site.id, comment.thread).revision
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    assert pages.state(site.id, comment.thread).revision > before
    event = Log(connection).event(site.id, queue.find(site.id, id).event)
    assert (event.type.value, event.sequence) == ("comment.published", 2)
    assert event.data["comment"]["body"].startswith(REDACTION)
    assert event.data["reasons"] == ["redacted"]


def test_what_was_told_before_is_not_told_again_with_the_words(
    id: str, redaction: Redaction, queue: Queue, outbox: Outbox, connection: Connection, site: Site, ana: Member
) -> None:
    log, partition = Log(connection), SiteKeys(site.id).partition

    def fan_out() -> None:
        outbox.fan_out([(entry, ()) for entry in outbox.read([partition], worker="one", count=10)])

    fan_out()
    begin = body_of(queue, site, id).index("utter fool")
    redaction.redact(site.id, id, begin, begin + len("utter fool"), member=ana, version=1)
    fan_out()
    told = [event for _, event in log.entries(site.id, after=BEGINNING, limit=10)]
    bodies = [event.data["comment"]["body"] for event in told if event]
    assert bodies == [f"Ask {MASK}, you {REDACTION}."] * 2


def test_an_event_that_waits_to_be_fanned_out_tells_the_redacted_text(
    id: str, redaction: Redaction, queue: Queue, connection: Connection, site: Site, ana: Member
) -> None:
    first = queue.find(site.id, id).event
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    assert Log(connection).event(site.id, first).data["comment"]["body"].startswith(REDACTION)


def test_what_receivers_echoed_of_a_redacted_comment_is_not_shown(
    id: str, office: Office, receiver: Receiver, redaction: Redaction, queue: Queue, careful: Site, ana: Member
) -> None:
    endpoint, _ = office.add(receiver.url)
    echo = b"refused: utter FOOL"
    receiver.answers = [status(500, body=echo, headers={"X-Echo": "utter fool"}) for _ in range(3)]
    assert office.run() == 1
    office.make_due()
    (parcel,) = office.courier.claim(limit=9)
    event = parcel.delivery.event
    assert "fool" in str(office.deliveries.attempts(careful.id, event, endpoint)).casefold()
    begin = body_of(queue, careful, id).index("utter fool")
    redaction.redact(careful.id, id, begin, begin + len("utter fool"), member=ana, version=1)
    # One that was under way when the comment was redacted, and one made after it.
    office.courier.deliver(parcel)
    office.make_due()
    office.run()
    kept = office.deliveries.attempts(careful.id, event, endpoint)
    assert [(attempt.status, attempt.answer, attempt.answer_headers) for attempt in kept] == [
        (500, REDACTION, REDACTION)
    ] * 3
    assert "fool" not in str(kept).casefold()
    assert kept[0].headers["webhook-id"] == event


def test_a_redaction_is_logged_in_the_same_step_as_it_is_made(
    id: str, redaction: Redaction, casework: Casework, acts: Acts, site: Site, ana: Member, olga: Member
) -> None:
    redaction.redact(site.id, id, 0, 3, member=ana, reason="Ask ben@example.com.", version=1)
    (entry,) = acts.of(site.id, id, limit=9)
    assert (entry.deed, entry.actor.name, entry.reason) == (Deed.REDACT, "Ana", f"Ask {MASK}.")
    assert [each for _, each in casework.log(site.id, member=olga)] == [entry]


def test_who_saw_an_older_version_redacts_nothing(
    id: str, redaction: Redaction, queue: Queue, casework: Casework, site: Site, ana: Member, ben: Member, olga: Member
) -> None:
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    with pytest.raises(Superseded) as refused:
        redaction.redact(site.id, id, 12, 15, member=ben, version=1)
    assert refused.value.winner.actor.name == "Ana"
    assert len(casework.log(site.id, member=olga)) == 1
    assert len(queue.decisions(site.id, id)) == 2


def test_a_redaction_is_not_undone_and_undoing_something_later_keeps_it(
    id: str, redaction: Redaction, review: Review, queue: Queue, site: Site, ana: Member
) -> None:
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    with pytest.raises(UndoTooLate):
        review.undo(site.id, id, member=ana, version=2)
    made = review.decide(site.id, id, Ruling(Action.REJECT), member=ana, undo_seconds=10)
    review.undo(site.id, id, member=ana, version=made.version)
    comment = queue.find(site.id, id)
    assert (comment.outcome, comment.body[:5]) == (Outcome.PUBLISHED, REDACTION)


def test_redacting_leaves_the_lease_the_reports_and_the_escalation_as_they_are(
    id: str, intake: Intake, redaction: Redaction, review: Review, queue: Queue, site: Site, ana: Member
) -> None:
    intake.report(site, id, complaint=Complaint.ABUSE, note="", network="198.51.100.1/32")
    lease = review.lease(site.id, id, member=ana)
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    assert review.leases.held(site.id)[id].id == ana.id
    counts = review.lists.counts(site.id).lists
    assert counts[Listing.REPORTED] == 1
    review.decide(site.id, id, Ruling(Action.ESCALATE), member=ana, lease=lease.token)
    redaction.redact(site.id, id, 6, 7, member=ana, version=3)
    assert queue.find(site.id, id).is_escalated
    assert review.lists.counts(site.id).lists[Listing.ESCALATED] == 1


def test_counts_of_the_author_do_not_move(
    id: str, redaction: Redaction, casework: Casework, queue: Queue, site: Site, ana: Member
) -> None:
    author = queue.find(site.id, id).author
    before = casework.author(site.id, author.identity, member=ana).counts, standing(queue, site.id, author)
    redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    after = casework.author(site.id, author.identity, member=ana).counts, standing(queue, site.id, author)
    assert after == before


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (5, 4), (0, 10_000)])
def test_what_is_not_there_is_not_redacted(
    id: str, redaction: Redaction, queue: Queue, site: Site, ana: Member, begin: int, end: int
) -> None:
    with pytest.raises(InvalidChange):
        redaction.redact(site.id, id, begin, end, member=ana, version=1)
    assert queue.find(site.id, id).version == 1


# Lifting


def test_an_owner_lifts_a_wrong_mask_for_good(
    id: str, redaction: Redaction, queue: Queue, casework: Casework, site: Site, olga: Member
) -> None:
    made = redaction.lift(site.id, id, 4, member=olga, reason="It is our own address.", version=1)
    assert (made.outcome, made.reasons) == (Outcome.PUBLISHED, (Reason.UNMASKED,))
    comment = queue.find(site.id, id)
    assert (comment.body, comment.sealed_covers) == (BODY, "")
    assert [entry.deed for _, entry in casework.log(site.id, member=olga)] == [Deed.LIFT]


def test_lifting_a_redaction_shows_the_masks_below_it_and_no_address(
    id: str, redaction: Redaction, queue: Queue, site: Site, ana: Member, olga: Member
) -> None:
    before = body_of(queue, site, id)
    redaction.redact(site.id, id, 0, 20, member=ana, version=1)
    assert body_of(queue, site, id).startswith(REDACTION)
    redaction.lift(site.id, id, 0, member=olga, reason="Too much.", version=2)
    assert body_of(queue, site, id) == before


def test_lifting_takes_the_role_a_reason_a_mask_and_the_version_that_was_seen(
    id: str, redaction: Redaction, queue: Queue, site: Site, ana: Member, olga: Member
) -> None:
    with pytest.raises(NotAllowed):
        redaction.lift(site.id, id, 4, member=ana, reason="Wrong.", version=1)
    with pytest.raises(InvalidChange):
        redaction.lift(site.id, id, 4, member=olga, reason=" ", version=1)
    with pytest.raises(InvalidChange):
        redaction.lift(site.id, id, 5, member=olga, reason="Wrong.", version=1)
    with pytest.raises(Superseded):
        redaction.lift(site.id, id, 4, member=olga, reason="Wrong.", version=2)
    assert MASK in body_of(queue, site, id)


def test_a_retry_that_lost_its_answer_changes_and_logs_once(
    id: str,
    queue: Queue,
    redaction: Redaction,
    casework: Casework,
    site: Site,
    ana: Member,
    olga: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decide = queue.decide
    monkeypatch.setattr(queue, "decide", lambda act: (decide(act), decide(act))[1])
    made = redaction.redact(site.id, id, 0, 3, member=ana, version=1)
    assert made.version == 2
    assert len(casework.log(site.id, member=olga)) == 1


def test_nothing_in_the_store_holds_what_is_hidden(
    id: str, redaction: Redaction, connection: Connection, site: Site, ana: Member, olga: Member
) -> None:
    redaction.redact(site.id, id, 0, 27, member=ana, version=1)
    redaction.reveal(site.id, id, member=olga, reason="About ana@example.com.")
    fields = connection.do("HGETALL", SiteKeys(site.id).comment(id))
    assert "example.com" not in str(fields)
    assert "utter" not in str(fields)
