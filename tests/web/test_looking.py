"""Looking changes nothing: whoever follows a link, loads a picture or fetches ahead leaves the store as it was."""

from collections import Counter

import pytest
from flask.testing import FlaskClient

from service.processes.wiring import Wiring
from service.store.connection import Connection
from tests.routes import Routes

#: What counts readings, and the seconds since somebody was here, may change.
COUNTS = ("tried", ":pace:", ":attempts:")

#: How other sites' pages, mails and browsers by themselves come to ask.
CROSS_SITE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
AHEAD = {"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch"}
PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def routes(client: FlaskClient, wiring: Wiring) -> Routes:
    return Routes.of(client, wiring)


def stored(connection: Connection) -> dict[str, tuple[bytes, int]]:
    """Return all that is stored: each key's value, packed, and when it ends."""
    keys = sorted(key for key in connection.do("KEYS", "*") if not any(each in key for each in COUNTS))
    packed = [connection.do("EVAL", "return redis.sha1hex(redis.call('DUMP', KEYS[1]))", 1, key) for key in keys]
    ends = connection.pipe([("PEXPIRETIME", key) for key in keys])
    return dict(zip(keys, zip(packed, ends, strict=True), strict=True))


def test_no_get_changes_what_is_stored(routes: Routes, wiring: Wiring) -> None:
    askers = {
        "stranger": (routes.client, {}),
        "program": (routes.client, routes.bearer),
        "author": (routes.client, {"Parley-Author-Token": routes.author_token}),
        "owner": (routes.sign_in(wiring), {}),
    }
    before, came = stored(wiring.connection), Counter[str]()
    for rule, path in routes.rules("GET"):
        for who, (client, known) in askers.items():
            for how, query in ((CROSS_SITE, {}), (AHEAD, {}), (PAGE, {"fragment": "1"}), (SCRIPT, {})):
                asked = routes.query(rule) | query
                with client.get(path, query_string=asked, headers={**known, **how}) as answer:
                    assert answer.status_code < 500, path
                    came[rule.endpoint] += answer.status_code == 200
            assert who != "owner" or stored(wiring.connection) == before, path
    assert [rule.endpoint for rule, _ in routes.rules("GET") if not came[rule.endpoint]] == []


def test_a_comment_is_taken_by_a_button(routes: Routes, wiring: Wiring) -> None:
    desk, page = routes.sign_in(wiring), f"/review/demo/{routes.held}"
    shown = desk.get(page).text
    assert "Take it" in shown and not wiring.leases.held("demo")
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]
    foreign = desk.post(f"{page}/lease", data={"csrf_token": token}, headers=CROSS_SITE)
    assert foreign.status_code == 403 and not wiring.leases.held("demo")
    taken = desk.post(f"{page}/lease", data={"csrf_token": token})
    assert (taken.status_code, taken.headers["Location"]) == (303, page)
    assert [holder.name for holder in wiring.leases.held("demo").values()] == ["Olga"]
    assert "Yours until" in desk.get(page).text
