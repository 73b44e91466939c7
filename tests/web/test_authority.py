"""Who may ask for what: every route × every kind of visitor × what is theirs, another site's, or nowhere."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service.core.endpoint import EndpointChange
from service.core.people import OPERATOR, Role
from service.processes.wiring import Wiring
from service.web import authority
from service.web.authority import Asked, Door
from tests.web.test_api import RUDE, SAFE
from tests.web.test_desk import join
from tests.web.test_pages import hidden

#: What programs send to a route that takes a body; whoever adds a route adds its own.
BODIES: dict[str, dict[str, Any]] = {
    "batches.post_batch": {"comments": [{"id": "{id}", "version": 1}], "outcome": "spam"},
    "casework.post_lift": {"begin": 0, "version": 1, "reason": "Wrong."},
    "casework.post_note": {"text": "Known."},
    "casework.post_redact": {"begin": 0, "end": 3, "version": 1},
    "casework.post_reply": {"body": "Thank you."},
    "casework.post_reveal": {"reason": "Asked for."},
    "casework.put_mark": {"mark": "mute"},
    "queue.post_decision": {"outcome": "published"},
    "queue.post_give_back": {"lease": "lease_x"},
    "queue.post_next": {},
    "queue.post_undo": {"version": 1},
    "queue.put_thread": {"thread_url": "https://demo.example.org/", "closed": True},
    "webhooks.patch_endpoint": {"description": "Ours."},
    "webhooks.post_endpoint": {"url": "https://receiver.example.org/"},
    "webhooks.post_replay": {"what": "all"},
}

#: What a form of the desk may say, to any of its routes.
FORM = {
    "outcome": "published",
    "version": "1",
    "words": "stupid",
    "why": "So.",
    "note": "So.",
    "begin": "0",
    "mark": "mute",
    "act": "close",
    "body": "Thank you.",
    "pick": "{id} 1",
    "confirmed": "1",
    "lease": "lease_x",
    "url": "https://receiver.example.org/",
    "events": "comment.held",
}

NOWHERE = {
    "site": "nowhere",
    "comment": "c_01nowhere",
    "endpoint": "ep_nowhere",
    "batch": "batch_nowhere",
    "identity": "f" * 32,
    "event": "evt_nowhere",
    "secret": "none-such",
    "handle": "none-such",
    "name": "none-such",
    "filename": "none-such",
}

Objects = dict[str, str]


def objects(client: FlaskClient, wiring: Wiring, site: str) -> Objects:
    """Return what a site has of each kind, by kind: of what waits, so that nobody outside may know of it."""
    door = f"/v1/sites/{site}/comments"
    page = {"thread_url": f"https://{site}.example.org/"} if site != "demo" else {}
    endpoint, _ = wiring.webhooks.add(
        site, EndpointChange.parse({"url": "https://receiver.example.org/"}), member=OPERATOR
    )
    comment, other = (
        client.post(door, json=RUDE | page | {"body": f"You stupid idiot, you moron. {n}"}).json["id"] for n in range(2)
    )
    found = wiring.queue.find(site, comment)
    bearer = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.MODERATOR, site=site)}"}
    picks = {"comments": [{"id": other, "version": 1}], "outcome": "rejected"}
    batch = client.post(f"/v1/sites/{site}/batches", json=picks, headers=bearer).json["id"]
    return NOWHERE | {
        "site": site,
        "comment": comment,
        "endpoint": endpoint.id,
        "batch": batch,
        "identity": found.author.identity,
        "event": found.event,
    }


@dataclass
class House:
    """Two sites with the same things in each, and whoever may come."""

    client: FlaskClient
    wiring: Wiring
    here: Objects
    elsewhere: Objects
    _people: dict[tuple[str, str], FlaskClient] = field(default_factory=dict)
    _robots: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _tokens: dict[FlaskClient, str] = field(default_factory=dict)

    def at_desk(self, role: Role, site: str) -> FlaskClient:
        """Return a client that sits at the desk with *role* on *site*."""
        if (role, site) not in self._people:
            client = self.client.application.test_client()
            self._people[role, site] = join(client, self.wiring, f"{role} of {site}", role, site=site)
            self.token_of(client)
        return self._people[role, site]

    def token_of(self, client: FlaskClient) -> str:
        """Return the token that the forms carry which *client* gets."""
        if client not in self._tokens:
            self._tokens[client] = hidden(client.get("/review/", follow_redirects=True).text).get("csrf_token", "")
        return self._tokens[client]

    def headers(self, role: Role, site: str) -> dict[str, str]:
        """Return what a program with *role* on *site* sends."""
        if (role, site) not in self._robots:
            token = self.wiring.access.add_token("Robot", role, site=site)
            # Its first use of the minute is noted.
            self.wiring.access.bearer(token)
            self._robots[role, site] = {"Authorization": f"Bearer {token}"}
        return self._robots[role, site]

    def commands(self) -> int:
        """Return how many commands Redis has been sent, beside this one."""
        return int(self.wiring.connection.do("INFO", "stats")["total_commands_processed"])


@pytest.fixture
def house(client: FlaskClient, wiring: Wiring) -> House:
    wiring.sites.add("news", origins=("https://news.example.org",))
    wiring.sites.change("news", {"comments_per_minute": "6000", "comments_burst": "6000"})
    # The app's own pages and caches are warm, so that whatever is counted is asked each time.
    client.get("/v1/sites/demo/comments?thread_url=http://localhost/demo")
    return House(client, wiring, objects(client, wiring, "demo"), objects(client, wiring, "news"))


@dataclass(frozen=True)
class Route:
    """A route with one of its methods."""

    endpoint: str
    method: str
    rule: Rule
    asked: Asked

    def path(self, objects: Objects) -> str:
        kind = "endpoint" if "webhook" in self.endpoint else "batch" if "batches/<id>" in self.rule.rule else "comment"
        named = objects | {"id": objects[kind]}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: named[found[1]], self.rule.rule)


def routes(app: Flask) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(rule.endpoint, method, rule, authority.asked_by(app.view_functions[rule.endpoint]))


Answer = tuple[int, str, tuple[tuple[str, str], ...], int]


def ask(
    house: House, client: FlaskClient, route: Route, objects: Objects, *, headers: dict[str, str] | None = None
) -> Answer:
    """Return status, body, headers, and what Redis was asked; names of what is asked for are left out of them."""
    said: dict[str, Any] = {}
    if route.asked.door is Door.API and route.method != "GET" and route.endpoint in BODIES:
        said = {"json": filled(BODIES[route.endpoint], objects["comment"])}
    elif route.method != "GET":
        said = {"data": filled(FORM, objects["comment"]) | {"csrf_token": house.token_of(client)}}
    before = house.commands()
    answer = client.open(route.path(objects), method=route.method, headers=headers, **said)
    asked = house.commands() - before
    kept = [(name, value) for name, value in answer.headers if name not in ("Date", "X-Request-ID", "Content-Length")]
    lines = tuple(sorted((name, anonymous(value, objects)) for name, value in kept))
    return answer.status_code, anonymous(answer.text, objects), lines, asked


def filled(body: Any, id: str) -> Any:
    if isinstance(body, dict):
        return {name: filled(value, id) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(each, id) for each in body]
    return body.replace("{id}", id) if isinstance(body, str) else body


def anonymous(text: str, objects: Objects) -> str:
    text = text.replace("\\u201c", "“")
    for kind, name in objects.items():
        text = re.sub(rf"\b{re.escape(name)}\b", "[site]", text) if kind == "site" else text.replace(name, "[id]")
    return re.sub(r'(csrf_token" value=")[^"]*|(parley_session=).*|(name this request: <code>)\w*', r"\1\2\3", text)


def visitors(house: House, door: Door) -> dict[str, tuple[Role | None, str, Callable[[], Any]]]:
    """Return the kinds of visitors of a door: role, site, and how they come."""
    kinds: list[tuple[Role | None, str]] = [(role, "demo") for role in Role if role is not Role.OWNER]
    kinds += [(Role.OWNER, "*" if door is Door.DESK else "demo")]
    client = house.client.application.test_client

    def of(role: Role, site: str) -> Callable[[], Any]:
        if door is Door.DESK:
            return lambda: (house.at_desk(role, site), {})
        headers = house.headers(role, site)
        return lambda: (client(), headers)

    return {
        "anonymous": (None, "", lambda: (client(), {})),
        **{str(role): (role, site, of(role, site)) for role, site in kinds if role},
    }


def test_a_route_that_does_not_say_who_may_ask_does_not_start() -> None:
    def start(path: str, says: Callable[..., Any]) -> None:
        app = Flask("x")
        app.add_url_rule("/openapi.json", "openapi.spec", lambda: "")
        app.add_url_rule(path, "view", says(lambda **_: ""))
        authority.register(app)

    for path, says in (
        ("/<site>", lambda view: view),
        ("/<site>", authority.signed_in),
    ):
        with pytest.raises(TypeError, match=re.escape(path)):
            start(path, says)
    start("/<site>", authority.by_token(Role.OWNER))


def test_every_route_that_takes_json_is_tried_with_some(client: FlaskClient) -> None:
    spec = client.get("/openapi.json").json
    takes = [
        f"{method} {path}"
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation and operation.get("security")
    ]
    assert len(takes) == len(BODIES), takes


@pytest.mark.parametrize("door", [Door.DESK, Door.API])
def test_another_sites_things_answer_as_what_is_nowhere(house: House, door: Door) -> None:
    for route in routes(house.client.application):
        if route.asked.door is not door or "site" not in route.rule.arguments:
            continue
        for kind, (role, site, come) in visitors(house, door).items():
            client, headers = come()
            if site == "*":
                continue
            foreign, absent = (
                ask(house, client, route, objects, headers=headers) for objects in (house.elsewhere, NOWHERE)
            )
            assert foreign == absent, (route, kind)
            assert foreign[0] in ((404,) if role else (303, 401)), (route, kind, foreign)
            if route.rule.arguments == {"site"}:
                continue
            mixed, none = {**house.elsewhere, "site": "demo"}, {**NOWHERE, "site": "demo"}
            # The first time a script is sent to Redis, from then on it is named.
            ask(house, client, route, none, headers=headers)
            there, nowhere = (ask(house, client, route, objects, headers=headers) for objects in (mixed, none))
            assert there == nowhere, (route, kind)


@pytest.mark.parametrize("door", [Door.DESK, Door.API])
def test_a_role_that_does_not_suffice_learns_nothing(house: House, door: Door) -> None:
    ranks = list(Role)
    for route, (kind, (role, _, come)) in product(routes(house.client.application), visitors(house, door).items()):
        if route.asked.door is not door or route.asked.role is None or role is None:
            continue
        if ranks.index(role) >= ranks.index(route.asked.role):
            continue
        client, headers = come()
        there = ask(house, client, route, house.here, headers=headers)
        assert there[0] == 403, (route, kind)
        assert there == ask(house, client, route, {**NOWHERE, "site": "demo"}, headers=headers), (route, kind)


def test_no_form_of_the_desk_is_taken_without_its_token(house: House) -> None:
    client = house.at_desk(Role.OWNER, "*")
    for route in routes(house.client.application):
        if route.asked.door in (Door.DESK, Door.ENTRANCE) and route.method != "GET":
            for data in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 43}):
                assert client.open(route.path(house.here), method=route.method, data=data).status_code == 403, route
            crossed = {"Sec-Fetch-Site": "cross-site"}
            sent = {"csrf_token": house.token_of(client)}
            answer = client.open(route.path(house.here), method=route.method, data=sent, headers=crossed)
            assert answer.status_code == 403, route


def test_no_route_takes_the_name_of_all_sites_for_a_site(house: House) -> None:
    client = house.at_desk(Role.OWNER, "*")
    for route in routes(house.client.application):
        if route.asked.door is Door.DESK and "site" in route.rule.arguments:
            assert ask(house, client, route, {**house.here, "site": "*"})[0] == 404, route


def test_what_waits_answers_everybody_as_what_is_nowhere(house: House) -> None:
    client = house.client.application.test_client()
    for route in routes(house.client.application):
        if route.asked.door is Door.OPEN and {"site", "id"} <= route.rule.arguments:
            held, absent = (ask(house, client, route, objects) for objects in (house.here, {**NOWHERE, "site": "demo"}))
            assert held[:3] == absent[:3], route
    thread = {"thread_url": SAFE["thread_url"]}
    for name, path in product(("reply", "at", "cursor"), ("thread", "page")):
        pages = [
            client.get(f"/embed/v1/sites/demo/{path}", query_string=thread | {name: id}).text
            for id in (house.here["comment"], NOWHERE["comment"])
        ]
        assert blank(pages[0], house) == blank(pages[1], house), (name, path)


def blank(page: str, house: House) -> str:
    page = page.replace(house.here["comment"], "[id]").replace(NOWHERE["comment"], "[id]")
    return re.sub(r'(name="(?:shown_at|idempotency_key)" value="|etag="?)[^"]*', r"\1", page)
