"""The security log: what owners can look up afterwards, and nobody else."""

import pytest
from flask.testing import FlaskClient

from service.core.people import OPERATOR, Role
from service.core.security import SecurityEvent
from service.processes.wiring import Wiring
from service.web.desk_security import WORDS
from tests.web.test_api import DOOR, RUDE
from tests.web.test_desk import join, token
from tests.web.test_pages import PASSWORD, hidden

LOG = "/review/-/security/"


def logged(wiring: Wiring) -> list[tuple[str, str, str]]:
    """Return event, actor and what it was about, oldest first."""
    found = wiring.security.page(member=OPERATOR, limit=1000)
    return [(record.event.value, str(record.actor.name), record.about) for _, record in reversed(found)]


def test_what_owners_do_by_api_is_logged_with_whence_it_came(client: FlaskClient, wiring: Wiring) -> None:
    bearer = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.OWNER, site='demo')}"}
    endpoints = "/v1/sites/demo/endpoints"
    made = client.post(endpoints, json={"url": "https://receiver.example.org/"}, headers=bearer).json["id"]
    client.patch(f"{endpoints}/{made}", json={"description": "Ours."}, headers=bearer)
    client.post(f"{endpoints}/{made}/rotate", headers=bearer)
    client.delete(f"{endpoints}/{made}", headers=bearer)
    id = client.post(DOOR, json=RUDE).json["id"]
    client.post(f"{DOOR}/{id}/reveal", json={"reason": "Asked for."}, headers=bearer)
    kinds = ("endpoint_made", "endpoint_changed", "endpoint_rotated", "endpoint_removed")
    assert logged(wiring)[-5:] == [*((kind, "Robot", made) for kind in kinds), ("revealed", "Robot", id)]
    networks = {record.network for _, record in wiring.security.page(member=OPERATOR, limit=5)}
    assert len(networks) == 1 and "127.0.0" not in str(networks)


def test_settings_are_logged_by_their_names(wiring: Wiring) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    wiring.sites.change("news", {"name": "Secret plans", "publish_below": "0.2"})
    assert logged(wiring)[-2:] == [
        ("site_made", "The operator", ""),
        ("site_changed", "The operator", "name, publish_below"),
    ]


def test_owners_of_everything_read_it_and_nobody_else(client: FlaskClient, wiring: Wiring) -> None:
    assert client.get(LOG).status_code == 303
    olga = join(client.application.test_client(), wiring, "Olga", Role.OWNER)
    ben = join(client.application.test_client(), wiring, "Ben", Role.MODERATOR)
    assert ben.get(LOG).status_code == 403
    assert LOG not in ben.get("/review/").text
    assert f'href="{LOG}"' in olga.get("/review/").text
    for n in range(60):
        wiring.sites.change("demo", {"seconds_to_write": str(n % 3)})
    page = olga.get(LOG).text
    assert page.count("changed settings") == 50
    older = page.split('href="?before=')[1].split('"')[0]
    assert 10 <= olga.get(f"{LOG}?before={older}").text.count("changed settings") <= 11
    for nasty in ("x", "9" * 500, "1-1", "-", "+ COUNT 1"):
        assert olga.get(LOG, query_string={"before": nasty}).status_code == 200


def test_strangers_push_nothing_out(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.security.MOST_OF_STRANGERS", 100)
    wiring.sites.change("demo", {"seconds_to_write": "1"})
    for n in range(1000):
        wiring.security.note_stranger(SecurityEvent.SIGN_IN_FAILED, network=f"n{n}")
    wiring.sites.change("demo", {"seconds_to_write": "2"})
    found = wiring.security.page(member=OPERATOR, limit=2000)
    assert [record.event for _, record in found].count(SecurityEvent.SITE_CHANGED) >= 2
    assert 100 <= [record.event for _, record in found].count(SecurityEvent.SIGN_IN_FAILED) < 500
    places = [tuple(map(int, place.split("-"))) for place, _ in found]
    assert places == sorted(places, reverse=True)


def test_who_comes_in_and_who_may_is_logged(client: FlaskClient, wiring: Wiring) -> None:
    olga = join(client.application.test_client(), wiring, "Olga", Role.OWNER)
    ben = join(client.application.test_client(), wiring, "Ben", Role.MODERATOR, site="demo")
    door = {"csrf_token": token(olga)}
    ben.post("/review/sign-out", data={"csrf_token": token(ben)})
    for name in (f"{' ' * 60}\u200bBen", "what I took for a name, a password"):
        page = client.get("/review/sign-in").text
        client.post("/review/sign-in", data=hidden(page) | {"name": name, "password": "wrong, and long enough"})
    client.post("/review/sign-in", data=hidden(page) | {"name": "Ben", "password": PASSWORD})
    olga.post("/review/-/account/password", data=door | {"old": PASSWORD, "password": "another horse, another battery"})
    door = {"csrf_token": token(olga)}
    olga.post("/review/-/account/resets", data=door | {"name": "Ben"})
    link = wiring.access.offer_reset("Ben")
    page = client.get(f"/review/-/resets/{link}").text
    client.post(f"/review/-/resets/{link}", data=hidden(page) | {"password": "yet another horse battery"})
    client.post("/review/-/account/sessions/end", data={"csrf_token": token(client)})
    wiring.access.add_token("Robot", Role.MODERATOR, site="demo")
    (made,) = wiring.registry.tokens()
    wiring.access.remove_token(made.member.id)
    wiring.access.remove_person("Ben")
    assert logged(wiring)[-15:] == [
        ("invited", "The operator", "owner"),
        ("joined", "Olga", "owner"),
        ("invited", "The operator", "moderator"),
        ("joined", "Ben", "moderator"),
        ("signed_out", "Ben", ""),
        ("sign_in_failed", "", "Ben"),
        ("sign_in_failed", "", ""),
        ("signed_in", "Ben", ""),
        ("password_changed", "Olga", ""),
        ("reset_made", "Olga", "Ben"),
        ("reset_made", "The operator", "Ben"),
        ("password_changed", "Ben", ""),
        ("token_made", "The operator", f"{made.member.id} moderator"),
        ("token_removed", "The operator", made.member.id),
        ("member_removed", "The operator", "Ben"),
    ]
    networks = {record.network for _, record in wiring.security.page(member=OPERATOR, limit=20)}
    assert len(networks - {""}) == 1


def test_every_event_has_its_words() -> None:
    assert set(WORDS) == set(SecurityEvent)
