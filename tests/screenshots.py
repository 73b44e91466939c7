"""`make screenshots`: real pages of a real Parley in a real browser, for README and the docs."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browsers import chromium
from tests.receivers import Receiver, status
from tests.running import REPOSITORY, RunningParley

SHOTS = REPOSITORY / "docs" / "screenshots"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 760}

COMMENTS = (
    ("Ruth", "My mother cleans at the hospital and has walked home along the quay at four for years. Thank you."),
    ("Ole", "Who pays for the rail dampers after May? The article doesn’t say. Write to me at ole@example.com."),
    ("Tim", "Only an idiot would run empty trams all night. Vote these clowns out, every one of them."),
    ("Shop", "Best watches at half price!!! Visit http://a.example and http://b.example now, win a free phone"),
    ("Ida", "I live between Rope Walk and the Steps. The whistle is bad enough by day. Measure it, then decide."),
    ("Vik", "You absolute іdіоts, this is s\u200bt\u200bupid and so is your council."),
    ("Salma", "أسكن قرب المرفأ منذ عشرين عاما، والترام الليلي فكرة جيدة إذا كان هادئا."),
    ("Tim", "And another thing: the mayor is a clown and a moron."),
)

TOLD = {"name": "Otto", "email": "otto@example.com", "body": "And the night buses?"}


def take(page: Page, name: str, *, full: bool = False) -> None:
    """Keep what the page shows as docs/screenshots/NAME.png."""
    page.screenshot(path=SHOTS / f"{name}.png", full_page=full)


def post(parley: RunningParley) -> None:
    """Post the comments under the demo's article, and publish the first."""
    token = parley.cli("token", "add", "--site", "demo").split()[-1]
    for name, body in COMMENTS:
        comment = {
            "thread_url": f"{parley.url}/demo",
            "thread_title": "Night trams return to the harbour line",
            "name": name,
            "email": f"{name.lower()}@example.com",
            "body": body,
        }
        _, receipt = parley.call("POST", "/v1/sites/demo/comments", comment)
        if name in ("Ruth", "Ida"):
            path = f"/v1/sites/demo/comments/{receipt['id']}/decisions"
            parley.call("POST", path, {"outcome": "published"}, Authorization=f"Bearer {token}")


def desk(browser: Browser, parley: RunningParley, page: Page) -> None:
    """The review desk: a list, a comment opened in it, an author, many at once, keys, an empty list; phone and rtl."""
    page.locator(".desk-card[aria-current]").wait_for()
    take(page, "desk-queue")
    page.keyboard.press("o")
    page.locator(".desk-words").wait_for()
    take(page, "desk-opened")
    page.keyboard.press("o")
    page.keyboard.press("n")
    page.locator("#desk-panel [name=note]").fill("Writes like this under every article on trams.")
    page.click("text=Note it")
    page.locator("#desk-panel .desk-note").wait_for()
    take(page, "desk-author")
    page.keyboard.press("Escape")
    for key in "2rxjX":
        page.keyboard.press(key)
    page.locator(".desk-done.is-open").wait_for()
    take(page, "desk-bulk")
    page.keyboard.press("s")
    take(page, "desk-bulk-question")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    take(page, "desk-keys")
    page.goto(f"{parley.url}/review/demo?list=escalated")
    take(page, "desk-empty")
    page.goto(f"{parley.url}/review/demo")
    page.locator("a", has_text="Open").first.wait_for()
    page.goto(parley.url + str(page.locator(".desk-card").first.get_attribute("data-url")))
    take(page, "desk-comment", full=True)
    state = page.context.storage_state()
    phone = browser.new_context(viewport=PHONE, color_scheme="dark", storage_state=state).new_page()  # type: ignore[arg-type]
    phone.goto(f"{parley.url}/review/demo")
    phone.locator(".desk-card[aria-current]").wait_for()
    take(phone, "desk-queue-phone-dark")
    other = browser.new_context(viewport=DESKTOP, color_scheme="dark", storage_state=state).new_page()  # type: ignore[arg-type]
    other.goto(f"{parley.url}/review/demo?list=unscored")
    other.evaluate("document.documentElement.dir = 'rtl'")
    other.locator(".desk-card[aria-current]").wait_for()
    take(other, "desk-queue-right-to-left-dark")


def webhooks(parley: RunningParley, page: Page) -> None:
    """Take an endpoint's page and a test's whole exchange."""
    with Receiver() as receiver:
        receiver.answers = [status(200, body=b"Thanks.", headers={"Content-Type": "text/plain"})]
        page.goto(f"{parley.url}/review/demo/webhooks/")
        page.fill("[name=url]", receiver.url)
        page.fill("[name=description]", "The newsroom’s own archive")
        page.click("text=Add the endpoint")
        page.click("text=Send a test")
        page.locator("h3", has_text="Answered").wait_for()
        take(page, "desk-webhook-test", full=True)
        parley.call("POST", "/v1/sites/demo/comments", TOLD | {"thread_url": f"{parley.url}/demo"})
        receiver.wait_for(2)
        page.click("text=The endpoint")
        page.wait_for_timeout(500)
        page.reload()
        take(page, "desk-webhook", full=True)


def write(page: Page, text: str, *, email: str = "max@example.com") -> None:
    """Fill in the form as Max."""
    page.fill("textarea[name=body]", text)
    page.fill("[name=name]", "Max")
    page.fill("[name=email]", email)


def at_the_comments(page: Page, url: str) -> None:
    """Go to the comments at the end of the demo's article."""
    page.goto(url)
    page.locator("parley-comments").scroll_into_view_if_needed()
    page.locator(".parley-heading").first.wait_for()
    page.locator("parley-comments").evaluate("section => section.scrollIntoView()")
    page.wait_for_timeout(200)


def embed(browser: Browser, parley: RunningParley) -> None:
    """The comment section in each of its states."""
    demo = f"{parley.url}/demo"
    page = browser.new_page(viewport=DESKTOP)
    at_the_comments(page, demo)
    take(page, "demo")
    page.locator("[data-act=reply]").first.click()
    page.locator(".parley-comment .parley-respond").wait_for()
    take(page, "embed-reply")
    page.get_by_role("button", name="Cancel reply").click()
    write(page, "A fair article. I would have asked the drivers what they think.", email="max@example")
    page.click("text=Post Comment")
    page.locator("[aria-invalid]").wait_for()
    take(page, "form-with-fault")
    page.fill("[name=email]", "max@example.com")
    page.click("text=Post Comment")
    page.locator(".parley-pending").wait_for()
    take(page, "embed-pending")
    page.locator("[data-act=report]").first.click()
    page.get_by_role("dialog").wait_for()
    take(page, "embed-report")
    for name, scheme, lang in (("embed-phone-dark", "dark", ""), ("embed-phone-arabic", "light", "?lang=ar")):
        phone = browser.new_context(viewport=PHONE, color_scheme=scheme).new_page()  # type: ignore[arg-type]
        at_the_comments(phone, demo + lang)
        take(phone, name)
    parley.cli("thread", "close", "demo", demo)
    at_the_comments(page, demo)
    take(page, "embed-closed")
    parley.cli("thread", "open", "demo", demo)


def main() -> None:
    """Take every screenshot."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        parley = RunningParley(Path(folder) / "data")
        post(parley)
        browser = chromium(playwright)
        embed(browser, parley)
        page = browser.new_page(viewport=DESKTOP)
        page.goto(parley.invitation)
        page.fill("[name=name]", "Olga")
        page.fill("[name=password]", "correct horse battery")
        page.click("main button")
        desk(browser, parley, page)
        webhooks(parley, page)
        page.goto(f"{parley.url}/docs")
        take(page, "api")
        browser.close()
        parley.stop()


if __name__ == "__main__":
    main()
