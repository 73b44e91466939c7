"""The moderators' API beside decisions, over HTTP."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring
from tests.web.test_api import DOOR, PAGE, RUDE, SAFE

SITE = "/v1/sites/demo"
KEY = {"author_key": "k" * 22}


@pytest.fixture
def owner(wiring: Wiring) -> dict[str, str]:
    """An owner's token for the demo site, as a header."""
    return {"Authorization": f"Bearer {wiring.access.add_token('Olga', Role.OWNER, site='demo')}"}


def posted(client: FlaskClient, **fields: Any) -> str:
    """Post a comment and return its id."""
    return str(client.post(DOOR, json=SAFE | fields).json["id"])


def author_of(client: FlaskClient, id: str, bearer: dict[str, str]) -> str:
    """Return the author of a comment, as moderators name them."""
    return str(client.get(f"{DOOR}/{id}", headers=bearer).json["author"])


def test_a_comment_comes_with_what_stands_around_it(client: FlaskClient, bearer: dict[str, str]) -> None:
    first = posted(client)
    reply = posted(client, body="I agree with all of it.", parent_id=first)
    last = posted(client, body="The tram was late again.")
    around = client.get(f"{DOOR}/{reply}/context", headers=bearer).json
    assert [[item["id"] for item in around[name]] for name in ("above", "before", "after")] == [
        [first],
        [first],
        [last],
    ]
    assert around["thread"] == {"url": PAGE, "title": "", "count": 3, "closed": False, "pinned": None}
    assert around["acts"] == []


def test_an_author_is_looked_up_noted_on_and_blocked(client: FlaskClient, bearer: dict[str, str]) -> None:
    id = posted(client, **KEY)
    author = author_of(client, id, bearer)
    noted = client.post(f"{SITE}/authors/{author}/notes", json={"text": "Warned."}, headers=bearer)
    assert (noted.status_code, noted.json["by"], noted.json["deed"]) == (201, "Robot", "note")
    marked = client.put(
        f"{SITE}/authors/{author}/mark", json={"mark": "block", "comment": id, "reason": "Spam."}, headers=bearer
    )
    assert (marked.status_code, marked.json["deed"], marked.json["reason"]) == (200, "block", "Spam.")
    blocked = client.post(DOOR, json=SAFE | KEY | {"body": "And once more."})
    assert (blocked.status_code, blocked.json["status"]) == (202, "rejected")
    history = client.get(f"{SITE}/authors/{author}", headers=bearer).json
    assert history["counts"] == {"published": 1, "rejected": 1}
    assert history["mark"] == "block"
    assert [item["decision"]["reasons"] for item in history["comments"]] == [["blocked"], ["safe"]]
    assert [entry["deed"] for entry in history["acts"]] == ["block", "note"]
    client.put(f"{SITE}/authors/{author}/mark", json={"mark": None}, headers=bearer)
    assert client.get(f"{SITE}/authors/{author}", headers=bearer).json["mark"] is None


def test_a_browser_that_is_blocked_is_told_without_a_thank_you_for_publishing(
    client: FlaskClient, bearer: dict[str, str]
) -> None:
    id = posted(client, **KEY)
    author = author_of(client, id, bearer)
    client.put(f"{SITE}/authors/{author}/mark", json={"mark": "block", "comment": id}, headers=bearer)
    answer = client.post(DOOR, data=SAFE | KEY | {"body": "Once more."}, headers={"Accept": "text/html"})
    assert "Your comment was not published." in answer.text
    assert "Your comment is published." not in answer.text


def test_an_author_is_read_in_pages(client: FlaskClient, bearer: dict[str, str]) -> None:
    ids = [posted(client, body=f"The tram was late, {n}.") for n in range(5)]
    author, seen, cursor = author_of(client, ids[0], bearer), [], ""
    while True:
        page = client.get(f"{SITE}/authors/{author}?limit=2&cursor={cursor}", headers=bearer).json
        seen += [item["id"] for item in page["comments"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == ids[::-1]


def test_only_an_owner_with_a_reason_sees_an_address_and_it_is_not_kept(
    client: FlaskClient, bearer: dict[str, str], owner: dict[str, str]
) -> None:
    id = posted(client, body="Write to me@example.com.")
    for headers, reason, status in ((bearer, "Why not?", 403), (owner, "", 422), (owner, " ", 422), ({}, "So.", 401)):
        refused = client.post(f"{DOOR}/{id}/reveal", json={"reason": reason}, headers=headers)
        assert refused.status_code == status
        assert "example.com" not in refused.text
    answer = client.post(f"{DOOR}/{id}/reveal", json={"reason": "The police asks."}, headers=owner)
    assert answer.json == {
        "address": "ana@example.com",
        "covers": [{"field": "body", "begin": 9, "end": 16, "text": "me@example.com"}],
    }
    assert answer.headers["Cache-Control"] == "no-store"
    (entry,) = client.get(f"{SITE}/log", headers=owner).json["items"]
    assert (entry["deed"], entry["by"], entry["comment"], entry["reason"]) == ("reveal", "Olga", id, "The police asks.")
    assert client.get(f"{SITE}/log", headers=bearer).status_code == 403


def test_a_part_is_redacted_and_a_wrong_mask_lifted(
    client: FlaskClient, bearer: dict[str, str], owner: dict[str, str]
) -> None:
    id = client.post(DOOR, json=RUDE | {"body": "You idiot, write to me@example.com."}).json["id"]
    redact = {"begin": 4, "end": 9, "version": 1, "reason": "Insult."}
    made = client.post(f"{DOOR}/{id}/redact", json=redact, headers=bearer)
    assert (made.status_code, made.json["reasons"], made.json["version"]) == (201, ["redacted"], 2)
    late = client.post(f"{DOOR}/{id}/redact", json=redact, headers=bearer)
    assert (late.status_code, late.json["decision"]["version"]) == (409, 2)
    comment = client.get(f"{DOOR}/{id}", headers=bearer).json
    assert comment["body"] == "You █████, write to •••@•••."
    assert comment["scores"]["insult"] < 0.5
    begin = comment["body"].index("•")
    lift = {"begin": begin, "version": 2, "reason": "Our own."}
    assert client.post(f"{DOOR}/{id}/lift", json=lift, headers=bearer).status_code == 403
    assert client.post(f"{DOOR}/{id}/lift", json=lift, headers=owner).status_code == 201
    assert client.get(f"{DOOR}/{id}", headers=bearer).json["body"] == "You █████, write to me@example.com."


def test_a_moderator_answers_with_a_body_alone(client: FlaskClient, bearer: dict[str, str]) -> None:
    id = posted(client)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answers = [client.post(f"{DOOR}/{id}/reply", json={"body": "Noted."}, headers=bearer | key) for _ in range(2)]
    assert [(answer.status_code, answer.json["status"]) for answer in answers] == [(201, "published")] * 2
    _, reply = client.get(DOOR, query_string={"thread_url": PAGE}).json["items"]
    assert (reply["id"], reply["name"], reply["by_moderator"], reply["parent_id"]) == (
        answers[0].json["id"],
        "Robot",
        True,
        id,
    )
    held = client.post(DOOR, json=RUDE).json["id"]
    assert client.post(f"{DOOR}/{held}/reply", json={"body": "No."}, headers=bearer).status_code == 422


def test_a_pinned_comment_stands_first_in_the_embed_and_says_so(client: FlaskClient, bearer: dict[str, str]) -> None:
    posted(client)
    second = posted(client, body="The tram was late again.")
    thread = {"thread_url": PAGE}
    embed = f"/embed/v1/sites/demo/thread?thread_url={PAGE}"
    before = client.get(embed)
    assert "Pinned" not in before.text
    answer = client.put(f"{SITE}/threads", json=thread | {"pinned": second}, headers=bearer)
    assert answer.json == {"closed": False, "pinned": second, "count": 2}
    after = client.get(embed, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.text.index("late again") < after.text.index("A fine article")
    assert after.text.count("Pinned") == 1
    closed = client.put(f"{SITE}/threads", json=thread | {"closed": True}, headers=bearer)
    assert closed.json == {"closed": True, "pinned": second, "count": 2}
    assert client.put(f"{SITE}/threads", json=thread | {"pinned": None}, headers=bearer).json["pinned"] is None
    wrong = client.put(f"{SITE}/threads", json=thread | {"pinned": "c_unknown"}, headers=bearer)
    assert wrong.status_code == 404


def test_the_log_is_read_in_pages(client: FlaskClient, bearer: dict[str, str], owner: dict[str, str]) -> None:
    author = author_of(client, posted(client), bearer)
    for n in range(5):
        client.post(f"{SITE}/authors/{author}/notes", json={"text": f"Note {n}."}, headers=bearer)
    seen, cursor = [], ""
    while True:
        page = client.get(f"{SITE}/log?limit=2&cursor={cursor}", headers=owner).json
        seen += [entry["reason"] for entry in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [f"Note {n}." for n in (4, 3, 2, 1, 0)]
    assert client.get(f"{SITE}/log?cursor=yesterday", headers=owner).status_code == 422


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("redact", {"begin": -1, "end": 2, "version": 1}),
        ("redact", {"begin": 0, "end": 2}),
        ("lift", {"begin": 0, "reason": "So.", "version": 0}),
        ("reply", {"body": ""}),
        ("reveal", {"reason": "x" * 2001}),
        ("reveal", {}),
    ],
)
def test_what_is_out_of_bounds_is_a_fault_of_its_field(
    client: FlaskClient, owner: dict[str, str], path: str, sent: dict[str, Any]
) -> None:
    answer = client.post(f"{DOOR}/{posted(client)}/{path}", json=sent, headers=owner)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["errors"]
