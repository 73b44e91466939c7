"""The desk's pages and what its script asks: one site or all, lists, filters, what changed, rules, batches, roles."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.people import Role
from service.processes.wiring import Wiring
from tests.web.test_pages import BROWSER, DOOR, PASSWORD, RUDE, hidden

SCRIPT = {"Accept": "application/json"}


def join(client: FlaskClient, wiring: Wiring, name: str, role: Role, *, site: str = "*") -> FlaskClient:
    link = wiring.invitation(role, site=site).removeprefix(wiring.url.rstrip("/"))
    client.post(link, data={"name": name, "password": PASSWORD, **hidden(client.get(link).text)})
    return client


@pytest.fixture
def desk(client: FlaskClient, wiring: Wiring) -> FlaskClient:
    return join(client, wiring, "Olga", Role.OWNER)


@pytest.fixture
def other_site(wiring: Wiring) -> str:
    wiring.sites.add("news", origins=("https://news.example.org",))
    wiring.sites.change("news", {"hold_newcomers": "false", "seconds_to_write": "0", "comments_burst": "100"})
    return "/v1/sites/news/comments"


def post(client: FlaskClient, body: str, *, door: str = DOOR, **fields: str) -> str:
    page = "https://news.example.org/a" if "news" in door else RUDE["thread_url"]
    answer = client.post(door, json=RUDE | {"thread_url": page, "body": body} | fields)
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json["id"])


def cards(page: str) -> list[str]:
    return re.findall(r'<article class="desk-card" id="(c_\w+)"', page)


def token(client: FlaskClient) -> str:
    return hidden(client.get("/review/").text)["csrf_token"]


def test_all_sites_are_one_list_and_each_is_one_of_its_own(desk: FlaskClient, other_site: str) -> None:
    mild = post(desk, "You are a fool, sir.")
    rude = post(desk, "You stupid idiot, you moron.", door=other_site)
    assert cards(desk.get("/review/").text) == [rude, mild]
    assert cards(desk.get("/review/?sort=oldest").text) == [mild, rude]
    assert cards(desk.get("/review/news").text) == [rude]
    assert desk.get("/review/nowhere").status_code == 404


def test_pages_over_all_sites_follow_one_another_without_a_gap(desk: FlaskClient, other_site: str) -> None:
    posted = {post(desk, f"You idiot {n}.", door=(DOOR, other_site)[n % 2], name=f"N{n}") for n in range(45)}
    seen: list[str] = []
    url: str | None = "/review/"
    while url:
        page = desk.get(url).text
        seen += cards(page)
        more = re.search(r'href="([^"]+)" data-more', page)
        url = more[1].replace("&amp;", "&") if more else None
    assert (len(seen), set(seen)) == (45, posted)


def test_who_may_see_one_site_sees_no_other(client: FlaskClient, wiring: Wiring, other_site: str) -> None:
    desk = join(client, wiring, "Ben", Role.MODERATOR, site="demo")
    hers, rude = post(desk, "You stupid idiot, you moron.", door=other_site), post(desk, "You idiot.")
    assert cards(desk.get("/review/").text) == [rude]
    assert desk.get("/review/news").status_code == 404
    sent = {"csrf_token": token(desk), "outcome": "rejected", "version": 1}
    assert desk.post(f"/review/news/{hers}/decisions", data=sent).status_code == 404


def test_a_viewer_looks_and_is_offered_nothing_to_do(client: FlaskClient, wiring: Wiring) -> None:
    desk = join(client, wiring, "Vera", Role.VIEWER)
    id = post(desk, "You stupid idiot, you moron.")
    page = desk.get("/review/demo").text
    assert cards(page) == [id]
    assert "desk-decide" not in page
    assert 'name="pick"' not in page
    sent = {"csrf_token": hidden(page)["csrf_token"], "outcome": "rejected", "version": 1}
    assert desk.post(f"/review/demo/{id}/decisions", data=sent).status_code == 403


def test_lists_and_filters_show_what_they_say(desk: FlaskClient, bearer: dict[str, str]) -> None:
    rude = post(desk, "You stupid idiot, you moron.")
    links = post(desk, "See https://a.example and https://b.example and https://c.example.", name="Ben")
    foreign = post(desk, "Это комментарий на русском языке, который никто здесь не понимает.", name="Ivan")
    page = desk.get("/review/demo").text
    assert 'Toxic <span data-count="reason-toxic">1</span>' in page
    assert cards(desk.get("/review/demo?reason=links").text) == [links]
    assert cards(desk.get("/review/demo?words=IDIOT").text) == [rude]
    assert cards(desk.get("/review/demo?list=unscored").text) == [foreign]
    nothing = desk.get("/review/demo?words=nowhere").text
    assert "No comment fits." in nothing
    assert "Looked at 3 comments." in nothing
    desk.post(f"{DOOR}/{rude}/decisions", json={"outcome": "escalated", "reason": "Threat?"}, headers=bearer)
    escalated = desk.get("/review/demo?list=escalated").text
    assert cards(escalated) == [rude]
    assert "escalated it" in escalated
    assert "Threat?" in escalated
    desk.post(f"{DOOR}/{links}/decisions", json={"outcome": "spam"}, headers=bearer)
    assert cards(desk.get("/review/demo?list=spam").text) == [links]
    assert cards(desk.get("/review/demo?list=decided").text) == [links, rude]


@pytest.mark.parametrize(
    "query", ["list=x", "sort=x", "reason=x", "author=a@b", "page=%20%22", "cursor=x", "words=" + "x" * 101]
)
def test_a_query_that_means_nothing_is_refused_in_a_sentence(desk: FlaskClient, query: str) -> None:
    answer = desk.get(f"/review/demo?{query}", headers=BROWSER)
    assert answer.status_code == 422
    assert "Some fields need another look" in answer.text


def test_what_changed_is_asked_for_cheaply(desk: FlaskClient) -> None:
    post(desk, "You idiot, one.")
    page = desk.get("/review/demo").text
    since = re.search(r'data-since="(\d+)"', page)
    assert since
    url = f"/review/demo/pulse?since={since[1]}"
    first = desk.get(url, headers=SCRIPT)
    assert (first.json["lists"]["waiting"], first.json["new"], first.json["held"]) == (1, "0", {})
    again = desk.get(url, headers=SCRIPT | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    id = post(desk, "You idiot, two.")
    changed = desk.get(url, headers=SCRIPT | {"If-None-Match": first.headers["ETag"]})
    assert (changed.json["new"], changed.json["reasons"]["toxic"]) == ("1", 2)
    assert desk.get("/review/-/pulse?since=0", headers=SCRIPT).json["new"] == "2"
    assert desk.get(f"{url}&words=two", headers=SCRIPT).json["new"] == "1"
    assert desk.get(f"{url}&words=nobody", headers=SCRIPT).json["new"] == "0"
    assert id in desk.get("/review/demo?fragment").text
    assert "<html" not in desk.get("/review/demo?fragment").text


def test_a_script_that_is_signed_out_is_told_so_and_not_redirected(client: FlaskClient) -> None:
    answer = client.get("/review/demo/pulse", headers=SCRIPT)
    assert (answer.status_code, answer.json["title"]) == (401, "Not signed in")


def test_the_rule_that_a_digit_picks_is_told_to_the_author_and_kept(desk: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"rule.2": "Shouting | We do not shout here."})
    receipt = desk.post(DOOR, json=RUDE).json
    form = {"csrf_token": token(desk), "outcome": "rejected", "version": 1, "rule": "2"}
    made = desk.post(f"/review/demo/{receipt['id']}/decisions", data=form, headers=SCRIPT)
    assert (made.status_code, made.json["rule"], made.json["public_reason"]) == (
        201,
        "Shouting",
        "We do not shout here.",
    )
    (_, decision) = wiring.queue.decisions("demo", receipt["id"])
    assert decision.rule == "Shouting"
    event = wiring.log.event("demo", wiring.queue.find("demo", receipt["id"]).event)
    assert event.data["rule"] == "Shouting"
    assert "Shouting" in desk.get("/review/demo?list=decided").text
    unknown = desk.post(
        f"/review/demo/{receipt['id']}/decisions", data=form | {"rule": "9", "version": 2}, headers=SCRIPT
    )
    assert unknown.status_code == 422


def test_a_decision_gives_way_to_who_has_it_open_unless_one_insists(
    desk: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    id = post(desk, "You stupid idiot, you moron.")
    desk.post("/v1/sites/demo/queue/next", json={}, headers=bearer)
    form: dict[str, Any] = {"csrf_token": token(desk), "outcome": "rejected", "version": 1}
    held = desk.post(f"/review/demo/{id}/decisions", data=form, headers=SCRIPT)
    assert (held.status_code, held.json["detail"]) == (409, "Robot has this comment open.")
    assert "Robot has this open" in re.sub(r"</?bdi>", "", desk.get("/review/demo").text)
    assert (
        desk.post(f"/review/demo/{id}/decisions", data=form | {"all_the_same": "1"}, headers=SCRIPT).status_code == 201
    )


def test_a_batch_is_asked_about_once_and_then_told_of(desk: FlaskClient) -> None:
    ids = [post(desk, f"You idiot {n}.", name=f"N{n}") for n in range(3)]
    form: dict[str, Any] = {"csrf_token": token(desk), "outcome": "spam", "rule": "7", "back": "/review/demo"}
    question = desk.post("/review/demo/batches/", data=form | {"pick": [f"{id} 1" for id in ids[:2]]})
    assert "Mark 2 comments as spam?" in question.text
    sent = [
        (name, value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', question.text)
        if name != "csrf_token"
    ]
    assert sent.count(("pick", f"{ids[0]} 1")) == 1
    everything = desk.post("/review/demo/batches/", data=form | {"scope": "all", "words": "2"})
    assert "Mark one comment as spam?" in everything.text
    done = desk.post(
        "/review/demo/batches/",
        data=form | {"confirmed": "1", "pick": [f"{ids[0]} 1", f"{ids[1]} 5"]},
        headers=SCRIPT,
    ).json
    assert (done["said"], done["is_running"]) == ("1 marked as spam, 1 left as they were.", False)
    assert "already decided" in done["refused"][0]["why"]
    page = desk.get(done["url"]).text
    assert "Take it all back" in page
    undone = desk.post(f"{done['url']}/undo", data={"csrf_token": form["csrf_token"]})
    assert undone.status_code == 303
    assert "1 taken back." in desk.get(undone.headers["Location"]).text
    nothing = desk.post("/review/demo/batches/", data=form | {"confirmed": "1"}, headers=SCRIPT)
    assert (nothing.status_code, nothing.json["errors"][0]["message"]) == (422, "Select at least one comment.")
