"""Webhooks for programs and for people: the API and the desk's pages, with a real courier and a real receiver."""

import html
import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring
from service.processes.worker import courier
from service.use_cases.webhook_dispatch import Courier
from tests.receivers import Receiver, status
from tests.web.test_api import DOOR, RUDE, SAFE
from tests.web.test_pages import PASSWORD, hidden

ENDPOINTS = "/v1/sites/demo/endpoints"
PAGES = "/review/demo/webhooks"


@pytest.fixture
def owner(wiring: Wiring) -> dict[str, str]:
    return {"Authorization": f"Bearer {wiring.access.add_token('Owner', Role.OWNER, site='demo')}"}


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    """A client that sits at the desk as Olga, the owner."""
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    client.post(link, data={"name": "Olga", "password": PASSWORD, **hidden(client.get(link).text)})
    return client


@pytest.fixture
def worker(wiring: Wiring) -> Courier:
    return courier(Wiring(wiring.settings.model_copy(update={"webhook_allow_networks": (ip_network("127.0.0.0/8"),)})))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def work(worker: Courier) -> None:
    """Do what a worker does until nothing is due."""
    for group in worker.outbox.groups():
        worker.outbox.open(group)
    busy = True
    while busy:
        for group in worker.outbox.groups():
            worker.fan_out(worker.outbox.read(group, worker="test", count=100))
        busy = bool(worker.replay())
        while claimed := worker.claim(limit=100):
            busy = True
            for parcel in claimed:
                worker.deliver(parcel)


def add(client: FlaskClient, owner: dict[str, str], url: str, **fields: Any) -> Any:
    answer = client.post(ENDPOINTS, json={"url": url} | fields, headers=owner)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_an_endpoint_lives_by_the_api(client: FlaskClient, owner: dict[str, str]) -> None:
    made = add(client, owner, "https://a.example/hook", headers={"X-Key": "hush-hush"}, description="Ours")
    assert made["secret"].startswith("whsec_")
    assert (made["status"], made["payload"], made["header_names"]) == ("active", "full", ["X-Key"])
    here = f"{ENDPOINTS}/{made['id']}"
    got = client.get(here, headers=owner)
    assert "secret" not in got.json
    assert "hush-hush" not in got.text
    changed = client.patch(here, json={"payload": "thin", "events": ["comment.held"]}, headers=owner).json
    assert (changed["payload"], changed["events"], changed["url"]) == ("thin", ["comment.held"], made["url"])
    assert client.patch(here, json={"headers": {}}, headers=owner).json["header_names"] == []
    assert client.post(f"{here}/pause", headers=owner).json["status"] == "paused"
    assert client.post(f"{here}/test", headers=owner).status_code == 422
    assert client.post(f"{here}/resume", headers=owner).json["status"] == "active"
    rotated = client.post(f"{here}/rotate", headers=owner)
    assert (rotated.status_code, rotated.json["secret"] == made["secret"]) == (201, False)
    assert client.get(here, headers=owner).json["rotated_until"]
    assert [each["id"] for each in client.get(ENDPOINTS, headers=owner).json["items"]] == [made["id"]]
    assert client.delete(here, headers=owner).status_code == 204
    for again in (client.get(here, headers=owner), client.delete(here, headers=owner)):
        assert (again.status_code, again.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "ftp://a.example/"}, "url"),
        ({"url": "https://a.example/", "events": ["comment.liked"]}, "events"),
        ({"url": "https://a.example/", "headers": {"Host": "x"}}, "headers"),
        ({"url": "https://a.example/", "per_minute": -1}, "per_minute"),
        ({"url": "https://a.example/", "colour": "red"}, "colour"),
        ({}, "url"),
    ],
)
def test_faults_are_listed_by_field(
    client: FlaskClient, owner: dict[str, str], fields: dict[str, Any], field: str
) -> None:
    answer = client.post(ENDPOINTS, json=fields, headers=owner)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in [error["field"] for error in answer.json["errors"]]


def test_moderators_and_strangers_keep_no_endpoints(client: FlaskClient, bearer: dict[str, str]) -> None:
    assert client.get(ENDPOINTS).status_code == 401
    assert client.get(ENDPOINTS, headers=bearer).status_code == 403
    assert client.post(ENDPOINTS, json={"url": "https://a.example/"}, headers=bearer).status_code == 403


def test_a_delivery_is_seen_and_sent_again(
    client: FlaskClient, owner: dict[str, str], worker: Courier, receiver: Receiver
) -> None:
    here = f"{ENDPOINTS}/{add(client, owner, receiver.url)['id']}"
    receiver.answers = [status(500, body=b"x" * 9000 + b" boss@example.com")]
    comment = client.post(DOOR, json=RUDE).json["id"]
    client.post(DOOR, json=SAFE)
    work(worker)
    listed = client.get(f"{here}/deliveries", headers=owner).json["items"]
    assert {item["state"] for item in listed} == {"waiting", "delivered"}
    (item,) = client.get(f"{here}/deliveries?comment={comment}", headers=owner).json["items"]
    assert (item["state"], item["failures"], item["comment"]) == ("waiting", 1, comment)
    assert item["due_at"]
    exchange = client.get(f"{here}/deliveries/{item['event']}", headers=owner).json
    (attempt,) = exchange["attempts"]
    assert (attempt["status"], len(attempt["answer"])) == (500, 4096)
    assert json.loads(exchange["body"])["data"]["comment"]["id"] == comment
    assert client.get(f"{here}/deliveries?state=dead", headers=owner).json["items"] == []
    done = next(each for each in listed if each["state"] == "delivered")
    again = client.post(f"{here}/deliveries/{done['event']}/replay", headers=owner)
    assert (again.status_code, again.json["state"]) == (202, "waiting")
    work(worker)
    assert len(client.get(f"{here}/deliveries/{done['event']}", headers=owner).json["attempts"]) == 2
    before = len(receiver.requests)
    everything = {"what": "all", "since": "2020-01-01T00:00:00Z"}
    assert client.post(f"{here}/replay", json=everything, headers=owner).status_code == 202
    work(worker)
    assert len(receiver.requests) == before + 1


def test_cursors_walk_the_log(client: FlaskClient, owner: dict[str, str], worker: Courier, receiver: Receiver) -> None:
    here = f"{ENDPOINTS}/{add(client, owner, receiver.url)['id']}/deliveries"
    for n in range(5):
        client.post(DOOR, json=SAFE | {"body": f"Comment number {n}."})
    work(worker)
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(here, query_string={"limit": 2, "cursor": cursor}, headers=owner).json
        seen += [item["event"] for item in page["items"]]
        cursor = page["next"]
    assert len(set(seen)) == len(seen) == 5


def test_who_cannot_receive_polls(client: FlaskClient, bearer: dict[str, str], worker: Courier) -> None:
    first = client.post(DOOR, json=SAFE).json["id"]
    work(worker)
    page = client.get("/v1/sites/demo/events", headers=bearer).json
    assert [item["data"]["comment"]["id"] for item in page["items"]] == [first]
    second = client.post(DOOR, json=RUDE).json["id"]
    work(worker)
    more = client.get("/v1/sites/demo/events", query_string={"after": page["next"]}, headers=bearer).json
    assert [item["data"]["comment"]["id"] for item in more["items"]] == [second]
    end = client.get("/v1/sites/demo/events", query_string={"after": more["next"]}, headers=bearer).json
    assert end == {"items": [], "next": more["next"]}
    assert client.get("/v1/sites/demo/events").status_code == 401
    assert client.get("/v1/sites/demo/events?after=yesterday", headers=bearer).status_code == 422


def test_the_catalogue_is_served(client: FlaskClient) -> None:
    listed = client.get("/v1/events").json
    assert listed["version"] == 1
    assert {"type", "description", "by_default", "schema", "thin_schema"} == set(listed["events"][0])
    unasked = [each["type"] for each in listed["events"] if not each["by_default"]]
    assert unasked == ["decision.undone", "endpoint.test"]


def forms(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the page's form that leads to *action*."""
    form = page.partition(f'method="post" action="{action}"')[2].partition("</form>")[0]
    assert form, f"no form leads to {action}"
    return hidden(form)


def test_an_owner_keeps_an_endpoint_at_the_desk(desk: FlaskClient, worker: Courier, receiver: Receiver) -> None:
    page = desk.get(f"{PAGES}/").text
    assert "Nobody is told yet." in page
    fields = {**forms(page, f"{PAGES}/"), "url": receiver.url, "events": ["comment.held", "comment.published"]}
    added = desk.post(f"{PAGES}/", data=fields | {"headers": "X-Key: hush-hush", "payload": "thin"})
    assert added.status_code == 201
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(added.text))
    assert secret
    id = re.search(r"webhooks/(ep_\w+)", added.text)
    assert id
    here = f"{PAGES}/{id[1]}"
    shown = desk.get(here).text
    assert secret[0] not in html.unescape(shown)
    assert "hush-hush" not in shown
    assert "X-Key" in shown

    # A test, and its whole exchange.
    receiver.answers = [status(200, body=b"Got it, boss@example.com")]
    tested = desk.post(f"{here}/test", data=forms(shown, f"{here}/test"))
    assert tested.status_code == 303
    exchange = tested.headers["Location"]
    assert "On its way" in desk.get(exchange).text
    work(worker)
    page = desk.get(exchange).text
    for part in ("endpoint.test", "webhook-signature", "Got it", "hidden e-mail address"):
        assert part in page
    assert "boss@" not in page
    assert receiver.requests[0].headers["X-Key"] == "hush-hush"

    # The log, with a comment that failed.
    receiver.answers = [status(503)]
    comment = desk.post(DOOR, json=RUDE).json["id"]
    work(worker)
    assert "Waiting" in desk.get(f"{here}?comment={comment}").text
    assert "Nothing like that." in desk.get(f"{here}?state=dead").text

    # Changes: a fault keeps what was typed; what is right is saved.
    change = {**forms(shown, here), "url": "nonsense", "events": ["comment.spam"], "payload": "full"}
    wrong = desk.post(here, data=change)
    assert wrong.status_code == 422
    assert 'value="nonsense"' in wrong.text
    assert desk.post(here, data=change | {"url": receiver.url, "events": []}).status_code == 422
    assert desk.post(here, data=change | {"url": receiver.url, "per_minute": "x"}).status_code == 422
    assert desk.post(here, data=change | {"url": receiver.url, "per_minute": "90"}).status_code == 303
    assert 'value="90"' in desk.get(here).text

    for act, says in (("pause", "Paused."), ("resume", "Resumed.")):
        page = desk.get(here).text
        assert desk.post(f"{here}/{act}", data=forms(page, f"{here}/{act}")).status_code == 303
        assert says in desk.get(here).text
    rotated = desk.post(f"{here}/rotate", data=forms(shown, f"{here}/rotate"))
    assert "The one before it signs, too" in rotated.text
    assert desk.post(f"{here}/replay", data=forms(shown, f"{here}/replay") | {"since": "soon"}).status_code == 303
    assert "This is not a time" in desk.get(here).text
    assert desk.post(f"{here}/remove", data=forms(shown, f"{here}/remove")).status_code == 303
    assert "Nobody is told yet." in desk.get(f"{PAGES}/").text


def test_the_desk_says_that_an_endpoint_was_disabled(
    desk: FlaskClient, owner: dict[str, str], worker: Courier, receiver: Receiver
) -> None:
    made = add(desk, owner, receiver.url)
    receiver.answers = [status(410)]
    desk.post(DOOR, json=SAFE)
    assert "was disabled" not in desk.get("/review/demo").text
    work(worker)
    assert "A webhook was disabled" in " ".join(desk.get("/review/demo").text.split())
    assert "it answered 410" in desk.get(f"{PAGES}/{made['id']}").text


def test_changes_at_the_desk_need_its_token_and_an_owner(
    desk: FlaskClient, client: FlaskClient, wiring: Wiring
) -> None:
    assert desk.post(f"{PAGES}/", data={"url": "https://a.example/"}).status_code == 403
    assert wiring.endpoints.of("demo") == []
    link = wiring.invitation(Role.MODERATOR).removeprefix(wiring.url.rstrip("/"))
    client.post(link, data={"name": "Mia", "password": PASSWORD, **hidden(client.get(link).text)})
    assert client.get(f"{PAGES}/").status_code == 403
    assert f'href="{PAGES}/"' not in client.get("/review/demo").text


def test_alerts_are_about_metrics_that_are_there_and_documented(
    client: FlaskClient, owner: dict[str, str], worker: Courier, receiver: Receiver, repository: Path
) -> None:
    add(client, owner, receiver.url)
    client.post(DOOR, json=SAFE)
    work(worker)
    shown = client.get("/metrics").text
    documented = (repository / "docs" / "operations.md").read_text("utf-8")
    (group,) = yaml.safe_load((repository / "config" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]:
        assert rule["annotations"]["summary"].endswith(".")
        for metric in re.findall(r"parley_\w+", rule["expr"]):
            assert re.search(rf"^{metric}[{{ ]", shown, re.MULTILINE), metric
            assert f"`{metric.removesuffix('_bucket')}`" in documented
    assert re.search(r"^parley_webhook_delivery_seconds_count [1-9]", shown, re.MULTILINE)
    assert "parley_outbox_lag_seconds 0.0" in shown
