"""Sessions at the desk: signing out ends them, nothing forges one, strangers make none; one sees and ends one's own."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from pydantic import SecretStr

from config.settings import Settings
from service.adapters.sealing import derive
from service.core.errors import InvalidChange
from service.core.people import Member, Role
from service.processes.web_app import create_app
from service.processes.wiring import Wiring, fresh_id
from service.store.keys import session
from service.store.sessions import digest_of
from tests.servers import AnyServer
from tests.web.test_bounds import NASTY
from tests.web.test_desk import SCRIPT, post, token
from tests.web.test_pages import BROWSER, PASSWORD, RUDE, hidden

HOUR = 3_600_000
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


#: Hashed once: a hash takes its time.
HASHED = PasswordHasher().hash(PASSWORD)


def seat(client: FlaskClient, wiring: Wiring, name: str = "Olga", role: Role = Role.OWNER) -> FlaskClient:
    """Let *client* be signed in as *name*, in a session of its own."""
    person = wiring.registry.person_named(name) or Member(fresh_id("m"), name, role, secret=HASHED)
    with suppress(InvalidChange):
        wiring.registry.add_person(person, check=lambda *_: None)
    secret = f"{person.id}.{token_urlsafe(32)}"
    wiring.sessions.begin(person, secret, browser="Opera on iPad", network="another")
    client.set_cookie("parley_session", secret)
    client.set_cookie("parley_browser", known_as(person, wiring))
    return client


def known_as(person: Member, wiring: Wiring) -> str:
    """Return the cookie of a browser in which *person* signed in."""
    signed = f"{person.id} {person.credential} {'n' * 22}".encode()
    mark = hmac.digest(derive(wiring.cookie_key, purpose="browser"), signed, hashlib.sha256)
    return f"{person.id}.{'n' * 22}.{urlsafe_b64encode(mark).decode().rstrip('=')}"


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    return seat(client, wiring)


def other(client: FlaskClient, wiring: Wiring, name: str = "Olga", role: Role = Role.OWNER) -> FlaskClient:
    """Return another browser in which *name* is signed in."""
    return seat(client.application.test_client(), wiring, name, role)


def cookie(client: FlaskClient, name: str = "parley_session") -> str:
    found = client.get_cookie(name)
    return found.decoded_value if found else ""


def keys(wiring: Wiring, pattern: str = "session*") -> set[str]:
    return set(wiring.connection.do("KEYS", f"parley:*{pattern}"))


def sign_in(client: FlaskClient, name: str = "Olga", **headers: str) -> FlaskClient:
    sent = {"name": name, "password": PASSWORD, **hidden(client.get("/review/sign-in").text)}
    assert client.post("/review/sign-in", data=sent, headers=headers).status_code == 303
    return client


def ends(wiring: Wiring, client: FlaskClient, *, ago: int = HOUR, field: str = "seen") -> None:
    """Let the session's time pass."""
    key = session(digest_of(cookie(client)))
    wiring.connection.do("HSET", key, field, int(wiring.connection.do("HGET", key, field)) - ago)


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(desk: FlaskClient, wiring: Wiring) -> None:
    kept = cookie(desk)
    desk.post("/review/sign-out", data={"csrf_token": token(desk)})
    assert cookie(desk) == ""
    desk.set_cookie("parley_session", kept)
    assert desk.get("/review/demo").status_code == 303
    assert keys(wiring, "session:*") == set()


def test_a_session_ends_after_an_hour_unused_and_after_twelve(desk: FlaskClient, wiring: Wiring) -> None:
    ends(wiring, desk, ago=HOUR - 60_000)
    assert desk.get("/review/demo/pulse", headers=SCRIPT).status_code == 200
    # The desk's script asks by itself: that is no use.
    ends(wiring, desk, ago=60_000)
    assert desk.get("/review/demo/pulse", headers=SCRIPT).status_code == 401
    seat(desk, wiring)
    for _ in range(2):
        ends(wiring, desk, ago=HOUR - 60_000)
        assert desk.get("/review/demo").status_code == 200
    ends(wiring, desk, ago=12 * HOUR, field="began")
    assert desk.get("/review/demo").status_code == 303


def test_no_key_forges_a_session(client: FlaskClient, wiring: Wiring, tmp_path: Path) -> None:
    """Cookies as Flask signs them, with whatever key is on the disk; and the digest that a copy of Redis has."""
    desk = other(client, wiring)
    assert client.application.secret_key is None
    (olga,) = wiring.registry.people()
    serve = SecureCookieSessionInterface()
    for file in [*(tmp_path / "keys").iterdir()]:
        key = wiring.cookie_key if file.name == "cookies" else file.read_bytes()
        for secret in (key, hmac.digest(key, b"derive:session", hashlib.sha256)):
            client.application.secret_key = secret
            signer = serve.get_signing_serializer(client.application)
            assert signer is not None
            client.set_cookie("parley_session", signer.dumps({"person": olga.id, "csrf": "x"}))
            assert client.get("/review/demo").status_code == 303
    client.application.secret_key = None
    assert len(list((tmp_path / "keys").iterdir())) == 3
    digest = digest_of(cookie(desk))
    for forged in (digest, f"{olga.id}.{digest[:43]}", olga.id, f"{olga.id}.{'x' * 43}", "x" * 4000):
        client.set_cookie("parley_session", forged)
        assert client.get("/review/demo").status_code == 303


def test_a_token_that_an_older_key_signed_is_worth_nothing(client: FlaskClient, wiring: Wiring, tmp_path: Path) -> None:
    page = client.get("/review/sign-in").text
    (tmp_path / "keys" / "cookies").unlink()
    rotated = create_app(Wiring(wiring.settings)).test_client()
    rotated.set_cookie("parley_form", cookie(client, "parley_form"))
    answer = rotated.post("/review/sign-in", data={"name": "x", "password": "y", **hidden(page)})
    assert (answer.status_code, "too old" in answer.text) == (403, True)


def test_strangers_make_no_key_that_is_kept(client: FlaskClient, wiring: Wiring) -> None:
    before = keys(wiring, "")
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    invitation = keys(wiring, "") - before
    for path in ("/", "/demo", "/review/", "/review/sign-in", link, "/review/-/resets/x", "/v1/sites/demo/comments"):
        for _ in range(3):
            client.application.test_client().get(path)
    assert keys(wiring, "") == before | invitation
    assert "Set-Cookie" not in client.get("/demo").headers
    wrong = {"name": "Nobody", "password": "x", **hidden(client.get("/review/sign-in").text)}
    assert client.post("/review/sign-in", data=wrong).status_code == 422
    new = keys(wiring, "") - before - invitation
    # The security log's part for strangers is bounded.
    assert {key.split(":")[2] for key in new} == {"attempts", "security"}
    assert all(0 < wiring.connection.do("PTTL", key) <= 60_000 for key in new if "attempts" in key)


def test_the_store_has_no_secret_address_or_free_text(desk: FlaskClient, wiring: Wiring) -> None:
    sign_in(desk, **{"User-Agent": "Firefox/1 ana@example.com " * 100})
    kept = wiring.connection.do("HGETALL", session(digest_of(cookie(desk))))
    assert kept["browser"] == "Firefox"
    assert cookie(desk).partition(".")[2] not in str(kept)
    assert "127.0.0.1" not in str(kept) and "example.com" not in str(kept)
    assert len(str(kept)) < 500


def test_signing_in_begins_another_session_and_ends_the_one_before(desk: FlaskClient) -> None:
    kept = cookie(desk)
    old_token = token(desk)
    sign_in(desk)
    assert cookie(desk) != kept
    assert token(desk) != old_token
    thief = desk.application.test_client()
    thief.set_cookie("parley_session", kept)
    assert thief.get("/review/demo").status_code == 303


def test_under_https_cookies_are_this_hosts_alone_and_browsers_are_told_to_insist(
    wiring: Wiring, valkey: AnyServer, tmp_path: Path
) -> None:
    public = "https://comments.example.org"
    settings = Settings(redis_url=SecretStr(valkey.url), parley_data=tmp_path, public_url=public)  # type: ignore[arg-type]
    secure = create_app(Wiring(settings)).test_client()
    asked: dict[str, Any] = {"base_url": public}
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    page = secure.get(link, **asked)
    sent = {"name": "Olga", "password": PASSWORD, **hidden(page.text)}
    joined = secure.post(link, data=sent, headers={"Origin": public}, **asked)
    given = page.headers.getlist("Set-Cookie") + joined.headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in given} == {
        "__Host-parley_form",
        "__Host-parley_session",
        "__Host-parley_browser",
    }
    for line in given:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; ")) and "Domain" not in line
    assert secure.get("/review/demo", **asked).status_code == 200
    for path in ("/", "/v1/sites/demo/threads/x", "/healthz"):
        assert secure.get(path, **asked).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_in_the_clear_nothing_insists_on_https(desk: FlaskClient) -> None:
    answer = desk.get("/review/demo")
    assert "Strict-Transport-Security" not in answer.headers
    assert cookie(desk)


def commands(wiring: Wiring, ask: Callable[[], Any]) -> dict[str, int]:
    """Return how often the store ran which command meanwhile, those of our own scripts apart."""
    wiring.connection.do("CONFIG", "RESETSTAT")
    ask()
    stats = wiring.connection.do("INFO", "commandstats")
    return {name.removeprefix("cmdstat_"): int(value["calls"]) for name, value in stats.items()}


def test_a_page_of_the_desk_reads_the_session_once_and_writes_nothing(
    desk: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    url = "/review/demo/pulse?since=0"
    desk.get(url, headers=SCRIPT)
    before = wiring.connection.do("HGETALL", session(digest_of(cookie(desk))))
    ran = commands(wiring, lambda: desk.get(url, headers=SCRIPT))
    # The session, and the site.
    assert ran["hmget"] == 2 and not {"hset", "set", "pexpire"} & set(ran)
    assert wiring.connection.do("HGETALL", session(digest_of(cookie(desk)))) == before
    call = "/v1/sites/demo/queue/counts"
    stranger = desk.application.test_client()
    # The first use of a token is noted.
    stranger.get(call, headers=bearer)
    ran, plain = (commands(wiring, lambda it=it: it.get(call, headers=bearer)) for it in (desk, stranger))  # type: ignore[misc]
    assert ran == plain


def test_one_sees_where_one_is_signed_in_and_signs_out_there(desk: FlaskClient, wiring: Wiring) -> None:
    first, second = sign_in(desk.application.test_client(), **FIREFOX), other(desk, wiring)
    ben = other(desk, wiring, "Ben", Role.VIEWER)
    page = desk.get("/review/-/account").text
    assert page.count("Sign out there") == 2
    assert "Firefox on Linux" in page
    assert cookie(first) not in page
    handle = digest_of(cookie(first))[:16]
    for path in (f"/review/-/account/sessions/{handle}/end", "/review/-/account/sessions/end"):
        assert ben.post(path, data={"csrf_token": token(ben)}).status_code == 303
    assert first.get("/review/demo").status_code == 200
    answer = desk.post(f"/review/-/account/sessions/{handle}/end", data={"csrf_token": token(desk)})
    assert "Signed out there." in desk.get(answer.headers["Location"]).text
    assert [browser.get("/review/demo").status_code for browser in (first, second, desk, ben)] == [303, 200, 200, 200]
    third = other(desk, wiring)
    desk.post("/review/-/account/sessions/end", data={"csrf_token": token(desk)})
    assert [browser.get("/review/demo").status_code for browser in (second, third, desk, ben)] == [303, 303, 200, 200]
    assert "Sign out everywhere else" not in desk.get("/review/-/account").text


def test_whoever_is_removed_is_out_at_once_everywhere(desk: FlaskClient, wiring: Wiring) -> None:
    bens = [other(desk, wiring, "Ben", Role.MODERATOR) for _ in range(2)]
    wiring.registry.remove_person("Ben")
    assert {browser.get("/review/demo").status_code for browser in bens} == {303}
    assert desk.get("/review/demo").status_code == 200


def test_whatever_is_sent_to_ones_account_is_answered(desk: FlaskClient, wiring: Wiring) -> None:
    desk.application.testing = False
    for nasty in NASTY:
        seat(desk, wiring)
        fields = {"csrf_token": token(desk)}
        answers = [
            desk.post("/review/-/account/resets", data=fields | {"name": nasty}),
            desk.post(f"/review/-/account/sessions/{quote(nasty, safe='')}/end", data=fields),
            desk.get(f"/review/-/resets/{quote(nasty, safe='')}"),
            desk.post(f"/review/-/resets/{quote(nasty, safe='')}", data=fields | {"password": nasty}),
        ]
        stranger = desk.application.test_client()
        for name in ("parley_session", "parley_form", "parley_browser"):
            stranger.set_cookie(name, nasty[:3000])
        answers.append(stranger.get("/review/sign-in"))
        answers.append(stranger.post("/review/sign-in", data={"csrf_token": nasty, "again_path": nasty}))
        assert {answer.status_code for answer in answers} <= {200, 303, 308, 403, 404, 405, 410, 422}, nasty


# A form whose session had ended


def sent(page: str) -> dict[str, str]:
    """Return the fields of a comment's decisions, with a note that somebody typed."""
    typed = {"outcome": "rejected", "rule": "1", "note": "See ana@example.com.\nThe third time.", "public_reason": ""}
    return hidden(page[page.index("/decisions") :]) | typed


def again(client: FlaskClient, page: str, **typed: str) -> Any:
    return client.post("/review/sign-in", data=hidden(page) | {"password": PASSWORD} | typed)


def test_a_form_whose_session_had_ended_waits_for_the_sign_in_and_is_sent_only_then(
    desk: FlaskClient, wiring: Wiring
) -> None:
    id = post(desk, RUDE["body"])
    url = f"/review/demo/{id}"
    fields = sent(desk.get(url).text)
    ends(wiring, desk)
    door = desk.post(f"{url}/decisions", data=fields, headers=BROWSER)
    assert (door.status_code, "Your session has ended." in door.text) == (401, True)
    assert 'value="Olga"' in door.text
    wrong = again(desk, door.text, name="Olga", password="wrong")
    assert wrong.status_code == 422
    shown = again(desk, wrong.text, name="Olga")
    assert shown.status_code == 200
    assert "nothing was done yet" in shown.text and "The third time." in shown.text
    assert "ana@example.com" not in door.text + wrong.text + shown.text
    assert wiring.queue.find("demo", id).version == 1
    confirmed = hidden(shown.text) | {"note": "The third time.", "public_reason": ""}
    assert (confirmed["outcome"], confirmed["rule"], confirmed["version"]) == ("rejected", "1", "1")
    action = re.search(r'<form class="parley-form" method="post" action="([^"]+)"', shown.text)
    assert action and action[1] == f"{url}/decisions"
    # Ended by hand, somewhere else, between the page and its button.
    wiring.connection.do("DEL", session(digest_of(cookie(desk))))
    assert desk.post(action[1], data=confirmed, headers=BROWSER).status_code == 401
    seat(desk, wiring)
    confirmed["csrf_token"] = token(desk)
    assert desk.post(action[1], data=confirmed, headers=BROWSER).status_code == 303
    assert wiring.queue.decisions("demo", id)[-1].note == "The third time."


def test_nobody_else_gets_to_see_or_send_it(desk: FlaskClient, wiring: Wiring) -> None:
    other(desk, wiring, "Ben", Role.MODERATOR)
    id = post(desk, RUDE["body"])
    fields = sent(desk.get(f"/review/demo/{id}").text)
    ends(wiring, desk)
    door = desk.post(f"/review/demo/{id}/decisions", data=fields, headers=BROWSER)
    answer = again(desk, door.text, name="Ben")
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"]).text
    assert "somebody else was about to send" in page and "The third time." not in page


def test_a_form_of_another_sites_page_is_not_carried(desk: FlaskClient, wiring: Wiring) -> None:
    id = post(desk, RUDE["body"])
    url = f"/review/demo/{id}/decisions"
    fields = sent(desk.get(f"/review/demo/{id}").text)
    ends(wiring, desk)
    for attack in (
        {"headers": {"Origin": "https://evil.example"}, "data": fields},
        {"headers": {"Sec-Fetch-Site": "cross-site"}, "data": fields},
        {"data": fields | {"csrf_token": "guess"}},
        {"data": {"outcome": "rejected", "version": "1"}},
    ):
        answer = desk.post(url, **attack)  # type: ignore[arg-type]
        assert (answer.status_code, "The third time." in answer.text) == (403, False)
    # What a sign-in carries is shown, never sent; and only to the desk's own paths.
    page = hidden(desk.get("/review/sign-in").text)
    (olga,) = wiring.registry.people()
    for path in ("https://evil.example/", "//evil.example/a", "/review/../v1", "/v1/sites/demo/comments", "/review/a"):
        carried = page | {"again_path": path, "again_as": olga.id, "again:note": "x", "name": "Olga"}
        answer = desk.post("/review/sign-in", data=carried | {"password": PASSWORD})
        assert (answer.status_code, "evil" in answer.text) == (303, False)
        page = hidden(desk.get("/review/sign-in").text)
    assert wiring.queue.find("demo", id).version == 1


def test_a_form_of_a_tab_that_was_open_before_is_shown_again_and_not_sent(desk: FlaskClient, wiring: Wiring) -> None:
    id = post(desk, RUDE["body"])
    url = f"/review/demo/{id}/decisions"
    fields = sent(desk.get(f"/review/demo/{id}").text)
    seat(desk, wiring)
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    shown = desk.post(url, data=fields, headers=BROWSER | ours)
    assert (shown.status_code, "The third time." in shown.text, "ana@" in shown.text) == (403, True, False)
    script = desk.post(url, data=fields, headers=SCRIPT | ours)
    assert (script.status_code, script.json["type"]) == (403, "urn:parley:PageTooOld")
    now = desk.get("/review/sign-in", headers=SCRIPT).json
    assert (now["name"], now["csrf_token"]) == ("Olga", hidden(shown.text)["csrf_token"])
    for foreign in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert "The third time." not in desk.post(url, data=fields, headers=BROWSER | foreign).text
    assert wiring.queue.find("demo", id).version == 1
    answer = desk.post(url, data=hidden(shown.text) | {"note": "The third time."}, headers=BROWSER | ours)
    assert answer.status_code == 303


def test_what_is_carried_is_bounded_and_has_no_password(desk: FlaskClient, wiring: Wiring) -> None:
    fields = {"csrf_token": token(desk), "old": "old secret", "password": "new secret"}
    batch = [("csrf_token", fields["csrf_token"]), ("outcome", "spam"), ("note", "x" * 100_001)]
    ends(wiring, desk)
    changed = desk.post("/review/-/account/password", data=fields)
    assert (changed.status_code, "secret" in changed.text) == (303, False)
    pairs = {"csrf_token": fields["csrf_token"], "outcome": "spam", "pick": [f"c_{n} 1" for n in range(901)]}
    for long in (dict(batch), pairs):
        refused = desk.post("/review/demo/batches/", data=long)
        assert (refused.status_code, "too long to be kept here" in refused.text) == (401, True)
        assert "xxx" not in refused.text and "again:" not in refused.text
    pairs["pick"] = pairs["pick"][:200]
    door = desk.post("/review/demo/batches/", data=pairs)
    assert (door.status_code, door.text.count('name="again:pick"')) == (401, 200)


def test_the_desks_script_signs_in_where_it_is(desk: FlaskClient, wiring: Wiring) -> None:
    id = post(desk, RUDE["body"])
    ends(wiring, desk)
    form: dict[str, Any] = {"outcome": "rejected", "version": "1"}
    old = desk.get("/review/sign-in", headers=SCRIPT).json["csrf_token"]
    refused = desk.post(f"/review/demo/{id}/decisions", data=form | {"csrf_token": old}, headers=SCRIPT)
    assert (refused.status_code, refused.json["title"]) == (401, "Not signed in")
    typed = {"csrf_token": old, "name": "Olga", "password": "wrong"}
    wrong = desk.post("/review/sign-in", data=typed, headers=SCRIPT)
    assert (wrong.status_code, wrong.json["detail"]) == (401, "The name or the password is not right.")
    new = desk.post("/review/sign-in", data=typed | {"password": PASSWORD}, headers=SCRIPT).json["csrf_token"]
    assert new != old and cookie(desk)
    made = desk.post(f"/review/demo/{id}/decisions", data=form | {"csrf_token": new}, headers=SCRIPT)
    assert made.status_code == 201


def test_what_happened_is_told_once_and_waits_in_the_session(desk: FlaskClient, wiring: Wiring) -> None:
    id = post(desk, RUDE["body"])
    page = desk.get(f"/review/demo/{id}").text
    desk.post(f"/review/demo/{id}/redact", data=hidden(page[page.index("/redact") :]) | {"words": "ana@example.com"})
    stored = wiring.connection.do("HGET", session(digest_of(cookie(desk))), "told")
    assert "These words are not in the comment" in stored and "ana@" not in stored
    assert "These words are not in the comment" in desk.get("/review/demo").text
    assert "These words are not in the comment" not in desk.get("/review/demo").text
