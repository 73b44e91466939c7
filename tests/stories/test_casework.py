"""A comment in its place and the person behind it: surroundings, histories, notes, marks, threads, replies, the log."""

import secrets
from collections.abc import Callable

import pytest

from service.core.action import Action
from service.core.acts import Deed
from service.core.comment import Comment, Mark, Outcome, Reason
from service.core.errors import Closed, Duplicate, InvalidChange, NotAllowed, NotFound, ParentMissing
from service.core.people import Member, Role
from service.core.site import Site
from service.core.submission import Submission
from service.core.thread import key_of
from service.core.verdict import Unscored, Verdict
from service.store.pages import Order, Pages
from service.store.queue import Queue
from service.use_cases.casework import Casework
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.doors import standing
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, PAGE, submission

THREAD = key_of(url=PAGE, thread_id="")
KEY, OTHER_KEY = "a" * 22, "b" * 22

Post = Callable[..., Comment]


@pytest.fixture
def post(intake: Intake, site: Site, queue: Queue) -> Post:
    """Post a comment under the article and return it as it was stored."""

    def post(body: str = "", *, on: Site = site, **fields: str) -> Comment:
        typed = submission(body or f"Well said, {secrets.token_hex(4)}.", **fields)
        return queue.find(on.id, intake.receive(typed, site=on, network=NETWORK).id)

    return post


# Looking


def test_a_comment_stands_among_those_it_answers_and_those_beside_it(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    first = post("First.")
    chain = [first]
    for n in range(4):
        chain.append(post(f"Reply {n}.", parent_id=chain[-1].id))
    post("Last.")
    around = casework.around(site.id, chain[-1].id, member=ana)
    assert [comment.body for comment in around.above] == ["Reply 0.", "Reply 1.", "Reply 2."]
    assert around.parent == chain[-2]
    assert [comment.body for comment in around.before] == ["First.", "Reply 0.", "Reply 1.", "Reply 2."]
    assert [comment.body for comment in around.after] == ["Last."]
    thread = around.thread
    assert (thread.url, thread.count, thread.is_closed, thread.pinned) == (PAGE, 6, False, "")


def test_beside_a_comment_only_what_is_published_shows_but_its_parent_always_does(
    post: Post, casework: Casework, review: Review, site: Site, ana: Member
) -> None:
    parent = post("Parent.")
    reply = post("Reply.", parent_id=parent.id)
    review.decide(site.id, parent.id, Ruling(Action.REJECT), member=ana)
    around = casework.around(site.id, reply.id, member=ana)
    assert around.before == ()
    assert around.parent is not None
    assert (around.parent.id, around.parent.outcome) == (parent.id, Outcome.REJECTED)


@pytest.mark.every_server
def test_a_history_counts_an_author_and_shows_what_stands_on_each_comment(
    post: Post, casework: Casework, review: Review, site: Site, ana: Member
) -> None:
    first, second, third = (post(f"Comment {n}.") for n in range(3))
    post("Another’s.", email="ben@example.com")
    review.decide(site.id, second.id, Ruling(Action.MARK_SPAM, note="An advertisement."), member=ana)
    history = casework.author(site.id, first.author.identity, member=ana, limit=2)
    assert {outcome: count for outcome, count in history.counts.items() if count} == {
        Outcome.PUBLISHED: 2,
        Outcome.SPAM: 1,
    }
    assert [(each.comment.id, each.decision.actor.name) for each in history.written] == [
        (third.id, "The policy"),
        (second.id, "Ana"),
    ]
    rest = casework.author(site.id, first.author.identity, member=ana, after=history.next, limit=2)
    assert ([each.comment.id for each in rest.written], rest.next) == ([first.id], None)


def test_what_colleagues_noted_stays_with_the_author_newest_first_and_masked(
    post: Post, casework: Casework, site: Site, ana: Member, ben: Member
) -> None:
    author = post().author.identity
    casework.note(site.id, author, member=ana, text="Warned once.")
    casework.note(site.id, author, member=ben, text="Wrote from other@example.com too.")
    notes = casework.author(site.id, author, member=ana).notes
    assert [(note.actor.name, note.reason) for note in notes] == [
        ("Ben", "Wrote from •••@••• too."),
        ("Ana", "Warned once."),
    ]
    assert notes[0].at >= notes[1].at > 0


def test_nobody_is_noted_or_marked_who_never_wrote(casework: Casework, site: Site, ana: Member) -> None:
    for act in (
        lambda: casework.author(site.id, "nobody@example.com", member=ana),
        lambda: casework.note(site.id, "nobody@example.com", member=ana, text="Who?"),
        lambda: casework.mark(site.id, "nobody@example.com", Mark.BLOCK, member=ana),
        lambda: casework.around(site.id, "nobody@example.com", member=ana),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert "nobody@" not in str(refused.value)


# Marks


def marked(casework: Casework, comment: Comment, mark: Mark | None, *, member: Member) -> None:
    casework.mark(comment.site, comment.author.identity, mark, member=member, comment=comment.id, reason="Seen before.")


def test_a_blocked_author_key_is_rejected_at_once_by_the_policy(
    post: Post, casework: Casework, review: Review, queue: Queue, site: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY), Mark.BLOCK, member=ana)
    again = post("Again.", author_key=KEY)
    assert (again.outcome, again.reasons) == (Outcome.REJECTED, (Reason.BLOCKED,))
    assert [decision.actor.name for decision in queue.decisions(site.id, again.id)] == ["The policy"]
    known = standing(queue, site.id, again.author)
    assert (known.published, known.refused) == (1, 1)
    review.decide(site.id, again.id, Ruling(Action.APPROVE), member=ana)
    known = standing(queue, site.id, again.author)
    assert (known.published, known.refused) == (2, 0)


def test_a_rejected_comment_of_a_blocked_author_waits_nowhere(
    post: Post, casework: Casework, review: Review, site: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY), Mark.BLOCK, member=ana)
    post("Again.", author_key=KEY)
    counts = review.lists.counts(site.id)
    assert not any(counts.lists.values())
    assert not counts.reasons


def test_an_address_that_is_merely_typed_is_held_where_newcomers_are_and_never_rejected(
    post: Post, casework: Casework, careful: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY, on=careful), Mark.BLOCK, member=ana)
    for fields in ({}, {"author_key": OTHER_KEY}):
        typed = post(on=careful, **fields)
        assert (typed.outcome, typed.reasons) == (Outcome.HELD, (Reason.NEWCOMER, Reason.BLOCKED))


@pytest.mark.parametrize("mark", Mark)
def test_guessing_an_address_tells_nothing_of_its_mark(
    post: Post, casework: Casework, site: Site, careful: Site, ana: Member, mark: Mark
) -> None:
    marked(casework, post(author_key=KEY), mark, member=ana)
    for here in (site, careful):
        guessed = post(on=here)
        stranger = post(on=here, email="stranger@example.com")
        assert guessed.outcome is stranger.outcome


def test_who_is_muted_is_held_by_key_even_where_everyone_is_published(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY), Mark.MUTE, member=ana)
    muted = post(author_key=KEY)
    assert (muted.outcome, muted.reasons) == (Outcome.HELD, (Reason.MUTED,))


def test_a_trusted_key_is_no_newcomer_and_may_post_links_but_its_words_are_still_scored(
    post: Post, casework: Casework, careful: Site, ana: Member, scorer: SafeScorer
) -> None:
    marked(casework, post(author_key=KEY, on=careful), Mark.TRUST, member=ana)
    links = " ".join(f"https://example.org/{n}" for n in range(30))
    assert post(links, author_key=KEY, on=careful).outcome is Outcome.PUBLISHED
    assert post(on=careful).outcome is Outcome.HELD
    for opinion in (Verdict("test", "en", {"insult": 0.99}), Unscored("language")):
        scorer.opinion = opinion
        assert post(author_key=KEY, on=careful).outcome is Outcome.HELD


def test_trust_needs_a_key_for_a_typed_address_inherits_nothing(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    with pytest.raises(InvalidChange):
        marked(casework, post(), Mark.TRUST, member=ana)


def test_a_key_has_its_own_mark_whatever_others_do_with_its_address(
    post: Post, casework: Casework, careful: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY, on=careful), Mark.TRUST, member=ana)
    impostor = post(author_key=OTHER_KEY, on=careful)
    marked(casework, impostor, Mark.BLOCK, member=ana)
    assert post(author_key=KEY, on=careful).outcome is Outcome.PUBLISHED
    assert post(author_key=OTHER_KEY, on=careful).outcome is Outcome.REJECTED
    history = casework.author(careful.id, impostor.author.identity, member=ana)
    assert history.mark is Mark.BLOCK
    assert sorted(history.key_marks.values()) == [Mark.BLOCK, Mark.TRUST]


def test_unmarking_an_author_forgets_every_key_that_was_marked(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    first, second = post(author_key=KEY), post(author_key=OTHER_KEY)
    for comment in (first, second):
        marked(casework, comment, Mark.BLOCK, member=ana)
    marked(casework, first, None, member=ana)
    assert post(author_key=KEY).outcome is post(author_key=OTHER_KEY).outcome is Outcome.PUBLISHED
    history = casework.author(site.id, first.author.identity, member=ana)
    assert (history.mark, history.key_marks) == (None, {})
    assert [entry.deed for entry in history.acts] == [Deed.UNMARK, Deed.BLOCK, Deed.BLOCK]


def test_a_key_without_an_address_is_an_author_too(
    intake: Intake, casework: Casework, queue: Queue, site: Site, ana: Member
) -> None:
    def post(body: str) -> Comment:
        typed = {"thread_url": PAGE, "body": body, "author_key": KEY}
        nameless = Submission.parse(typed, require_name_email=False)
        return queue.find(site.id, intake.receive(nameless, site=site, network=NETWORK).id)

    marked(casework, post("One."), Mark.BLOCK, member=ana)
    assert post("Two.").outcome is Outcome.REJECTED
    marked(casework, post("Three."), None, member=ana)
    assert post("Four.").outcome is Outcome.PUBLISHED


def test_a_mark_is_given_from_a_comment_of_the_author_and_no_other(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    mine, other = post(), post(email="ben@example.com")
    with pytest.raises(InvalidChange):
        casework.mark(site.id, mine.author.identity, Mark.MUTE, member=ana, comment=other.id)


def test_a_moderator_is_published_whatever_marks_there_are(
    post: Post, intake: Intake, casework: Casework, site: Site, ana: Member
) -> None:
    marked(casework, post(author_key=KEY), Mark.BLOCK, member=ana)
    receipt = intake.receive(submission("Hello.", author_key=KEY), site=site, network=NETWORK, moderator=ana)
    assert receipt.outcome is Outcome.PUBLISHED


# Threads


def test_a_closed_thread_takes_no_more_until_it_is_opened_again(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    casework.close(site.id, THREAD, member=ana, reason="Settled.")
    with pytest.raises(Closed):
        post()
    casework.reopen(site.id, THREAD, member=ana)
    first = post()
    assert casework.around(site.id, first.id, member=ana).thread.is_closed is False
    casework.close(site.id, THREAD, member=ana)
    assert casework.around(site.id, first.id, member=ana).thread.is_closed is True


def test_only_a_published_comment_of_the_first_level_is_pinned(
    post: Post, casework: Casework, review: Review, pages: Pages, site: Site, ana: Member
) -> None:
    first = post()
    reply = post(parent_id=first.id)
    with pytest.raises(InvalidChange):
        casework.pin(site.id, reply.id, member=ana)
    with pytest.raises(InvalidChange):
        casework.pin(site.id, first.id, member=ana, thread="another")
    casework.pin(site.id, first.id, member=ana)
    assert pages.state(site.id, THREAD).pinned == first.id
    # While its publication can be undone, a pin would tell of it.
    other = post()
    review.decide(site.id, other.id, Ruling(Action.REJECT), member=ana)
    review.decide(site.id, other.id, Ruling(Action.APPROVE), member=ana, undo_seconds=10)
    with pytest.raises(InvalidChange, match="cannot be undone"):
        casework.pin(site.id, other.id, member=ana)
    review.decide(site.id, first.id, Ruling(Action.REJECT), member=ana)
    with pytest.raises(InvalidChange):
        casework.pin(site.id, first.id, member=ana)
    casework.unpin(site.id, THREAD, member=ana)
    assert casework.around(site.id, first.id, member=ana).thread.pinned == ""


def test_closing_and_pinning_make_readers_look_again(post: Post, casework: Casework, pages: Pages, ana: Member) -> None:
    first = post()
    seen = [pages.state(first.site, THREAD).revision]
    casework.pin(first.site, first.id, member=ana)
    seen.append(pages.state(first.site, THREAD).revision)
    casework.close(first.site, THREAD, member=ana)
    seen.append(pages.state(first.site, THREAD).revision)
    assert sorted(set(seen)) == seen


# Replies


def test_a_moderator_answers_in_the_thread_of_the_parent_under_their_name(
    post: Post, intake: Intake, queue: Queue, pages: Pages, site: Site, ana: Member
) -> None:
    for fields in ({}, {"thread_url": "", "thread_id": "article 7"}):
        parent = post(**fields)
        receipt = intake.reply(parent.id, "We have looked into it.", site=site, moderator=ana, network=NETWORK)
        reply = queue.find(site.id, receipt.id)
        assert (reply.thread, reply.thread_url, reply.parent) == (parent.thread, parent.thread_url, parent.id)
        assert (reply.author.name, reply.author.is_moderator, reply.outcome) == ("Ana", True, Outcome.PUBLISHED)
        state = pages.state(site.id, parent.thread)
        readings, _ = pages.tree(site.id, parent.thread, order=Order.OLDEST, start=None, limit=9, pinned=state.pinned)
        assert [reading.id for reading in readings] == [parent.id, reply.id]


def test_what_is_not_published_is_not_answered(
    post: Post, intake: Intake, careful: Site, ana: Member, site: Site
) -> None:
    held = post(on=careful)
    with pytest.raises(ParentMissing):
        intake.reply(held.id, "Hm.", site=careful, moderator=ana, network=NETWORK)
    with pytest.raises(NotFound):
        intake.reply("c_unknown", "Hm.", site=careful, moderator=ana, network=NETWORK)


def test_an_answer_that_is_sent_twice_is_published_once(post: Post, intake: Intake, site: Site, ana: Member) -> None:
    parent, key = post(), secrets.token_urlsafe(24)
    once, twice = (
        intake.reply(parent.id, "Yes.", site=site, moderator=ana, network=NETWORK, idempotency_key=key) for _ in "12"
    )
    assert (twice.id, twice.replayed) == (once.id, True)
    with pytest.raises(Duplicate):
        intake.reply(parent.id, "Yes.", site=site, moderator=ana, network=NETWORK)


# The log


def test_the_log_has_everything_newest_first_and_its_places_miss_nothing(
    post: Post, casework: Casework, site: Site, ana: Member, olga: Member
) -> None:
    comment = post(author_key=KEY)
    author = comment.author.identity
    casework.note(site.id, author, member=ana, text="Hello.")
    for mark in (Mark.MUTE, Mark.TRUST, None):
        marked(casework, comment, mark, member=ana)
    casework.close(site.id, THREAD, member=ana, reason="Ask me@example.com.")
    casework.pin(site.id, comment.id, member=ana)
    whole = casework.log(site.id, member=olga)
    assert [entry.deed for _, entry in whole] == ["pin", "close", "unmark", "trust", "mute", "note"]
    assert [entry.subject for _, entry in whole] == [THREAD, THREAD, author, author, author, author]
    assert whole[1][1].reason == "Ask •••@•••."
    joined, before = [], "+"
    while page := casework.log(site.id, member=olga, before=before, limit=4):
        joined += page
        before = page[-1][0]
    assert joined == whole


def test_an_act_on_an_author_stands_with_the_comment_it_was_done_from(
    post: Post, casework: Casework, site: Site, ana: Member
) -> None:
    comment = post(author_key=KEY)
    marked(casework, comment, Mark.MUTE, member=ana)
    (entry,) = casework.around(site.id, comment.id, member=ana).acts
    assert (entry.deed, entry.actor.name, entry.reason, entry.comment) == (Deed.MUTE, "Ana", "Seen before.", comment.id)
    assert casework.author(site.id, comment.author.identity, member=ana).acts == (entry,)


def test_who_may_do_what(post: Post, casework: Casework, intake: Intake, site: Site, ana: Member) -> None:
    comment = post()
    author = comment.author.identity
    viewer, stranger = Member("v", "V", Role.VIEWER), Member("s", "S", Role.OWNER, site="elsewhere")
    casework.around(site.id, comment.id, member=viewer)
    casework.author(site.id, author, member=viewer)
    for member, refusal in ((viewer, NotAllowed), (stranger, NotFound)):
        for act in (
            lambda who: casework.note(site.id, author, member=who, text="Hm."),
            lambda who: casework.mark(site.id, author, Mark.MUTE, member=who),
            lambda who: casework.close(site.id, THREAD, member=who),
            lambda who: casework.pin(site.id, comment.id, member=who),
            lambda who: intake.reply(comment.id, "Hm.", site=site, moderator=who, network=NETWORK),
            lambda who: casework.log(site.id, member=who),
        ):
            with pytest.raises(refusal):
                act(member)
    with pytest.raises(NotAllowed):
        casework.log(site.id, member=ana)
    with pytest.raises(NotFound):
        casework.around(site.id, comment.id, member=stranger)


def test_what_says_too_much_or_nothing_is_refused(post: Post, casework: Casework, site: Site, ana: Member) -> None:
    author = post().author.identity
    for text in ("", "  ", "x" * 2001):
        with pytest.raises(InvalidChange):
            casework.note(site.id, author, member=ana, text=text)
    with pytest.raises(InvalidChange):
        casework.mark(site.id, author, Mark.MUTE, member=ana, reason="x" * 2001)
