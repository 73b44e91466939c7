"""A person decides: leases, versions, undo; and no decision is ever lost or overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.core.action import Action
from service.core.comment import Outcome
from service.core.errors import InvalidChange, NotAllowed, NotFound, Superseded, UndoTooLate
from service.core.listing import Listing, View
from service.core.people import Member, Role
from service.core.site import Site
from service.core.thread import key_of
from service.core.verdict import Verdict
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.pages import Pages
from service.store.queue import Queue
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, PAGE, submission
from tests.windows import end_window

Hold = Callable[[str], str]


@pytest.fixture
def hold(intake: Intake, careful: Site) -> Hold:
    """Hold a comment and return its id."""
    return lambda body: intake.receive(submission(body), site=careful, network=NETWORK).id


def queue_length(lists: Lists, site: Site) -> int:
    return lists.counts(site.id).lists[Listing.WAITING]


def visible(pages: Pages, site: Site) -> list[str]:
    thread = key_of(url=PAGE, thread_id="")
    pages.state(site.id, thread)
    return [comment.id for comment in pages.published(site.id, thread, after=None, limit=50)]


@pytest.mark.every_server
def test_a_published_comment_shows_and_leaves_the_queue(
    hold: Hold, review: Review, careful: Site, ana: Member, pages: Pages, lists: Lists
) -> None:
    id = hold("One.")
    made = review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE))
    assert (made.version, made.actor.name) == (2, "Ana")
    assert visible(pages, careful) == [id]
    assert queue_length(lists, careful) == 0


def test_a_published_comment_can_be_rejected_later_and_vanishes(
    hold: Hold, review: Review, careful: Site, ana: Member, pages: Pages, queue: Queue
) -> None:
    id = hold("One.")
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE))
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.REJECT, note="Off topic."))
    assert visible(pages, careful) == []
    assert [decision.outcome.value for decision in queue.decisions(careful.id, id)] == ["held", "published", "rejected"]


def test_a_late_moderator_cannot_overwrite_a_decision(
    hold: Hold, review: Review, careful: Site, ana: Member, ben: Member
) -> None:
    id = hold("One.")
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE), version=1)
    with pytest.raises(Superseded) as refused:
        review.decide(careful.id, id, member=ben, ruling=Ruling(Action.REJECT), version=1)
    assert refused.value.winner.actor.name == "Ana"
    assert refused.value.winner.outcome is Outcome.PUBLISHED


def test_ten_moderators_at_once_decide_a_comment_once(hold: Hold, review: Review, careful: Site, queue: Queue) -> None:
    id = hold("One.")

    def decide(n: int) -> bool:
        try:
            one = Member(f"m{n}", f"M{n}", Role.MODERATOR)
            review.decide(careful.id, id, Ruling(Action.APPROVE), member=one, version=1)
        except Superseded:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(decide, range(10))) == 1
    assert len(queue.decisions(careful.id, id)) == 2


def test_an_open_comment_is_leased_to_one_moderator(
    hold: Hold, review: Review, careful: Site, ana: Member, ben: Member
) -> None:
    id = hold("One.")
    first = review.lease(careful.id, id, member=ana)
    second = review.lease(careful.id, id, member=ben)
    again = review.lease(careful.id, id, member=ana)
    assert first.token
    assert (second.holder.name, second.token) == ("Ana", "")
    assert again.token == first.token


def test_who_looks_sees_who_has_it_open_and_takes_nothing(
    hold: Hold, review: Review, careful: Site, ana: Member, ben: Member, leases: Leases
) -> None:
    id = hold("One.")
    assert review.look(careful.id, id, member=ana).lease is None
    assert leases.held(careful.id) == {}
    taken = review.lease(careful.id, id, member=ana)
    mine, theirs = (review.look(careful.id, id, member=member).lease for member in (ana, ben))
    assert mine is not None and theirs is not None
    assert (mine.holder, mine.token) == (ana.actor, taken.token)
    assert (theirs.holder, theirs.token) == (ana.actor, "")
    assert abs(theirs.ends - taken.ends) < 1000


def test_a_lease_that_ended_lets_the_next_in_and_its_token_is_worth_nothing(
    hold: Hold, review: Review, careful: Site, ana: Member, ben: Member, connection: Connection
) -> None:
    id = hold("One.")
    old = review.lease(careful.id, id, member=ana)
    connection.do("PEXPIRE", SiteKeys(careful.id).lease(id), 0)
    new = review.lease(careful.id, id, member=ben)
    assert new.holder.name == "Ben"
    with pytest.raises(Superseded):
        review.decide(careful.id, id, member=ana, ruling=Ruling(Action.REJECT), lease=old.token)
    assert review.decide(careful.id, id, member=ben, ruling=Ruling(Action.APPROVE), lease=new.token)


def test_within_its_window_a_decision_is_kept_quiet_and_can_be_undone(
    hold: Hold, review: Review, careful: Site, ana: Member, pages: Pages, lists: Lists
) -> None:
    id = hold("One.")
    made = review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
    assert visible(pages, careful) == []
    undone = review.undo(careful.id, id, member=ana, version=made.version)
    assert (undone.outcome, undone.undoes) == (Outcome.HELD, made.version)
    assert queue_length(lists, careful) == 1
    assert visible(pages, careful) == []


def test_what_shows_goes_on_showing_while_a_decision_to_keep_it_may_be_undone(
    hold: Hold, review: Review, careful: Site, ana: Member, pages: Pages
) -> None:
    id = hold("One.")
    review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE))
    for action in (Action.APPROVE, Action.ESCALATE):
        kept = review.decide(careful.id, id, member=ana, ruling=Ruling(action), undo_seconds=10)
        assert visible(pages, careful) == [id]
        review.undo(careful.id, id, member=ana, version=kept.version)
        assert visible(pages, careful) == [id]


def test_when_its_window_has_ended_a_decision_shows_and_stays(
    hold: Hold, review: Review, careful: Site, ana: Member, pages: Pages, connection: Connection
) -> None:
    id = hold("One.")
    made = review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
    end_window(connection, careful.id, id)
    assert visible(pages, careful) == [id]
    with pytest.raises(UndoTooLate):
        review.undo(careful.id, id, member=ana, version=made.version)


def test_undoing_what_someone_changed_since_is_refused(
    hold: Hold, review: Review, careful: Site, ana: Member, ben: Member
) -> None:
    id = hold("One.")
    made = review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE), undo_seconds=10)
    review.decide(careful.id, id, member=ben, ruling=Ruling(Action.MARK_SPAM))
    with pytest.raises(Superseded):
        review.undo(careful.id, id, member=ana, version=made.version)


def test_the_queue_shows_the_worst_first_and_cursors_miss_nothing(
    intake: Intake, review: Review, careful: Site, ana: Member, scorer: SafeScorer
) -> None:
    for n in range(25):
        scorer.opinion = Verdict("test", "en", {"toxicity": (n % 5) / 10})
        intake.receive(submission(f"Comment {n}."), site=careful, network=NETWORK)
    seen: list[tuple[float, str]] = []
    after = None
    while page := review.listed(careful.id, View(), member=ana, after=after, limit=4).items:
        seen += [(score, comment.id) for score, comment in page]
        after = seen[-1]
    assert len(set(seen)) == 25
    assert seen == sorted(seen, reverse=True)


def test_roles_and_sites_bound_what_one_may_do(hold: Hold, review: Review, careful: Site) -> None:
    id = hold("One.")
    viewer, stranger = Member("v", "V", Role.VIEWER), Member("s", "S", Role.OWNER, site="elsewhere")
    assert review.listed(careful.id, View(), member=viewer).items
    for member, refusal in ((viewer, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            review.decide(careful.id, id, member=member, ruling=Ruling(Action.APPROVE))
    with pytest.raises(NotFound):
        review.listed(careful.id, View(), member=stranger)


def test_what_is_not_there_or_not_sensible_is_refused(hold: Hold, review: Review, careful: Site, ana: Member) -> None:
    with pytest.raises(NotFound):
        review.decide(careful.id, "c_unknown", member=ana, ruling=Ruling(Action.APPROVE))
    with pytest.raises(NotFound):
        review.lease(careful.id, "c_unknown", member=ana)
    with pytest.raises(NotFound):
        review.look(careful.id, "c_unknown", member=ana)
    id = hold("One.")
    with pytest.raises(InvalidChange) as refused:
        review.decide(careful.id, id, member=ana, ruling=Ruling(Action.APPROVE, note="x" * 2001))
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    with pytest.raises(InvalidChange):
        review.decide(careful.id, id, member=ana, ruling=Ruling(Action.MARK_SPAM), undo_seconds=61)
