"""A site that holds as much as it may: what readers, programs, moderators and operators are told."""

import pytest
from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring
from service.store.keys import SiteKeys
from tests.web.test_api import DOOR, PAGE
from tests.web.test_desk import join

TYPED = {"thread_url": PAGE, "name": "Ana", "email": "ana@example.com", "body": "The night tram is a good idea."}


def fill(wiring: Wiring) -> None:
    wiring.sites.change("demo", {"hold_newcomers": "true", "most_held": "50"})
    wiring.connection.do("HSET", SiteKeys("demo").held, "comments", 50)


def test_a_full_site_says_so_in_a_sentence_and_when_to_come_back(client: FlaskClient, wiring: Wiring) -> None:
    fill(wiring)
    answer = client.post(DOOR, json=TYPED)
    assert (answer.status_code, answer.json["type"]) == (503, "urn:parley:NoRoom")
    assert "waiting for a moderator" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    page = client.post(DOOR, data=TYPED | {"lang": "de"}, headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "warten so viele Kommentare" in page.text
    assert TYPED["body"] in page.text


def test_a_network_with_its_share_is_told_so(client: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"hold_newcomers": "true", "most_held": "50"})
    assert client.post(DOOR, json=TYPED).status_code == 202
    answer = client.post(DOOR, json=TYPED | {"body": "Another one."})
    assert (answer.status_code, answer.json["type"]) == (429, "urn:parley:ShareUsed")
    assert "your network" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.post(DOOR, json=TYPED | {"body": "A third."}, environ_overrides=elsewhere).status_code == 202


def test_the_desk_the_api_and_the_metrics_say_so(client: FlaskClient, wiring: Wiring, bearer: dict[str, str]) -> None:
    join(client, wiring, "Olga", Role.OWNER)
    counts = "/v1/sites/demo/queue/counts"
    assert "as many comments wait as may" not in client.get("/review/demo").text
    assert client.get(counts, headers=bearer).json["is_full"] is False
    assert "parley_sites_full 0.0" in client.get("/metrics").text
    fill(wiring)
    assert "as many comments wait as may" in client.get("/review/demo").text
    assert client.get(counts, headers=bearer).json["is_full"] is True
    assert "parley_sites_full 1.0" in client.get("/metrics").text


def test_a_redis_without_room_is_not_ready_and_says_why(
    client: FlaskClient, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.registry.TRY_EVERY", 0)
    assert client.get("/readyz").json["status"] == "ready"
    wiring.connection.do("CONFIG", "SET", "maxmemory", "1")
    try:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json["redis"] == "Redis is not available: it takes no writes now."
        assert client.get("/healthz").status_code == 200
    finally:
        wiring.connection.do("CONFIG", "SET", "maxmemory", "0")
    assert client.get("/readyz").status_code == 200


def test_invented_methods_make_no_series_of_metrics(client: FlaskClient) -> None:
    for n in range(20):
        assert client.open("/healthz", method=f"INVENTED{n}").status_code == 405
    shown = client.get("/metrics").text
    assert "INVENTED" not in shown
    assert 'method="other"' in shown
