"""Whatever is sent to the desk and to its API is answered, never with a fault of ours."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring
from tests.web.test_desk import SCRIPT, join, post, token

LISTS = ("/review/demo", "/review/", "/review/demo/pulse", "/review/-/pulse")
QUERY = (
    "list",
    "sort",
    "reason",
    "author",
    "page",
    "words",
    "cursor",
    "since",
    "limit",
    "comment",
    "author_of",
    "thread_url",
)
FIELDS = (
    "outcome",
    "rule",
    "note",
    "version",
    "lease",
    "words",
    "why",
    "begin",
    "act",
    "body",
    "mark",
    "pick",
    "scope",
    "until",
)


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


NASTY = [
    *("", "-1", "1e999", "nan", "٣", "²", "\x00", "c_x 1"),
    *("9" * 400, "-" + "9" * 400, "9" * 5000, "x" * 3000),
    *(cursor(f"{score} c_x") for score in ("nan", "inf", "-inf", "1e999")),
]


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    client.application.testing = False
    return join(client, wiring, "Olga", Role.OWNER)


@pytest.mark.parametrize("nasty", NASTY, ids=lambda text: repr(text[:12]))
def test_nothing_that_is_sent_is_too_much(desk: FlaskClient, wiring: Wiring, nasty: str) -> None:
    id = post(desk, "You stupid idiot, you moron.")
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.OWNER, site='demo')}"}
    author = wiring.queue.find("demo", id).author.identity
    answers = [*asked(desk, nasty, author, owner), *sent(desk, nasty, id, author), *called(desk, nasty, id, owner)]
    assert {answer.status_code for answer in answers} <= {200, 201, 202, 204, 303, 304, 400, 403, 404, 409, 422, 429}


def asked(desk: FlaskClient, nasty: str, author: str, owner: dict[str, str]) -> Iterator[Any]:
    pages = (*LISTS, f"/review/demo/authors/{author}")
    calls = ("queue", "log", "batches", f"authors/{author}")
    for name in QUERY:
        yield from (desk.get(page, query_string={name: nasty}, headers=SCRIPT) for page in pages)
        yield from (desk.get(f"/v1/sites/demo/{call}", query_string={name: nasty}, headers=owner) for call in calls)


def sent(desk: FlaskClient, nasty: str, id: str, author: str) -> Iterator[Any]:
    acts = ("decisions", "undo", "lease", "give-back", "redact", "lift", "reveal", "reply", "thread")
    paths = [f"/review/demo/{id}/{act}" for act in acts]
    paths += [f"/review/demo/authors/{author}/{act}" for act in ("notes", "mark")]
    usual = {"csrf_token": token(desk), "outcome": "published", "version": "99", "why": "x", "confirmed": "1"}
    for name in FIELDS:
        yield from (desk.post(path, data=usual | {name: nasty}, headers=SCRIPT) for path in paths)
        yield desk.post("/review/demo/batches/", data=usual | {"scope": "all", name: nasty}, headers=SCRIPT)


def called(desk: FlaskClient, nasty: str, id: str, owner: dict[str, str]) -> Iterator[Any]:
    huge = 10**30
    bodies = {
        f"comments/{id}/decisions": {"outcome": "published", "version": huge, "lease": nasty},
        f"comments/{id}/give-back": {"lease": nasty},
        f"comments/{id}/redact": {"begin": 0, "end": huge, "version": huge},
        f"comments/{id}/lift": {"begin": huge, "version": 1, "reason": nasty},
        f"comments/{id}/reply": {"body": nasty},
        "queue/next": {"words": nasty, "author_of": nasty},
        "batches": {"comments": [{"id": nasty, "version": huge}], "outcome": "spam"},
    }
    for path, body in bodies.items():
        yield desk.post(f"/v1/sites/demo/{path}", json=body, headers=owner)
