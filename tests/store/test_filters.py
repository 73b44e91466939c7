"""Filters of the desk's lists: exact by an index, and words by a bounded look that says how far it went."""

import random

import pytest

from service.core.action import Action
from service.core.comment import Reason
from service.core.listing import Listing, Sorting, View
from service.core.thread import key_of
from service.store import lists
from tests.desks import MANY_LINKS, UNSCORED, Desk, scored

OTHER_PAGE = "https://news.example.org/other"


@pytest.fixture
def mixed(desk: Desk) -> list[str]:
    """Comments of two authors on two pages, for different reasons."""
    chance, ids = random.Random(7), []
    for n in range(40):
        opinion = chance.choice([UNSCORED, scored(0.05), scored(0.95)])
        links = MANY_LINKS if chance.random() < 0.3 else ""
        page = chance.choice([OTHER_PAGE, "https://news.example.org/article"])
        email = chance.choice(["ana@example.com", "ben@example.com"])
        ids.append(desk.hold(f"Comment {n}. {links}", opinion, thread_url=page, email=email))
    return ids


def _views(desk: Desk, author: str) -> list[View]:
    page = key_of(url=OTHER_PAGE, thread_id="")
    return [
        view
        for listing in (Listing.WAITING, Listing.UNSCORED)
        for sorting in Sorting
        for view in (
            View(listing, sorting, reason=Reason.LINKS),
            View(listing, sorting, reason=Reason.TOXIC),
            View(listing, sorting, reason=Reason.UNSCORED),
            View(listing, sorting, author=author),
            View(listing, sorting, thread=page),
            View(listing, sorting, reason=Reason.LINKS, author=author, thread=page),
            View(listing, sorting, reason=Reason.NEWCOMER, author=author, words="comment 1"),
        )
    ]


@pytest.mark.parametrize("small", [0, 2000])
def test_filters_are_exact_alone_and_combined_in_every_order(
    desk: Desk, mixed: list[str], monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(lists, "SMALL", small)
    monkeypatch.setattr(lists, "STEP", 7)
    author = desk.queue.find(desk.site.id, mixed[0]).author.identity
    for view in _views(desk, author):
        whole = [desk.queue.find(desk.site.id, id) for id in desk.ids(View(view.listing, view.sorting))]
        expected = [comment.id for comment in whole if view.admits(comment)]
        assert desk.ids(view) == expected, view
        assert desk.walked(view, limit=3) == expected, view
        assert desk.lists.size(desk.site.id, view) in (None, len(expected))


def test_an_index_alone_tells_its_size(desk: Desk, mixed: list[str]) -> None:
    for reason in Reason:
        view = View(reason=reason)
        assert desk.lists.size(desk.site.id, view) == len(desk.ids(view))
    assert desk.lists.size(desk.site.id, View()) == 40
    assert desk.lists.size(desk.site.id, View(Listing.UNSCORED)) == len(desk.ids(View(Listing.UNSCORED)))
    assert desk.lists.size(desk.site.id, View(words="comment")) is None


def test_what_is_decided_leaves_every_index_and_comes_back_when_undone(desk: Desk, mixed: list[str]) -> None:
    before = desk.lists.counts(desk.site.id).reasons
    author = View(author=desk.queue.find(desk.site.id, mixed[0]).author.identity)
    for id in mixed[:10]:
        desk.decide_and_undo(id, Action.MARK_SPAM)
    assert desk.lists.counts(desk.site.id).reasons == before
    for id in mixed:
        desk.decide(id, Action.MARK_SPAM)
    assert desk.lists.counts(desk.site.id).reasons == {}
    assert desk.ids(author) == []


def test_other_lists_are_filtered_too(desk: Desk, mixed: list[str]) -> None:
    for id in mixed:
        desk.decide(id, Action.MARK_SPAM)
    author = desk.queue.find(desk.site.id, mixed[0]).author.identity
    view = View(Listing.SPAM, reason=Reason.TOXIC, author=author)
    expected = [id for id in mixed if view.admits(desk.queue.find(desk.site.id, id))]
    assert sorted(desk.ids(view)) == sorted(expected)
    assert sorted(desk.walked(view, limit=2)) == sorted(expected)


def test_words_are_found_wherever_they_stand_whatever_their_case(desk: Desk) -> None:
    id = desk.hold("The COUNCIL met.", name="Zoë", thread_title="Night trams")
    desk.hold("Something else.")
    for words in ("council", "met THE", "zoë", "night council"):
        assert desk.ids(View(words=words)) == [id]
    assert desk.ids(View(words="council else")) == []


@pytest.mark.parametrize("words", ["wanted", "comment", "nowhere"])
def test_a_bounded_look_says_how_far_it_went_and_looking_on_misses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr(lists, "LOOK", 6)
    monkeypatch.setattr(lists, "STEP", 3)
    wanted = {2, 3, 17, 18, 25}
    ids = {n: desk.hold(f"Comment {n}. {'Wanted' if n in wanted else ''}", scored(n / 40)) for n in range(26)}
    meant = {"wanted": wanted, "comment": set(ids), "nowhere": set()}[words]
    view = View(words=words)
    assert desk.walked(view, limit=4) == [ids[n] for n in sorted(meant, reverse=True)]
    first = desk.lists.page(desk.site.id, view, limit=4)
    assert first.looked <= 6
    assert first.next is not None
