"""What browsers get: the demo page, the form without JavaScript, the desk."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from service.core.people import Role
from service.processes.web_app import create_app
from service.processes.wiring import Wiring
from tests.web.test_api import DOOR, RUDE, SAFE

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
THREAD = "/embed/v1/sites/demo/page"
DEMO = {"thread_url": "http://localhost/demo"}
PASSWORD = "correct horse battery"


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form that has any."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    """A client that sits at the desk as Olga, the owner."""
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    page = client.get(link).text
    client.get(link)
    answer = client.post(link, data={"name": "Olga", "password": PASSWORD, **hidden(page)})
    assert answer.status_code == 303
    return client


def test_an_invitation_that_was_taken_up_says_so_in_a_sentence(client: FlaskClient, wiring: Wiring) -> None:
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    fields = hidden(client.get(link).text) | {"password": PASSWORD}
    assert client.post(link, data=fields | {"name": ""}).status_code == 422
    assert client.post(link, data=fields | {"name": "Olga"}).status_code == 303
    for answer in (client.get(link, headers=BROWSER), client.get("/review/invitations/unknown", headers=BROWSER)):
        assert answer.status_code == (410 if answer.request.path == link else 404)
        said = "was taken up already" if answer.request.path == link else "There is no invitation behind this link."
        assert said in answer.text and "ask for a new one." in answer.text


def test_the_landing_page_leads_on(client: FlaskClient) -> None:
    page = client.get("/").text
    for link in ("/demo", "/review/", "/docs"):
        assert f'href="{link}"' in page


def test_the_demo_page_ends_in_the_three_lines(client: FlaskClient) -> None:
    page = html.unescape(client.get("/demo").text)
    for line in ("Be the first to comment on “", "Leave a comment", "Your email address will not be published."):
        assert line in page


def test_a_form_posted_without_javascript_goes_back_to_the_page(client: FlaskClient) -> None:
    fields = hidden(client.get("/demo").text) | {"name": "Ana", "email": "ana@example.com", "body": "Well said."}
    answer = client.post(DOOR, data=fields, headers=BROWSER)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("http://localhost/demo#parley-c_")
    assert "Well said." in client.get("/demo").text


def test_a_held_comment_is_shown_to_its_author_with_what_happens_next(client: FlaskClient) -> None:
    answer = client.post(DOOR, data=RUDE, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (202, "text/html")
    assert "Your comment is awaiting moderation." in answer.text
    assert RUDE["body"] in answer.text


def test_the_door_redirects_to_no_stranger(client: FlaskClient) -> None:
    answer = client.post(DOOR, data=SAFE, headers=BROWSER)
    assert answer.status_code == 201
    assert "Location" not in answer.headers


@pytest.mark.parametrize("field", ["name", "email", "body"])
def test_a_form_with_faults_comes_back_filled_in(client: FlaskClient, field: str) -> None:
    typed = SAFE | {"website": "https://ana.example.org", field: ""}
    answer = client.post(DOOR, data=typed, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    page = html.unescape(answer.text)
    for name, value in typed.items():
        assert value in page, name
    assert 'aria-invalid="true"' in page
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_form_keeps_the_text(client: FlaskClient) -> None:
    client.post(DOOR, data=SAFE, headers=BROWSER)
    again = client.post(DOOR, data=SAFE, headers=BROWSER)
    assert again.status_code == 409
    assert SAFE["body"] in again.text
    foreign = client.post(DOOR, data=SAFE, headers={**BROWSER, "Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert SAFE["body"] in foreign.text


def test_markup_in_a_comment_is_text(client: FlaskClient) -> None:
    typed = hidden(client.get("/demo").text) | SAFE
    attack = "<script>alert(1)</script> <b onmouseover=x>\"'"
    typed |= {"thread_url": "http://localhost/demo", "body": attack, "name": attack, "website": ""}
    answer = client.post(DOOR, data=typed, headers=BROWSER)
    page = client.get("/demo").text if answer.status_code == 303 else answer.text
    assert "<script>alert" not in page
    assert "<b onmouseover" not in page


def test_the_desk_asks_who_one_is(client: FlaskClient) -> None:
    answer = client.get("/review/demo")
    assert answer.status_code == 303
    assert "/review/sign-in" in answer.headers["Location"]


def test_a_link_that_was_looked_at_still_works_once(desk: FlaskClient) -> None:
    assert "Olga" in desk.get("/review/demo").text


def test_a_comment_is_opened_and_approved_at_the_desk(desk: FlaskClient) -> None:
    id = desk.post(DOOR, json=RUDE).json["id"]
    queue = desk.get("/review/demo").text
    assert "Ana" in queue
    assert "ana@example.com" not in queue
    page = desk.get(f"/review/demo/{id}").text
    fields = hidden(page[page.index("/decisions") :]) | {"outcome": "published"}
    answer = desk.post(f"/review/demo/{id}/decisions", data=fields)
    assert answer.status_code == 303
    told = desk.get("/review/demo").text
    assert "Approved." in told
    assert f"/review/demo/{id}/undo" in told
    undone = desk.post(f"/review/demo/{id}/undo", data={"csrf_token": fields["csrf_token"], "version": 2})
    assert undone.status_code == 303
    assert "waits again" in desk.get("/review/demo").text


def test_whoever_decides_late_is_told_who_was_first(desk: FlaskClient, bearer: dict[str, str]) -> None:
    id = desk.post(DOOR, json=RUDE).json["id"]
    page = desk.get(f"/review/demo/{id}").text
    desk.post(f"{DOOR}/{id}/decisions", json={"outcome": "rejected"}, headers=bearer)
    desk.post(f"/review/demo/{id}/decisions", data=hidden(page[page.index("/decisions") :]) | {"outcome": "published"})
    assert re.search(r"Robot rejected it \d seconds? ago\. Your decision was not made\.", desk.get("/review/demo").text)


def test_what_readers_report_is_listed_at_the_desk_until_someone_decides(desk: FlaskClient) -> None:
    id = desk.post(DOOR, json=SAFE).json["id"]
    report = {"complaint": "off_topic", "note": "Nothing about trams."}
    page = desk.post(f"/embed/v1/sites/demo/comments/{id}/report", data=report)
    assert "A moderator will look at it." in page.text
    assert 'Reported <span data-count="reported">1</span>' in desk.get("/review/demo").text
    assert "One report" in desk.get("/review/demo?list=reported").text
    opened = desk.get(f"/review/demo/{id}").text
    assert "Off topic" in opened
    assert "Nothing about trams." in opened
    assert ">Keep <" in opened
    fields = hidden(opened[opened.index("/decisions") :]) | {"outcome": "published"}
    desk.post(f"/review/demo/{id}/decisions", data=fields)
    assert "No report waits." in desk.get("/review/demo?list=reported").text


@pytest.mark.parametrize(
    "attack",
    [
        {"data": {"outcome": "published"}},
        {"data": {"outcome": "published", "csrf_token": "guess"}},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
    ],
)
def test_another_site_cannot_decide_in_ones_name(desk: FlaskClient, attack: dict[str, Any], wiring: Wiring) -> None:
    id = desk.post(DOOR, json=RUDE).json["id"]
    page = desk.get("/review/demo").text
    data = attack.get("data", hidden(page[page.index("/decisions") :]) | {"outcome": "published"})
    answer = desk.post(f"/review/demo/{id}/decisions", data=data, headers={**BROWSER, **attack.get("headers", {})})
    assert answer.status_code == 403
    assert wiring.queue.find("demo", id).version == 1


def test_signing_out_and_in_again(desk: FlaskClient) -> None:
    token = hidden(desk.get("/review/demo").text)["csrf_token"]
    desk.post("/review/sign-out", data={"csrf_token": token})
    assert desk.get("/review/demo").status_code == 303
    page = desk.get("/review/sign-in?next=/review/demo").text
    wrong = desk.post("/review/sign-in", data=hidden(page) | {"name": "Olga", "password": "wrong"})
    assert wrong.status_code == 422
    assert "The name or the password is not right." in wrong.text
    right = desk.post("/review/sign-in", data=hidden(page) | {"name": "olga", "password": PASSWORD})
    assert (right.status_code, right.headers["Location"]) == (303, "/review/demo")


def test_whoever_is_removed_is_out_at_once(desk: FlaskClient, wiring: Wiring) -> None:
    wiring.registry.remove_person("Olga")
    assert desk.get("/review/demo").status_code == 303


def test_signing_in_leads_to_no_stranger(client: FlaskClient) -> None:
    assert "evil" not in client.get("/review/sign-in?next=//evil.example/").text
    assert "evil" not in client.get("/review/sign-in?next=https://evil.example/").text


def test_the_api_reference_is_a_page_of_our_own(client: FlaskClient) -> None:
    page = client.get("/docs").text
    assert "/v1/sites/{site}/comments" in page
    assert "Idempotency-Key" in page
    assert not re.search(r'(src|href)="https?://', page)


def test_an_error_is_a_page_to_a_browser(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_no_page_has_inline_script_or_style(desk: FlaskClient) -> None:
    desk.post(DOOR, json=RUDE)
    for path in ("/", "/demo", "/docs", "/review/demo", "/review/sign-in"):
        page = desk.get(path).text
        assert not re.search(r"<style|<script(?! type=\"module\" src)|\sstyle=|\son\w+=", page), path


def test_a_form_that_came_back_may_lead_on_to_the_sites_own_page(client: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    wiring.sites.change("news", {"hold_newcomers": "false", "seconds_to_write": "0"})
    typed = SAFE | {"thread_url": "https://news.example.org/a", "name": ""}
    door = "/v1/sites/news/comments"
    faulty = client.post(door, data=typed, headers=BROWSER)
    assert "form-action 'self' https://news.example.org;" in faulty.headers["Content-Security-Policy"]
    posted = client.post(door, data=typed | {"name": "Ana"}, headers=BROWSER)
    assert posted.headers["Location"].startswith("https://news.example.org/a#parley-c_")


def test_metrics_ask_whoever_comes_through_a_proxy_for_the_token(wiring: Wiring) -> None:
    settings = wiring.settings.model_copy(update={"metrics_token": SecretStr("secret")})
    client = create_app(Wiring(settings)).test_client()
    for peer in ("127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": peer}).status_code == 200
    sent = {
        "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "a.example", "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "80", "X-Forwarded": "1", "X-Forwarded-Server": "a", "Forwarded": "for=127.0.0.1",
        "Via": "1.1 proxy", "X-Real-IP": "127.0.0.1", "X-Client-IP": "127.0.0.1", "Client-IP": "127.0.0.1",
        "X-Cluster-Client-IP": "127.0.0.1", "CF-Connecting-IP": "127.0.0.1", "CF-Ray": "1", "CDN-Loop": "cloudflare",
        "True-Client-IP": "127.0.0.1", "Fastly-Client-IP": "127.0.0.1", "Fly-Client-IP": "127.0.0.1",
        "X-Original-For": "127.0.0.1", "X-Original-Host": "a", "X-ProxyUser-Ip": "127.0.0.1", "X-Envoy-Internal": "1",
        "X-Amzn-Trace-Id": "1", "X-Azure-ClientIP": "127.0.0.1", "X-Varnish": "1", "X-ARR-LOG-ID": "1",
    }  # fmt: skip
    for name, value in sent.items():
        for text in (value, ""):
            refused = client.get("/metrics", headers={name: text})
            assert refused.status_code == 403, name
            assert "METRICS_TOKEN" in refused.json["detail"]
            known = {name: text, "Authorization": "Bearer secret"}
            assert client.get("/metrics", headers=known).status_code == 200, name
    assert client.get("/metrics", headers={"Accept": "*/*", "User-Agent": "Prometheus"}).status_code == 200


def test_a_form_that_comes_back_keeps_its_key_unless_the_key_is_the_fault(client: FlaskClient) -> None:
    first = SAFE | {"idempotency_key": "k" * 32}
    assert hidden(client.post(DOOR, data=first | {"name": ""}, headers=BROWSER).text)["idempotency_key"] == "k" * 32
    client.post(DOOR, data=first, headers=BROWSER)
    reused = client.post(DOOR, data=first | {"body": "Something else."}, headers=BROWSER)
    assert reused.status_code == 422
    assert hidden(reused.text)["idempotency_key"] != "k" * 32


def test_a_reply_names_whom_it_answers(client: FlaskClient) -> None:
    fields = hidden(client.get("/demo").text) | {"name": "Ana", "email": "ana@example.com", "body": "Well said."}
    id = client.post(DOOR, data=fields, headers=BROWSER).headers["Location"].partition("#parley-")[2]
    page = client.get(THREAD, query_string=DEMO | {"reply": id}).text
    assert "Leave a reply to Ana" in page
    assert hidden(page)["parent_id"] == id
    assert "Leave a reply" not in client.get(THREAD, query_string=DEMO | {"reply": "c_unknown"}).text


def test_without_a_demo_the_landing_page_does_not_lead_there(client: FlaskClient, wiring: Wiring) -> None:
    wiring.connection.do("DEL", "parley:{registry}:sites")
    assert 'href="/demo"' not in client.get("/").text
    assert client.get("/demo", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("host", ["rebound.example", "a b", "x" * 5000, "tucked@example.com"])
def test_whoever_asks_for_another_host_is_told_what_to_do(client: FlaskClient, host: str) -> None:
    for path in ("/", "/review/", "/v1/sites/demo/comments", "/nowhere"):
        page = client.get(path, headers={"Host": host, "Accept": "text/html"})
        problem = client.get(path, headers={"Host": host})
        assert (page.status_code, problem.status_code) == (400, 400)
        assert "PUBLIC_URL" in problem.json["detail"] and "PUBLIC_URL" in page.text
        assert "/static/" in page.text and "tucked" not in page.text + problem.text
        assert len(problem.json["detail"]) < 300
