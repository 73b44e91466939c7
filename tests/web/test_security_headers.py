"""What every answer says to a browser, whatever it answers; what a fault of ours tells; what nobody is served."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Response
from flask.testing import FlaskClient

from service.core.comment import Outcome
from service.core.people import OPERATOR, Role
from service.core.security import SecurityEvent
from service.processes.web_app import create_app
from service.processes.wiring import Wiring, set_up_log
from service.web.authority import public
from service.web.traffic import TrustedProxies
from tests.web.test_api import DOOR, RUDE
from tests.web.test_authority import House, ask, objects, routes
from tests.web.test_desk import join, token

TEMPLATES = Path(__file__).parents[2] / "service" / "web" / "templates"

#: Kinds of content, and what a browser does with each.
KINDS = {
    "text/html; charset=utf-8",
    "text/css; charset=utf-8",
    "text/javascript; charset=utf-8",
    "text/plain; version=0.0.4; charset=utf-8",
    "image/svg+xml; charset=utf-8",
    "application/json",
    "application/problem+json",
}


@pytest.fixture
def logged() -> Iterator[StringIO]:
    out = StringIO()
    set_up_log("info", out=out)
    yield out
    structlog.reset_defaults()


def lines(logged: StringIO, event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line for line in found if line["event"] == event]


def directives(policy: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


def faults(headers: Any) -> Iterator[str]:
    """Yield what is missing in the headers of an answer."""
    policy = directives(headers.get("Content-Security-Policy", ""))
    for name in ("default-src", "base-uri", "frame-ancestors"):
        if policy.get(name) != "'none'":
            yield f"{name} {policy.get(name)}"
    if {"object-src", "*"} & {*policy, *" ".join(policy.values()).split()} or "unsafe" in str(policy):
        yield str(policy)
    if policy.get("script-src") != "'self'":
        yield f"script-src {policy.get('script-src')}"
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    yield from (f"{name} {headers.get(name)}" for name, value in expected.items() if headers.get(name) != value)
    if headers.get("Content-Length", "0") != "0" and headers.get("Content-Type") not in KINDS:
        yield f"Content-Type {headers.get('Content-Type')}"


def test_every_answer_holds_browsers_to_the_same_rules(client: FlaskClient, wiring: Wiring) -> None:
    house = House(client, wiring, objects(client, wiring, "demo"), {})
    owner = house.at_desk(Role.OWNER, "*")
    wrong, statuses = {}, set()
    for route in sorted(routes(client.application), key=lambda each: "sign-out" in each.rule.rule):
        for who in (client.application.test_client(), owner):
            status, _, headers, _ = ask(house, who, route, house.here)
            statuses.add(status)
            if found := list(faults(dict(headers) | {"Content-Length": "0" if status == 204 else "1"})):
                wrong[f"{route.method} {route.rule.rule} {status}"] = found
    for answer in (client.get("/nowhere"), client.post("/healthz"), client.get("/healthz", headers={"Host": "a b"})):
        statuses.add(answer.status_code)
        if found := list(faults(answer.headers)):
            wrong[answer.request.path] = found
    assert wrong == {}
    assert statuses >= {200, 201, 303, 400, 401, 403, 404, 405, 422}


def test_a_fault_of_ours_tells_its_cause_to_the_log_alone_and_its_words_to_nobody(
    wiring: Wiring, logged: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app: Any = create_app(wiring)
    assert not app.debug

    def view() -> Response:
        raise ValueError("the secret of ana@example.com")

    app.view_functions["health.healthz"] = public(view)
    for accept in ("*/*", "text/html"):
        answer = app.test_client().get("/healthz", headers={"Accept": accept})
        assert (answer.status_code, list(faults(answer.headers))) == (500, [])
        assert "Something went wrong on our side" in answer.text
        assert not re.search(r"secret|ana@|ValueError|Traceback|\.py", answer.text)
    crashed = lines(logged, "crashed")
    assert [line["raised"] for line in crashed] == [["ValueError"]] * 2
    assert "test_security_headers.py" in crashed[0]["frames"][-1]
    assert "secret" not in logged.getvalue() and "ana@" not in logged.getvalue()


def test_nobody_is_served_what_lies_beside_what_is_served(client: FlaskClient) -> None:
    beside = ("processes/web_app.py", "templates/index.html", "../pyproject.toml", "../.git/config", "keys/sealing")
    for folder in ("/", "/static/", "/embed/v1/", "/review/"):
        assert folder in ("/", "/review/") or client.get(folder).status_code == 404
        for path in beside:
            for way in ("", "../", "..%2f", "%2e%2e/"):
                answer = client.get(f"{folder}{way}{path}")
                assert answer.status_code in (303, 404), answer.request.path
    for path in ("/", "/static/page.css", "/healthz", DOOR):
        for method in ("TRACE", "TRACK", "CONNECT"):
            assert client.open(path, method=method, headers={"Cookie": "a=b"}).status_code == 405


def test_who_asks_is_the_last_address_that_no_proxy_of_ours_has() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], _: Any) -> list[bytes]:
        seen.update(environ)
        return []

    proxies = TrustedProxies(app, [ip_network("10.0.0.0/8")])  # type: ignore[arg-type]
    for peer, forwarded, expected in (
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "127.0.0.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, <script>", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.7", "127.0.0.1", "203.0.113.7"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ):
        sent = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_HOST": "a", "wsgi.url_scheme": "http"}
        claims = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "https"}
        proxies(sent | claims, lambda *_: None)  # type: ignore[arg-type, return-value]
        assert seen["REMOTE_ADDR"] == expected
        assert (seen["HTTP_HOST"] == "a") is (seen["wsgi.url_scheme"] == "http") is (peer == "203.0.113.7")


def test_passwords_are_typed_hidden_and_may_be_pasted_and_filled_in() -> None:
    found = []
    for page in (TEMPLATES / "desk").rglob("*.html"):
        text = page.read_text("utf-8")
        for field in re.findall(r"\{\{ field\((.*?)\) \}\}", text, re.DOTALL):
            if "assword" in field or "'old'" in field:
                assert "type='password'" in field, page
                assert re.search(r"'autocomplete': '(current|new)-password'", field), page
                found.append(page.name)
        assert not re.search(r"type=\"password\"|onpaste", text), page
    assert {"sign_in.html", "welcome.html", "account.html", "reset.html"} <= set(found)
    scripts = (TEMPLATES.parent / "static").rglob("*.js")
    assert not any("paste" in script.read_text("utf-8") for script in scripts)


def test_the_log_says_who_was_refused_what(client: FlaskClient, wiring: Wiring, logged: StringIO) -> None:
    id = client.post(DOOR, json=RUDE).json["id"]
    vera = join(client.application.test_client(), wiring, "Vera", Role.VIEWER, site="demo")
    person = wiring.registry.person_named("Vera")
    assert person
    vera.post(f"/review/demo/{id}/decisions", data={"outcome": "spam", "version": "1", "csrf_token": token(vera)})
    vera.post(f"/review/demo/{id}/decisions", data={"outcome": "spam", "version": "1", "csrf_token": "guess"})
    vera.get("/review/-/security/")
    bearer = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.VIEWER, site='demo')}"}
    client.post(f"{DOOR}/{id}/decisions", json={"outcome": "spam"}, headers=bearer)
    client.get("/v1/sites/demo/queue", headers={"Authorization": "Bearer parley_x_y"})
    client.post(DOOR, json=RUDE, headers={"Origin": "https://evil.example"})
    client.get("/healthz")
    said = [(line.get("actor", ""), line.get("refused", "")) for line in lines(logged, "request")[-7:]]
    (robot,) = wiring.registry.tokens()
    assert said == [
        (person.id, "NotAllowed"),
        ("", "PageTooOld"),
        (person.id, "NotAllowed"),
        (robot.member.id, "NotAllowed"),
        ("", "NotSignedIn"),
        ("", "ForeignOrigin"),
        ("", ""),
    ]


def test_nothing_that_is_typed_makes_a_line_of_the_log_by_itself(wiring: Wiring, logged: StringIO) -> None:
    for sign in ("\n", "\r\n", "\u2028", '"}\n{"event": "', "\x1b[2J", "\x00"):
        wiring.security.note(SecurityEvent.INVITED, OPERATOR, about=f"a{sign}event")
    found = lines(logged, "security")
    assert len(found) == 6 == len(re.findall(r"[\r\n]+", logged.getvalue()))
    assert "\x1b" not in logged.getvalue()
    assert all(line["timestamp"].endswith("Z") and line["level"] == "info" for line in found)


def test_nobody_sets_what_is_not_theirs_to_set(client: FlaskClient, wiring: Wiring) -> None:
    claims = {"id": "c_mine", "outcome": "published", "version": 9, "badge": True, "is_moderator": True, "site": "news"}
    made = client.post(DOOR, json=RUDE | claims)
    assert (made.status_code, made.json["status"]) == (202, "held")
    found = wiring.queue.find("demo", made.json["id"])
    assert (found.id != "c_mine", found.version, found.site, found.outcome) == (True, 1, "demo", Outcome.HELD)
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.OWNER, site='demo')}"}
    url = {"url": "https://receiver.example.org/"}
    for path, body in (
        (f"{DOOR}/{found.id}/decisions", {"outcome": "published", "actor": "m_another"}),
        ("/v1/sites/demo/batches", {"comments": [], "outcome": "spam", "actor": "m_another"}),
        *(("/v1/sites/demo/endpoints", url | {name: "mine"}) for name in ("id", "secret", "site")),
    ):
        refused = client.post(path, json=body, headers=owner)
        assert (refused.status_code, refused.mimetype) == (422, "application/problem+json"), body
    assert wiring.queue.find("demo", found.id).version == 1
