"""Many comments at once by the API: picked or found, decided or refused with the reason, and taken back."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.action import Action
from service.core.listing import Sorting, View
from service.core.people import Member, Role
from service.processes.wiring import Wiring, fresh_id
from service.store.keys import SiteKeys
from service.use_cases.review import Ruling
from service.use_cases.submit import Intake
from tests import filling
from tests.processes import running, timed, wait_for
from tests.scorers import SafeScorer
from tests.submissions import submission
from tests.web.test_api import DOOR, PAGE, SAFE

BATCHES = "/v1/sites/demo/batches"


@pytest.fixture
def held(client: FlaskClient, wiring: Wiring) -> list[str]:
    """Four comments that wait, the last one by another author and on another page."""
    wiring.sites.change("demo", {"hold_newcomers": "true"})
    typed = [SAFE | {"body": f"Number {n} about the tram."} for n in range(4)]
    typed[3] |= {"email": "ben@example.com", "name": "Ben", "thread_url": "https://example.org/other"}
    return [client.post(DOOR, json=fields).json["id"] for fields in typed]


def picked(*ids: str) -> list[dict[str, Any]]:
    return [{"id": id, "version": 1} for id in ids]


def post(client: FlaskClient, bearer: dict[str, str], **fields: Any) -> Any:
    return client.post(BATCHES, json={"outcome": "rejected"} | fields, headers=bearer)


def test_picked_comments_are_decided_and_what_is_refused_says_why(
    client: FlaskClient, bearer: dict[str, str], held: list[str]
) -> None:
    client.post(f"{DOOR}/{held[0]}/decisions", json={"outcome": "published"}, headers=bearer)
    made = post(client, bearer, comments=picked(*held), rule="Off topic", public_reason="Stay with the tram.")
    assert made.status_code == 201
    document = made.json
    assert {name: document[name] for name in ("state", "outcome", "total", "done", "made", "refused")} == {
        "state": "done",
        "outcome": "rejected",
        "total": 4,
        "done": 4,
        "made": 3,
        "refused": 1,
    }
    assert document["refusals"] == [
        {
            "comment": held[0],
            "type": "urn:parley:Superseded",
            "detail": "Robot already decided this comment: published.",
            "by": "Robot",
        }
    ]
    assert (document["rule"], document["public_reason"], document["next"]) == ("Off topic", "Stay with the tram.", None)
    assert client.get(made.headers["Location"], headers=bearer).json == document
    (listed,) = client.get(BATCHES, headers=bearer).json["items"]
    assert listed["id"] == document["id"]


def test_a_batch_is_taken_back(client: FlaskClient, bearer: dict[str, str], held: list[str]) -> None:
    made = post(client, bearer, comments=picked(*held), outcome="spam").json
    undone = client.post(f"{BATCHES}/{made['id']}/undo", headers=bearer)
    assert (undone.status_code, undone.json["made"], undone.json["outcome"]) == (201, 4, None)
    assert undone.json["undoes"] == made["id"]
    assert client.get(f"{BATCHES}/{made['id']}", headers=bearer).json["undone_by"] == undone.json["id"]
    assert len(client.get("/v1/sites/demo/queue", headers=bearer).json["items"]) == 4


@pytest.mark.parametrize(
    ("named", "count"),
    [
        ({}, 4),
        ({"words": "NUMBER 2"}, 1),
        ({"reason": "newcomer"}, 4),
        ({"reason": "toxic"}, 0),
        ({"thread_url": PAGE}, 3),
        ({"author_of": 0}, 3),
        ({"author_of": 3, "thread_url": PAGE}, 0),
    ],
)
def test_all_that_a_filter_finds_are_decided(
    client: FlaskClient, bearer: dict[str, str], held: list[str], named: dict[str, Any], count: int
) -> None:
    if "author_of" in named:
        named = named | {"author_of": held[named["author_of"]]}
    answer = post(client, bearer, filter={"list": "waiting"} | named, expected=count, outcome="escalated")
    assert answer.status_code == (201 if count else 422)
    assert answer.json.get("made", 0) == count
    if count:
        assert answer.json["outcome"] == "escalated"


def test_more_than_were_expected_or_came_in_time_are_left_alone(
    client: FlaskClient, bearer: dict[str, str], held: list[str]
) -> None:
    refused = post(client, bearer, filter={"list": "waiting"}, expected=3)
    assert refused.status_code == 422
    assert refused.json["errors"] == [{"field": "expected", "message": "4 comments match now, not 3. Look again."}]
    early = post(client, bearer, filter={"list": "waiting"}, until="2020-01-01T00:00:00Z")
    assert early.json["errors"] == [{"field": "filter", "message": "No comment matches."}]


def test_a_large_batch_goes_on_with_progress(client: FlaskClient, bearer: dict[str, str], wiring: Wiring) -> None:
    comments = picked(*(f"c_{n}" for n in range(450)))
    begun = post(client, bearer, comments=comments)
    assert (begun.status_code, begun.json["state"], begun.json["done"]) == (202, "running", 0)
    here = begun.headers["Location"]
    assert client.post(f"{here}/undo", headers=bearer).status_code == 422
    wiring.bulk.work()
    assert client.get(here, headers=bearer).json["done"] == 200
    while wiring.bulk.work():
        pass
    page = client.get(f"{here}?limit=100", headers=bearer).json
    assert (page["state"], page["refused"], len(page["refusals"]), page["next"]) == ("done", 450, 100, 100)
    seen = [each["comment"] for each in page["refusals"]]
    while page["next"]:
        page = client.get(f"{here}?limit=100&cursor={page['next']}", headers=bearer).json
        seen += [each["comment"] for each in page["refusals"]]
    assert seen == [comment["id"] for comment in comments]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "comments"),
        ({"comments": []}, "comments"),
        ({"comments": [{"id": "c_1", "version": 1}], "filter": {"list": "waiting"}}, "comments"),
        ({"comments": [{"id": "c_1", "version": 0}]}, "comments.0.version"),
        ({"comments": [{"id": "c_1", "version": 1}] * 10_001}, "comments"),
        ({"comments": [{"id": "\ud800", "version": 1}]}, "comments.0.id"),
        ({"filter": {"list": "nowhere"}}, "filter.list"),
        ({"filter": {"list": "waiting", "thread_url": "nowhere"}}, "thread_url"),
        ({"filter": {"list": "waiting", "colour": "red"}}, "filter.colour"),
        ({"filter": {"list": "waiting"}, "until": "today"}, "until"),
        ({"comments": [{"id": "c_1", "version": 1}], "outcome": "held"}, "outcome"),
        ({"comments": [{"id": "c_1", "version": 1}], "rule": "x" * 2001}, "rule"),
    ],
)
def test_faults_are_listed_by_field(
    client: FlaskClient, bearer: dict[str, str], fields: dict[str, Any], field: str
) -> None:
    answer = post(client, bearer, **fields)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in [error["field"] for error in answer.json["errors"]]


def test_an_id_that_holds_a_space_is_only_not_found(client: FlaskClient, bearer: dict[str, str]) -> None:
    answer = post(client, bearer, comments=picked("c_1 2"))
    assert answer.status_code == 201
    assert answer.json["refusals"][0]["type"] == "urn:parley:NotFound"


def test_roles_and_sites_bound_who_may(
    client: FlaskClient, bearer: dict[str, str], wiring: Wiring, held: list[str]
) -> None:
    viewer = {"Authorization": f"Bearer {wiring.access.add_token('V', Role.VIEWER, site='demo')}"}
    assert post(client, {}, comments=picked(*held)).status_code == 401
    assert post(client, viewer, comments=picked(*held)).status_code == 403
    assert post(client, viewer, filter={"list": "waiting", "author_of": held[0]}).status_code == 403
    assert client.post("/v1/sites/nowhere/batches", json={"outcome": "spam"}, headers=bearer).status_code == 404
    assert client.get(f"{BATCHES}/batch_gone", headers=viewer).status_code == 404
    assert client.post(f"{BATCHES}/batch_gone/undo", headers=bearer).status_code == 404
    made = post(client, bearer, comments=picked(*held)).json["id"]
    assert client.get(f"{BATCHES}/{made}", headers=viewer).status_code == 200
    assert client.post(f"{BATCHES}/{made}/undo", headers=viewer).status_code == 403


@timed
def test_a_worker_that_is_killed_in_the_midst_leaves_the_batch_to_the_next(wiring: Wiring, tmp_path: Path) -> None:
    intake = Intake(wiring.queue, SafeScorer(), wiring.sealing, wiring.fingerprints, fresh_id)
    typed = [submission(f"Number {n}.", thread_url=PAGE) for n in range(2000)]
    filling.hold(intake, wiring.connection, typed, site=wiring.registry.site("demo"))
    ana = Member("m_ana", "Ana", Role.MODERATOR)
    batch = wiring.bulk.start_all("demo", View(), Ruling(Action.REJECT), member=ana, expected=2000)

    def done() -> int:
        return wiring.bulk.find("demo", batch.id, member=ana).done

    settings = {"REDIS_URL": wiring.redis_url, "PARLEY_DATA": str(tmp_path)}
    command = (sys.executable, "-m", "service", "worker")
    with running(*command, folder=tmp_path / "first", environment=os.environ | settings):
        wait_for(done, within=30)
    assert 0 < done() < 2000
    keys = SiteKeys("demo")
    wiring.connection.do("ZADD", keys.running, "XX", 1, f"demo {batch.id}")
    with running(*command, folder=tmp_path / "second", environment=os.environ | settings):
        wait_for(lambda: done() == 2000, within=60)
    found = wiring.bulk.find("demo", batch.id, member=ana)
    assert (found.made, found.refused) == (2000, 0)
    assert wiring.connection.do("ZCARD", keys.waiting(Sorting.OLDEST)) == 0
    assert wiring.connection.do("ZCARD", keys.decided) == 2000
