"""What the embed's routes send, to whom, and to whom they do not."""

import gzip
import html
import re
import time

import pytest
from flask.testing import FlaskClient

from service.core.people import Role
from service.core.site import Site
from service.processes.wiring import Wiring
from service.web.bodies import Bodies
from service.web.manners import TRAP, stamp
from tests.web.test_api import DOOR, RUDE, SAFE
from tests.web.test_pages import hidden

ORIGIN = "https://news.example.org"
PAGE = f"{ORIGIN}/article"
SITE = "/embed/v1/sites/news"
THREAD = {"thread_url": PAGE, "thread_title": "The article"}
TYPED = {"thread_url": PAGE, "name": "Ana", "email": "ana@example.com", "body": "Well said, and a good read."}
FROM = {"Origin": ORIGIN}
FOREIGN = {"Origin": "https://evil.example"}


@pytest.fixture
def news(wiring: Wiring) -> Site:
    wiring.sites.add("news", origins=(ORIGIN,))
    return wiring.sites.change("news", {"hold_newcomers": "false", "seconds_to_write": "0"})


@pytest.fixture
def reader(client: FlaskClient, news: Site) -> FlaskClient:
    return client


def post(reader: FlaskClient, **fields: str) -> str:
    """Post as the embed does; return the comment's id."""
    answer = reader.post(f"{SITE}/comments", data=TYPED | fields, headers=FROM)
    assert answer.status_code in (201, 202), answer.text
    return answer.headers["Parley-Comment"]


def thread(reader: FlaskClient, **query: str) -> str:
    return html.unescape(reader.get(f"{SITE}/thread", query_string=THREAD | query).text)


def test_the_two_files_are_small_packed_and_for_everyone(client: FlaskClient) -> None:
    size = 0
    for name, mimetype in (("parley.js", "text/javascript"), ("parley.css", "text/css")):
        answer = client.get(f"/embed/v1/{name}", headers={"Accept-Encoding": "gzip"})
        assert answer.mimetype == mimetype
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "import " not in gzip.decompress(answer.data).decode().replace("await import", "")
        size += len(answer.data)
        again = client.get(f"/embed/v1/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert size <= 8000


def test_modules_are_named_by_their_content_and_kept_for_ever(reader: FlaskClient) -> None:
    modules = re.findall(r'data-(write|report)="http://localhost(/embed/v1/\1\.[0-9a-f]{16}\.js)"', thread(reader))
    assert len(modules) == 2
    for _, path in modules:
        assert "immutable" in reader.get(path).headers["Cache-Control"]
    assert reader.get("/embed/v1/write.js").status_code == 404


@pytest.mark.parametrize("path", [f"{SITE}/thread?thread_url={PAGE}", f"{SITE}/counts?thread_url={PAGE}"])
def test_only_the_sites_own_pages_may_read(reader: FlaskClient, path: str) -> None:
    own = reader.get(path, headers=FROM)
    assert own.headers["Access-Control-Allow-Origin"] == ORIGIN
    foreign = reader.get(path, headers=FOREIGN)
    assert "Access-Control-Allow-Origin" not in foreign.headers
    for answer in (own, foreign, reader.get(path)):
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_a_browser_asks_once_whether_it_may(reader: FlaskClient) -> None:
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "parley-author-token"}
    answer = reader.options(f"{SITE}/comments/c_1", headers=FROM | asks)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Parley-Author-Token" in answer.headers["Access-Control-Allow-Headers"]
    assert int(answer.headers["Access-Control-Max-Age"]) >= 3600
    refused = reader.options(f"{SITE}/comments/c_1", headers=FOREIGN | asks)
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize("path", ["/v1/sites/news/comments", "/v1/sites/news/queue", "/review/news", "/readyz"])
def test_no_other_route_is_shared(reader: FlaskClient, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in reader.get(path, headers=FROM).headers


def test_a_form_from_a_foreign_page_is_refused(reader: FlaskClient) -> None:
    for path in (f"{SITE}/comments", f"{SITE}/comments/{post(reader)}/report"):
        answer = reader.post(path, data=TYPED | {"complaint": "spam"}, headers=FOREIGN)
        assert answer.status_code == 403, path
    assert thread(reader).count('<li class="parley-comment') == 1


def test_an_unchanged_thread_is_an_etag(reader: FlaskClient) -> None:
    first = reader.get(f"{SITE}/thread", query_string=THREAD, headers=FROM | {"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    known = FROM | {"If-None-Match": first.headers["ETag"]}
    unchanged = reader.get(f"{SITE}/thread", query_string=THREAD, headers=known)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["Access-Control-Allow-Origin"] == ORIGIN
    post(reader)
    assert reader.get(f"{SITE}/thread", query_string=THREAD, headers=known).status_code == 200


def test_what_a_site_changes_changes_the_etag(reader: FlaskClient, wiring: Wiring) -> None:
    before = reader.get(f"{SITE}/thread", query_string=THREAD).headers["ETag"]
    wiring.sites.change("news", {"text.leave_comment": "Leave a Reply"})
    assert "Leave a Reply" in thread(reader)
    assert reader.get(f"{SITE}/thread", query_string=THREAD).headers["ETag"] != before


def test_the_reader_is_answered_in_their_language_or_the_sites(reader: FlaskClient, wiring: Wiring) -> None:
    assert "Be the first to comment on “The article”" in thread(reader)
    assert "Schreib den ersten Kommentar zu „The article“" in thread(reader, lang="de-CH")
    wiring.sites.change("news", {"language": "ar"})
    assert 'dir="rtl"' in thread(reader)
    assert 'dir="ltr"' in thread(reader, lang="de")


def test_an_author_alone_sees_what_waits(reader: FlaskClient) -> None:
    answer = reader.post(f"{SITE}/comments", data=TYPED | {"body": RUDE["body"]}, headers=FROM)
    assert answer.status_code == 202
    id, token = answer.headers["Parley-Comment"], answer.headers["Parley-Author-Token"]
    assert "awaiting moderation" in answer.text
    assert reader.get(f"{SITE}/comments/{id}", headers=FROM).status_code == 404
    other = post(reader)
    assert reader.get(f"{SITE}/comments/{other}", headers={"Parley-Author-Token": token}).status_code == 404
    own = reader.get(f"{SITE}/comments/{id}", headers=FROM | {"Parley-Author-Token": token})
    assert own.headers["Parley-Outcome"] == "held"
    assert own.headers["Cache-Control"] == "no-store"
    assert RUDE["body"] not in thread(reader)


def test_an_author_hears_of_a_decision_once_it_cannot_be_undone(reader: FlaskClient, wiring: Wiring) -> None:
    token = {"Authorization": f"Bearer {wiring.access.add_token('R', Role.MODERATOR, site='news')}"}
    answer = reader.post(f"{SITE}/comments", data=TYPED | {"body": RUDE["body"]}, headers=FROM)
    id, author = answer.headers["Parley-Comment"], {"Parley-Author-Token": answer.headers["Parley-Author-Token"]}
    decisions = f"/v1/sites/news/comments/{id}/decisions"
    reader.post(
        decisions, json={"outcome": "rejected", "public_reason": "No insults.", "undo_seconds": 30}, headers=token
    )
    assert reader.get(f"{SITE}/comments/{id}", headers=author).headers["Parley-Outcome"] == "held"
    again = {"outcome": "rejected", "reason": "Third time.", "public_reason": "No insults."}
    reader.post(decisions, json=again, headers=token)
    told = reader.get(f"{SITE}/comments/{id}", headers=author)
    assert told.headers["Parley-Outcome"] == "rejected"
    assert "No insults." in told.text
    assert "Third time." not in told.text


def test_a_moderator_writes_with_a_badge(reader: FlaskClient, wiring: Wiring) -> None:
    token = wiring.access.add_token("Olga from the desk", Role.MODERATOR, site="news")
    comment = {"thread_url": PAGE, "body": RUDE["body"], "parent_id": post(reader)}
    answer = reader.post("/v1/sites/news/comments", json=comment, headers={"Authorization": f"Bearer {token}"})
    assert answer.json["status"] == "published"
    page = thread(reader)
    assert page.index("Olga from the desk") < page.index("parley-badge")
    viewer = wiring.access.add_token("Vera", Role.VIEWER, site="news")
    refused = reader.post("/v1/sites/news/comments", json=comment, headers={"Authorization": f"Bearer {viewer}"})
    assert refused.status_code == 403
    forged = reader.post("/v1/sites/news/comments", json=comment, headers={"Authorization": "Bearer x.y"})
    assert forged.status_code == 401


def test_a_form_with_faults_comes_back_as_a_fragment(reader: FlaskClient) -> None:
    answer = reader.post(f"{SITE}/comments", data=TYPED | {"email": "ana@", "lang": "de"}, headers=FROM)
    assert answer.status_code == 422
    assert answer.headers["Parley-Form"] == "again"
    assert "Parley-Form" in answer.headers["Access-Control-Expose-Headers"]
    assert "<html" not in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Bitte gib eine gültige E-Mail-Adresse an" in answer.text
    assert TYPED["body"] in answer.text


def test_the_counts_of_many_pages_come_in_one_answer(reader: FlaskClient) -> None:
    post(reader)
    other = f"{ORIGIN}/other"
    query = f"thread_url={PAGE}&thread_url={other}&thread_id=42"
    counts = reader.get(f"{SITE}/counts?{query}").json
    assert counts == [
        {"count": 1, "text": "One comment"},
        {"count": 0, "text": "0 comments"},
        {"count": 0, "text": "0 comments"},
    ]
    too_many = "&".join(f"thread_id={n}" for n in range(101))
    assert reader.get(f"{SITE}/counts?{too_many}").status_code == 422


def test_a_page_of_another_site_has_no_thread_here(reader: FlaskClient) -> None:
    for url in ("https://evil.example/a", "nonsense", ""):
        answer = reader.get(f"{SITE}/thread", query_string={"thread_url": url})
        assert answer.status_code == 422, url


def test_a_program_that_fills_in_the_form_waits_for_a_person(reader: FlaskClient, wiring: Wiring, news: Site) -> None:
    trapped = post(reader, **{TRAP: "Watches"})
    assert wiring.queue.find("news", trapped).reasons == ("automatic",)
    strict = wiring.sites.change("news", {"seconds_to_write": "60"})
    now = 1_793_700_000.0
    stamps = {"hasty": stamp(wiring.fingerprints, strict, now=time.time()), "forged": f"{int(now)}.x", "": ""}
    for text, shown_at in stamps.items():
        id = post(reader, body=f"Well said {text}, and a good read.", shown_at=shown_at)
        assert "automatic" in wiring.queue.find("news", id).reasons, text
    for text, shown in (("I took my time.", now), ("A clock went back since.", time.time() + 86_400)):
        patient = post(reader, body=text, shown_at=stamp(wiring.fingerprints, strict, now=shown))
        assert "automatic" not in wiring.queue.find("news", patient).reasons


def test_without_javascript_there_is_a_page(reader: FlaskClient) -> None:
    page = reader.get(f"{SITE}/page", query_string=THREAD)
    assert page.headers["Cache-Control"] == "no-store"
    assert hidden(page.text)["idempotency_key"]
    answer = reader.post("/v1/sites/news/comments", data=TYPED | hidden(page.text), headers={"Accept": "text/html"})
    assert answer.headers["Location"].startswith(f"{PAGE}#parley-c_")


def test_kept_bodies_are_bounded() -> None:
    bodies = Bodies(most_bytes=5_000)
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key * 1000

    for key in "abcdefgh":
        bodies.of(key, lambda key=key: make(key))  # type: ignore[misc]
    bodies.of("h", lambda: make("h"))
    bodies.of("a", lambda: make("a"))
    assert made == [*"abcdefgh", "a"]


@pytest.mark.parametrize("door", [DOOR, "/embed/v1/sites/demo/comments"])
@pytest.mark.parametrize(
    "typed",
    [
        {"thread": "\ud800"},
        {"thread": "a.\ud800"},
        {"thread": "a.b", "thread_url": "\ud800"},
        {"body": "\ud800", "name": ""},
    ],
)
def test_half_a_character_in_any_field_is_no_fault_of_ours(
    client: FlaskClient, door: str, typed: dict[str, str]
) -> None:
    assert client.post(door, json=SAFE | typed).status_code == 422
