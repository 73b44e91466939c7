"""What depends on who asks stays in no cache: by itself, whatever a view forgets. What all may have says so."""

from typing import Any

import pytest
from flask import Response
from flask.testing import FlaskClient

from service.processes.wiring import Wiring
from service.web import session as desk_session
from tests.routes import Routes

#: What all may have, and how long without asking.
PUBLIC = {
    "static": "no-cache",
    "embed.asset": "public, max-age=3600, stale-while-revalidate=86400",
    "embed.fragment": "no-cache",
    "embed.counts": "no-cache",
    "threads.list_comments": "no-cache",
    "threads.count_comments": "no-cache",
    "reference.page": "no-cache",
}


@pytest.fixture
def routes(client: FlaskClient, wiring: Wiring) -> Routes:
    return Routes.of(client, wiring)


def test_every_answer_that_is_not_for_all_stays_in_no_cache(routes: Routes, wiring: Wiring) -> None:
    desk = routes.sign_in(wiring)
    askers: dict[str, tuple[FlaskClient, dict[str, str]]] = {
        "stranger": (routes.client, {}),
        "program": (routes.client, routes.bearer),
        "author": (routes.client, {"Parley-Author-Token": routes.author_token}),
        "owner": (desk, {}),
    }
    wrong, seen = {}, set()
    for method in ("GET", "POST", "PUT", "PATCH"):
        for rule, path in routes.rules(method):
            for who, (client, known) in askers.items():
                with client.open(path, method=method, query_string=routes.query(rule), headers=known) as answer:
                    told = answer.headers.get("Cache-Control")
                    expected = {"no-store"}
                    if method == "GET" and rule.endpoint in PUBLIC and answer.status_code == 200:
                        seen.add(rule.endpoint)
                        expected = {PUBLIC[rule.endpoint]} if who in ("stranger", "owner") else {told, "no-store"}
                    if told not in expected:
                        wrong[f"{method} {path} {who}"] = told
    assert wrong == {}
    assert seen == set(PUBLIC)


def test_what_was_polled_stays_in_no_cache_either(routes: Routes, wiring: Wiring) -> None:
    asked: list[tuple[FlaskClient, str, dict[str, str]]] = [
        (routes.sign_in(wiring), "/review/demo/pulse", {}),
        (routes.client, f"/embed/v1/sites/demo/comments/{routes.held}", {"Parley-Author-Token": routes.author_token}),
    ]
    for client, path, headers in asked:
        first = client.get(path, headers=headers)
        again = client.get(path, headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "no-store")


@pytest.mark.parametrize("who", ["session", "program"])
def test_a_view_that_gives_too_much_to_all_is_corrected(client: FlaskClient, who: str, bearer: dict[str, str]) -> None:
    app: Any = client.application

    def view() -> Response:
        if who == "session":
            desk_session.csrf_token()
        return Response("private", headers={"Cache-Control": "public, max-age=60"})

    app.view_functions["health.healthz"] = view
    answer = client.get("/healthz", headers=bearer if who == "program" else {})
    assert (answer.text, answer.headers["Cache-Control"]) == ("private", "no-store")
