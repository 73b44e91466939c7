"""The review desk in real browsers: by keyboard, two at once, taken back in time and too late, without JavaScript."""

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from service.core.people import Role
from service.store.keys import SiteKeys
from service.store.sessions import digest_of
from tests.browser.conftest import PHONE, Opener, faults, forgiven
from tests.browser.desk import (
    DESKTOP,
    PASSWORD,
    SITE,
    author_of,
    current,
    desk,
    empty,
    fill,
    join,
    outcome,
    post,
    press,
    spam,
    token,
)
from tests.nasty import WORST
from tests.receivers import Receiver
from tests.running import RunningParley
from tests.scale import IS_LONG

RUDE = "What a pack of idiots, every single one of you."


@pytest.fixture(scope="module", autouse=True)
def open_doors(parley: RunningParley) -> None:
    parley.wiring.sites.change(SITE, {"comments_per_minute": "6000", "comments_burst": "6000"})


@pytest.fixture(scope="module")
def seats(parley: RunningParley, browser: Browser) -> Iterator[dict[str, Any]]:
    """Olga the owner and Ben the moderator, signed in: each one's cookies."""
    links = {"Olga": parley.invitation, "Ben": parley.wiring.invitation(Role.MODERATOR, site=SITE)}
    states = {}
    for name, link in links.items():
        context = browser.new_context()
        join(context.new_page(), link, name)
        states[name] = context.storage_state()
        context.close()
    yield states


@pytest.fixture
def olga(opened: Opener, seats: dict[str, Any], parley: RunningParley) -> Page:
    empty(parley)
    return opened(viewport=DESKTOP, storage_state=seats["Olga"])


@pytest.fixture
def ben(opened: Opener, seats: dict[str, Any]) -> Page:
    return opened(viewport=DESKTOP, storage_state=seats["Ben"])


def texts(page: Page) -> list[str]:
    return page.locator(".desk-card:not(.is-decided) .desk-text").all_inner_texts()


def test_a_sitting_by_keyboard_alone(olga: Page, parley: RunningParley) -> None:
    # More than a page of the list has.
    each = 40 if IS_LONG else 12
    keys = ("a", "r", "s", "e", "2r")
    ids = fill(parley, [f"Comment {n}, you idiot." for n in range(each * len(keys))])
    desk(olga, parley)
    for n in range(len(ids)):
        expect(olga.locator(".desk-card[aria-current]")).to_be_focused()
        press(olga, keys[n % len(keys)])
    expect(olga.locator(".desk-through")).to_be_visible()
    expect(olga.locator(".desk-done:has-text('·')")).to_have_count(each)
    expect(olga.locator("[data-count=waiting]").last).to_have_text("0")
    stood = Counter(outcome(parley, id) for id in ids)
    assert stood == {"published": each, "rejected": 2 * each, "spam": each, "held": each}
    assert olga.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_what_one_reads_stays_put_while_others_arrive(olga: Page, parley: RunningParley) -> None:
    for n in range(12):
        post(parley, f"Number {n}. " + "A long and winding thought about trams. " * 20, name=f"N{n}")
    desk(olga, parley)
    press(olga, "jjjj")
    here, before = current(olga), olga.evaluate("scrollY")
    for n in range(3):
        post(parley, RUDE + f" {n}", name=f"R{n}")
    fresh = olga.locator(".desk-new a")
    expect(fresh).to_contain_text("3 new", timeout=15_000)
    assert (current(olga), olga.evaluate("scrollY")) == (here, before)
    expect(olga.locator(".desk-card[aria-current]")).to_be_focused()
    expect(olga.locator("[data-count=waiting]").last).to_have_text("15")
    press(olga, "l")
    expect(olga.locator(".desk-card")).to_have_count(15)
    assert "idiots" in texts(olga)[0]
    assert current(olga) == olga.locator(".desk-card").first.get_attribute("id")


def test_who_was_signed_out_signs_in_where_they_are_and_loses_nothing(olga: Page, parley: RunningParley) -> None:
    id, noted = post(parley, RUDE), post(parley, f"{RUDE} Again.", name="Nora")
    person = parley.wiring.registry.person_named("Olga")
    assert person is not None

    def seat() -> str:
        """Give this browser a session of its own, and return its digest."""
        secret = f"{person.id}.{secrets.token_urlsafe(32)}"
        parley.wiring.sessions.begin(person, secret, browser="", network="")
        olga.context.add_cookies([{"name": "parley_session", "value": secret, "url": parley.url}])
        return digest_of(secret)

    def end(session: str) -> None:
        parley.wiring.sessions.end(session, person=person.id)

    dialog, password = olga.locator("#desk-again"), olga.locator("#desk-again-password")
    session = seat()
    desk(olga, parley, "?words=idiots&sort=oldest")
    expect(olga.locator(f"#{id}")).to_be_focused()
    press(olga, "2")
    end(session)
    press(olga, "r")
    expect(password).to_be_focused()
    assert faults(olga) == []
    assert outcome(parley, id) == "held"
    olga.keyboard.type("wrong")
    press(olga, ["Enter"])
    expect(dialog.get_by_role("alert")).to_contain_text("not right")
    password.fill(PASSWORD)
    press(olga, ["Enter"])
    expect(dialog).to_be_hidden()
    expect(olga.locator(".desk-done.is-open")).to_contain_text("Rejected")
    assert outcome(parley, id) == "rejected"
    # In the panel, with something typed; first they would rather not.
    session = seat()
    desk(olga, parley, "?words=Again")
    expect(olga.locator(f"#{noted}")).to_be_focused()
    press(olga, "n")
    panel = olga.locator("#desk-panel")
    expect(panel.locator("[name=note]")).to_be_focused()
    olga.keyboard.type("The third time.")
    end(session)
    panel.get_by_role("button", name="Note it").click()
    dialog.get_by_role("button", name="Not now").click()
    expect(panel.get_by_role("alert")).to_contain_text("You are signed out. Nothing was changed")
    expect(panel.locator("[name=note]")).to_have_value("The third time.")
    panel.get_by_role("button", name="Note it").click()
    password.fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(panel.locator(".desk-note").first).to_contain_text("The third time.")
    # Found out by the desk itself, and signed in again in another tab.
    session = seat()
    desk(olga, parley)
    expect(olga.locator(".desk-card[aria-current]")).to_be_focused()
    end(session)
    olga.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(password).to_be_focused()
    press(olga, ["Escape"])
    seat()
    press(olga, "a")
    expect(olga.locator(".desk-done.is-open")).to_contain_text("Approved")


def test_two_at_one_comment_see_each_other_and_only_the_first_decides(
    olga: Page, ben: Page, parley: RunningParley
) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    expect(olga.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    desk(ben, parley)
    expect(ben.locator(f"#{id} .desk-presence")).to_have_text("Olga has this open")
    press(ben, "a")
    expect(ben.locator("#desk-says")).to_contain_text("Press again")
    assert outcome(parley, id) == "held"
    with forgiven(ben):
        press(olga, "r")
        expect(olga.locator(".desk-done")).to_contain_text("Rejected Jane")
        press(ben, "a")
        expect(ben.locator(".desk-late")).to_contain_text(re.compile(r"Olga rejected it (\d+ seconds? ago|just now)"))
    assert outcome(parley, id) == "rejected"


def test_a_lease_that_ended_lets_the_next_one_in(olga: Page, ben: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    expect(olga.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    keys = SiteKeys(SITE)
    parley.wiring.connection.do("PEXPIRE", keys.lease(id), 0)
    parley.wiring.connection.do("ZADD", keys.leases, 1, id)
    desk(ben, parley)
    expect(ben.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    expect(olga.locator(f"#{id} .desk-presence")).to_have_text("Ben has this open", timeout=15_000)


def test_a_lease_is_extended_while_one_works_and_only_then(olga: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    olga.clock.install()
    desk(olga, parley)
    olga.clock.run_for(1000)
    expect(olga.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    asked: list[str] = []
    olga.on("request", lambda request: asked.append(request.url) if request.url.endswith("/lease") else None)
    olga.clock.fast_forward("03:50")
    press(olga, "2")
    olga.clock.run_for(60_000)
    assert len(asked) == 1
    olga.clock.fast_forward("30:00")
    olga.clock.run_for(60_000)
    assert len(asked) == 1
    olga.mouse.move(5, 5)
    expect(olga.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    assert len(asked) == 2


def test_a_tab_that_closes_gives_its_comment_back(olga: Page, ben: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    expect(olga.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    olga.goto("about:blank")
    desk(ben, parley)
    expect(ben.locator(f"#{id}")).to_have_attribute("data-lease", re.compile("lease_"))
    expect(ben.locator(f"#{id} .desk-presence")).to_be_hidden()


def test_undone_in_time_nobody_hears_of_it_and_too_late_everybody_has(olga: Page, parley: RunningParley) -> None:
    kept, undone = post(parley, RUDE, name="Kept"), post(parley, RUDE + " Yes, you.", name="Undone")
    with Receiver() as receiver:
        added = parley.cli("webhook", "add", "--site", SITE, "--event", "comment.rejected", receiver.url)
        desk(olga, parley)
        first = current(olga)
        press(olga, "r")
        expect(olga.locator(".desk-done.is-open")).to_have_count(1)
        press(olga, "z")
        expect(olga.locator(f"#{first}[aria-current]")).to_be_focused()
        assert outcome(parley, first) == "held"
        other = kept if first == undone else undone
        press(olga, "j")
        assert current(olga) == other
        press(olga, "r")
        expect(olga.locator(".desk-done.is-open")).to_have_count(1)
        expect(olga.locator(".desk-done.is-open")).to_have_count(0, timeout=15_000)
        press(olga, "z")
        expect(olga.locator("#desk-says")).to_contain_text("Decide anew")
        told = [json.loads(request.body) for request in receiver.wait_for(1)]
        olga.wait_for_timeout(1000)
        assert [each["data"]["comment"]["id"] for each in told] == [other]
        assert len(receiver.requests) == 1
        parley.cli("webhook", "remove", "--site", SITE, re.findall(r"ep_\w+", added)[0])


def test_what_is_taken_back_before_the_desk_answered_is_taken_back(olga: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    press(olga, "rz")
    expect(olga.locator(f"#{id}[aria-current]")).to_be_focused()
    expect(olga.locator(".desk-done")).to_have_count(0)
    assert outcome(parley, id) == "held"
    decisions = parley.call("GET", f"/v1/sites/{SITE}/comments/{id}", **token(parley))[1]["decisions"]
    assert [each["undoes"] for each in decisions] == [None, None, 2]


def test_keys_can_be_chosen_anew_and_switched_off(olga: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    press(olga, "?")
    olga.get_by_role("button", name="Reject: r. Choose another key").click()
    press(olga, ["d", "Escape"])
    expect(olga.locator(f"#{id} [data-act=reject] kbd")).to_have_text("d")
    press(olga, "r")
    olga.reload()
    press(olga, "d")
    expect(olga.locator(".desk-done")).to_contain_text("Rejected")
    press(olga, "z")
    press(olga, "?")
    olga.get_by_label("Use single keys").uncheck()
    press(olga, ["Escape", "d"])
    assert outcome(parley, id) == "held"
    expect(olga.locator(f"#{id} [data-act=reject] kbd")).to_be_hidden()
    olga.evaluate("localStorage.clear()")


def test_nothing_typed_is_taken_for_a_key_nor_a_browser_s_own(olga: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    olga.locator("#words").press_sequentially("areas z")
    press(olga, ["Escape"])
    olga.locator(f"#{id}").focus()
    press(olga, ["Control+a", "Alt+r", "Meta+s"])
    olga.wait_for_timeout(300)
    assert outcome(parley, id) == "held"
    assert len(parley.call("GET", f"/v1/sites/{SITE}/comments/{id}", **token(parley))[1]["decisions"]) == 1


def test_when_the_desk_is_away_a_decision_comes_back_as_it_was(olga: Page, parley: RunningParley) -> None:
    id = post(parley, RUDE)
    desk(olga, parley)
    with forgiven(olga):
        olga.context.set_offline(True)
        press(olga, "2r")
        expect(olga.locator(f"#{id} .desk-failed")).to_contain_text("Nothing was changed")
        expect(olga.locator(f"#{id} .desk-picked")).to_have_text(": Hate")
        olga.context.set_offline(False)
    press(olga, "r")
    expect(olga.locator(".desk-done.is-open")).to_contain_text("Rejected Jane · Hate")
    assert outcome(parley, id) == "rejected"


def test_every_decision_works_without_javascript(opened: Opener, seats: dict[str, Any], parley: RunningParley) -> None:
    empty(parley)
    ids = [post(parley, f"{RUDE} {n}", name=f"N{n}") for n in range(4)]
    page = opened(viewport=DESKTOP, storage_state=seats["Olga"], java_script_enabled=False)
    desk(page, parley, "?sort=oldest")
    for word in ("Approve", "Reject", "Spam", "Escalate"):
        card = page.locator(".desk-card").first
        card.locator("summary").click()
        card.get_by_label("Hate").check()
        card.get_by_role("button", name=re.compile(f"^{word}")).click()
        expect(page).to_have_url(re.compile(r"\?sort=oldest$"))
    assert [outcome(parley, id) for id in ids] == ["published", "rejected", "spam", "held"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".desk-card")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Open")).click()
    page.get_by_label("Note for colleagues").fill("Seen before.")
    page.get_by_role("button", name=re.compile("^Reject")).click()
    page.get_by_role("link", name=re.compile("^Decided")).click()
    expect(page.locator("main")).to_contain_text("Seen before.")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_on_the_desk(opened: Opener, seats: dict[str, Any], parley: RunningParley, look: str) -> None:
    empty(parley)
    id = post(parley, RUDE)
    post(parley, "هذا تعليق باللغة العربية عن الترام الليلي، وأظن أنه فكرة جيدة.", name="سلمى")
    page = opened(storage_state=seats["Olga"], color_scheme=look)
    author = author_of(parley, id)
    parley.call("POST", f"/v1/sites/{SITE}/batches", spam(post(parley, RUDE)), **token(parley))
    batch = parley.call("GET", f"/v1/sites/{SITE}/batches", **token(parley))[1]["items"][0]["id"]
    for path in (
        SITE,
        f"{SITE}?list=decided",
        f"{SITE}?words=nothing",
        f"{SITE}/{id}",
        f"{SITE}/authors/{author}?comment={id}",
        f"{SITE}/batches/{batch}",
        "-/account",
        "-/security/",
        f"-/resets/{parley.wiring.access.offer_reset('Ben')}",
    ):
        page.goto(f"{parley.url}/review/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
        assert faults(page) == [], path
    desk(page, parley)
    press(page, "?")
    assert faults(page) == []
    press(page, ["Escape", "o"])
    expect(page.locator(".desk-details:not([hidden]) h2").first).to_be_visible()
    assert faults(page) == []
    press(page, "u")
    expect(page.locator("#desk-panel h2").first).to_be_visible()
    assert faults(page) == []
    press(page, ["Escape", "x", "a"])
    expect(page.locator("#desk-confirm")).to_be_visible()
    assert faults(page) == []


def test_right_to_left_nothing_is_cut(olga: Page, parley: RunningParley) -> None:
    post(parley, "هذا تعليق باللغة العربية عن الترام الليلي، وأظن أنه فكرة جيدة.", name="سلمى")
    desk(olga, parley)
    assert olga.locator(".desk-text").first.evaluate("text => getComputedStyle(text).direction") == "rtl"
    olga.evaluate("document.documentElement.dir = 'rtl'")
    assert olga.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]
    card, side = (olga.locator(name).first.bounding_box() for name in (".desk-margin", ".desk-side"))
    assert card and side and card["x"] > side["x"]


def test_no_address_is_on_any_page_of_the_desk(olga: Page, parley: RunningParley) -> None:
    post(parley, f"{RUDE} Write to jane.second@example.com.")
    for query in ("", "?list=decided", "?words=idiots"):
        desk(olga, parley, query)
        assert "hidden@" not in olga.content()
        assert "jane.second@" not in olga.content()
    press(olga, "o")
    expect(olga.locator(".desk-details:not([hidden]) h2").first).to_be_visible()
    assert "hidden@" not in olga.content()


def test_a_token_and_many_moderators_never_decide_one_comment_twice(
    opened: Opener, seats: dict[str, Any], parley: RunningParley
) -> None:
    empty(parley)
    ids = [post(parley, f"{RUDE} {n}", name=f"N{n}") for n in range(20)]
    pages = [opened(viewport=DESKTOP) for _ in range(10 if IS_LONG else 4)]
    for n, page in enumerate(pages):
        join(page, parley.wiring.invitation(Role.MODERATOR), f"Moderator {n}")
        desk(page, parley)
    for n, page in enumerate(pages):
        page.evaluate(
            """key => setInterval(() => {
                // What somebody else had open comes back, and is tried again.
                if (!document.querySelector('.desk-card:not(.is-decided)')) return;
                document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            }, 60)""",
            "ars"[n % 3],
        )
    bearer = token(parley)
    for id in ids:
        parley.call("POST", f"/v1/sites/{SITE}/comments/{id}/decisions", {"outcome": "spam", "version": 1}, **bearer)
    for page in pages:
        with forgiven(page):
            expect(page.locator(".desk-card:not(.is-decided)")).to_have_count(0, timeout=20_000)
    for id in ids:
        decisions = parley.call("GET", f"/v1/sites/{SITE}/comments/{id}", **bearer)[1]["decisions"]
        assert [each["version"] for each in decisions] == [1, 2]


def test_a_thousand_at_once_go_on_in_the_worker_and_are_taken_back(olga: Page, parley: RunningParley) -> None:
    ids = fill(parley, [f"Cheap watches {n}, you idiot." for n in range(1000)])
    desk(olga, parley)
    press(olga, "As")
    expect(olga.locator("#desk-confirm")).to_contain_text("Mark 1,000 comments as spam?")
    press(olga, ["Enter"])
    expect(olga.locator("#batch-result")).to_contain_text("1,000 marked as spam.", timeout=60_000)
    expect(olga.locator("[data-count=spam]")).not_to_have_text("0")
    assert {outcome(parley, id) for id in ids[::97]} == {"spam"}
    olga.locator("[data-see]").click()
    expect(olga.locator("h1")).to_have_text("Mark 1,000 comments as spam")
    olga.get_by_role("button", name="Take it all back").click()
    expect(olga.locator("[role=status]").last).to_have_text("1,000 taken back.", timeout=60_000)
    assert {outcome(parley, id) for id in ids[::97]} == {"held"}


def test_a_selection_leaves_what_another_has_open_and_says_so(olga: Page, ben: Page, parley: RunningParley) -> None:
    ids = {post(parley, f"{RUDE} {n}", name=f"N{n}") for n in range(3)}
    desk(ben, parley)
    held = current(ben)
    expect(ben.locator(f"#{held}")).to_have_attribute("data-lease", re.compile("lease_"))
    desk(olga, parley)
    press(olga, "xjjX")
    expect(olga.locator("#batch [data-size]")).to_have_text("3")
    olga.get_by_role("button", name="None").click()
    expect(olga.locator("#batch")).to_be_hidden()
    boxes = olga.locator("[name=pick]")
    boxes.first.click()
    boxes.last.click(modifiers=["Shift"])
    expect(olga.locator("#batch [data-size]")).to_have_text("3")
    press(olga, "a")
    press(olga, ["Enter"])
    expect(olga.locator("#batch-result")).to_contain_text("2 approved, 1 left as they were.")
    expect(olga.locator(".desk-card:not(.is-decided)")).to_have_count(1)
    assert outcome(parley, held) == "held"
    assert {outcome(parley, id) for id in ids - {held}} == {"published"}
    olga.locator("[data-see]").click()
    expect(olga.locator(".desk-refusals")).to_contain_text("Ben has this comment open.")


def test_who_wrote_is_looked_at_noted_and_muted_without_leaving_the_list(olga: Page, parley: RunningParley) -> None:
    post(parley, RUDE)
    desk(olga, parley)
    press(olga, "n")
    panel = olga.locator("#desk-panel")
    expect(panel.locator("[name=note]")).to_be_focused()
    olga.keyboard.type("Writes this every week; see hidden.again@example.com.")
    panel.get_by_role("button", name="Note it").click()
    expect(panel.locator(".desk-note").first).to_contain_text("Writes this every week")
    panel.get_by_role("button", name="Mute").click()
    expect(panel.get_by_role("button", name="Mute ✓")).to_be_visible()
    expect(panel.locator(".desk-excerpts")).to_contain_text("idiots")
    assert "hidden" not in panel.inner_text().replace("hidden e-mail address", "")
    press(olga, ["Escape"])
    expect(olga.locator(".desk-card[aria-current]")).to_be_focused()


def test_what_stands_behind_a_score_is_shown_in_place(olga: Page, parley: RunningParley) -> None:
    id = post(parley, "You іdіоt, you s\u200btupid, s\u200btupid fool.")
    desk(olga, parley)
    card = olga.locator(f"#{id}")
    expect(card.locator("rt").first).to_have_text("idiot")
    expect(card.locator(".desk-hidden").first).to_have_text("ZWSP")
    press(olga, "o")
    expect(card.locator(".desk-words li").first).to_contain_text(re.compile(r"→ .* without this phrase"))
    assert card.locator(".desk-text").evaluate("text => text.textContent.includes('\\u200b')") is False


def test_every_act_beside_deciding_works_without_javascript(
    opened: Opener, seats: dict[str, Any], parley: RunningParley
) -> None:
    empty(parley)
    first = post(
        parley, f"{RUDE} Ask 3@5 (a price) or nora.under@example.com.", name="Nora", thread="without JavaScript"
    )
    page = opened(viewport=DESKTOP, storage_state=seats["Olga"], java_script_enabled=False)

    def act(summary: str, fields: dict[str, str], button: str) -> None:
        page.goto(f"{parley.url}/review/{SITE}/{first}")
        if summary:
            page.locator("summary", has_text=summary).click()
        for label, text in fields.items():
            page.get_by_label(label, exact=False).first.fill(text)
        page.get_by_role("button", name=button, exact=True).click()

    page.goto(f"{parley.url}/review/{SITE}/{first}")
    page.get_by_role("button", name=re.compile("^Approve")).click()
    act("Redact words", {"Words as they stand": "pack of idiots"}, "Redact")
    expect(page.locator(".desk-text").first).to_contain_text("What a █████, every")
    act("Reply as a moderator", {"Your reply": "Please stay friendly."}, "Reply")
    expect(page.locator(".desk-excerpts")).to_contain_text("Please stay friendly.")
    act("", {}, "Pin it to the top")
    act("", {}, "Close the thread")
    expect(page.get_by_role("button", name="Open the thread again")).to_be_visible()
    act("Look at what is hidden", {"Why you need to see": "The police ask."}, "Show it")
    expect(page.locator("main")).to_contain_text("nora.hidden@example.com")
    page.get_by_label("Why it was wrong").last.fill("A test.")
    page.get_by_role("button", name="Take the mask away").last.click()
    expect(page.locator(".desk-story").last).to_contain_text("took a mask away")
    page.get_by_role("link", name="The author’s history").click()
    page.get_by_label("A note for colleagues").fill("Fine since.")
    page.get_by_role("button", name="Note it").click()
    page.get_by_role("button", name="Trust").click()
    expect(page.locator(".desk-late")).to_contain_text("Trust goes by an author key")
    page.get_by_role("button", name="Mute").click()
    expect(page.locator("main")).to_contain_text("Muted from now on.")
    expect(page.locator("main")).to_contain_text("Fine since.")
    for n in range(3):
        post(parley, f"{RUDE} {n}", name=f"M{n}")
    desk(page, parley)
    for box in page.locator("[name=pick]").all():
        box.check()
    page.locator("#batch [value=rejected]").click()
    expect(page.locator("h1")).to_have_text("Reject 3 comments?")
    page.get_by_role("button", name="Reject 3 comments").click()
    expect(page.locator("main")).to_contain_text("3 rejected.")


# Long texts


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(
    "view", [{"viewport": DESKTOP}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desktop", "phone, dark"]
)
def test_the_worst_comments_are_a_list_that_one_can_work_through(
    olga: Page, opened: Opener, parley: RunningParley, seats: dict[str, Any], view: dict[str, Any]
) -> None:
    ids = [post(parley, text[:6_000]) for text in WORST.values()]
    page = opened(storage_state=seats["Olga"], **view)
    desk(page, parley)
    expect(page.locator(".desk-card")).to_have_count(len(ids))
    assert overflow(page) <= 0
    assert faults(page) == []
    tallest = page.evaluate("Math.max(...[...document.querySelectorAll('.desk-text')].map(text => text.offsetHeight))")
    assert tallest < 4_000
    link = page.locator(".desk-card[aria-current] .desk-whole a")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("-text$"))
    expect(page.locator(".desk-whole")).to_have_count(0)
    expect(page.locator(".desk-text")).to_be_in_viewport()
    assert overflow(page) <= 0


def test_without_a_script_the_whole_text_is_a_link_away(
    olga: Page, browser: Browser, parley: RunningParley, seats: dict[str, Any]
) -> None:
    post(parley, "You stupid idiot. " + "And so it goes on and on. " * 200 + "The end of it.")
    page = browser.new_context(java_script_enabled=False, storage_state=seats["Olga"]).new_page()
    desk(page, parley)
    expect(page.locator(".desk-text")).not_to_contain_text("The end of it.")
    page.get_by_role("link", name="show all 5,").click()
    expect(page.locator(".desk-text")).to_contain_text("The end of it.")
    page.context.close()
