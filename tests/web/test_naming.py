"""Pages whose URL or id holds an address: taken, read, written on, moderated, and never named by the address."""

import html
import re

import pytest
from flask.testing import FlaskClient

from service.core.masking import MASK
from service.core.people import Role
from service.processes.wiring import Wiring
from tests.web.test_api import DOOR, RUDE
from tests.web.test_pages import BROWSER, desk, hidden

__all__ = ["desk"]

NEWS = "https://news.example.org"
EMBED = "/embed/v1/sites/demo"
NAMES = [
    {"thread_url": f"{NEWS}/authors/tucked@example.com/"},
    {"thread_url": f"{NEWS}/authors/tucked%2540example.com?page=2"},
    {"thread_url": f"{NEWS}/authors/tucked%25EF%25BC%25A0example.com"},
    {"thread_id": "author:tucked@example.com"},
    {"thread_id": "tucked@example.com", "thread_url": f"{NEWS}/authors/"},
]
TYPED = {"name": "Ana", "email": "ana@example.org", "body": "A fine article about the tram."}


@pytest.fixture
def owner(wiring: Wiring) -> dict[str, str]:
    return {"Authorization": f"Bearer {wiring.access.add_token('Owl', Role.OWNER, site='demo')}"}


def posted(client: FlaskClient, **fields: str) -> str:
    answer = client.post(DOOR, json=TYPED | fields)
    assert answer.status_code in (201, 202), answer.json
    return str(answer.json["id"])


def listed(client: FlaskClient, **named: str) -> list[str]:
    """Return the ids of a thread's comments."""
    return [item["id"] for item in client.get(DOOR, query_string=named).json["items"]]


@pytest.mark.parametrize("named", NAMES)
def test_a_form_without_scripts_posts_into_the_thread_that_it_stands_in(
    client: FlaskClient, named: dict[str, str]
) -> None:
    page = client.get(f"{EMBED}/page", query_string=named)
    assert "tucked" not in page.text
    fields = {name: value for name, value in hidden(page.text).items() if name != "shown_at"}
    answer = client.post(DOOR, data=fields | TYPED, headers=BROWSER)
    assert answer.status_code == 201, answer.text
    assert "Location" not in answer.headers
    assert not re.search('href="[^"]*•••', answer.text)
    assert len(listed(client, **named)) == 1


@pytest.mark.parametrize("named", NAMES)
def test_every_link_of_a_thread_leads_to_it_again(client: FlaskClient, named: dict[str, str]) -> None:
    first, second = posted(client, **named), posted(client, body="Another word on trams.", **named)
    shown = client.get(f"{EMBED}/thread", query_string=named).text
    links = [html.unescape(link) for link in re.findall(r'href="http://localhost(/embed/v1/[^"#]*)', shown)]
    assert sum("sort=" in link for link in links) == 3
    assert sum("reply=" in link for link in links) == 2
    for link in links:
        assert "tucked" not in link
        page = client.get(link).text
        assert "/report?" in link or (first in page and second in page)
    assert NEWS + "/authors/tucked" not in shown


def test_a_form_that_comes_back_still_names_its_thread_and_no_address(client: FlaskClient) -> None:
    for named in NAMES:
        again = client.post(
            DOOR, data=TYPED | named | {"body": "", "thread_title": "By tucked@example.com"}, headers=BROWSER
        )
        assert again.status_code == 422
        assert not re.search("tucked", again.text)
        fields = hidden(again.text) | TYPED
        assert client.post(DOOR, data=fields, headers=BROWSER).status_code == 201
        assert len(listed(client, **named)) == 1
        assert MASK in client.post(DOOR, data=fields | {"body": ""}, headers=BROWSER).text


@pytest.mark.parametrize("field", ["thread_url", "thread_id", "thread_title", "parent_id", "lang", "thread"])
def test_a_form_that_comes_back_holds_no_address_that_its_writer_did_not_type(client: FlaskClient, field: str) -> None:
    for written in ("tucked@example.com", "ftp://tucked@example.com/", "https://x.example/ tucked@example.com"):
        answer = client.post(DOOR, data=TYPED | {field: written}, headers=BROWSER)
        assert not re.search("tucked", answer.text), field


def test_a_signed_key_is_no_other_pages(client: FlaskClient) -> None:
    fields = hidden(client.get(f"{EMBED}/page", query_string=NAMES[0]).text)
    for change in ({"thread_url": f"{NEWS}/another"}, {"thread": "a" * 26 + fields["thread"][26:]}, {"thread": "é.é"}):
        answer = client.post(DOOR, json=TYPED | fields | change)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "thread"
        assert client.get(f"{EMBED}/page", query_string=fields | change).status_code == 422


def test_readers_who_come_by_a_newsletter_meet_those_who_do_not(client: FlaskClient) -> None:
    url = "http://localhost/article?id=7"
    came = [url, f"{url}&email=tucked@example.com", f"{url}&email=tucked%2540example.com", f"{url}#tucked@example.com"]
    ids = {posted(client, thread_url=each, body=f"Word {n} on the tram.") for n, each in enumerate(came)}
    assert len(ids) == 4
    for each in came:
        assert set(listed(client, thread_url=each)) == ids
        assert client.get("/v1/sites/demo/counts", query_string={"thread_url": each}).json == {"count": 4}
    etags = {client.get(f"{EMBED}/thread", query_string={"thread_url": each}).headers["ETag"] for each in came}
    assert len(etags) == 1
    answer = client.post(DOOR, data=TYPED | {"thread_url": came[1], "body": "A word of thanks."}, headers=BROWSER)
    assert answer.headers["Location"].startswith(f"{url}#parley-c_")


def test_index_pages_count_the_comments_of_such_pages_and_of_those_with_long_urls(client: FlaskClient) -> None:
    urls = [NAMES[0]["thread_url"], f"{NEWS}/lib@18.html", f"{NEWS}/photo@2x.html", f"{NEWS}/{'long/' * 200}"]
    for url in urls:
        posted(client, thread_url=url)
    answer = client.get(f"{EMBED}/counts", query_string=[("thread_url", url) for url in urls])
    assert [each["count"] for each in answer.json] == [1, 1, 1, 1]


def test_an_authors_own_comment_leads_to_its_thread(client: FlaskClient) -> None:
    for named in [*NAMES, {"thread_id": "42"}, {"thread_url": f"{NEWS}/article"}]:
        answer = client.post(f"{EMBED}/comments", data=TYPED | named)
        id = answer.headers["Parley-Comment"]
        (link,) = re.findall(r'href="http://localhost(/embed/v1/[^"]*reply=[^"#]*)', answer.text)
        assert "tucked" not in link
        assert f'id="parley-{id}"' in client.get(html.unescape(link)).text


def test_moderators_see_such_a_page_masked_without_a_link_and_answer_on_it(
    client: FlaskClient, desk: FlaskClient, bearer: dict[str, str], owner: dict[str, str]
) -> None:
    url = f"{NEWS}/authors/tucked@example.com/"
    held, public = posted(client, thread_url=url, body=RUDE["body"]), posted(client, thread_url=url)
    shown = f"{NEWS}/authors/{MASK}/"
    assert client.get(f"{DOOR}/{held}", headers=bearer).json["thread_url"] == shown
    assert client.get(f"{DOOR}/{held}/context", headers=bearer).json["thread"]["url"] == shown
    for path in ("/review/demo", f"/review/demo/{held}"):
        page = desk.get(path).text
        assert "/authors/<span" in page
        assert not re.search('href="[^"]*(tucked|•••)', page)
    reply = client.post(f"{DOOR}/{public}/reply", json={"body": "Thank you."}, headers=bearer)
    assert reply.status_code == 201, reply.json
    assert reply.json["id"] in listed(client, thread_url=url)
    closing = {"thread_url": url, "closed": True}
    assert client.put("/v1/sites/demo/threads", json=closing, headers=bearer).json["closed"]
    assert client.post(DOOR, json=TYPED | {"thread_url": url, "body": "Late."}).status_code == 403
    revealed = client.post(f"{DOOR}/{held}/reveal", json={"reason": "Which page is it?"}, headers=owner).json
    assert [each["text"] for each in revealed["covers"] if each["field"] == "thread_url"] == ["tucked@example.com"]


def test_a_website_with_an_address_however_encoded_is_masked_and_not_linked(client: FlaskClient) -> None:
    for n, written in enumerate(("tucked@example.com", "tucked%2540example.com", "tucked%25EF%25BC%25A0example.com")):
        id = posted(client, thread_url=f"{NEWS}/{n}", website=f"https://ana.example/?from={written}")
        (item,) = client.get(DOOR, query_string={"thread_url": f"{NEWS}/{n}"}).json["items"]
        assert item["id"] == id
        assert MASK in item["website"]
        assert "tucked" not in item["website"]


def test_what_is_no_page_is_refused_with_its_reason_and_without_its_address(client: FlaskClient) -> None:
    for url in (
        "tucked@example.com",
        "mailto:tucked@example.com",
        f"{NEWS}/a b tucked@example.com",
        "https://tucked%40example.com/",
    ):
        for path in (DOOR, f"{EMBED}/thread", f"{EMBED}/page"):
            answer = client.get(path, query_string={"thread_url": url})
            assert answer.status_code == 422
            assert answer.json["errors"][0]["message"].startswith(
                "The page’s" if NEWS in url or "%40" in url else "Please give"
            )
            assert "tucked" not in answer.text
