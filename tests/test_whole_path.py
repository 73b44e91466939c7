"""One comment, from the page to the webhook, through everything that `make run` starts."""

import json
import time
import uuid
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.receivers import Receiver
from tests.running import RunningParley

PAGE = "https://news.example.org/council-votes-for-night-trams"
COMMENT = {
    "thread_url": PAGE,
    "thread_title": "Council votes for night trams",
    "name": "Jane",
    "email": "jane.reader@example.com",
    "body": "My street has had no lamps since March, and now a tram. The mayor is an idiot; tell me so at "
    "jane.reader at example dot com.",
}


@pytest.fixture(scope="module")
def site(parley: RunningParley) -> str:
    """A site of these tests' own."""
    parley.cli("site", "add", "trams", "--origin", "https://news.example.org")
    return "trams"


def test_a_comment_is_posted_scored_held_reviewed_published_and_told(parley: RunningParley, site: str) -> None:
    here = f"/v1/sites/{site}"
    with Receiver() as receiver:
        secret = parley.cli("webhook", "add", "--site", site, receiver.url).split()[-1]
        token = parley.cli("token", "add", "--site", site, "--role", "moderator").split()[-1]
        bearer = {"Authorization": f"Bearer {token}"}

        status, receipt = parley.call("POST", f"{here}/comments", COMMENT, Idempotency_Key=str(uuid.uuid4()))
        assert (status, receipt["status"]) == (202, "held")

        _, queue = parley.call("GET", f"{here}/queue", **bearer)
        item = next(item for item in queue["items"] if item["id"] == receipt["id"])
        assert "toxic" in item["reasons"]
        assert item["scores"]["toxicity"] > 0.35
        assert any("idiot" in item["body"][span["begin"] : span["end"]] for span in item["spans"])

        decisions = f"{here}/comments/{item['id']}/decisions"
        status, decision = parley.call(
            "POST", decisions, {"outcome": "published", "version": item["version"]}, **bearer
        )
        assert (status, decision["outcome"]) == (201, "published")

        _, listed = parley.call("GET", f"{here}/comments?thread_url={PAGE}")
        assert [comment["id"] for comment in listed["items"]] == [item["id"]]

        held, published = receiver.wait_for(2)
        for webhook, kind in ((held, "comment.held"), (published, "comment.published")):
            headers = {name.lower(): value for name, value in webhook.headers.items()}
            assert Webhook(secret).verify(webhook.body.decode(), headers)["type"] == kind
            assert json.loads(webhook.body)["data"]["comment"]["id"] == item["id"]
    assert "jane.reader" not in parley.log.read_text()


def test_the_command_line_finds_what_runs(parley: RunningParley, site: str) -> None:
    assert "publish_below = 0.35" in parley.cli("site", "show", site)
    assert "hold_newcomers = false" in parley.cli("site", "set", site, "hold_newcomers=false")


def test_data_is_kept_between_runs(tmp_path: Path) -> None:
    parley = RunningParley(tmp_path / "data")
    _, receipt = parley.call("POST", "/v1/sites/demo/comments", COMMENT)
    assert parley.stop() == 0
    began = time.monotonic()
    parley.start()
    took = time.monotonic() - began
    token = parley.cli("token", "add", "--site", "demo").split()[-1]
    status, comment = parley.call("GET", f"/v1/sites/demo/comments/{receipt['id']}", Authorization=f"Bearer {token}")
    assert parley.stop() == 0
    assert (status, comment["status"]) == (200, "held")
    print(f"ready again in {took:.1f} s")
