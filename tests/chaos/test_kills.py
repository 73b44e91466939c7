"""kill -9 of each process in turn while readers post: no accepted comment is lost, and no event."""

import itertools
import json
import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from tests.processes import timed
from tests.receivers import Receiver
from tests.running import RunningParley
from tests.scale import IS_LONG

pytestmark = timed

POSTS, ROUNDS, WRITERS = (1000, 2, 8) if IS_LONG else (150, 1, 3)

#: Seconds between two comments of a writer.
BREATH = 0.05

#: Seconds between two kills.
PAUSE = 1.5


def post(parley: RunningParley, number: int) -> str:
    """Post a comment as the page does: try again with the same key until it is accepted; return its id."""
    comment = {
        "thread_url": f"https://news.example.org/{number % 10}",
        "name": "Reader",
        "email": "reader@example.com",
        "body": f"Comment number {number} about the tram.",
    }
    # Writers leave the machine to the others: what is tested is what is lost, not how much comes in.
    time.sleep(BREATH)
    key = str(uuid.uuid4())
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert parley.process.poll() is None, parley.log.read_text()[-3000:]
        try:
            status, answer = parley.call("POST", "/v1/sites/demo/comments", comment, Idempotency_Key=key)
        except (urllib3.exceptions.HTTPError, json.JSONDecodeError):
            status = 0
        if status in (201, 202):
            return str(answer["id"])
        assert status in (0, 500, 502, 503), (status, answer)
        time.sleep(0.1)
    raise AssertionError("not accepted within a minute")


def kill_in_turn(parley: RunningParley) -> None:
    """Kill the web server, the worker and the embedded server, as often as there are rounds."""
    for name in ("web", "worker", "server") * ROUNDS:
        time.sleep(PAUSE)
        ends = time.monotonic() + 20
        while name not in parley.children():
            assert time.monotonic() < ends, f"the {name} was not started again"
            time.sleep(0.1)
        os.kill(parley.children()[name], signal.SIGKILL)


def test_no_accepted_comment_and_no_event_is_lost(tmp_path: Path) -> None:
    parley = RunningParley(tmp_path / "data", WEBHOOK_TIMEOUT="2")
    parley.cli("site", "set", "demo", "hold_newcomers=false", "comments_per_minute=6000", "comments_burst=6000")
    with Receiver() as receiver:
        parley.cli("webhook", "add", "--site", "demo", receiver.url)
        token = parley.cli("token", "add", "--site", "demo").split()[-1]
        accepted: list[str] = []
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            killing = pool.submit(kill_in_turn, parley)
            numbers = itertools.count()
            while len(accepted) < POSTS or not killing.done():
                batch = list(itertools.islice(numbers, WRITERS * 5))
                accepted += pool.map(lambda number: post(parley, number), batch)
            killing.result()

        # And the whole of it at once: what was accepted is there after it starts again.
        os.killpg(parley.process.pid, signal.SIGKILL)
        parley.process.wait()
        parley.start()

        assert len(set(accepted)) == len(accepted) >= POSTS
        bearer = {"Authorization": f"Bearer {token}"}
        assert all(parley.call("GET", f"/v1/sites/demo/comments/{id}", **bearer)[0] == 200 for id in accepted)

        ends = time.monotonic() + 150
        while len(told := {json.loads(request.body)["data"]["comment"]["id"] for request in receiver.requests}) < len(
            accepted
        ):
            assert time.monotonic() < ends, f"{len(told)} of {len(accepted)} comments were told of"
            time.sleep(0.2)
        assert told == set(accepted)
    assert parley.stop() == 0
