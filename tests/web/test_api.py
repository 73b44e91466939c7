"""The API, from the door to the decision, over HTTP."""

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from service.processes.wiring import Wiring

DOOR = "/v1/sites/demo/comments"
PAGE = "https://example.org/article"
SAFE = {"thread_url": PAGE, "name": "Ana", "email": "ana@example.com", "body": "A fine article about the tram."}
RUDE = SAFE | {"body": "You are a stupid idiot and a moron."}


def post(client: FlaskClient, **fields: Any) -> Any:
    return client.post(DOOR, json=SAFE | fields)


def test_a_safe_comment_is_published_and_listed(client: FlaskClient) -> None:
    answer = post(client)
    assert answer.status_code == 201
    assert answer.json["status"] == "published"
    assert answer.json["notice"]
    listed = client.get(DOOR, query_string={"thread_url": PAGE + "?utm_source=mail"})
    assert [item["id"] for item in listed.json["items"]] == [answer.json["id"]]
    assert listed.json["count"] == 1
    assert client.get("/v1/sites/demo/counts", query_string={"thread_url": PAGE}).json == {"count": 1}


def test_a_rude_comment_waits_is_decided_and_shows(client: FlaskClient, bearer: dict[str, str]) -> None:
    held = client.post(DOOR, json=RUDE)
    assert (held.status_code, held.json["status"]) == (202, "held")
    (item,) = client.get("/v1/sites/demo/queue", headers=bearer).json["items"]
    assert item["reasons"] == ["toxic"]
    assert item["scores"]["insult"] > 0.5
    assert "idiot" in " ".join(RUDE["body"][span["begin"] : span["end"]] for span in item["spans"])
    decided = client.post(f"{DOOR}/{item['id']}/decisions", json={"outcome": "published", "version": 1}, headers=bearer)
    assert decided.status_code == 201
    assert {**decided.json, "at": ""}.items() >= {"id": item["id"], "version": 2, "decided_by": "Robot"}.items()
    assert len(client.get(DOOR, query_string={"thread_url": PAGE}).json["items"]) == 1
    late = client.post(f"{DOOR}/{item['id']}/decisions", json={"outcome": "spam", "version": 1}, headers=bearer)
    assert late.status_code == 409
    assert late.json["decision"]["outcome"] == "published"


def test_a_form_post_by_a_program_gets_json(client: FlaskClient) -> None:
    assert client.post(DOOR, data=SAFE).status_code == 201


def test_every_fault_comes_at_once_as_a_problem(client: FlaskClient) -> None:
    answer = client.post(DOOR, json={"thread_url": "nowhere", "email": "no"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert {fault["field"] for fault in answer.json["errors"]} == {"thread_url", "name", "email", "body"}


def test_duplicates_and_reused_keys_are_refused_and_retries_are_not(client: FlaskClient) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post(DOOR, json=SAFE, headers=key)
    assert client.post(DOOR, json=SAFE, headers=key).json == first.json
    assert client.post(DOOR, json=SAFE).status_code == 409
    assert client.post(DOOR, json=RUDE, headers=key).status_code == 422


def test_too_many_comments_get_a_time_to_wait(client: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"comments_burst": "1", "comments_per_minute": "1"})
    assert post(client, body="One.").status_code == 201
    slow = post(client, body="Two.")
    assert slow.status_code == 429
    assert 58 <= int(slow.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 201), ("http://localhost", 201), ("https://evil.example", 403), ("null", 403), ("", 403)],
)
def test_a_foreign_origin_is_refused(client: FlaskClient, origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"Origin": origin}
    assert client.post(DOOR, json=SAFE, headers=headers).status_code == status


def test_a_page_of_another_site_is_refused(client: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    foreign = client.post("/v1/sites/news/comments", json=SAFE)
    assert foreign.status_code == 422
    own = client.post(
        "/v1/sites/news/comments",
        json=SAFE | {"thread_url": "https://news.example.org/a"},
        headers={"Origin": "https://news.example.org"},
    )
    assert own.status_code == 202


def test_readers_poll_with_etags(client: FlaskClient) -> None:
    post(client)
    first = client.get(DOOR, query_string={"thread_url": PAGE})
    seen = {"If-None-Match": first.headers["ETag"]}
    assert client.get(DOOR, query_string={"thread_url": PAGE}, headers=seen).status_code == 304
    post(client, body="Another one.")
    assert client.get(DOOR, query_string={"thread_url": PAGE}, headers=seen).status_code == 200


def test_cursors_walk_a_long_thread(client: FlaskClient) -> None:
    ids = [post(client, body=f"Comment number {n}.").json["id"] for n in range(7)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(DOOR, query_string={"thread_url": PAGE, "limit": 3, "cursor": cursor}).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids


def test_an_author_sees_the_own_held_comment_and_nobody_else_does(client: FlaskClient) -> None:
    held = client.post(DOOR, json=RUDE).json
    own = client.get(f"{DOOR}/{held['id']}", headers={"Parley-Author-Token": held["token"]})
    assert own.json["status"] == "held"
    assert "scores" not in own.json
    assert client.get(f"{DOOR}/{held['id']}").status_code == 401
    assert client.get(f"{DOOR}/{held['id']}", headers={"Parley-Author-Token": "guess"}).status_code == 404


@pytest.mark.parametrize("path", ["/v1/sites/demo/queue", f"{DOOR}/c_x"])
def test_moderators_routes_need_a_token(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer parley_x_y"}).status_code == 401


def test_a_token_is_worth_nothing_on_another_site(client: FlaskClient, wiring: Wiring, bearer: dict[str, str]) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    assert client.get("/v1/sites/news/queue", headers=bearer).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", DOOR, {"data": "{", "content_type": "application/json"}, 400),
        ("POST", DOOR, {"json": ["x"]}, 400),
        ("POST", DOOR, {"data": "x", "content_type": "text/plain"}, 415),
        ("POST", DOOR, {"data": b"x" * 1_100_000, "content_type": "application/json"}, 413),
        ("POST", "/v1/sites/nowhere/comments", {"json": SAFE}, 404),
        ("GET", DOOR, {}, 422),
        ("GET", DOOR, {"query_string": {"thread_url": PAGE, "cursor": "?"}}, 422),
        ("GET", DOOR, {"query_string": {"thread_url": PAGE, "limit": "many"}}, 422),
        ("DELETE", DOOR, {}, 405),
        ("GET", "/nowhere", {}, 404),
    ],
)
def test_every_no_is_a_problem_document(
    client: FlaskClient, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = client.open(path, method=method, **options)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["detail"]


def test_redis_away_is_503_with_a_time_to_come_back(client: FlaskClient, wiring: Wiring) -> None:
    wiring.connection.do("CONFIG", "SET", "maxmemory", "1")
    try:
        answer = post(client)
    finally:
        wiring.connection.do("CONFIG", "SET", "maxmemory", "0")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_undo_takes_a_decision_back_within_its_window(client: FlaskClient, bearer: dict[str, str]) -> None:
    id = client.post(DOOR, json=RUDE).json["id"]
    made = client.post(f"{DOOR}/{id}/decisions", json={"outcome": "published", "undo_seconds": 20}, headers=bearer).json
    assert client.get(DOOR, query_string={"thread_url": PAGE}).json["items"] == []
    undone = client.post(f"{DOOR}/{id}/undo", json={"version": made["version"]}, headers=bearer)
    assert (undone.status_code, undone.json["outcome"], undone.json["undoes"]) == (201, "held", 2)
    assert client.post(f"{DOOR}/{id}/undo", json={"version": 3}, headers=bearer).status_code == 409


def test_the_description_is_valid_openapi(client: FlaskClient) -> None:
    spec = client.get("/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    validate(spec)
    assert set(spec["paths"]) >= {"/v1/sites/{site}/comments", "/v1/sites/{site}/queue", "/v1/sites/{site}/counts"}


def test_health_readiness_and_metrics(client: FlaskClient) -> None:
    post(client)
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json["status"] == "ready"
    page = client.get("/metrics").text
    assert "parley_queue_waiting 0.0" in page
    assert 'parley_comments_accepted_total{outcome="published"}' in page
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 403


def test_browsers_are_held_to_a_strict_policy(client: FlaskClient) -> None:
    headers = client.get("/healthz").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-ID"]
