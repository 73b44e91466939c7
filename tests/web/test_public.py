"""What owners and moderators write for others to read holds no address; and no redirect repeats one."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.core.endpoint import EndpointChange
from service.core.errors import InvalidChange
from service.core.masking import MASK
from service.core.people import OPERATOR, Role
from service.processes.wiring import Wiring
from tests.web.test_api import DOOR, RUDE
from tests.web.test_pages import BROWSER, PASSWORD, desk, hidden

__all__ = ["desk"]

WRITTEN = (
    "tucked@example.com",
    "Olga tucked＠example.com",
    "tucked (at) example (dot) com",
    "Ask tucked&#64;example.com",
    "tucked@exam\u2065ple.c\U000e0020om",
    "\u202etucked@\u202cexample.com tucked@example\ufff0.com",
)


def joining(wiring: Wiring, text: str) -> object:
    return wiring.access.join(wiring.access.invite(Role.OWNER), name=text, password=PASSWORD)


def endpoint(wiring: Wiring, **fields: object) -> object:
    return wiring.webhooks.add("demo", EndpointChange.parse({"url": "https://a.example/", **fields}), member=OPERATOR)


DOORS: dict[str, Callable[[Wiring, str], object]] = {
    "a moderator": joining,
    "a token": lambda wiring, text: wiring.access.add_token(text, Role.MODERATOR, site="demo"),
    "a new site": lambda wiring, text: wiring.sites.add("new", name=text, origins=("https://a.example",)),
    "a site": lambda wiring, text: wiring.sites.change("demo", {"name": text}),
    "a rule": lambda wiring, text: wiring.sites.change("demo", {"rule.1": text[:40]}),
    "what a rule tells": lambda wiring, text: wiring.sites.change("demo", {"rule.1": f"Rude | {text}"}),
    "a site's text": lambda wiring, text: wiring.sites.change("demo", {"text.leave_comment": text}),
}


@pytest.mark.parametrize("written", WRITTEN, ids=ascii)
@pytest.mark.parametrize("door", DOORS)
def test_what_others_read_is_refused_with_an_address_in_it(wiring: Wiring, door: str, written: str) -> None:
    with pytest.raises(InvalidChange) as refused:
        DOORS[door](wiring, written)
    assert "leave the e-mail address out of it" in str(refused.value)
    assert "tucked" not in str(refused.value)


@pytest.mark.parametrize("door", DOORS)
def test_an_at_alone_is_no_address(wiring: Wiring, door: str) -> None:
    DOORS[door](wiring, "News @ noon")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/tucked@example.com",
        "https://a.example/?to=tucked%2540example.com",
        "https://a.example/?tucked%EF%BC%A0example.com",
    ],
)
def test_a_webhooks_url_with_an_address_is_refused(wiring: Wiring, url: str) -> None:
    with pytest.raises(InvalidChange) as refused:
        endpoint(wiring, url=url)
    assert "a header’s value is sealed" in str(refused.value)
    assert "tucked" not in str(refused.value)


def test_a_headers_name_with_an_address_is_refused_and_its_value_is_sealed(wiring: Wiring) -> None:
    with pytest.raises(InvalidChange) as refused:
        endpoint(wiring, headers={"tucked.at.example.com": "x", "tucked*at*example.com": "x"})
    assert "leave the e-mail address out of it" in str(refused.value)
    made, _ = endpoint(wiring, headers={"From": "tucked@example.com"})  # type: ignore[misc]
    assert "tucked" not in repr(made)


def test_a_tokens_name_has_a_bound(wiring: Wiring) -> None:
    with pytest.raises(InvalidChange):
        wiring.access.add_token("x" * 61, Role.MODERATOR, site="demo")


def test_a_name_that_got_in_all_the_same_goes_out_masked(
    client: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    (token,) = wiring.registry.tokens()
    named = replace(token, member=replace(token.member, name="tucked@example.com"))
    wiring.registry.add_token(named, check=lambda *_: None)
    id = client.post(DOOR, json=RUDE).json["id"]
    decided = client.post(f"{DOOR}/{id}/decisions", json={"outcome": "published"}, headers=bearer)
    assert decided.json["decided_by"] == MASK
    late = client.post(f"{DOOR}/{id}/decisions", json={"outcome": "spam", "version": 1}, headers=bearer)
    events = client.get("/v1/sites/demo/events", headers=bearer)
    assert "tucked" not in decided.text + late.text + events.text


def test_a_form_of_the_desk_comes_back_without_the_address_in_it(client: FlaskClient, wiring: Wiring) -> None:
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    typed = {"name": "tucked@example.com", "password": PASSWORD}
    answer = client.post(link, data=typed | hidden(client.get(link).text))
    assert answer.status_code == 422
    assert "leave the e-mail address out of it" in answer.text
    assert "tucked" not in answer.text
    again = client.post("/review/sign-in", data=typed | hidden(client.get("/review/sign-in").text))
    assert again.status_code == 422
    assert "tucked" not in again.text


def test_the_webhook_form_comes_back_without_the_address_in_it(desk: FlaskClient) -> None:
    token = hidden(desk.get("/review/demo/webhooks/").text)["csrf_token"]
    typed = {
        "url": "https://a.example/tucked@example.com",
        "description": "For tucked@example.com",
        "headers": "From: tucked@example.com",
    }
    answer = desk.post("/review/demo/webhooks/", data=typed | {"csrf_token": token})
    assert answer.status_code == 422, answer.text
    assert "tucked" not in answer.text


@pytest.mark.parametrize(
    "query", ["words=tucked@example.com", "words=tucked%2540example.com&list=spam", "tucked@example.com"]
)
def test_who_is_sent_to_sign_in_is_sent_back_without_the_address(client: FlaskClient, query: str) -> None:
    sent = client.get(f"/review/demo?{query}", headers=BROWSER)
    assert sent.status_code == 303
    assert "tucked" not in f"{sent.headers}{sent.text}"
    page = client.get(sent.headers["Location"])
    assert page.status_code == 200
    assert hidden(page.text)["next"].startswith("/review/demo")
    asked = client.get("/review/sign-in", query_string={"next": f"/review/demo?{query}"})
    assert "tucked" not in asked.text


@pytest.mark.parametrize(
    "path", ["/review/demo/webhooks?comment=tucked@example.com", "/review/demo/webhooks?a=tucked%2540example.com&b=1"]
)
def test_no_redirect_repeats_an_address(desk: FlaskClient, path: str) -> None:
    sent = desk.get(path)
    assert sent.status_code == 308
    assert "/review/demo/webhooks/" in sent.headers["Location"]
    assert "tucked" not in f"{sent.headers}{sent.text}"


def test_no_form_of_the_desk_leads_back_to_an_address(desk: FlaskClient) -> None:
    token = hidden(desk.get("/review/").text)["csrf_token"]
    for path in (
        "/review/demo/authors/tucked@example.com/mark",
        "/review/demo/tucked@example.com/redact",
        "/review/demo/tucked@example.com/undo",
    ):
        fields = {
            "csrf_token": token,
            "mark": "x",
            "comment": "tucked@example.com",
            "version": "x",
            "back": "/review/demo?words=tucked@example.com",
        }
        sent = desk.post(path, data=fields)
        assert "tucked" not in f"{sent.headers}{sent.text}", path


def test_no_problem_repeats_the_host_or_the_field_that_was_sent(client: FlaskClient, bearer: dict[str, str]) -> None:
    for host in ("tucked@example.com", "tucked%40example.com"):
        answer = client.get("/docs", headers={"Host": host})
        assert answer.status_code == 400
        assert "tucked" not in f"{answer.headers}{answer.text}"
    id = client.post(DOOR, json=RUDE).json["id"]
    sent = {"outcome": "published", "tucked@example.com": 1}
    answer = client.post(f"{DOOR}/{id}/decisions", json=sent, headers=bearer)
    assert answer.status_code == 422
    assert "tucked" not in answer.text
