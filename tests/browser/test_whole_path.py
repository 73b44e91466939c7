"""A reader, a moderator and a real browser: from the demo page to the published comment, under the strict policy."""

from pathlib import Path

from playwright.sync_api import Page, expect

from service.core.people import Role
from tests.browser.desk import desk, empty, join
from tests.running import RunningParley

TEXT = (
    "So the council spends 410,000 on a tram nobody asked for, while my street has had no lamps since March. "
    "The mayor is an idiot, and you can quote me: jane.reader@example.com"
)


def fill(page: Page, text: str) -> None:
    page.fill("textarea[name=body]", text)
    page.fill("[name=name]", "Jane")
    page.fill("[name=email]", "jane.reader@example.com")


def test_a_comment_goes_from_the_page_to_the_desk_and_back(page: Page, parley: RunningParley) -> None:
    empty(parley)
    page.goto(f"{parley.url}/demo")
    expect(page.locator("#parley-heading")).to_contain_text("Be the first to comment on")
    fill(page, TEXT)
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator(".parley-pending")).to_have_text("Your comment is awaiting moderation.")
    assert "jane.reader@" not in page.content()

    join(page, parley.wiring.invitation(Role.MODERATOR), "Ida")
    desk(page, parley)
    assert any("idiot" in words for words in page.locator("mark").all_inner_texts())
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#desk-says")).to_have_text("Approved.")
    expect(page.locator(".desk-done.is-open")).to_contain_text("Approved Jane")

    # The undo window: nobody sees it yet; ten seconds later everybody does.
    page.goto(f"{parley.url}/demo")
    expect(page.locator("#parley-heading")).to_contain_text("Be the first")
    expect(page.locator("#parley-heading")).to_have_text("One comment", timeout=40_000)
    assert "jane.reader@" not in page.content()


def test_nothing_is_wider_than_a_small_phone(page: Page, parley: RunningParley) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    for path in ("/", "/demo", "/docs", "/review/sign-in"):
        page.goto(parley.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_screenshots_of_the_docs_exist(repository: Path) -> None:
    for name in ("demo", "desk-comment", "desk-queue-phone-dark"):
        assert (repository / "docs" / "screenshots" / f"{name}.png").stat().st_size > 10_000
