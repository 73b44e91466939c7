"""The disk gets full under a whole Parley: what was accepted stays, the log says why, and with room it goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.test_hung_redis import DOOR, JSON, ask, comment
from tests.disks import fill, small_disk
from tests.processes import descendants, linux, timed, wait_for
from tests.running import RunningParley

pytestmark = [linux, timed]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "data", megabytes=24) as disk:
        yield disk


@pytest.fixture
def parley(disk: Path) -> Iterator[RunningParley]:
    parley = RunningParley(disk)
    parley.cli("site", "set", "demo", "hold_newcomers=false", "comments_per_minute=6000", "comments_burst=6000")
    yield parley
    parley.stop()


def ours(parley: RunningParley) -> set[int]:
    """Return the processes of the web server and the worker."""
    return {id for id, command in descendants(parley.process.pid).items() if "valkey" not in command}


def posted(parley: RunningParley) -> tuple[int, str]:
    answer = ask(parley, "POST", DOOR, comment(), JSON)
    return answer.status, json.loads(answer.body).get("id", "")


def test_what_was_accepted_stays_and_the_log_says_why_no_more_is(parley: RunningParley, disk: Path) -> None:
    token = parley.cli("token", "add", "--site", "demo").split()[-1]
    accepted = [id for status, id in (posted(parley) for _ in range(20)) if status in (201, 202)]
    assert len(accepted) == 20
    before = ours(parley)

    filler = fill(disk)
    statuses = []
    for _ in range(8):
        status, id = posted(parley)
        statuses.append(status)
        accepted += [id] if status in (201, 202) else []
        # Routes and statuses that were not counted yet need room in the metrics' files.
        for path in ("/", "/demo", "/docs", "/readyz", "/metrics", "/nowhere", "/v1/sites/none/comments", "/review/"):
            assert ask(parley, "GET", path).status != 500
    assert set(statuses) <= {201, 202, 503}
    assert 503 in statuses
    assert ask(parley, "GET", "/healthz").status == 200
    assert ours(parley) == before
    said = [json.loads(line) for line in parley.log.read_text().splitlines() if line.startswith("{")]
    causes = [str(line.get("cause")) for line in said if line["event"] in ("child_died", "unavailable")]
    assert any("full" in cause or "No space left" in cause for cause in causes), causes

    filler.unlink()
    wait_for(lambda: posted(parley)[0] in (201, 202), within=40)
    bearer = {"Authorization": f"Bearer {token}"}
    assert all(ask(parley, "GET", f"{DOOR}/{id}", headers=bearer).status == 200 for id in accepted)
    assert ours(parley) == before
