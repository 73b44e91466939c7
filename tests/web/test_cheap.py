"""What is refused, or only looked at, costs next to nothing, whatever it is filled with, and is answered shortly."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient

from service.core.errors import LONGEST_TOLD, MOST_FAULTS
from service.core.people import Role
from service.core.thread import LONGEST_URL
from service.processes.web_server import LONGEST_HEAD
from service.processes.wiring import Wiring
from service.web.authority import Door
from service.web.payloads import LONGEST_PATH, MOST_ASKED, MOST_KEYS
from service.web.shown import HIDDEN, LONGEST
from tests.costs import BOUND_OF_LOOK, is_within
from tests.nasty import URL_FRONTS, URL_UNITS, repeated
from tests.web.test_api import DOOR, SAFE
from tests.web.test_authority import NOWHERE, routes
from tests.web.test_desk import join, token
from tests.web.test_pages import BROWSER

EMBED = "/embed/v1/sites/demo"
MULTIPART = "multipart/form-data; boundary=b"

#: Longer than any answer to what is refused.
SHORT = 20_000


def urls() -> Iterator[str]:
    for unit, front in product(URL_UNITS, URL_FRONTS):
        yield (front + repeated(unit, LONGEST_URL))[:LONGEST_URL]


def part(name: str, value: str) -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'.encode()


def test_a_look_at_a_thread_costs_little_whatever_names_it(client: FlaskClient) -> None:
    looks: dict[str, Callable[[str], Any]] = {
        path: lambda url, path=path: client.get(path, query_string={"thread_url": url})  # type: ignore[misc]
        for path in (f"{EMBED}/thread", f"{EMBED}/page", DOOR)
    }
    looks["the desk"] = lambda url: client.get(f"/review/demo?words={quote(url)}")
    looks["the door of the desk"] = lambda url: client.get("/review/sign-in", query_string={"next": url[17:]})
    for url, (name, look) in product(urls(), looks.items()):
        assert is_within(look, url, BOUND_OF_LOOK), (name, url[:60])


def test_a_hundred_threads_are_counted_as_fast_whatever_names_them(client: FlaskClient) -> None:
    def count(url: str) -> Any:
        # No head of a request is longer.
        part = unquote(quote(url, safe="/:?=;")[: LONGEST_HEAD // 100 - 20], errors="ignore")
        named = [("thread_url", f"{part}{n}") for n in range(100)]
        return client.get(f"{EMBED}/counts", query_string=named)

    # A look at each in Redis is most of it.
    usual = "https://a.example/an/article/of/the/day"
    for url in (usual, *list(urls())[::5]):
        assert is_within(count, url, 4 * BOUND_OF_LOOK), url[:60]


def test_a_comment_that_comes_too_soon_is_refused_before_its_page_is_read_twice(
    client: FlaskClient, wiring: Wiring
) -> None:
    wiring.sites.change("demo", {"comments_per_minute": "0.1", "comments_burst": "1"})
    client.post(DOOR, json=SAFE)

    def post(url: str) -> None:
        assert client.post(DOOR, json=SAFE | {"thread_url": url}).status_code in (422, 429)

    def post_form(url: str) -> None:
        answer = client.post(DOOR, data=SAFE | {"thread_url": url}, headers=BROWSER)
        assert answer.status_code in (422, 429)
        assert len(answer.data) < SHORT

    for url, work in product(urls(), (post, post_form)):
        assert is_within(work, url, BOUND_OF_LOOK), url[:60]


def test_a_form_comes_back_without_what_is_too_long_to_be_its_own(client: FlaskClient) -> None:
    fields = [*HIDDEN, "shown_at", "idempotency_key", "invented"]
    for path, name, unit in product((DOOR, f"{EMBED}/comments"), fields, ("a@b.co ", "at。_at.")):

        def post(unit: str, path: str = path, name: str = name) -> None:
            sent = part(name, repeated(unit, 300_000))
            answer = client.post(path, data=sent, content_type=MULTIPART, headers=BROWSER)
            assert answer.status_code == 422
            assert len(answer.data) < SHORT

        assert is_within(post, unit, BOUND_OF_LOOK), (path, name)


def test_the_heads_of_a_multipart_forms_fields_are_as_short_as_names(client: FlaskClient) -> None:
    begin = b"--b\r\nContent-Disposition: form-data"
    for said in (b"A: b\r\n" * 150_000, b'; name="' + b"a" * 900_000 + b'"', b"; a*0=b" * 100_000):
        for path in (DOOR, f"{EMBED}/comments", "/review/sign-in"):

            def post(unit: str, path: str = path, said: bytes = said) -> None:
                answer = client.post(path, data=begin + said + b"\r\n\r\nx\r\n--b--", content_type=unit)
                assert answer.status_code == 413

            assert is_within(post, MULTIPART, BOUND_OF_LOOK), (path, said[:9])


def test_a_hidden_field_that_is_cut_would_name_something_else_and_is_left_out(client: FlaskClient) -> None:
    long = {"thread_url": f"{SAFE['thread_url']}?{'x' * LONGEST_URL}", "parent_id": "c" * 41, "lang": "de-" * 20}
    again = client.post(DOOR, data=SAFE | long, headers=BROWSER).text
    assert "xxx" not in again and "ccc" not in again and "de-de" not in again
    assert SAFE["body"] in again


def test_what_somebody_typed_too_long_comes_back_to_be_shortened(client: FlaskClient) -> None:
    typed = SAFE | {"body": "A word. " * 10_000, "name": "Ana " * 100}
    again = client.post(DOOR, data=typed, headers=BROWSER)
    assert again.status_code == 422
    assert typed["body"].strip() in again.text
    for name in ("body", "name", "email", "website"):
        assert f'maxlength="{LONGEST[name]}"' in again.text


def test_faults_are_told_up_to_a_bound_and_each_shortly(client: FlaskClient, bearer: dict[str, str]) -> None:
    names = [f"**a{n}@b*x*.co [x](https://a@b.c)" * 40 for n in range(MOST_KEYS)]
    answer = client.post("/v1/sites/demo/batches", json=dict.fromkeys(names, 1), headers=bearer)
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == MOST_FAULTS
    assert all(len(fault["field"]) <= LONGEST_TOLD for fault in answer.json["errors"])
    assert answer.json["detail"].endswith(f"There are {MOST_KEYS + 1 - MOST_FAULTS} faults more.")
    assert len(answer.data) < SHORT


def test_too_many_fields_are_not_even_listed(client: FlaskClient, bearer: dict[str, str]) -> None:
    def post(unit: str) -> None:
        said = dict.fromkeys((f"{unit}{n}" for n in range(10_000)), 1)
        for document in (said, {"comments": [said]}):
            answer = client.post("/v1/sites/demo/batches", json=document, headers=bearer)
            assert (answer.status_code, len(answer.data) < SHORT) == (400, True)
            assert f"{MOST_KEYS} at most" in answer.json["detail"]

    assert is_within(post, "**a@b*x*.co ", 4 * BOUND_OF_LOOK)
    picks = {"comments": [{} for _ in range(10_000)], "outcome": "spam"}
    answer = client.post("/v1/sites/demo/batches", json=picks, headers=bearer)
    assert (answer.status_code, len(answer.json["errors"])) == (422, 2)
    asked = "&".join(f"a{n}=1" for n in range(MOST_ASKED + 1))
    for path in (DOOR, f"{EMBED}/thread", "/review/demo", "/demo"):
        assert client.get(f"{path}?{asked}").status_code == 400


@pytest.mark.parametrize("type", ["application/json", "text/plain", "", "application/x-www-form-urlencoded"])
def test_json_is_read_within_its_bounds_whatever_it_calls_itself(
    client: FlaskClient, bearer: dict[str, str], type: str
) -> None:
    client.application.testing = False
    for said in (b"[" * 40_000 + b"]" * 40_000, b'{"a":' * 30_000 + b"1" + b"}" * 30_000, b"[" * 900_000):
        answer = client.post("/v1/sites/demo/batches", data=said, content_type=type, headers=bearer)
        assert answer.status_code == 400


def test_a_program_that_nobody_knows_is_refused_before_its_body_is_read(client: FlaskClient) -> None:
    deep = b"[" * 500_000
    for route in routes(client.application):
        if route.asked.door is Door.API and route.method != "GET" and not route.asked.unless:

            def send(said: str, route: Any = route) -> None:
                path, as_json = route.path(NOWHERE), {"Content-Type": "application/json"}
                answer = client.open(path, method=route.method, data=said, headers=as_json)
                assert answer.status_code == 401

            assert is_within(send, deep.decode(), BOUND_OF_LOOK), route


def test_paths_are_repeated_shortly_or_not_at_all(client: FlaskClient, wiring: Wiring, bearer: dict[str, str]) -> None:
    desk = join(client.application.test_client(), wiring, "Olga", Role.OWNER)
    for route, length in product(routes(client.application), (300, LONGEST_PATH - 100, 4000)):

        def ask(unit: str, route: Any = route, length: int = length) -> None:
            names = dict.fromkeys((*NOWHERE, "handle"), repeated(unit, length))
            path = route.path(names)
            for asker, method in ((client, route.method), (client, "PURGE"), (desk, "GET")):
                answer = asker.open(f"{path}?{unit * 900}", method=method, headers=bearer)
                assert answer.status_code in (200, 303, 308, 400, 401, 403, 404, 410, 405, 415, 422), path[:80]
                if answer.status_code >= 300:
                    assert len(answer.data) < SHORT and len(answer.headers.get("Location", "")) <= 2 * LONGEST_URL + 100

        assert is_within(ask, "*a@b.c", 3 * BOUND_OF_LOOK), (route, length)


def test_a_form_is_not_carried_for_somebody_whom_nobody_knows(client: FlaskClient) -> None:
    client.set_cookie("parley_session", f"m_{'0' * 26}.{'x' * 43}")
    fields = {"csrf_token": token_of(client), "note": "at。_at." * 12_000}

    def post(path: str) -> None:
        answer = client.post(path, data=fields | {"again_path": "/review/demo/c_1/decisions", "again_as": "m_1"})
        assert answer.status_code in (401, 422)
        assert len(answer.data) < SHORT

    assert is_within(post, "/review/demo/c_1/decisions", BOUND_OF_LOOK)


def token_of(client: FlaskClient) -> str:
    return str(client.get("/review/sign-in", headers={"Accept": "application/json"}).json["csrf_token"])


def test_the_desks_own_forms_come_back_shortly(client: FlaskClient, wiring: Wiring) -> None:
    desk = join(client, wiring, "Olga", Role.OWNER)
    fields = {"csrf_token": token(desk), "outcome": "spam", "pick": f"c_{'0' * 26} 1", "scope": ""}
    forms = {
        "/review/demo/batches/": ("note", "public_reason", "back", "invented"),
        "/review/demo/webhooks/": ("url", "description", "headers", "per_minute", "payload", "invented"),
        "/review/-/account/resets": ("name",),
    }
    for path, name in ((path, name) for path, names in forms.items() for name in names):

        def post(unit: str, path: str = path, name: str = name) -> None:
            answer = desk.post(path, data=fields | {name: repeated(unit, 100_000)})
            assert answer.status_code in (200, 422)
            assert len(answer.data) < 3 * SHORT

        assert is_within(post, "a@b.c: at。_at.\n", 5 * BOUND_OF_LOOK), (path, name)
