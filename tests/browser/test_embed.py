"""The comment section on somebody else's page, under the strict policy that the docs publish, in a real browser."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from service.core.people import Role
from tests.browser.conftest import Opener, faults, forgiven
from tests.hosts import Host
from tests.running import RunningParley

ADDRESS = "ana.reader@example.com"
RUDE = "What a pack of idiots, every single one of you."
LOOK_EVERY = 20_000  # ms after which a page looks for what changed


@pytest.fixture(scope="module")
def host(parley: RunningParley) -> Iterator[Host]:
    """A news site of another origin."""
    host = Host(parley.url, "news")
    parley.cli("site", "add", "news", "--origin", host.url)
    values = ["hold_newcomers=false", "seconds_to_write=0", "comments_per_minute=6000", "comments_burst=1000"]
    parley.cli("site", "set", "news", *values)
    yield host
    host.stop()


@pytest.fixture(scope="module")
def bearer(parley: RunningParley, host: Host) -> dict[str, str]:
    return {"Authorization": f"Bearer {parley.wiring.access.add_token('Robot', Role.MODERATOR, site='news')}"}


@pytest.fixture
def article(host: Host, request: pytest.FixtureRequest) -> str:
    """The address of an article of the test's own."""
    return f"{host.url}/{re.sub('[^a-z_]', '-', request.node.name)}"


def post(parley: RunningParley, article: str, body: str, **more: str) -> str:
    """Post by API; return the comment's id."""
    comment = {"thread_url": article, "name": "Ben", "email": "ben@example.com", "body": body} | more
    status, receipt = parley.call("POST", "/v1/sites/news/comments", comment)
    assert status in (201, 202), receipt
    return str(receipt["id"])


def decide(parley: RunningParley, id: str, bearer: dict[str, str], **decision: str) -> None:
    status, answer = parley.call("POST", f"/v1/sites/news/comments/{id}/decisions", decision, **bearer)
    assert status == 201, answer


def write(page: Page, text: str, *, name: str = "Ana", email: str = ADDRESS) -> None:
    page.fill("textarea[name=body]", text)
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)


def send(page: Page) -> None:
    page.get_by_role("button", name="Post Comment").click()


def expect_comments(page: Page, *texts: str) -> None:
    """Wait until the page shows these comments in this order, and no other: it may still be on its way."""
    expect(page.locator(".parley-comment .parley-text")).to_have_text(list(texts))


def test_the_first_comment_shows_at_once(page: Page, article: str) -> None:
    page.goto(article)
    expect(page.locator("#parley-heading")).to_have_text("Be the first to comment on “Night trams”")
    expect(page.get_by_text("Your email address will not be published.")).to_be_visible()
    write(page, "The council published the plan at https://example.org/plan and it is **shorter** than I feared.")
    send(page)
    expect(page.locator("#parley-heading")).to_have_text("One comment")
    expect(page.locator(".parley-status")).to_have_text("Your comment is published.")
    expect(page.locator(".parley-text strong")).to_have_text("shorter")
    link = page.locator(".parley-text a")
    assert link.get_attribute("rel") == "ugc nofollow noopener"
    expect(page.locator("textarea[name=body]")).to_have_value("")
    assert ADDRESS not in page.content()


def test_a_reply_stands_below_what_it_answers(page: Page, parley: RunningParley, article: str) -> None:
    for body in ("First.", "Second."):
        post(parley, article, body)
    page.goto(article)
    page.get_by_role("link", name="Reply to Ben").first.click()
    expect(page.locator("#parley-respond-heading")).to_have_text("Leave a reply to Ben")
    expect(page.locator("textarea[name=body]")).to_be_focused()
    write(page, "An answer.")
    send(page)
    expect(page.locator(".parley-comment")).to_have_count(3)
    expect_comments(page, "First.", "An answer.", "Second.")
    expect(page.locator(".parley-depth-1 .parley-parent")).to_have_text("in reply to Ben")
    expect(page.locator("#parley-respond-heading")).to_have_text("Leave a comment")


def test_a_reply_can_be_called_off(page: Page, parley: RunningParley, article: str) -> None:
    post(parley, article, "First.")
    page.goto(article)
    page.get_by_role("link", name="Reply to Ben").click()
    page.fill("textarea[name=body]", "Half a thought")
    page.get_by_role("button", name="Cancel reply").click()
    expect(page.locator("#parley-respond-heading")).to_have_text("Leave a comment")
    expect(page.locator("textarea[name=body]")).to_have_value("Half a thought")


def test_what_waits_is_seen_by_its_author_alone_until_it_is_published(
    opened: Opener, parley: RunningParley, bearer: dict[str, str], article: str
) -> None:
    author, reader = opened(), opened()
    for page in (author, reader):
        page.clock.install()
    author.goto(article)
    write(author, RUDE)
    send(author)
    pending = author.locator(".parley-pending")
    expect(pending).to_have_text("Your comment is awaiting moderation.")
    author.reload()
    expect(pending).to_be_visible()
    reader.goto(article)
    expect(reader.locator("#parley-heading")).to_contain_text("Be the first")
    expect_comments(reader)
    id = author.locator(".parley-comment").get_attribute("data-id")
    decide(parley, str(id), bearer, outcome="published")
    for page in (author, reader):
        page.clock.fast_forward(LOOK_EVERY)
    expect(reader.locator(".parley-comment")).to_have_count(1)
    expect(pending).to_have_count(0)
    expect_comments(author, RUDE)
    expect_comments(reader, RUDE)


def test_a_rejection_is_told_with_its_public_reason(
    page: Page, parley: RunningParley, bearer: dict[str, str], article: str
) -> None:
    page.clock.install()
    page.goto(article)
    write(page, RUDE)
    send(page)
    id = page.locator(".parley-comment").get_attribute("data-id")
    decide(
        parley,
        str(id),
        bearer,
        outcome="rejected",
        reason="Repeat offender.",
        public_reason="Insults are not published here.",
    )
    page.clock.fast_forward(LOOK_EVERY)
    refused = page.locator(".parley-refused")
    expect(refused).to_have_text("Your comment was not published. Reason: Insults are not published here.")
    assert "Repeat offender" not in page.content()


def test_what_could_not_be_sent_is_kept_and_sent_again(page: Page, article: str) -> None:
    page.goto(article)
    write(page, "Sent on a train.")
    with forgiven(page):
        page.context.set_offline(True)
        send(page)
        expect(page.locator(".parley-status")).to_contain_text("Your comment is kept here.")
    expect(page.locator("textarea[name=body]")).to_have_value("Sent on a train.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#parley-heading")).to_have_text("One comment")


def test_an_answer_that_is_lost_on_its_way_posts_once(page: Page, article: str) -> None:
    page.goto(article)
    write(page, "Only once, please.")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    page.route("**/comments", lose)
    with forgiven(page):
        send(page)
        expect(page.locator(".parley-status")).to_contain_text("kept here")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#parley-heading")).to_have_text("One comment")
    assert len(lost) == 1
    expect_comments(page, "Only once, please.")


def test_a_double_click_posts_once(page: Page, article: str) -> None:
    page.goto(article)
    write(page, "Click click.")
    page.get_by_role("button", name="Post Comment").dblclick()
    expect(page.locator("#parley-heading")).to_have_text("One comment")
    page.reload()
    expect(page.locator(".parley-comment")).to_have_count(1)


def test_too_fast_is_told_with_the_wait(page: Page, parley: RunningParley) -> None:
    slow = Host(parley.url, "slow")
    parley.cli("site", "add", "slow", "--origin", slow.url)
    parley.cli("site", "set", "slow", "seconds_to_write=0", "comments_per_minute=2", "comments_burst=1")
    page.goto(slow.url)
    write(page, "One.")
    send(page)
    expect(page.locator(".parley-pending")).to_be_visible()
    write(page, "Two.")
    send(page)
    expect(page.locator(".parley-problem")).to_have_text("You are posting comments too quickly. Slow down.")
    expect(page.locator(".parley-status")).to_contain_text("Try again in ")
    expect(page.locator("textarea[name=body]")).to_have_value("Two.")
    slow.stop()


def test_a_draft_survives_a_reload_and_the_address_only_if_asked(page: Page, article: str) -> None:
    page.goto(article)
    write(page, "Half a thought")
    # The script that keeps it is on its way since the first key.
    page.wait_for_function("Object.values(localStorage).some((kept) => kept.includes('Half a thought'))")
    page.reload()
    expect(page.locator("textarea[name=body]")).to_have_value("Half a thought")
    expect(page.locator("[name=name]")).to_have_value("Ana")
    expect(page.locator("[name=email]")).to_have_value("")
    assert ADDRESS not in page.evaluate("JSON.stringify(localStorage)")
    page.fill("[name=email]", ADDRESS)
    page.get_by_label("Save my name, email, and website").check()
    page.reload()
    expect(page.locator("[name=email]")).to_have_value(ADDRESS)
    page.get_by_label("Save my name, email, and website").uncheck()
    assert ADDRESS not in page.evaluate("JSON.stringify(localStorage)")


def test_faults_stand_beside_their_fields_and_the_first_has_the_focus(page: Page, article: str) -> None:
    page.goto(article)
    write(page, "A fair article.", email="ana@example")
    page.fill("[name=name]", "")
    send(page)
    expect(page.locator("[name=name]")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#parley-email-fault")).to_have_text(
        "Please enter a valid email address, like name@example.com."
    )
    expect(page.locator("textarea[name=body]")).to_have_value("A fair article.")
    assert faults(page) == []
    page.fill("[name=name]", "Ana")
    page.fill("[name=email]", ADDRESS)
    send(page)
    expect(page.locator("#parley-heading")).to_have_text("One comment")


def test_a_report_reaches_the_queue_and_takes_nothing_down(page: Page, parley: RunningParley, article: str) -> None:
    post(parley, article, "Buy my watches.")
    page.goto(article)
    page.get_by_role("link", name="Report the comment by Ben").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert faults(page) == []
    dialog.get_by_label("Spam").check()
    dialog.get_by_label("Tell us more").fill("The third today.")
    dialog.get_by_role("button", name="Send report").click()
    expect(dialog).to_contain_text("Thank you. A moderator will look at it.")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("link", name="Report the comment by Ben")).to_be_focused()
    expect_comments(page, "Buy my watches.")


def test_a_link_to_a_comment_goes_there_and_marks_it(page: Page, parley: RunningParley, article: str) -> None:
    ids = [post(parley, article, f"Comment {n}.") for n in range(60)]
    page.goto(f"{article}#parley-{ids[-1]}")
    expect(page.locator(".parley-here .parley-text")).to_have_text("Comment 59.")
    expect(page.locator(".parley-here")).to_be_in_viewport()
    page.get_by_role("link", name="All comments").click()
    expect(page.locator(".parley-comment")).to_have_count(50)
    page.get_by_role("link", name="Load more comments").click()
    expect(page.locator(".parley-comment")).to_have_count(60)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".parley-text").first).to_have_text("Comment 59.")


def test_a_closed_thread_has_no_form(page: Page, parley: RunningParley, host: Host, article: str) -> None:
    post(parley, article, "In time.")
    parley.cli("thread", "close", "news", article)
    page.goto(article)
    expect(page.locator(".parley-closed")).to_have_text("Comments are closed.")
    expect(page.locator("form")).to_have_count(0)
    assert faults(page) == []


def test_by_keyboard_alone(page: Page, article: str) -> None:
    page.goto(article)
    expect(page.locator("#parley-heading")).to_be_visible()
    for value in ("Typed with nothing but the keyboard, and it went well.", "Ana", ADDRESS):
        page.keyboard.press("Tab")
        page.keyboard.type(value)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#parley-heading")).to_have_text("One comment")
    expect(page.locator(".parley-comment")).to_be_focused()


def test_without_javascript_one_reads_and_writes_on_a_page_of_its_own(
    opened: Opener, parley: RunningParley, article: str
) -> None:
    post(parley, article, "Read me.")
    page = opened(java_script_enabled=False)
    page.goto(article)
    page.get_by_role("link", name="Read and write comments").click()
    expect_comments(page, "Read me.")
    page.get_by_role("link", name="Reply to Ben").click()
    expect(page.locator("#parley-respond-heading")).to_have_text("Leave a reply to Ben")
    write(page, "Written without a script.", email="ana@example")
    send(page)
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=email]", ADDRESS)
    send(page)
    expect(page).to_have_url(re.compile(f"^{re.escape(article)}#parley-c_"))
    page.goto(f"{parley.url}/embed/v1/sites/news/page?thread_url={quote(article)}")
    expect_comments(page, "Read me.", "Written without a script.")
    page.get_by_role("link", name="Report the comment by Ben").click()
    page.get_by_label("Off topic").check()
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("main")).to_contain_text("A moderator will look at it.")


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(opened: Opener, parley: RunningParley, host: Host, language: str, scheme: str) -> None:
    article = f"{host.url}/{language}/everyone-{scheme}"
    first = post(parley, article, "A fair article, with a **list**:\n\n- one\n- two\n\n> and what was said")
    post(parley, article, "An answer.", parent_id=first)
    page = opened(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.goto(article)
    expect(page.locator(".parley-comment")).to_have_count(2)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".parley").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.locator("[data-act=reply]").first.click()
    expect(page.locator("textarea[name=body]")).to_be_focused()
    assert faults(page) == []


def test_it_loads_when_it_comes_near(page: Page, parley: RunningParley, host: Host) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{host.url}/long/lazy")
    page.wait_for_timeout(500)
    assert not any("/thread" in url for url in asked)
    page.locator("parley-comments").scroll_into_view_if_needed()
    expect(page.locator("#parley-heading")).to_be_visible()


def test_the_page_decides_how_it_looks(page: Page, parley: RunningParley, host: Host) -> None:
    element = parley.cli("embed", "news").replace("<parley-comments ", '<parley-comments theme="dark" ')
    host.pages["/own-look"] = f'<!doctype html><html lang="en"><link rel="icon" href="data:,">{element}'
    page.goto(f"{host.url}/own-look")
    expect(page.locator("#parley-heading")).to_be_visible()
    page.evaluate("""() => {
      const style = new CSSStyleSheet();
      style.replaceSync(`parley-comments { --parley-quiet: rgb(1, 2, 3) }
        parley-comments::part(button) { color: rgb(4, 5, 6) }`);
      document.adoptedStyleSheets = [style];
    }""")
    colours = [
        page.locator(selector).evaluate("element => getComputedStyle(element).color")
        for selector in (".parley-notes", "[type=submit]")
    ]
    assert colours == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]
    assert page.locator("parley-comments").evaluate("element => getComputedStyle(element).colorScheme") == "dark"


def test_an_index_page_counts_every_thread_in_one_request(page: Page, parley: RunningParley, host: Host) -> None:
    pages = [f"{host.url}/counted/{n}" for n in range(3)]
    for n, article in enumerate(pages):
        for m in range(n):
            post(parley, article, f"Comment {m} of {n}, for the count.")
    links = "".join(f'<p><a href="{url}" data-parley-count data-parley-site="news"></a></p>' for url in pages)
    script = f'<script type="module" src="{parley.url}/embed/v1/counts.js"></script>'
    host.pages["/index"] = f'<!doctype html><html lang="de"><link rel="icon" href="data:,">{script}{links}'
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/counts?" in request.url else None)
    page.goto(f"{host.url}/index")
    expect(page.locator("a")).to_have_text(["0 Kommentare", "Ein Kommentar", "2 Kommentare"])
    assert len(asked) == 1


SHIFTS = """new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().map((each) => each.value)))
  .observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done([]), 500))"""


def test_nothing_jumps_while_it_loads(page: Page, parley: RunningParley, host: Host) -> None:
    for n in range(5):
        post(parley, f"{host.url}/long/steady", f"Comment {n}, which takes a line or two on a phone.")
    # The style comes later than the thread.
    page.route("**/parley.css", lambda route: (time.sleep(0.7), route.continue_()))
    page.goto(f"{host.url}/long/steady")
    page.locator("parley-comments").scroll_into_view_if_needed()
    expect(page.locator(".parley-comment")).to_have_count(5)
    assert sum(page.evaluate(SHIFTS)) < 0.01


def test_the_script_can_be_pinned(page: Page, parley: RunningParley, host: Host) -> None:
    script, element = parley.cli("embed", "news", "--pin").splitlines()
    assert "sha384-" in script
    host.pages["/pinned"] = f'<!doctype html><html lang="en"><link rel="icon" href="data:,">{script}{element}'
    page.goto(f"{host.url}/pinned")
    expect(page.locator("#parley-heading")).to_be_visible()
    host.pages["/forged"] = host.pages["/pinned"].replace("sha384-", "sha384-A")
    with forgiven(page):
        page.goto(f"{host.url}/forged")
        page.wait_for_timeout(300)
    assert page.locator("#parley-heading").count() == 0


def test_a_thread_that_cannot_be_loaded_says_so_and_can_be_tried_again(page: Page, article: str) -> None:
    with forgiven(page):
        page.route("**/thread?*", lambda route: route.abort())
        page.goto(article)
        expect(page.locator(".parley-problem")).to_contain_text("Comments could not be loaded.")
    page.unroute("**/thread?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#parley-heading")).to_be_visible()


def test_nothing_is_kept_or_sent_that_need_not_be(page: Page, parley: RunningParley, article: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(article)
    expect(page.locator("#parley-heading")).to_be_visible()
    assert page.context.cookies() == []
    assert page.evaluate("JSON.stringify(localStorage)") == json.dumps({})
    scripts = [url for url in asked if url.endswith(".js")]
    assert scripts == [f"{parley.url}/embed/v1/parley.js"]


def within(page: Page) -> str:
    """Return the thread's own HTML, and what the browser keeps of it."""
    root = page.evaluate("document.querySelector('parley-comments').shadowRoot.innerHTML")
    return str(root) + str(page.evaluate("JSON.stringify(localStorage)"))


ADDRESSED = (
    "authors/{}/",
    "authors/{}?page=2".format("tucked%2540example.com"),
    "@ana@example.com/posts",
    "lib@18.html",
    "photo@2x.html",
)


@pytest.mark.parametrize("path", ADDRESSED)
def test_a_page_with_an_address_or_an_at_in_its_path_is_commented_on_like_any_other(
    page: Page, host: Host, parley: RunningParley, path: str
) -> None:
    article = f"{host.url}/{path.format('tucked@example.com')}"
    post(parley, article, "Here before you.")
    page.goto(article)
    expect(page.locator(".parley-comment")).to_have_count(1)
    write(page, "A word.")
    send(page)
    expect(page.locator(".parley-comment")).to_have_count(2)
    page.reload()
    expect(page.locator(".parley-comment")).to_have_count(2)
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".parley-comment .parley-text").first).to_have_text("A word.")
    assert "tucked" not in within(page)


@pytest.mark.parametrize("path", [ADDRESSED[0], ADDRESSED[3]])
def test_such_a_page_is_written_on_without_javascript_as_well(opened: Opener, host: Host, path: str) -> None:
    page = opened(java_script_enabled=False)
    page.goto(f"{host.url}/nojs/{path.format('tucked@example.com')}")
    page.get_by_role("link", name="Read and write comments").click()
    write(page, "Without scripts.")
    send(page)
    page.goto(f"{host.url}/nojs/{path.format('tucked@example.com')}")
    page.get_by_role("link", name="Read and write comments").click()
    expect_comments(page, "Without scripts.")
    assert "tucked" not in page.content()


@pytest.mark.parametrize(
    "came", ["?email=tucked@example.com", "?e=tucked%2540example.com&utm_source=mail"], ids=["plain", "twice"]
)
def test_who_comes_by_a_newsletter_sees_the_thread_and_the_draft_of_the_page(
    page: Page, parley: RunningParley, article: str, came: str
) -> None:
    post(parley, article, "Here before you.")
    page.goto(article + came)
    expect(page.locator(".parley-comment")).to_have_count(1)
    write(page, "Half a thought")
    page.goto(article)
    expect(page.locator("textarea[name=body]")).to_have_value("Half a thought")
    assert "tucked" not in within(page)


def test_an_operator_closes_such_a_page_and_is_told_what_is_none(host: Host, parley: RunningParley) -> None:
    said = parley.cli(
        "thread", "close", "news", f"{host.url}/authors/tucked@example.com/closed?email=tucked@example.com"
    )
    assert said.strip() == f"Closed the thread of {host.url}/authors/•••@•••/closed"
    article = f"{host.url}/authors/tucked@example.com/closed"
    comment = {"thread_url": article, "name": "Ben", "email": "ben@example.com", "body": "Late."}
    assert parley.call("POST", "/v1/sites/news/comments", comment)[0] == 403
    with pytest.raises(subprocess.CalledProcessError) as refused:
        parley.cli("thread", "close", "news", "mailto:tucked@example.com")
    assert refused.value.stderr == "Please give the page’s address, like https://example.org/article.\n"


def test_a_page_that_is_refused_says_why(page: Page, host: Host) -> None:
    elsewhere = '<link rel="canonical" href="https://elsewhere.example/a">'
    host.pages["/elsewhere"] = host.article("/elsewhere").replace("<title>", f"{elsewhere}<title>")
    page.goto(f"{host.url}/elsewhere")
    expect(page.locator(".parley-problem")).to_contain_text(
        "Comments could not be loaded. This page is not one of the site’s. Its owner can add its origin."
    )
