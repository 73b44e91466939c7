"""Moderators at the desk of a running Parley, for the browser's tests."""

import itertools
from collections.abc import Iterable, Sequence

from playwright.sync_api import Page, expect

from service.core.comment import Outcome
from service.core.listing import Listing
from service.core.people import Role
from service.processes.wiring import fresh_id
from service.use_cases.submit import Intake
from tests import filling
from tests.running import RunningParley
from tests.scorers import SafeScorer
from tests.submissions import submission

DESKTOP = {"width": 1280, "height": 860}
PASSWORD = "correct horse battery"
SITE = "demo"

_numbers = itertools.count()


def post(parley: RunningParley, body: str, *, name: str = "Jane", thread: str = "") -> str:
    """Post a comment by API, in a thread of its own so that nothing was said before; return its id."""
    comment = {
        "thread_url": f"{parley.url}/demo",
        "thread_id": thread or f"thread {next(_numbers)}",
        "thread_title": "Night trams",
        "name": name,
        "email": f"{name.lower()}.hidden@example.com",
        "body": body,
    }
    status, receipt = parley.call("POST", f"/v1/sites/{SITE}/comments", comment)
    assert status in (201, 202), receipt
    return str(receipt["id"])


def join(page: Page, link: str, name: str) -> Page:
    """Take up an invitation in *page*."""
    page.goto(link)
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    expect(page.locator(".desk-list")).to_be_attached()
    return page


def desk(page: Page, parley: RunningParley, query: str = "") -> Page:
    """Open the desk's list; with its script, once its first comment is current."""
    page.goto(f"{parley.url}/review/{SITE}{query}")
    return page


def current(page: Page) -> str:
    """Return the id of the current comment."""
    return page.locator(".desk-card[aria-current]").get_attribute("id") or ""


def press(page: Page, keys: Iterable[str]) -> None:
    """Press *keys*, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def fill(parley: RunningParley, texts: Sequence[str]) -> list[str]:
    """Let so many comments wait, each by another author in a thread of its own; return their ids."""
    inside = parley.wiring
    intake = Intake(inside.queue, SafeScorer(), inside.sealing, inside.fingerprints, fresh_id)
    typed = [
        submission(text, name=f"N{n}", thread_url=f"{parley.url}/demo", thread_id=f"thread {next(_numbers)}")
        for n, text in enumerate(texts)
    ]
    return filling.hold(intake, inside.connection, typed, site=inside.registry.site(SITE))


def empty(parley: RunningParley) -> None:
    """Decide whatever waits, so that the next test begins with nothing: all at once, then what somebody has open."""
    bearer, here = token(parley), f"/v1/sites/{SITE}"
    found = {"filter": {"list": Listing.WAITING}, "outcome": Outcome.REJECTED}
    _, batch = parley.call("POST", f"{here}/batches", found, **bearer)
    while batch.get("state") == "running":
        _, batch = parley.call("GET", f"{here}/batches/{batch['id']}", **bearer)
    while items := parley.call("GET", f"{here}/queue?limit=100", **bearer)[1]["items"]:
        for item in items:
            parley.call("POST", f"{here}/comments/{item['id']}/decisions", {"outcome": Outcome.REJECTED}, **bearer)


_tokens: dict[str, dict[str, str]] = {}


def token(parley: RunningParley) -> dict[str, str]:
    """Return a moderator's token as a header."""
    if parley.url not in _tokens:
        secret = parley.wiring.access.add_token("Robot", Role.MODERATOR, site=SITE)
        _tokens[parley.url] = {"Authorization": f"Bearer {secret}"}
    return _tokens[parley.url]


def outcome(parley: RunningParley, id: str) -> str:
    """Return where a comment stands, by API."""
    return str(parley.call("GET", f"/v1/sites/{SITE}/comments/{id}", **token(parley))[1]["status"])


def author_of(parley: RunningParley, id: str) -> str:
    """Return by what the desk names who wrote a comment."""
    return str(parley.call("GET", f"/v1/sites/{SITE}/comments/{id}", **token(parley))[1]["author"])


def spam(id: str) -> dict[str, object]:
    """Return a batch that marks a comment as spam, and another that is not there."""
    return {"comments": [{"id": id, "version": 1}, {"id": "c_gone", "version": 1}], "outcome": "spam"}
