"""What one reader's text does to the desk: however long and strange it is, pages and answers stay within bounds."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service.core.kept import Kept
from service.core.masking import MASK, MaskedText, mask
from service.core.people import Role
from service.core.submission import LONGEST_BODY
from service.core.verdict import MOST_SPANS, Disguise, Span
from service.processes.wiring import Wiring
from service.web import cursors, markup
from service.web.excerpts import LISTED_MARKS, OPENED_MARKS, READ, WHOLE, TextShown, pieces_of
from service.web.shading import Segment
from tests.nasty import WORST, repeated
from tests.web.test_api import DOOR, SAFE
from tests.web.test_desk import cards, join, post
from tests.web.test_pages import BROWSER

#: What a list of twenty may weigh, bytes.
LARGEST_LIST = 300_000

#: A list of the worst costs so many times what one of ordinary comments does, at most.
TIMES = 8

ORDINARY = "The committee met again, and nobody could say who had moved the money or why; you stupid idiot. " * 3

Words = Callable[[MaskedText], Sequence[Disguise]]


def nothing(_: MaskedText) -> tuple[Disguise, ...]:
    return ()


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    wiring.sites.change("demo", {"comments_burst": "1000", "comments_per_minute": "6000", "hold_newcomers": "true"})
    return join(client, wiring, "Olga", Role.OWNER)


def fill(desk: FlaskClient, body: str, *, count: int = 20, name: str = '"' * 240) -> list[str]:
    return [post(desk, body, name=f"{name}{n}", thread_title='"' * 300) for n in range(count)]


def cost(desk: FlaskClient, path: str) -> tuple[float, int]:
    """Return the CPU seconds and the bytes of a page, best of some."""
    took = []
    for _ in range(4):
        began = time.process_time()
        page = desk.get(path)
        took.append(time.process_time() - began)
        assert page.status_code == 200
    return min(took), len(page.data)


def shown_text(page: str) -> str:
    """Return what the first comment's text reads as on *page*, without marks for what nobody sees."""
    (text,) = re.findall(r'<div class="desk-text"[^>]*>(.*?)</div>', page, re.DOTALL)[:1]
    text = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<span class=\"desk-hidden\".*?</span>", "", text, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", text))


@pytest.mark.parametrize("kind", ["hidden in swear words", "quotes"])
def test_a_list_of_the_worst_comments_is_a_list(desk: FlaskClient, kind: str) -> None:
    # Of twenty, each is as long as the request bound of a test's patience: what is beyond the excerpt costs nothing.
    fill(desk, ORDINARY, name="Ana")
    ordinary, _ = cost(desk, "/review/demo")
    for id in cards(desk.get("/review/demo").text):
        decide(desk, id)
    fill(desk, WORST[kind][:20_000])
    worst, size = cost(desk, "/review/demo")
    assert len(cards(desk.get("/review/demo").text)) == 20
    assert size < LARGEST_LIST
    assert worst < TIMES * ordinary


def decide(desk: FlaskClient, id: str) -> None:
    page = desk.get(f"/review/demo/{id}").text
    (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page)[:1]
    sent = {"csrf_token": token, "outcome": "spam", "version": "1"}
    assert desk.post(f"/review/demo/{id}/decisions", data=sent).status_code == 303


@pytest.mark.parametrize("kind", WORST)
def test_the_longest_comment_is_listed_and_opened_within_bounds(desk: FlaskClient, kind: str) -> None:
    (id,) = fill(desk, WORST[kind], count=1)
    listed = desk.get("/review/demo?fragment=1").text
    assert len(listed.encode()) < LARGEST_LIST / 20
    assert len(re.findall(r"<mark|<ruby|desk-hidden|parley-mask", listed)) < 2 * LISTED_MARKS
    link = re.search(r'<p class="desk-whole"><a href="([^"]+)">… show all ([\d,]+) characters', listed)
    assert link and link[1] == f"/review/demo/{id}#{id}-text"
    page = desk.get(f"/review/demo/{id}").text
    assert f'id="{id}-text"' in page
    assert len(page.encode()) < LONGEST_BODY * 6 + 100_000
    assert len(re.findall(r"<mark|<ruby|desk-hidden|parley-mask", page)) < 2 * OPENED_MARKS
    assert len(desk.get(f"/review/demo/{id}?fragment=1").data) < 30_000


def test_a_moderator_can_read_every_word_of_the_longest_comment(desk: FlaskClient, wiring: Wiring) -> None:
    (id,) = fill(desk, " ".join(f"word{n}" for n in range(7_000)) + " idiot!", count=1)
    body = wiring.queue.find("demo", id).body
    assert shown_text(desk.get(f"/review/demo/{id}").text) == body
    assert body.startswith(shown_text(desk.get("/review/demo").text).partition(" … ")[0])


def test_who_only_looks_reads_it_too_and_leases_nothing(client: FlaskClient, wiring: Wiring) -> None:
    desk = join(client, wiring, "Vera", Role.VIEWER)
    id = post(desk, "You stupid idiot. " + "And so on. " * 500)
    link = re.search(r'<p class="desk-whole"><a href="([^"#]+)', desk.get("/review/demo").text)
    assert link and link[1] == f"/review/demo/{id}/text"
    assert shown_text(desk.get(link[1]).text) == wiring.queue.find("demo", id).body
    assert not wiring.leases.held("demo")


@pytest.mark.parametrize("path", ["/review/demo/{}/text", "/review/demo/{}"])
def test_the_whole_text_is_for_those_who_see_the_site(client: FlaskClient, wiring: Wiring, path: str) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    id = post(client, "You stupid idiot.")
    desk = join(client, wiring, "Ben", Role.MODERATOR, site="news")
    assert desk.get(path.format(id), headers=BROWSER).status_code == 404


def test_a_list_shows_the_heaviest_words_wherever_they_stand(desk: FlaskClient) -> None:
    fill(
        desk,
        "It was a fine day, and we went along the quay. " * 100 + "Go and die, you stupid idiot! " + "Fine. " * 100,
        count=1,
    )
    text = shown_text(desk.get("/review/demo").text)
    assert text.startswith("It was a fine day")
    assert "stupid idiot" in text
    assert " … " in text


def test_words_that_come_early_are_not_shown_twice() -> None:
    body = mask("You idiot. " + "Fine. " * 500).text
    shown = TextShown.excerpt(body, [Span(4, 9, "insult", 2.0)], nothing)
    assert len(shown.passages) == 1
    assert [piece.text for piece in shown.passages[0] if piece.level] == ["idiot"]


texts = st.lists(st.sampled_from([*"ab \n\u0301\u200b", MASK]), min_size=1).map(lambda parts: "".join(parts) * 400)
places = st.lists(
    st.builds(Span, st.integers(0, 4000), st.integers(1, 4000), st.just("insult"), st.floats(0.1, 9)), max_size=5
)


@given(texts, places)
def test_an_excerpt_is_parts_of_the_text_in_order(body: str, spans: list[Span]) -> None:
    text = mask(body).text
    shown = TextShown.excerpt(text, spans, nothing)
    at = 0
    for passage in shown.passages:
        part = "".join(piece.text for piece in passage)
        assert text.find(part, at) >= at
        at = text.find(part, at) + len(part)
    assert sum(len(piece.text) for passage in shown.passages for piece in passage) <= WHOLE
    assert shown.is_cut is (len(text) > WHOLE)
    if not shown.is_cut:
        assert "".join(piece.text for piece in shown.passages[0]) == text


def test_marks_that_are_too_many_leave_the_letters_and_say_so(desk: FlaskClient) -> None:
    (id,) = fill(desk, "a\u200b" * 300, count=1)
    listed = desk.get("/review/demo").text
    assert shown_text(listed) == "a" * 300
    assert "\u200b" not in listed
    assert 0 < listed.count("desk-hidden") <= LISTED_MARKS
    assert re.search(r"\d+ more words or hidden characters are not marked\.", listed)
    assert "\u200b" not in desk.get(f"/review/demo/{id}").text


def test_what_turns_a_page_around_is_nowhere_in_a_long_text() -> None:
    body = mask("abc\u202e\u2066def " * 4_000).text
    pieces = pieces_of(body, (), lambda text: [Disguise(3, 5, "", ("right-to-left override", "left-to-right isolate"))])
    shown = TextShown.whole(body, [*pieces])
    assert "\u202e" not in "".join(piece.text for piece in shown.passages[0])[READ:]


def test_a_run_of_hidden_characters_is_one_mark_with_its_count() -> None:
    names = ("zero width space", "zero width joiner")
    (part,) = Segment("\u200b\u200d" * 500, hidden=names).parts
    assert (part.text, part.name) == ("ZWSP ZWJ ×1,000", "zero width space, zero width joiner")


# Answers


def walked(client: FlaskClient, path: str, headers: dict[str, str], **query: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list of the API."""
    cursor = ""
    while True:
        answer = client.get(path, query_string=query | {"limit": "100", "cursor": cursor}, headers=headers)
        assert len(answer.data) < 10 * cursors.MOST_BYTES
        yield answer.json.get("items") or answer.json["comments"]
        cursor = answer.json["next"]
        if not cursor:
            return


def test_pages_of_long_comments_have_fewer_and_lose_none(
    desk: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    posted = {post(desk, "Мнение. " * 7_000 + str(n), email="ana@example.com") for n in range(10)}
    author = wiring.queue.find("demo", min(posted)).author.identity
    for path in ("/v1/sites/demo/queue", f"/v1/sites/demo/authors/{author}"):
        pages = list(walked(desk, path, bearer))
        assert len(pages) > 1
        assert sorted(item["id"] for page in pages for item in page) == sorted(posted)


def test_so_have_threads_for_their_readers(desk: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"hold_newcomers": "false"})
    posted = [post(desk, f"{n} " + SAFE["body"] + " Well said." * 3_000, **PLACE) for n in range(16)]
    pages = list(walked(desk, "/v1/sites/demo/comments", {}, **PLACE))
    assert [item["id"] for page in pages for item in page] == posted
    assert len(pages) > 1
    seen: list[str] = []
    query = {"thread_url": PLACE["thread_url"]}
    while True:
        page = desk.get("/embed/v1/sites/demo/thread", query_string=query).text
        assert len(page) < 400_000
        seen += re.findall(r'<li class="parley-comment[^>]* data-id="(c_\w+)"', page)
        more = re.search(r'data-cursor="([^"]+)"', page)
        if not more:
            break
        query["cursor"] = more[1]
    assert seen == posted
    last = desk.get("/embed/v1/sites/demo/thread", query_string={"thread_url": PLACE["thread_url"], "at": posted[-1]})
    assert f'data-id="{posted[-1]}"' in last.text


PLACE = {"thread_url": SAFE["thread_url"]}


def test_spans_are_the_heaviest_hundred(desk: FlaskClient, bearer: dict[str, str]) -> None:
    fill(desk, "You stupid idiot and then we all went home again to eat. " * 200, count=1)
    (item,) = desk.get("/v1/sites/demo/queue", headers=bearer).json["items"]
    assert len(item["spans"]) == MOST_SPANS
    assert item["spans"] == sorted(item["spans"], key=lambda span: span["begin"])


# An author's own reads


@pytest.mark.parametrize("path", ["/embed/v1/sites/demo/comments/{}", "/v1/sites/demo/comments/{}"])
def test_an_author_reads_their_comment_at_a_pace(desk: FlaskClient, path: str) -> None:
    receipts = [desk.post(DOOR, json=SAFE | {"body": f"Well said, {n}."}).json for n in range(2)]
    mine, other = ({"Parley-Author-Token": receipt["token"]} for receipt in receipts)
    codes = [desk.get(path.format(receipts[0]["id"]), headers=mine) for _ in range(40)]
    assert codes[0].status_code == 200
    assert codes[-1].status_code == 429
    assert int(codes[-1].headers["Retry-After"]) >= 1
    assert "too often" in codes[-1].json["detail"]
    assert desk.get(path.format(receipts[1]["id"]), headers=other).status_code == 200
    # Who has no token is counted nowhere.
    stranger = [desk.get(path.format(receipts[1]["id"]), headers={"Parley-Author-Token": "x"}) for _ in range(40)]
    assert {answer.status_code for answer in stranger} == {404}
    assert desk.get(path.format(receipts[1]["id"]), headers=other).status_code == 200


# What is kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60))))
def test_what_is_kept_stays_within_its_bound_and_is_made_once_while_it_is(asked: list[tuple[int, int]]) -> None:
    kept: Kept[int, str] = Kept(100, len)
    for key, size in asked:
        made = kept.of(key, lambda size=size: "x" * size)  # type: ignore[misc]
        assert kept.size <= 100
        assert kept.of(key, lambda: "never") == made


def test_a_text_that_was_rendered_is_not_rendered_again() -> None:
    body = mask(repeated("Any *long* text. ", 60_000)).text
    assert markup.rendered(body) is markup.rendered(body)
    assert markup.rendered(body) != markup.rendered(body[:-1])


def test_answers_are_bounded_in_bytes_whatever_the_script() -> None:
    assert cursors.fitting(["a" * 100_000] * 6) == 4
    assert cursors.fitting(["😀" * 25_000] * 6) == 4
    assert cursors.fitting(["😀" * 200_000] * 2) == 1
