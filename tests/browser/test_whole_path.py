"""A reader, a moderator and a real browser: from the demo page to the published comment, under the strict policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browsers import chromium
from tests.running import RunningParley

TEXT = (
    "So the council spends 410,000 on a tram nobody asked for, while my street has had no lamps since March. "
    "The mayor is an idiot, and you can quote me: jane.reader@example.com"
)


@pytest.fixture(scope="module")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningParley]:
    parley = RunningParley(tmp_path_factory.mktemp("parley") / "data")
    yield parley
    assert parley.stop() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether the browser complains; that a form came back with 422 is its notice, not its complaint."""
    return message.type in ("error", "warning") and "status of 422" not in message.text


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must not complain: not of the policy, not of anything."""
    complaints: list[str] = []
    page = browser.new_context(viewport={"width": 375, "height": 760}).new_page()
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert complaints == []


def fill(page: Page, text: str) -> None:
    page.fill("textarea[name=body]", text)
    page.fill("[name=name]", "Jane")
    page.fill("[name=email]", "jane.reader@example.com")


def test_a_comment_goes_from_the_page_to_the_desk_and_back(page: Page, parley: RunningParley) -> None:
    page.goto(f"{parley.url}/demo")
    assert "Be the first to comment on" in page.content()
    fill(page, TEXT)
    page.get_by_role("button", name="Post Comment").click()
    assert "Your comment is awaiting moderation." in page.inner_text("main")
    assert "jane.reader@" not in page.content()

    page.goto(parley.invitation)
    page.fill("[name=name]", "Olga")
    page.fill("[name=password]", "correct horse battery")
    page.click("main button")
    assert any("idiot" in words for words in page.locator("mark").all_inner_texts())
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("button", name="Approve").click()
    assert "Approved." in page.inner_text("[role=status]")

    # The undo window: nobody sees it yet; ten seconds later everybody does.
    page.goto(f"{parley.url}/demo")
    assert "One comment" not in page.inner_text("main")
    page.wait_for_timeout(10_500)
    page.reload()
    assert "One comment" in page.inner_text("main")
    assert "jane.reader@" not in page.content()


def test_a_form_with_faults_comes_back_filled_in_with_the_fault_in_focus(page: Page, parley: RunningParley) -> None:
    page.goto(f"{parley.url}/demo")
    fill(page, "A fair article.")
    page.fill("[name=email]", "jane.reader@example")
    page.get_by_role("button", name="Post Comment").click()
    assert page.get_attribute("[name=email]", "aria-invalid") == "true"
    assert page.input_value("textarea[name=body]") == "A fair article."
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_nothing_is_wider_than_a_small_phone(page: Page, parley: RunningParley) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    for path in ("/", "/demo", "/docs", "/review/sign-in"):
        page.goto(parley.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_screenshots_of_the_docs_exist(repository: Path) -> None:
    for name in ("demo", "desk-comment", "desk-queue-phone-dark"):
        assert (repository / "docs" / "screenshots" / f"{name}.png").stat().st_size > 10_000
