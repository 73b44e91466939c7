"""While a decision can be undone, what is public is what it was before; nothing that a stranger may ask tells of it."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.processes.wiring import Wiring
from service.store.keys import SiteKeys
from tests.web.test_api import DOOR, SAFE
from tests.windows import end_window

EMBED = "/embed/v1/sites/demo"
PAGE = "http://localhost/demo"
#: Routes for everyone that show nothing of a comment.
OTHERS = {
    "static", "pages.index", "embed.asset", "health.healthz", "health.readyz", "health.page", "reference.page",
    "openapi.spec", "desk.sign_in", "webhooks.get_catalogue",
}  # fmt: skip
#: Each outcome after each other.
EVERY = ("published", "escalated", "rejected", "spam", "rejected", "published", "spam", "escalated", "published")

Answer = tuple[int, str, dict[str, str]]


class Public:
    """A thread on the demo's page, and everything that anyone may ask about it and its comments."""

    def __init__(self, client: FlaskClient, wiring: Wiring, bearer: Mapping[str, str]) -> None:
        self.client, self.wiring, self.bearer = client, wiring, bearer
        self.tokens: dict[str, str] = {}
        self.asked: set[str] = set()

    def post(self, body: str, **fields: str) -> str:
        """Post a comment and return its id."""
        made = self.client.post(DOOR, json={**SAFE, "thread_url": PAGE, "body": body, **fields}).json
        self.tokens[made["id"]] = made["token"]
        return str(made["id"])

    def decide(self, id: str, outcome: str, *, undo_seconds: int = 60) -> int:
        said = {"outcome": outcome, "public_reason": "Said to the author.", "undo_seconds": undo_seconds}
        made = self.client.post(f"{DOOR}/{id}/decisions", json=said, headers=self.bearer)
        assert made.status_code == 201
        return int(made.json["version"])

    def undo(self, id: str, version: int) -> None:
        assert self.client.post(f"{DOOR}/{id}/undo", json={"version": version}, headers=self.bearer).status_code == 201

    def answers(self, id: str) -> dict[str, Answer]:
        """Return what each way of asking about the comment *id* and its thread is answered."""
        thread, author = {"thread_url": PAGE}, {"Parley-Author-Token": self.tokens[id]}
        found = {}
        for query in ({"sort": "newest"}, {"sort": "replies"}, {"at": id}, {"reply": id}):
            found |= self._of(f"{EMBED}/thread", thread | query)
        found |= self._of(f"{EMBED}/page", thread | {"at": id, "reply": id})
        for path in (DOOR, "/v1/sites/demo/counts", f"{EMBED}/counts"):
            found |= self._of(path, thread)
        for query in ({}, {"fragment": "1"}):
            found |= self._of(f"{EMBED}/comments/{id}/report", query)
        self.wiring.connection.do("DEL", SiteKeys("demo").pace(f"reads {id}"))
        found |= self._of(f"{EMBED}/comments/{id}", {}, author) | self._of(f"{DOOR}/{id}", {}, author)
        return found | self._of("/demo", {})

    def _of(self, path: str, query: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Answer]:
        answer = self.client.get(path, query_string=query, headers=headers)
        adapter = self.client.application.url_map.bind("localhost")
        self.asked.add(adapter.match(path)[0])
        # What is new in each answer, whatever happened.
        text = re.sub(r'(name="(?:idempotency_key|shown_at)" value=)"[^"]*"', r"\1", answer.text)
        kept = {name: value for name, value in answer.headers if name not in ("X-Request-ID", "Date")}
        return {f"{path}?{query}": (answer.status_code, text, kept)}


@pytest.fixture
def public(client: FlaskClient, wiring: Wiring, bearer: dict[str, str]) -> Public:
    return Public(client, wiring, bearer)


def test_no_way_of_asking_tells_of_a_decision_before_its_window_has_ended(public: Public, wiring: Wiring) -> None:
    quiet = public.post("A conversation with one reply.")
    public.post("One more about the tram.")
    busy = public.post("A conversation with two replies.")
    public.post("A first reply.", parent_id=busy)
    subjects = {
        "a reply": public.post("A second reply about the night tram.", parent_id=busy),
        "the only reply": public.post("Something on the harbour line.", parent_id=quiet),
        "a conversation": public.post("A conversation of its own."),
        "the pinned one": public.post("What everyone should read first."),
    }
    pinned = {"thread_url": PAGE, "pinned": subjects["the pinned one"]}
    assert public.client.put("/v1/sites/demo/threads", json=pinned, headers=public.bearer).status_code == 200
    for what, id in subjects.items():
        stood, before = "published", public.answers(id)
        for outcome in EVERY if what == "a reply" else ("rejected", "published"):
            version = public.decide(id, outcome)
            assert public.answers(id) == before, (what, stood, outcome)
            public.undo(id, version)
            assert public.answers(id) == before, (what, stood, outcome, "undone")
            public.decide(id, outcome)
            end_window(wiring.connection, "demo", id)
            after = public.answers(id)
            now = stood if outcome == "escalated" else outcome
            alike = {name for name in before if before[name] == after[name]}
            if (stood == "published") != (now == "published"):
                assert not alike, (what, stood, outcome)
            assert after[f"{EMBED}/comments/{id}/report?{{}}"][0] == (200 if now == "published" else 404)
            stood, before = now, after


def test_every_route_that_a_stranger_may_ask_is_asked(public: Public) -> None:
    id = public.post("A fine article about the tram.")
    public.answers(id)
    for rule in public.client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in public.asked | OTHERS:
            continue
        path = rule.rule.replace("<site>", "demo").replace("<id>", id)
        path = re.sub(r"<[^>]*>", "x", path)
        assert public.client.get(path).status_code in (303, 308, 401, 404, 410), rule


def test_a_batch_tells_no_more(public: Public, wiring: Wiring) -> None:
    ids = [public.post(f"Number {n} about the tram.") for n in range(3)]
    before = public.answers(ids[1])
    picked = {"comments": [{"id": id, "version": 1} for id in ids], "outcome": "rejected"}
    batch = public.client.post("/v1/sites/demo/batches", json=picked, headers=public.bearer)
    assert batch.json["state"] == "done"
    assert public.answers(ids[1]) == before
    for id in ids:
        end_window(wiring.connection, "demo", id)
    after = public.answers(ids[1])
    assert all(after[name] != before[name] for name in before)


def test_who_decides_again_within_the_window_tells_of_neither(public: Public, wiring: Wiring) -> None:
    id = public.post("A fine article about the tram.")
    for stood, first, second in (("published", "rejected", "spam"), ("published", "rejected", "published")):
        before = public.answers(id)
        public.decide(id, first)
        version = public.decide(id, second)
        assert public.answers(id) == before
        public.undo(id, version)
        public.decide(id, stood, undo_seconds=0)
    public.decide(id, "rejected", undo_seconds=0)
    before = public.answers(id)
    public.decide(id, "published")
    public.decide(id, "spam")
    assert public.answers(id) == before
    end_window(wiring.connection, "demo", id)
    assert public.answers(id)[f"{EMBED}/comments/{id}/report?{{}}"][0] == 404


def reply(public: Public, parent: str, body: str) -> int:
    return public.client.post(DOOR, json={**SAFE, "thread_url": PAGE, "body": body, "parent_id": parent}).status_code


def test_readers_reply_to_what_they_see(public: Public, wiring: Wiring) -> None:
    id = public.post("A fine article about the tram.")
    public.decide(id, "rejected")
    assert reply(public, id, "I think so too, about the tram.") == 201
    end_window(wiring.connection, "demo", id)
    assert reply(public, id, "Me too, and the harbour line.") == 422
    public.decide(id, "published")
    assert reply(public, id, "The harbour line is fine.") == 422
    end_window(wiring.connection, "demo", id)
    assert reply(public, id, "The harbour line is very fine.") == 201


def test_readers_report_what_they_see_and_an_undo_finds_the_report(public: Public, wiring: Wiring) -> None:
    keys, id = SiteKeys("demo"), public.post("A fine article about the tram.")

    def report(network: str) -> int:
        said = {"complaint": "abuse"}
        at = {"REMOTE_ADDR": network}
        return public.client.post(f"{EMBED}/comments/{id}/report", data=said, environ_overrides=at).status_code

    version = public.decide(id, "rejected")
    assert report("198.51.100.1") == 200
    assert wiring.connection.do("ZSCORE", keys.reported, id) is None
    public.undo(id, version)
    assert wiring.connection.do("ZSCORE", keys.reported, id) == 1
    events = wiring.connection.do("XRANGE", keys.outbox, "-", "+")
    told = [wiring.connection.do("HMGET", keys.event(fields["event"]), "type", "data") for _, fields in events]
    assert ['"outcome": "published"' in data for kind, data in told if kind == "comment.reported"] == [True]
    public.decide(id, "rejected", undo_seconds=0)
    public.decide(id, "published")
    assert report("198.51.100.2") == 404


def test_an_approval_makes_no_known_author_before_its_window_has_ended(public: Public, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"hold_newcomers": "true"})
    key: dict[str, Any] = {"author_key": "k" * 32}

    def status(body: str) -> int:
        return public.client.post(DOOR, json={**SAFE, **key, "thread_url": PAGE, "body": body}).status_code

    id = public.post("A first one on the tram.", **key)
    public.decide(id, "published")
    assert status("A second one on the tram.") == 202
    end_window(wiring.connection, "demo", id)
    assert status("A third one on the tram.") == 201
    version = public.decide(id, "rejected")
    assert status("A fourth one on the tram.") == 201
    public.undo(id, version)
    assert wiring.connection.do("ZCARD", SiteKeys("demo").unsettled(_known_as(wiring, id))) == 0


def _known_as(wiring: Wiring, id: str) -> str:
    return str(wiring.connection.do("HGET", SiteKeys("demo").comment(id), "known_as"))


def test_what_a_moderator_answers_shows_with_what_it_answers(public: Public, wiring: Wiring) -> None:
    id = public.post("A fine article about the tram.")
    public.decide(id, "rejected", undo_seconds=0)
    before = public.answers(id)
    public.decide(id, "published")
    said = public.client.post(f"{DOOR}/{id}/reply", json={"body": "Thank you."}, headers=public.bearer)
    assert said.status_code == 201
    assert public.answers(id) == before
    keys = SiteKeys("demo")
    event, ends = wiring.connection.do("HMGET", keys.comment(said.json["id"]), "event", "undo_until")
    assert wiring.connection.do("HGET", keys.event(event), "not_before") == ends
    for each in (id, said.json["id"]):
        end_window(wiring.connection, "demo", each)
    page = public.client.get(f"{EMBED}/thread", query_string={"thread_url": PAGE}).text
    assert "A fine article" in page and "Thank you." in page
