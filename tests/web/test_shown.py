"""What people see is built from masked text by pure functions, and says no more than it should."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.action import Action
from service.core.acts import Deed
from service.core.comment import (
    POLICY,
    Actor,
    Author,
    Comment,
    Complaint,
    Decision,
    Lease,
    Mark,
    Outcome,
    Reading,
    Reason,
)
from service.core.events import described
from service.core.listing import Listing, Sorting
from service.core.masking import holds_address, mask, restore
from service.core.people import Member, Role
from service.core.site import Site
from service.core.verdict import Disguise, Opinion, Span, Unscored, Verdict
from service.processes.wiring import default_policy
from service.store.pages import Order
from service.web import words
from service.web.desk_shown import DeskShown, OpenedShown, QueueItemShown, flashes
from service.web.locale import words_for
from service.web.reference import ReferenceShown
from service.web.schemas import queue_item
from service.web.shading import LEVELS, STRONGEST, Segment, segments, strongest
from service.web.shown import HUES, CommentShown, FormShown, ThreadShown, Where, hue, initial
from tests.scorers import SafeScorer
from tests.web.test_markup import formatted

NOW = 1_793_700_000_000
MINUTE = 60_000
SITE = Site("news", "The News", ("https://news.example.org",), default_policy())
ANA, BEN = Actor("m1", "Ana"), Actor("m2", "Ben")
JUDGED = Verdict(
    "model-1",
    "en",
    {"toxicity": 0.2, "insult": 0.91, "spam": 0.2},
    (Span(7, 12, "insult", 3.0), Span(0, 3, "insult", 1.0)),
)

spans = st.builds(
    Span,
    begin=st.integers(-5, 60),
    end=st.integers(-5, 60),
    label=st.sampled_from(list(words.LABELS)),
    weight=st.floats(0, allow_infinity=True),
)


def comment(
    body: str = "You are silly.", *, name: str = "Ana", website: str = "", opinion: Opinion = JUDGED
) -> Comment:
    author = Author(mask(name).text, mask(website).text, "", "", "")
    return Comment(
        "cmt_1",
        SITE.id,
        "thread",
        "https://news.example.org/a",
        mask("A title").text,
        "",
        author,
        mask(body).text,
        "",
        opinion,
        Outcome.HELD,
        (Reason.TOXIC, Reason.NEWCOMER),
        version=1,
        created_at=NOW - 3 * MINUTE,
    )


@given(formatted, formatted, formatted)
@settings(max_examples=300, deadline=None)
def test_no_answer_webhook_or_card_holds_an_address_that_was_not_masked(body: str, name: str, website: str) -> None:
    typed = comment(body, name=name, website=website)
    left = replace(typed, body=restore(body))
    for each in (typed, left):
        passages = QueueItemShown.of(each, now=NOW).text.passages
        card = "".join(segment.text for passage in passages for segment in passage)
        told = [queue_item(each).model_dump(mode="json"), described(each, Decision(Outcome.HELD, POLICY)), card]
        assert not [text for text in strings(told) if holds_address(text)]


def strings(value: object) -> Iterator[str]:
    """Yield every text in *value*, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


@given(st.text(max_size=50), st.lists(spans, max_size=12))
def test_the_pieces_of_a_shaded_text_are_the_text(text: str, found: list[Span]) -> None:
    pieces = segments(text, found)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text and 0 <= piece.level <= LEVELS for piece in pieces)


@given(st.text(min_size=1, max_size=50), st.lists(spans, max_size=12))
def test_what_no_span_covers_stays_plain(text: str, found: list[Span]) -> None:
    at = 0
    for piece in segments(text, found):
        covered = any(0 < span.weight < inf and span.begin <= at < span.end for span in found)
        assert covered or piece == Segment(piece.text)
        at += len(piece.text)


def test_where_spans_overlap_the_heaviest_shows() -> None:
    pieces = segments("a silly goose", [Span(0, 13, "toxicity", 1.0), Span(2, 7, "insult", 5.0)])
    assert [(piece.text, piece.level) for piece in pieces] == [("a ", 1), ("silly", 5), (" goose", 1)]
    assert pieces[1].says == "100% of the evidence for insult"


def test_an_emoji_counts_as_one_place_as_it_does_for_the_classifier() -> None:
    assert [piece.text for piece in segments("👍🏽 silly", [Span(3, 8, "insult", 1.0)])] == ["👍🏽 ", "silly"]


def test_the_strongest_words_come_first_and_each_wording_once() -> None:
    pieces = [Segment("Fool", 2, "x"), Segment(" and "), Segment("fool", 4, "y"), Segment(", "), Segment("ass", 3, "z")]
    assert [piece.text for piece in strongest(pieces)] == ["fool", "ass"]
    many = [piece for n in range(50) for piece in (Segment(str(n), 1), Segment(" "))]
    assert len(strongest(many)) == STRONGEST


def test_shaded_pieces_beside_each_other_are_one_phrase() -> None:
    pieces = [Segment("you ", 2, "x"), Segment("st*pid", 4, "y", reads="stupid"), Segment("!")]
    assert strongest(pieces) == (Segment("you st*pid", 4, "y", reads="you stupid"),)


@pytest.mark.parametrize(
    ("name", "letter"), [("ana", "A"), ("ß", "S"), ("“Zed”", "Z"), ("ليلى", "ل"), ("7up", "7"), ("👍", "👍"), ("", "?")]
)
def test_a_name_is_drawn_by_its_first_letter(name: str, letter: str) -> None:
    assert initial(name) == letter


@given(st.text())
def test_a_name_has_one_tint_whoever_wrote_it(name: str) -> None:
    assert hue(name) == hue(name) < HUES
    assert len(initial(name)) == 1


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (-5 * MINUTE, "just now"),
        (59_999, "just now"),
        (MINUTE, "1 minute ago"),
        (59 * MINUTE, "59 minutes ago"),
        (119 * MINUTE, "1 hour ago"),
        (48 * 60 * MINUTE, "2 days ago"),
        (70 * 24 * 60 * MINUTE, "2 months ago"),
        (800 * 24 * 60 * MINUTE, "2 years ago"),
    ],
)
def test_ages_are_said_in_their_largest_unit(milliseconds: int, shown: str) -> None:
    assert words.ago(NOW - milliseconds, now=NOW) == shown


def test_a_probability_is_never_rounded_to_none_or_all() -> None:
    assert [words.percent(p) for p in (0, 0.004, 0.016, 0.87, 0.996, 1)] == [
        "0%",
        "under 1%",
        "2%",
        "87%",
        "over 99%",
        "100%",
    ]


def test_every_reason_and_outcome_has_its_words() -> None:
    assert set(words.REASONS) == set(Reason)
    assert set(words.DEEDS) == set(Deed)
    assert set(words.MARKS) | {None} == set(words.MARKED) == {*Mark, None}
    assert set(words.LISTS) == set(words.EMPTY) == set(Listing)
    assert set(words.SORTINGS) == set(Sorting)
    assert set(words.BATCHED) == set(words.BATCHED_DONE) == set(Action)
    assert set(words.COMPLAINTS) == set(Complaint)
    assert set(words.STATES) == set(words.ACTS) == set(words.UNDOINGS) == set(Outcome)


ENGLISH = words_for("en")
WHERE = Where("https://parley.example", "news", "https://news.example.org/a", "", "A")


def reading(body: str = "Hello.", **values: Any) -> Reading:
    made = Reading("cmt_1", "", 0, mask("Ana").text, mask("").text, mask(body).text, NOW - 3 * MINUTE)
    return replace(made, **values)


def thread(*readings: Reading, count: int = 0, **values: Any) -> ThreadShown:
    return ThreadShown.of(readings, ENGLISH, where=WHERE, count=count, order=Order.OLDEST, deepest=3, **values)


def form(**values: str) -> FormShown:
    return FormShown.of(SITE, base="https://parley.example", values=values, idempotency_key="k", shown_at="s")


def test_an_empty_thread_invites_to_be_the_first() -> None:
    assert thread().heading == "Be the first to comment on “A”"
    assert thread(reading(), count=1).heading == "One comment"
    assert thread(reading(), count=1200).heading == "1,200 comments"


def test_only_a_thread_of_several_has_an_order_to_choose() -> None:
    assert thread(reading(), count=1).orders == ()
    orders = thread(reading(), count=2).orders
    assert [order.key for order in orders if order.is_current] == ["oldest"]
    assert len(orders) == len(Order)
    assert orders[1].link.endswith("&sort=newest")


def test_a_reply_names_whom_it_answers_if_that_is_on_the_page() -> None:
    reply = reading(id="cmt_2", parent="cmt_1", depth=1)
    stray = reading(id="cmt_3", parent="cmt_0", depth=1)
    assert [each.parent_name for each in thread(reading(), reply, stray, count=3).comments] == ["", "Ana", ""]


def test_replies_stand_in_to_the_sites_deepest_level() -> None:
    deep = [reading(id=f"cmt_{depth}", depth=depth) for depth in range(6)]
    assert [each.depth for each in thread(*deep, count=6).comments] == [0, 1, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("outcome", "is_pending", "is_refused"),
    [
        (Outcome.HELD, True, False),
        (Outcome.PUBLISHED, False, False),
        (Outcome.REJECTED, False, True),
        (Outcome.SPAM, False, True),
    ],
)
def test_an_author_sees_where_a_comment_stands(outcome: Outcome, is_pending: bool, is_refused: bool) -> None:  # noqa: FBT001
    shown = CommentShown.own(comment(), ENGLISH, outcome=outcome, told="Why.", deepest=3)
    assert (shown.is_pending, shown.is_refused, shown.told) == (is_pending, is_refused, "Why.")
    assert shown.when.exact == "3 November 2026, 09:57 UTC"


@pytest.mark.parametrize("website", ["", "https://ana@example.org/", "javascript:alert(1)"])
def test_a_website_that_cannot_be_followed_is_no_link(website: str) -> None:
    assert thread(reading(website=mask(website).text), count=1).comments[0].author.website == ""


def test_the_form_leads_back_to_the_sites_own_pages_alone() -> None:
    urls = ["https://news.example.org/a#x", "https://evil.example/", "javascript:alert(1)", ""]
    assert [form(thread_url=url).page_url for url in urls] == ["https://news.example.org/a", "", "", ""]


def test_what_the_writer_does_not_see_comes_back_with_the_form() -> None:
    shown = form(thread_id="42", parent_id="cmt_1", body="Hello", other="x", thread_title="")
    assert shown.hidden == {"thread_id": "42", "parent_id": "cmt_1", "idempotency_key": "k", "shown_at": "s"}
    assert shown.is_reply


def test_scores_show_highest_first_with_equal_ones_by_name() -> None:
    shown = QueueItemShown.of(comment(), now=NOW)
    assert [(score.label, score.percent, score.length) for score in shown.scores] == [
        ("insult", "91%", 91),
        ("spam", "20%", 20),
        ("toxicity", "20%", 20),
    ]
    assert shown.reasons == ("Toxic", "First comment here")


def test_what_could_not_be_judged_says_why_and_shows_the_guess() -> None:
    shown = QueueItemShown.of(comment(opinion=Unscored("language", JUDGED)), now=NOW)
    assert shown.unscored == "It is in a language that the model does not know."
    assert shown.scores
    assert not QueueItemShown.of(comment(opinion=Unscored("failed")), now=NOW).scores


def test_a_comment_shows_the_disguises_that_are_found_in_it() -> None:
    shown = QueueItemShown.of(comment("You are s1lly."), now=NOW, reading=lambda _: [Disguise(8, 13, "silly")])
    assert [piece.reads for piece in shown.text.passages[0] if piece.text == "s1lly"] == ["silly"]


def test_an_opened_comment_tells_its_story_to_its_reader() -> None:
    decisions = [
        Decision(Outcome.HELD, POLICY, (Reason.TOXIC,), version=1, at=NOW),
        Decision(Outcome.REJECTED, BEN, version=2, at=NOW),
        Decision(Outcome.HELD, ANA, version=3, at=NOW, undoes=2),
    ]
    shown = OpenedShown.of(
        comment(), decisions, Lease("cmt_1", ANA, "token", NOW), scorer=SafeScorer(), reader=ANA, now=NOW
    )
    assert [f"{decision.who} {decision.act}" for decision in shown.decisions] == [
        "The policy held it for a person",
        "Ben rejected it",
        "You took that back: it waits again",
    ]
    assert (shown.lease, shown.held_by, shown.language) == ("token", "", "English")


def test_a_comment_that_another_holds_names_them_and_gives_no_lease() -> None:
    shown = OpenedShown.of(
        comment(), [], Lease("cmt_1", BEN, "", NOW + 8 * MINUTE), scorer=SafeScorer(), reader=ANA, now=NOW
    )
    assert (shown.lease, shown.held_by, shown.held_until.exact) == ("", "Ben", "3 November 2026, 10:08 UTC")


def test_undo_is_offered_with_what_was_done_while_it_is_time() -> None:
    undo = {"site": "news", "id": "cmt_1", "version": 2, "until": NOW + 10_000}
    flashed = [("done", "Approved."), ("late", "Ben was first.")]
    assert [flash.undo_url for flash in flashes(flashed, undo=undo, now=NOW)] == ["/review/news/cmt_1/undo", ""]
    assert [flash.undo_url for flash in flashes(flashed, undo=undo, now=NOW + 10_000)] == ["", ""]
    assert [flash.is_late for flash in flashes(flashed, undo=None, now=NOW)] == [False, True]


def test_a_viewer_may_look_and_not_decide() -> None:
    for role, decides in ((Role.VIEWER, False), (Role.MODERATOR, True), (Role.OWNER, True)):
        desk = DeskShown.of(Member("m", "M", role), [SITE], current="news", waiting={"news": 3}, csrf_token="t")
        assert desk.may_decide is decides
        assert (desk.site.name, desk.site.waiting) == ("The News", 3)


def test_the_reference_resolves_what_refers_and_what_may_be_null() -> None:
    tree = {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/Name"}}}
    tree["properties"]["parts"] = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}  # type: ignore[index]
    tree["properties"]["age"] = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}  # type: ignore[index]
    get = {"tags": ["Trees"], "summary": "Get", "responses": {"200": _json("Tree"), "404": {"description": "None."}}}
    shown = ReferenceShown.of(
        {
            "info": {"title": "T", "version": "1"},
            "paths": {"/trees": {"get": get}},
            "components": {"schemas": {"Tree": tree, "Name": {"type": "string", "maxLength": 2000}}},
        }
    )
    fields = shown.groups[0].operations[0].answers[0].fields
    assert [(field.name, field.kind) for field in fields[:4]] == [
        ("name", "string, up to 2,000 characters"),
        ("parts", "list"),
        ("parts[].name", "string, up to 2,000 characters"),
        ("parts[].parts", "list"),
    ]
    assert fields[-1] == replace(fields[-1], name="age", kind="integer, at least 1, or null")
    assert fields[0].is_required and not fields[1].is_required


def _json(name: str) -> dict[str, object]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": "Yes.", "content": {"application/json": {"schema": schema}}}
