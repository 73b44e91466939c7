"""Redis stopped, not dead, under a whole Parley: everything is answered in time, and nothing is lost."""

import http.client
import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.core.people import Role
from tests.processes import timed, wait_for
from tests.receivers import Receiver
from tests.running import RunningParley

pytestmark = timed

#: Seconds within which everything is answered.
IN_TIME = 3.0

#: Readers who post all the time: more than the web server has threads.
READERS = 24


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: str
    seconds: float


def ask(
    parley: RunningParley, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Ask over a connection of its own."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", parley.port, timeout=30)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        return Answer(answer.status, dict(answer.getheaders()), text, time.monotonic() - begun)
    finally:
        connection.close()


def comment(**fields: Any) -> str:
    typed = {"thread_url": "https://news.example.org/tram", "name": "Reader", "email": "reader@example.com"}
    return json.dumps(typed | {"body": f"A good idea, {secrets.token_hex(4)}."} | fields)


def signed_in(parley: RunningParley) -> dict[str, str]:
    """Become the owner, and return the session's cookie."""
    inside = parley.wiring
    person = inside.access.join(inside.access.invite(Role.OWNER), name="Olga", password="a long enough one")
    secret = f"{person.id}.{secrets.token_urlsafe(32)}"
    inside.sessions.begin(person, secret, browser="", network="")
    return {"Cookie": f"parley_session={secret}"}


@pytest.fixture
def parley(tmp_path: Path) -> Iterator[RunningParley]:
    parley = RunningParley(tmp_path / "data", WEBHOOK_TIMEOUT="2")
    parley.cli("site", "set", "demo", "hold_newcomers=false", "comments_per_minute=6000", "comments_burst=6000")
    yield parley
    parley.stop()


DOOR = "/v1/sites/demo/comments"
JSON = {"Content-Type": "application/json"}


def test_everything_is_answered_in_time_while_redis_is_stopped(parley: RunningParley) -> None:
    token = parley.cli("token", "add", "--site", "demo").split()[-1]
    bearer, cookie = {"Authorization": f"Bearer {token}"}, signed_in(parley)
    asked: dict[str, tuple[str, str, str, dict[str, str]]] = {
        "post": ("POST", DOOR, comment(), JSON),
        "read": ("GET", f"{DOOR}?thread_url=https://news.example.org/tram", "", {}),
        "thread": ("GET", "/embed/v1/sites/demo/thread?thread_url=https://news.example.org/tram", "", {}),
        "page": ("GET", "/demo", "", {"Accept": "text/html"}),
        "desk": ("GET", "/review/demo", "", {"Accept": "text/html"} | cookie),
        "queue": ("GET", "/v1/sites/demo/queue", "", bearer),
        "next": ("POST", "/v1/sites/demo/queue/next", "{}", JSON | bearer),
        "ready": ("GET", "/readyz", "", {}),
        "metrics": ("GET", "/metrics", "", {}),
    }
    assert all(ask(parley, *each).status < 300 for each in asked.values())
    server, stopping, posts, health = parley.children()["server"], threading.Event(), [], []

    def reader() -> None:
        while not stopping.is_set():
            posts.append(ask(parley, "POST", DOOR, comment(), JSON))

    os.kill(server, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(READERS + len(asked)) as threads:
            reading = [threads.submit(reader) for _ in range(READERS)]
            answers = {name: threads.submit(ask, parley, *each) for name, each in asked.items()}
            begun = time.monotonic()
            while time.monotonic() - begun < 2 * IN_TIME:
                looked = time.monotonic() - begun
                health.append((looked, ask(parley, "GET", "/healthz")))
                # As often as an impatient orchestrator looks.
                time.sleep(0.1)
            stopping.set()
            [each.result() for each in reading]
        for name, each in answers.items():
            assert each.result().seconds < IN_TIME, name
            assert each.result().status == 503, (name, each.result())
            assert name == "ready" or int(each.result().headers["Retry-After"]) > 0
        assert {each.status for each in posts} == {503}
        assert max(each.seconds for each in posts) < IN_TIME
        assert all(each.status == 200 for _, each in health)
        assert max(each.seconds for _, each in health) < IN_TIME
        # Each thread may have waited for one time-out; from then on nobody is kept.
        assert max(each.seconds for looked, each in health if looked > IN_TIME) < 0.5
    finally:
        os.kill(server, signal.SIGCONT)
    wait_for(lambda: ask(parley, "GET", "/readyz").status == 200)
    wait_for(lambda: all(ask(parley, *each).status in (*range(200, 300), 409) for each in asked.values()))


def test_what_was_accepted_is_told_of_after_redis_went_on(parley: RunningParley) -> None:
    with Receiver() as receiver:
        parley.cli("webhook", "add", "--site", "demo", receiver.url)
        server = parley.children()["server"]
        accepted = []
        for _ in range(3):
            accepted.append(json.loads(ask(parley, "POST", DOOR, comment(), JSON).body)["id"])
            os.kill(server, signal.SIGSTOP)
            # Longer than the worker's calls last.
            time.sleep(3)
            os.kill(server, signal.SIGCONT)
            wait_for(lambda: ask(parley, "GET", "/readyz").status == 200)

        def told() -> set[str]:
            return {json.loads(each.body)["data"]["comment"]["id"] for each in receiver.requests}

        wait_for(lambda: told() == set(accepted), within=40)
