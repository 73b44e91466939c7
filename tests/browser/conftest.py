"""A whole Parley, a real browser, and pages that must not complain."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browsers import chromium

PHONE = {"width": 375, "height": 760}

# Beside other processes of a parallel run a page may take its time; what is tested is that it comes, not how soon.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether the browser complains; that a form came back with 422 is its notice, not its complaint."""
    return message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text


Opener = Callable[..., Page]

_complaints: dict[Page, list[str]] = {}


@contextlib.contextmanager
def forgiven(page: Page) -> Iterator[None]:
    """Let *page* complain for once: the test takes the network away, or brings along what the policy forbids."""
    before = len(_complaints[page])
    yield
    page.wait_for_timeout(50)
    del _complaints[page][before:]


def faults(page: Page) -> list[str]:
    """What axe finds on the page, its shadow trees included."""
    # axe takes a page without a colour of its own for white, and its own style offends the policy.
    page.evaluate("document.documentElement.style.backgroundColor = 'Canvas'")
    with forgiven(page):
        found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']]}" for each in found]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens pages, each in a context of its own, that must not complain: not of the policy, not of anything."""
    pages: list[Page] = []

    def open(**context: object) -> Page:
        page = browser.new_context(**({"viewport": PHONE} | context)).new_page()  # type: ignore[arg-type]
        complaints = _complaints[page] = []
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        return page

    yield open
    for page in pages:
        page.context.close()
    assert [_complaints.pop(page) for page in pages] == [[] for _ in pages]


@pytest.fixture
def page(opened: Opener) -> Page:
    return opened()
