"""Who writes under a name that readers take for a moderator's waits for a person; and no two moderators look alike."""

import html
import re
from collections.abc import Sequence
from itertools import count

import pytest
from flask.testing import FlaskClient

from service.core.comment import POLICY, READER
from service.core.errors import InvalidChange
from service.core.people import OPERATOR, Member, Role
from service.processes.wiring import Wiring
from service.web.shown import HUES
from tests.web.test_api import DOOR, SAFE
from tests.web.test_pages import PASSWORD, desk

__all__ = ["desk"]

_NUMBERS = count()
PAGE = {"thread_url": SAFE["thread_url"]}


def join(wiring: Wiring, name: str, *, role: Role = Role.MODERATOR, site: str = "*") -> str:
    return wiring.access.join(wiring.access.invite(role, site=site), name=name, password=PASSWORD).name


def refusal(wiring: Wiring, name: str, *, site: str = "*") -> str:
    with pytest.raises(InvalidChange) as refused:
        join(wiring, name, site=site)
    return str(refused.value)


def held(client: FlaskClient, name: str, *, door: str = DOOR, **fields: str) -> bool:
    answer = client.post(door, json=SAFE | {"name": name, "body": f"Well said, {next(_NUMBERS)}."} | fields)
    assert answer.status_code in (201, 202), answer.text
    return bool(answer.json["status"] == "held")


def test_a_guest_under_a_moderators_name_is_held_and_the_desk_says_whose(
    desk: FlaskClient, client: FlaskClient, wiring: Wiring
) -> None:
    bearer = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.MODERATOR, site='demo')}"}
    sentences = {
        "Оlgа": "The author’s name looks like that of “Olga”, who moderates here.",
        "O\u200blga": "The author’s name looks like that of “Olga”, who moderates here.",
        "R0bot": "The author’s name looks like that of “Robot”, who moderates here.",
        "The Harbour Post": "The author’s name looks like the site’s own, “The Harbour Post”.",
        "Ana, Moderator": "The author’s name has a moderator’s title in it, “Moderator”.",
        "Ana 🛡": "The author’s name has a sign in it that passes for a moderator’s badge, “🛡”.",
    }
    for name in sentences:
        assert held(client, name), name
    assert not held(client, "Olaf")
    items = client.get("/v1/sites/demo/queue?reason=lookalike", headers=bearer).json["items"]
    assert {item["name"]: item["likeness"] for item in items} == {
        name.replace("\u200b", ""): said for name, said in sentences.items()
    }
    page = html.unescape(desk.get("/review/demo?reason=lookalike").text)
    for sentence in sentences.values():
        assert sentence in page


def test_nobody_likened_is_rejected_and_a_moderator_is_never_held_for_their_own_name(
    client: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    assert not held(client, "Robot's friend")
    written = client.post(DOOR, json=SAFE | {"name": "Robot"}, headers=bearer)
    assert written.json["status"] == "published"
    events = client.get("/v1/sites/demo/events", headers=bearer).text
    assert "comment.rejected" not in events


def test_the_check_follows_who_moderates_in_every_process(client: FlaskClient, wiring: Wiring) -> None:
    other = Wiring(wiring.settings)  # another process: it shares nothing but Redis
    wiring.sites.add("news", origins=("https://news.example.org",))
    wiring.sites.change("news", {"hold_newcomers": "false"})
    news = {"door": "/v1/sites/news/comments", "thread_url": "https://news.example.org/a"}
    assert not held(client, "Vera")
    join(other, "Vera", site="demo")
    assert held(client, "VERA")
    assert not held(client, "Vera", **news)
    other.registry.remove_person("Vera")
    assert not held(client, "vera")
    token = other.access.add_token("Vera", Role.MODERATOR, site="news")
    assert held(client, "Verа", **news)
    other.registry.remove_token(f"tok_{token.split('_')[1]}")
    assert not held(client, "vera.", **news)
    other.access.add_token("Vera", Role.VIEWER, site="news")
    assert not held(client, "_vera_", **news)
    other.connection.close()


def test_it_costs_the_door_no_round_trip(wiring: Wiring) -> None:
    def commands() -> int:
        return int(wiring.connection.do("INFO", "stats")["total_commands_processed"])

    join(wiring, "Olga", role=Role.OWNER)
    assert wiring.registry.site("demo").moderators
    before = commands()
    assert wiring.registry.site("demo").moderators
    assert commands() - before == 2  # one of them asks for the count


def test_two_moderators_who_are_seen_together_never_look_alike(wiring: Wiring) -> None:
    wiring.sites.add("news", origins=("https://news.example.org",))
    join(wiring, "Olga", role=Role.OWNER)
    join(wiring, "Ben Berg", site="demo")
    wiring.access.add_token("Robot", Role.MODERATOR, site="demo")
    alike = "Choose one that nobody takes for it."
    for name in ("Оlgа", "OIga", "Ol\u00adga.", "𝓞𝓵𝓰𝓪", "Ólga", "🅞🅛🅖🅐"):
        assert refusal(wiring, name, site="news") == f"This name looks like “Olga”. {alike}", name
    assert refusal(wiring, "Ol\u200bga") == "This name is taken. Choose another."
    for name, other in (("BenBerg", "Ben Berg"), ("R0b0t", "Robot")):
        for site in ("demo", "*"):
            assert refusal(wiring, name, site=site) == f"This name looks like “{other}”. {alike}", name
        assert join(wiring, name, site="news") == name
    with pytest.raises(InvalidChange, match=alike):
        wiring.access.add_token("0lga", Role.VIEWER, site="demo")
    # A token that replaces another has its name, as long as both are there.
    assert wiring.access.add_token("Robot", Role.MODERATOR, site="demo")


def test_no_moderator_passes_for_what_decides_besides_people(wiring: Wiring) -> None:
    for name in (POLICY.name, READER.name, OPERATOR.name, "Тhe роliсу", "you", "Anonymous"):
        assert "looks like" in refusal(wiring, name), name


def test_one_who_joined_meanwhile_is_seen(wiring: Wiring) -> None:
    looked: list[Sequence[Member]] = []

    def check(people: Sequence[Member], _: Sequence[Member]) -> None:
        if not looked:
            join(wiring, "Olga")
        looked.append(people)

    wiring.registry.add_person(Member("m_ben", "Ben", Role.MODERATOR), check=check)
    assert [len(people) for people in looked] == [0, 1]


def test_a_name_that_draws_nothing_is_no_name_anywhere(client: FlaskClient, wiring: Wiring) -> None:
    wiring.sites.change("demo", {"require_name_email": "true"})
    for name in ("\u3164", "\u2800", "\u200b\u2060", "\u115f\u1160", "\ufe0f", "\U000e0041", "\u0301"):
        answer = client.post(DOOR, json=SAFE | {"name": name})
        assert answer.status_code == 422, ascii(name)
        assert answer.json["errors"] == [{"field": "name", "message": "Please enter your name."}]
        assert "1 to 60 characters" in refusal(wiring, name)
        for change in (
            lambda name=name: wiring.access.add_token(name, Role.VIEWER, site="demo"),
            lambda name=name: wiring.sites.change("demo", {"name": name}),
        ):
            with pytest.raises(InvalidChange, match="1 to "):
                change()


def test_names_are_tidied_alike_wherever_they_are_taken(client: FlaskClient, wiring: Wiring) -> None:
    typed, tidy = " O\u202elga\u200b \u2066Be\u0301rg\u3164 ", "Olga Bérg"
    assert join(wiring, typed) == tidy
    assert wiring.access.sign_in(name=f"\u2060{typed.upper()}", password=PASSWORD, network="n").name == tidy
    wiring.access.add_token(f"Robot\u200d {typed[:-1]}", Role.VIEWER, site="demo")
    assert [token.member.name for token in wiring.registry.tokens()] == [f"Robot {tidy}"]
    assert wiring.sites.change("demo", {"name": typed}).name == tidy
    wiring.registry.remove_person(typed)
    id = client.post(DOOR, json=SAFE | {"name": typed.replace("lga", "laf")}).json["id"]
    assert wiring.queue.find("demo", id).author.name == "Olaf Bérg"


def test_no_guest_has_a_moderators_avatar_on_the_page_or_at_the_desk(
    desk: FlaskClient, client: FlaskClient, bearer: dict[str, str]
) -> None:
    moderators = client.post(DOOR, json=SAFE | {"body": "Welcome."}, headers=bearer).json["id"]
    guests = [client.post(DOOR, json=SAFE | {"name": f"Guest {n}"}).json["id"] for n in range(3 * HUES)]
    thread = client.get("/embed/v1/sites/demo/thread", query_string=PAGE).text
    looks = dict(re.findall(r'data-id="(c_\w+)".*?class="parley-avatar ([^"]+)"', thread, re.DOTALL))
    assert "parley-deep" in looks.pop(moderators).split()
    assert sorted(looks) == sorted(guests)
    assert not [look for look in looks.values() if "parley-deep" in look]
    about = re.compile(r'desk-margin.*?class="parley-avatar ([^"]+)"', re.DOTALL)
    for id, is_deep in ((moderators, True), (guests[0], False)):
        found = about.search(desk.get(f"/review/demo/{id}").text)
        assert found is not None and ("parley-deep" in found[1]) is is_deep
