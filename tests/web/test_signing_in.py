"""Signing in: the right person gets in whoever guesses, and a password is changed, or set anew by a link."""

import re
from dataclasses import replace
from threading import BoundedSemaphore

import pytest
from flask.testing import FlaskClient

from service.cli import cli
from service.core.people import Role
from service.processes.wiring import Wiring
from service.use_cases import access
from service.use_cases.access import RATES, TRIES_OF_NAME, TRIES_OF_NETWORK, tries_of
from tests.web.test_desk import token
from tests.web.test_pages import PASSWORD, hidden
from tests.web.test_sessions import cookie, keys, other, seat

OTHER = "trams at night are late"


@pytest.fixture(autouse=True)
def slow_paces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no try become free again while a test hashes passwords."""
    slow = tuple(replace(rate, per_minute=rate.per_minute / 60) for rate in RATES)
    monkeypatch.setattr("service.use_cases.access.RATES", slow)


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    return seat(client, wiring)


def sign_in(client: FlaskClient, password: str, *, name: str = "Olga", address: str = "127.0.0.1") -> int:
    sent = {"name": name, "password": password, **hidden(client.get("/review/sign-in").text)}
    return client.post("/review/sign-in", data=sent, environ_overrides={"REMOTE_ADDR": address}).status_code


def tried(wiring: Wiring, times: int, *, name: str, network: str) -> None:
    for n in range(times):
        whence = wiring.fingerprints.of(network.format(n), site="", purpose="session")
        wiring.access.pace.wait_to_sign_in(tries_of(name.format(n), whence), access.RATES)


def test_a_stranger_who_guesses_keeps_the_right_person_out_of_nothing(desk: FlaskClient, wiring: Wiring) -> None:
    stranger = desk.application.test_client()
    for _ in range(2):
        assert sign_in(stranger, "wrong", address="203.0.113.9") == 422
    tried(wiring, 10, name="Olga", network="203.0.113.9/32")
    assert sign_in(stranger, "wrong", address="203.0.113.9") == 429
    assert sign_in(desk.application.test_client(), PASSWORD) == 303


def test_a_copy_of_the_data_does_not_tell_whence_somebody_tried(desk: FlaskClient, wiring: Wiring) -> None:
    sign_in(desk.application.test_client(), "wrong", address="203.0.113.9")
    kept = {key.rpartition(":")[2] for key in keys(wiring, "attempts:*")}
    both, network, name = tries_of("Olga", "203.0.113.9/32")
    assert name in kept and not {both, network} & kept


def test_under_a_flood_of_guesses_the_page_says_how_many_seconds(desk: FlaskClient, wiring: Wiring) -> None:
    tried(wiring, TRIES_OF_NAME.at_once, name="Olga", network="network {}")
    stranger = desk.application.test_client()
    sent = {"name": "Olga", "password": PASSWORD, **hidden(stranger.get("/review/sign-in").text)}
    answer = stranger.post("/review/sign-in", data=sent)
    assert (answer.status_code, "then try again" in answer.text) == (429, True)
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    assert 'value="Olga"' in answer.text


def test_a_browser_that_was_signed_in_passes_and_only_as_its_own_person(desk: FlaskClient, wiring: Wiring) -> None:
    ben = other(desk, wiring, "Ben", Role.MODERATOR)
    assert [sign_in(desk, PASSWORD), sign_in(ben, PASSWORD, name="Ben")] == [303, 303]
    desk.post("/review/sign-out", data={"csrf_token": token(desk)})
    tried(wiring, TRIES_OF_NETWORK.at_once, name="N{}", network="127.0.0.1/32")
    for browser, expected in ((desk, 303), (ben, 429), (desk.application.test_client(), 429)):
        assert sign_in(browser, PASSWORD) == expected
    forged = desk.application.test_client()
    known = cookie(desk, "parley_browser")
    for changed in (known[:-1] + "x", known.replace(known[:6], cookie(ben, "parley_browser")[:6]), "x" * 100):
        if changed != known:
            forged.set_cookie("parley_browser", changed)
            assert sign_in(forged, PASSWORD) == 429
    wiring.access.change_password(wiring.registry.person_named("Olga"), old=PASSWORD, new=OTHER)  # type: ignore[arg-type]
    assert sign_in(desk, OTHER) == 429


def test_a_weak_password_is_refused_in_a_sentence_where_one_chooses_it(client: FlaskClient, wiring: Wiring) -> None:
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    for weak in ("1234567890", "harbour line"):
        answer = client.post(link, data={"name": "Olga", "password": weak, **hidden(client.get(link).text)})
        assert (answer.status_code, "among the first that are guessed" in answer.text) == (422, True)
    answer = client.post(link, data={"name": "Olga", "password": PASSWORD, **hidden(client.get(link).text)})
    assert answer.status_code == 303


def test_where_a_password_is_chosen_a_crowd_is_told_to_wait_and_keeps_its_form(
    desk: FlaskClient, wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = "/review/-/account"
    links = [
        wiring.invitation(Role.VIEWER).removeprefix(wiring.url.rstrip("/")),
        f"/review/-/resets/{wiring.access.offer_reset('Olga')}",
        f"{account}/password",
    ]
    pages = [desk.application.test_client(), desk.application.test_client(), desk]
    sent = {"name": "Carla", "old": PASSWORD, "password": OTHER}
    forms = [
        sent | {"csrf_token": hidden(client.get(link.replace("/password", "")).text)["csrf_token"]}
        for client, link in zip(pages, links, strict=True)
    ]
    crowd = BoundedSemaphore(1)
    crowd.acquire()
    monkeypatch.setattr(access, "_hashing", crowd)
    for client, link, form in zip(pages, links, forms, strict=True):
        answer = client.post(link, data=form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
        assert "Wait a second, then try again." in answer.text
        assert 'type="password"' in answer.text
        assert ('value="Carla"' in answer.text) == (link == links[0])
    crowd.release()
    assert pages[0].post(links[0], data=forms[0]).status_code == 303


def test_changing_ones_password_keeps_this_browser_and_ends_the_others(desk: FlaskClient, wiring: Wiring) -> None:
    elsewhere, kept, before = other(desk, wiring), cookie(desk), desk.get("/review/-/account").text
    path, fields = "/review/-/account/password", {"csrf_token": hidden(before)["csrf_token"]}
    wrong = desk.post(path, data=fields | {"old": "wrong", "password": OTHER})
    assert (wrong.status_code, "not the password that you have now" in wrong.text) == (422, True)
    weak = desk.post(path, data=fields | {"old": PASSWORD, "password": "1234567890"})
    assert (weak.status_code, "among the first that are guessed" in weak.text) == (422, True)
    assert elsewhere.get("/review/demo").status_code == 200
    changed = desk.post(path, data=fields | {"old": PASSWORD, "password": OTHER})
    assert "Your password is changed." in desk.get(changed.headers["Location"]).text
    assert elsewhere.get("/review/demo").status_code == 303
    assert cookie(desk) != kept
    thief = desk.application.test_client()
    thief.set_cookie("parley_session", kept)
    assert thief.get("/review/demo").status_code == 303
    assert [sign_in(desk.application.test_client(), each) for each in (PASSWORD, OTHER)] == [422, 303]


def test_an_owners_link_sets_a_password_anew_once(desk: FlaskClient, wiring: Wiring) -> None:
    ben = other(desk, wiring, "Ben", Role.MODERATOR)
    path = "/review/-/account/resets"
    assert ben.post(path, data={"csrf_token": token(ben), "name": "Olga"}).status_code == 403
    assert "Somebody forgot theirs" not in ben.get("/review/-/account").text
    nobody = desk.post(path, data={"csrf_token": token(desk), "name": "Nobody"})
    assert (nobody.status_code, "There is no moderator" in nobody.text) == (422, True)
    made = desk.post(path, data={"csrf_token": token(desk), "name": "Ben"})
    found = re.search(r"http://localhost(/review/-/resets/[\w-]{43})", made.text)
    assert made.status_code == 201 and found
    assert made.headers["Cache-Control"] == "no-store"
    link, browser = found[1], desk.application.test_client()
    page = browser.get(link).text
    assert "A new password for <bdi>Ben</bdi>" in page
    weak = browser.post(link, data={"password": "1234567890", **hidden(page)})
    assert (weak.status_code, ben.get("/review/demo").status_code) == (422, 200)
    assert browser.post(link, data={"password": OTHER}).status_code == 403
    done = browser.post(link, data={"password": OTHER, **hidden(page)})
    assert (done.status_code, browser.get("/review/demo").status_code) == (303, 200)
    assert ben.get("/review/demo").status_code == 303
    spent = browser.get(link, headers={"Accept": "text/html"})
    assert spent.status_code == 410
    assert "This link has been used, or is older than fifteen minutes. Ask for a new one." in spent.text


def test_when_the_only_owner_forgot_it_whoever_runs_parley_makes_a_link(client: FlaskClient, wiring: Wiring) -> None:
    seat(client, wiring)
    client.delete_cookie("parley_session")
    link = wiring.new_password("olga").removeprefix(wiring.url.rstrip("/"))
    browser = client.application.test_client()
    assert browser.post(link, data={"password": OTHER, **hidden(browser.get(link).text)}).status_code == 303
    assert browser.get("/review/demo").status_code == 200
    assert "reset" in cli.commands["moderator"].commands  # type: ignore[attr-defined]


def test_a_cookie_that_is_made_up_names_nobody_and_has_no_form_read(desk: FlaskClient, wiring: Wiring) -> None:
    olga = wiring.registry.person_named("Olga")
    assert olga is not None
    forger = desk.application.test_client()
    forger.set_cookie("parley_session", f"{olga.id}.{'A' * 43}")
    form = hidden(forger.get("/review/sign-in").text) | {"note": "Typed by nobody."}
    page = forger.post("/review/demo/c_1/decisions", data=form)
    assert page.status_code == 401
    assert "Olga" not in page.text and "Typed by nobody." not in page.text
    carried = {"again_path": "/review/demo/c_1/decisions", "again_as": olga.id, "again:note": "Typed by nobody."}
    page = forger.post("/review/sign-in", data=form | carried | {"name": "x", "password": "y"})
    assert "Typed by nobody." not in page.text


def test_where_to_go_on_is_a_path_that_can_be_sent(desk: FlaskClient) -> None:
    for odd in ("/review/demo?x=\r\nA:b", "/review/\t/evil", "/review/\u2028x", "//evil.example", "/review/\\evil"):
        browser = desk.application.test_client()
        sent = {"name": "Olga", "password": PASSWORD, **hidden(browser.get("/review/sign-in").text), "next": odd}
        answer = browser.post("/review/sign-in", data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/review/"), odd
