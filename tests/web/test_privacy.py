"""An e-mail address never leaves: unique ones go in through every door, and nothing that comes out holds them.

The one exception is named in docs/adr/0006: the form that goes back, filled in, to the very person who typed it.
"""

import itertools
import json
import re
import secrets
from collections.abc import Iterator
from hashlib import md5, sha1, sha256
from io import StringIO
from ipaddress import ip_network
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

import pytest
import structlog
from flask.testing import FlaskClient
from pydantic import SecretStr

from config.settings import Settings
from service.core.endpoint import EndpointChange
from service.core.errors import InvalidChange
from service.core.people import OPERATOR, Role
from service.core.thread import key_of
from service.processes.web_app import create_app
from service.processes.wiring import Wiring, set_up_log
from service.processes.worker import courier
from service.store.keys import SiteKeys
from tests.receivers import Receiver, status
from tests.servers import AnyServer
from tests.web.test_api import DOOR, PAGE, SAFE
from tests.web.test_pages import BROWSER, hidden

EMBED = "/embed/v1/sites/demo"
NUMBERS = itertools.count()
#: Every address, and each name of a thread with one, that was sent: no hash of these is to come out either.
SENT: set[str] = set()
NAMED: list[dict[str, str]] = []


def address() -> str:
    """Return an address that nobody sent before."""
    made = f"hidden.{next(NUMBERS)}.{secrets.token_hex(4)}@example.com"
    SENT.add(made)
    return made


def encoded() -> Iterator[str]:
    """Return addresses as URLs hold them: plain, and encoded once, twice, and as full-width characters."""
    yield address()
    for sign in ("%40", "%2540", "%252540", "%EF%BC%A0", "%25EF%25BC%25A0", "%20(at)%20"):
        yield address().replace("@", sign)


PLACES = (
    *("authors/{}", "authors/{}/posts", "{}.html", "u/{}", "a;email={}/b", "a;{}", "a&email={}"),
    *(
        "?email={}",
        "?{}=1",
        "?a=1;to={}",
        "?a=1?to={}",
        "?next=%2Fb%3Fto%3D{}%26c%3D1",
        "?utm_content={}",
        "#{}",
        "#!/?email={}",
    ),
)


def pages() -> Iterator[dict[str, str]]:
    """Return names of threads with an address in each place that has one, each way of encoding it in turn."""
    ways = itertools.cycle(encoded())
    for place in (*PLACES, *PLACES):
        yield {"thread_url": f"https://example.org/{place.format(next(ways))}"}
    yield {"thread_url": f"https://{address()}/a"}
    yield {"thread_url": f"https://{address().replace('@', '%40')}:pw@example.org/a"}
    yield {"thread_url": PAGE, "thread_id": address()}
    yield from ({"thread_id": f"author:{each}"} for each in encoded())


def folded() -> Iterator[str]:
    """Return addresses as they are pasted."""
    for paste in ("\u200b{}\u202c", " <{}> ", "Ana <{}>", "mailto:{}?subject=Hello", "“{}”,", '"{}" <{}>'):
        made = address()
        yield paste.format(made, made)
    yield address().replace("@", "＠").replace(".", "。")
    yield address().replace("hidden.", "hidden..").replace("example.com", "docomo.ne.jp")
    yield "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in address())


def comment(**fields: Any) -> dict[str, Any]:
    """Return a comment with an address, plain or disguised, in each of its fields."""
    disguised = address().replace("@", " [at] ").replace(".com", " [dot] com")
    typed = {
        "thread_url": PAGE,
        "thread_title": f"Asked of {address()}",
        "name": f"Ana {address()}",
        "email": address(),
        "website": f"https://example.org/?from={address()}",
        "body": f"You idiot. Write to {address()}, or {disguised}.",
    }
    return typed | fields


@pytest.fixture
def seen() -> list[str]:
    """Everything that came out."""
    return []


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the log says, as in production but at its most talkative."""
    out = StringIO()
    set_up_log("debug", out=out)
    yield out
    structlog.reset_defaults()


@pytest.fixture
def watched(valkey: AnyServer, wiring: Wiring, seen: list[str], logged: StringIO) -> Iterator[FlaskClient]:
    """A client whose every answer is kept, of an application that logs as in production."""
    own = Wiring(Settings(redis_url=SecretStr(valkey.url), parley_data=wiring.settings.parley_data))
    app = create_app(own)

    @app.after_request
    def keep(response: Any) -> Any:
        response.direct_passthrough = False
        seen.append(f"{response.status}\n{response.headers}\n{response.get_data(as_text=True)}")
        return response

    yield app.test_client()
    own.connection.close()


def test_nothing_that_comes_out_holds_an_address(
    watched: FlaskClient, wiring: Wiring, seen: list[str], logged: StringIO, bearer: dict[str, str]
) -> None:
    # The door: accepted, refused for each reason, as JSON and as a form.
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    held = watched.post(DOOR, json=comment(), headers=key).json
    watched.post(DOOR, json=comment(), headers=key)
    same = comment()
    for _ in range(2):
        watched.post(DOOR, json=same)
    watched.post(DOOR, json=comment(email=f"{address()} twice {address()}"))
    watched.post(DOOR, json=comment(thread_url=f"https://example.org/{address()}"))
    watched.post(DOOR, json=comment(website=f"mailto:{address()}"))
    watched.post(DOOR, json=comment(parent_id=address()))
    watched.post(DOOR, json=comment(author_key=address()))
    watched.post(DOOR, json=comment(), headers={"Origin": f"https://{address()}"})
    watched.post(DOOR, data=comment())
    watched.post(DOOR, data=comment(), headers=BROWSER)
    watched.post(DOOR, data=address(), content_type="application/json")
    # Reading, also with addresses in the query.
    for query in ({"thread_url": PAGE}, {"thread_url": f"https://example.org/?q={address()}"}, {"cursor": address()}):
        watched.get(DOOR, query_string=query)
        watched.get("/v1/sites/demo/counts", query_string=query)
    watched.get(f"{DOOR}/{held['id']}", headers={"Parley-Author-Token": held["token"]})
    watched.get("/demo", query_string={"reply": address(), "cursor": ""})
    # The embed: threads, forms, one's own comment, reports, and addresses wherever a query may name something.
    asked = {"thread_url": PAGE, "thread_title": f"Asked of {address()}", "at": address(), "reply": address()}
    for name in ("thread", "page"):
        for query in (asked, asked | {"thread_id": address()}, asked | {"lang": address(), "cursor": address()}):
            watched.get(f"{EMBED}/{name}", query_string=query)
    watched.get(f"{EMBED}/counts", query_string={"thread_id": address()})
    posted = watched.post(f"{EMBED}/comments", data=comment())
    token = {"Parley-Author-Token": posted.headers["Parley-Author-Token"]}
    watched.get(f"{EMBED}/comments/{posted.headers['Parley-Comment']}", headers=token)
    public = watched.post(DOOR, json=comment(body=f"A good read. Write to {address()}.", website="")).json["id"]
    watched.post(f"{DOOR}/{public}/decisions", json={"outcome": "published"}, headers=bearer)
    report = {"complaint": "other", "note": f"He is {address()}"}
    for send in (watched.get, watched.post):
        send(f"{EMBED}/comments/{public}/report", query_string={"lang": address()}, data=report)
    watched.get(f"{EMBED}/thread", query_string={"thread_url": PAGE})
    # The moderators, by API and at the desk.
    watched.get("/v1/sites/demo/queue", headers=bearer)
    watched.post(f"{DOOR}/{held['id']}/decisions", json={"outcome": address()}, headers=bearer)
    watched.post(
        f"{DOOR}/{held['id']}/decisions", json={"outcome": "published", "reason": f"Ask {address()}"}, headers=bearer
    )
    watched.get(f"{DOOR}/{held['id']}", headers=bearer)
    watched.get(DOOR, query_string={"thread_url": PAGE})
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    watched.post(link, data={"name": "Olga", "password": "correct horse battery", **hidden(watched.get(link).text)})
    watched.get("/review/demo")
    watched.get("/review/demo?list=reported")
    for id in (held["id"], public):
        watched.get(f"/review/demo/{id}")
    look_around(watched, wiring, held["id"], public, bearer)
    come_from_pages(watched, bearer)
    name_everything(watched, wiring, seen)
    sit_at_the_desk(watched, held["id"], public)
    # The rest, and what the machines read.
    for path in ("/", "/docs", "/openapi.json", "/metrics", "/healthz", "/readyz", f"/{address()}"):
        watched.get(path)
    # Webhooks, answers of receivers included.
    with Receiver() as receiver:
        allowed = {"webhook_allow_networks": (ip_network("127.0.0.0/8"),)}
        worker = Wiring(wiring.settings.model_copy(update=allowed))
        sent = courier(worker)
        receiver.answers = [status(500, body=address().encode(), headers={"X-Echo": address()})]
        change = EndpointChange.parse({"url": receiver.url, "description": f"Ask {address()}"})
        endpoint, _ = wiring.webhooks.add("demo", change, member=OPERATOR)
        for group in sent.outbox.groups():
            sent.outbox.open(group)
            sent.fan_out(sent.outbox.read(group, worker="test", count=100))
        while claimed := sent.claim(limit=100):
            for parcel in claimed:
                sent.deliver(parcel)
        worker.connection.close()
        seen += [request.body.decode() for request in receiver.requests]
        assert len(receiver.requests) >= 4
    # What the owners and programs then see of them.
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Robot', Role.OWNER, site='demo')}"}
    api, pages = f"/v1/sites/demo/endpoints/{endpoint.id}", f"/review/demo/webhooks/{endpoint.id}"
    for path in ("/v1/events", "/v1/sites/demo/events", "/v1/sites/demo/endpoints", api, f"{api}/deliveries"):
        assert watched.get(path, headers=owner).status_code == 200
    for item in watched.get(f"{api}/deliveries", headers=owner).json["items"]:
        watched.get(f"{api}/deliveries/{item['event']}", headers=owner)
        assert watched.get(f"{pages}/deliveries/{item['event']}").status_code == 200
    for path in ("/review/demo/webhooks/", pages, f"{pages}?comment={address()}"):
        watched.get(path)
    watched.post("/v1/sites/demo/endpoints", json={"url": "https://a.example/", "events": [address()]}, headers=owner)
    watched.get(f"{api}/deliveries?comment={address()}", headers=owner)
    seen.append(logged.getvalue())
    assert len(seen) > 35
    assert '"event": "webhook"' in seen[-1]
    assert sum("•••@•••" in text for text in seen) > 10, "what came out is about these comments"
    found = {match for text in seen for match in re.findall(r"hidden\.+\d+\.\w+", normalize("NFKC", unquote(text)))}
    assert not found, sorted(found)
    everything = "\n".join(seen).lower()
    hashes = (md5, sha1, sha256)
    assert not [sent for sent in SENT for hash in hashes if hash(sent.encode()).hexdigest()[:20] in everything]
    assert not [
        named
        for named in NAMED
        if key_of(url=named.get("thread_url", ""), thread_id=named.get("thread_id", "")) in everything
    ]


def unfinished(**named: str) -> dict[str, str]:
    """Return what a form sends that comes back: its writer typed no address."""
    typed = {"name": "Ana", "email": "", "body": "", "website": ""}
    return typed | {name: address() for name in ("thread_title", "parent_id", "lang", "author_key")} | named


def come_from_pages(watched: FlaskClient, bearer: dict[str, str]) -> None:
    """Read and write on pages with addresses in their names, as programs, browsers and the embed do, and moderate."""
    for n, named in enumerate(pages()):
        if "(at)" not in str(named):  # a hash of a disguise is no hash of an address
            NAMED.append(named)
        posted = watched.post(DOOR, json=comment(**named, body=f"A good read, number {n}.", website=""))
        assert posted.status_code in (201, 202), (posted.json, named)
        for path in (DOOR, "/v1/sites/demo/counts", f"{EMBED}/thread", f"{EMBED}/page", f"{EMBED}/counts"):
            assert watched.get(path, query_string=named).status_code == 200
        watched.put("/v1/sites/demo/threads", json=named | {"closed": False, "pinned": None}, headers=bearer)
        watched.get("/v1/sites/demo/queue", query_string=named, headers=bearer)
        watched.get(f"{DOOR}/{posted.json['id']}/context", headers=bearer)
        if n % 5 == 0:
            for path in (DOOR, f"{EMBED}/comments"):
                again = watched.post(path, data=unfinished(**named), headers=BROWSER)
                assert again.status_code == 422
                fields = hidden(again.text) | {"name": "Ana", "email": "", "body": f"Again from number {n} {path}."}
                watched.post(path, data=fields, headers=BROWSER)
            watched.get(f"{DOOR}/{posted.json['id']}", headers={"Parley-Author-Token": posted.json["token"]})
    for query in ("", "?list=decided", "?list=spam"):
        watched.get(f"/review/demo{query}")
    for typed in folded():
        assert watched.post(DOOR, json=comment(email=typed, body=f"Typed {secrets.token_hex(4)}.")).status_code in (
            201,
            202,
        )
    for url in ("ftp://{}/", "mailto:{}", "https://a b/{}", "{}"):
        for path in (DOOR, f"{EMBED}/thread", f"{EMBED}/page", f"{EMBED}/counts"):
            assert watched.get(path, query_string={"thread_url": url.format(address())}).status_code == 422
        watched.post(DOOR, json=comment(thread_url=url.format(address())))
        watched.post(DOOR, data=unfinished(thread_url=url.format(address())), headers=BROWSER)


def name_everything(watched: FlaskClient, wiring: Wiring, seen: list[str]) -> None:
    """Give addresses to whatever has a name, as owners do, and go where they lead."""
    doors = (
        lambda: wiring.access.add_token(address(), Role.MODERATOR, site="demo"),
        lambda: wiring.access.join(
            wiring.access.invite(Role.MODERATOR), name=address(), password="correct horse battery"
        ),
        lambda: wiring.sites.add("other", name=f"News {address()}", origins=("https://other.example",)),
        lambda: wiring.sites.change("demo", {"name": address()}),
        lambda: wiring.sites.change("demo", {"rule.1": f"Rude | Ask {address()}"}),
        lambda: wiring.sites.change("demo", {"text.leave_comment": f"Ask {address()}"}),
        lambda: wiring.webhooks.add(
            "demo", EndpointChange.parse({"url": f"https://a.example/{address()}"}), member=OPERATOR
        ),
    )
    for door in doors:
        with pytest.raises(InvalidChange) as refused:
            door()
        seen.append(str(refused.value))
    link = wiring.invitation(Role.MODERATOR).removeprefix(wiring.url.rstrip("/"))
    typed = {"name": address(), "password": "correct horse battery"}
    stranger = watched.application.test_client()
    assert stranger.post(link, data=typed | hidden(stranger.get(link).text)).status_code == 422
    stranger.post("/review/sign-in", data=typed | hidden(stranger.get("/review/sign-in").text))
    for path in (f"/review/demo?words={address()}", f"/review/{address()}?next={address()}", f"/docs/?a={address()}"):
        stranger.get(path, headers=BROWSER)
        stranger.get("/review/sign-in", query_string={"next": path})
        watched.get(path, headers=BROWSER)


def look_around(watched: FlaskClient, wiring: Wiring, held: str, public: str, bearer: dict[str, str]) -> None:
    """Do what moderators and owners do beside deciding, but reveal nothing; reasons hold addresses, too."""
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Owl', Role.OWNER, site='demo')}"}
    author = watched.get(f"{DOOR}/{held}", headers=bearer).json["author"]
    people = f"/v1/sites/demo/authors/{author}"
    for id in (held, public, address()):
        watched.get(f"{DOOR}/{id}/context", headers=bearer)
        watched.post(f"{DOOR}/{id}/reply", json={"body": f"Write to {address()}."}, headers=bearer)
        version = (watched.get(f"{DOOR}/{id}", headers=bearer).json or {}).get("version", 1)
        redact = {"begin": 0, "end": 3, "version": version, "reason": f"Ask {address()}"}
        watched.post(f"{DOOR}/{id}/redact", json=redact, headers=bearer)
        watched.post(f"{DOOR}/{id}/reveal", json={"reason": f"Ask {address()}"}, headers=bearer)
        watched.post(f"{DOOR}/{id}/lift", json={"begin": 1, "version": 1, "reason": address()}, headers=owner)
        watched.post(f"{DOOR}/{id}/lift", json={"begin": address()}, headers=owner)
    watched.post(f"{people}/notes", json={"text": f"Is {address()} too."}, headers=bearer)
    for mark in ("mute", "trust", None, address()):
        sent = {"mark": mark, "comment": held, "reason": f"Ask {address()}"}
        watched.put(f"{people}/mark", json=sent, headers=bearer)
    for path in (people, f"{people}?cursor={address()}", f"/v1/sites/demo/authors/{address()}"):
        watched.get(path, headers=bearer)
    named = {"thread_url": PAGE, "reason": f"Ask {address()}"}
    for change in ({"pinned": public}, {"pinned": address()}, {"closed": True}, {"closed": False, "pinned": None}):
        watched.put("/v1/sites/demo/threads", json=named | change, headers=bearer)
    for cursor in ("", address()):
        watched.get("/v1/sites/demo/log", query_string={"cursor": cursor}, headers=owner)


def sit_at_the_desk(watched: FlaskClient, held: str, public: str) -> None:
    """Look through the desk's lists, and do what its forms do; what moderators type holds addresses, too."""
    token = hidden(watched.get("/review/").text)["csrf_token"]
    script = {"Accept": "application/json"}
    for query in ("", "list=spam", "list=decided", f"words={address()}", f"author={address()}", f"reason={address()}"):
        for path in ("/review/demo", "/review/demo/pulse", "/review/-/pulse"):
            watched.get(f"{path}?{query}&fragment=1&since=0", headers=script)
    people = re.findall(r"/review/demo/authors/\w+", watched.get(f"/review/demo/{held}").text)[0]
    forms = {
        f"/review/demo/{held}/decisions": {
            "outcome": "rejected",
            "note": f"Is {address()}",
            "public_reason": address(),
        },
        f"/review/demo/{held}/undo": {"version": address()},
        f"/review/demo/{held}/lease": {},
        f"/review/demo/{held}/give-back": {"lease": address()},
        f"/review/demo/{held}/redact": {"words": address(), "why": address()},
        f"/review/demo/{public}/reply": {"body": f"Write to {address()}."},
        f"/review/demo/{public}/thread": {"act": address()},
        f"{people}/notes": {"note": f"Is {address()} too."},
        f"{people}/mark": {"mark": "mute", "comment": held, "why": address()},
        "/review/demo/batches/": {
            "pick": f"{public} {address()}",
            "outcome": "spam",
            "words": address(),
            "confirmed": "1",
        },
    }
    for path, fields in forms.items():
        for headers in (script, BROWSER):
            watched.post(path, data=fields | {"csrf_token": token}, headers=headers)
            watched.get("/review/demo", headers=BROWSER)
    every = {"scope": "all", "outcome": "published", "list": "decided", "note": address(), "csrf_token": token}
    watched.post("/review/demo/batches/", data=every, headers=BROWSER)
    made = watched.post("/review/demo/batches/", data=every | {"confirmed": "1"}, headers=script).json
    assert made["total"] > 0
    watched.get(made["url"])
    for path in (people, f"{people}?comment={address()}", f"{people}?fragment=1", f"/review/demo/{public}?fragment=1"):
        assert watched.get(path).status_code == 200


def test_what_an_older_masker_left_in_clear_is_masked_wherever_it_is_told(
    watched: FlaskClient, wiring: Wiring, seen: list[str], bearer: dict[str, str]
) -> None:
    held = watched.post(DOOR, json=SAFE | {"body": "You idiot."}).json["id"]
    shown = watched.post(DOOR, json=SAFE | {"body": "A good read."}).json["id"]
    watched.post(f"{DOOR}/{shown}/decisions", json={"outcome": "published"}, headers=bearer)
    for id in (held, shown):
        clear = {"body": f"Ask {address()}.", "name": address(), "website": f"https://example.org/{address()}"}
        fields = [part for pair in clear.items() for part in pair]
        wiring.connection.do("HSET", SiteKeys("demo").comment(id), *fields)
    link = wiring.invitation(Role.OWNER).removeprefix(wiring.url.rstrip("/"))
    watched.post(link, data={"name": "Olga", "password": "correct horse battery", **hidden(watched.get(link).text)})
    del seen[:]
    for path in ("/v1/sites/demo/queue", f"{DOOR}/{held}", f"{DOOR}/{held}/context"):
        assert watched.get(path, headers=bearer).status_code == 200
    for query in ({"thread_url": PAGE},):
        watched.get(DOOR, query_string=query)
        watched.get(f"{EMBED}/thread", query_string=query)
    for path in ("/review/demo", "/review/demo?list=decided", f"/review/demo/{held}", f"/review/demo/{shown}"):
        assert watched.get(path).status_code == 200
    watched.post(f"{DOOR}/{held}/decisions", json={"outcome": "spam"}, headers=bearer)
    seen.append(str(wiring.log.event("demo", wiring.queue.find("demo", held).event).data))
    assert sum("•••@•••" in text for text in seen) >= 8, "what came out is about these comments"
    found = {match for text in seen for match in re.findall(r"hidden\.\d+\.\w+", text)}
    assert not found, sorted(found)


def test_what_an_owner_showed_for_good_shows_everywhere(
    watched: FlaskClient, wiring: Wiring, bearer: dict[str, str]
) -> None:
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Owl', Role.OWNER, site='demo')}"}
    ours = address()
    id = watched.post(DOOR, json=SAFE | {"body": f"Write to **us**, {ours}."}).json["id"]
    watched.post(f"{DOOR}/{id}/decisions", json={"outcome": "published"}, headers=bearer)
    lift = {"begin": 17, "version": 2, "reason": "It is our own address."}
    assert watched.post(f"{DOOR}/{id}/lift", json=lift, headers=owner).status_code == 201
    query = {"thread_url": PAGE}
    assert ours in watched.get(DOOR, query_string=query).text
    assert ours in watched.get(f"{EMBED}/thread", query_string=query).text
    assert ours in str(wiring.log.event("demo", wiring.queue.find("demo", id).event).data)


def test_only_the_answer_to_an_owner_with_a_reason_holds_an_address(
    watched: FlaskClient, wiring: Wiring, seen: list[str], logged: StringIO
) -> None:
    owner = {"Authorization": f"Bearer {wiring.access.add_token('Owl', Role.OWNER, site='demo')}"}
    typed, written = address(), address()
    id = watched.post(DOOR, json=SAFE | {"email": typed, "body": f"Write to {written}."}).json["id"]
    watched.post(f"{DOOR}/{id}/reveal", json={"reason": ""}, headers=owner)
    watched.get(f"{DOOR}/{id}/context", headers=owner)
    assert not any(text in all for text in (typed, written) for all in (*seen, logged.getvalue()))
    revealed = watched.post(f"{DOOR}/{id}/reveal", json={"reason": "The police asks."}, headers=owner)
    assert (revealed.json["address"], revealed.json["covers"][0]["text"]) == (typed, written)
    assert revealed.headers["Cache-Control"] == "no-store"
    seen.remove(seen[-1])
    watched.get("/v1/sites/demo/log", headers=owner)
    watched.get(f"{DOOR}/{id}/context", headers=owner)
    assert not any(text in all for text in (typed, written) for all in (*seen, logged.getvalue()))


def test_a_form_with_faults_holds_the_address_in_its_own_field_alone(watched: FlaskClient, seen: list[str]) -> None:
    typed = address()
    answer = watched.post(DOOR, data=comment(email=typed, name="", body="", website=""), headers=BROWSER)
    assert answer.status_code == 422
    assert answer.text.count(typed) == 1
    assert re.search(rf'<input[^>]*name="email"[^>]*value="{re.escape(typed)}"', answer.text)


def test_a_query_or_a_form_says_nothing_back_that_is_not_ours(watched: FlaskClient) -> None:
    """A language is one of ours or none; a key or a stamp that is an address is drawn anew."""
    typed = address()
    for page in (f"/demo?lang={typed}", f"/embed/v1/sites/demo/page?thread_url={PAGE}&lang={typed}"):
        assert typed not in watched.get(page).text, page
    assert 'lang="de"' in watched.get("/demo?lang=de-AT").text
    hidden_fields = {
        "lang": typed,
        "idempotency_key": f"key-of-{typed}-and-more",
        "shown_at": typed,
        "parent_id": typed,
    }
    answer = watched.post(DOOR, data=comment(name="") | hidden_fields, headers=BROWSER)
    assert answer.status_code == 422
    assert typed not in answer.text


def test_logs_hold_routes_and_no_paths(watched: FlaskClient, logged: StringIO) -> None:
    watched.get("/review/invitations/this-is-secret")
    watched.get("/v1/sites/demo/counts?thread_url=https://secret.example/")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["route"] for line in requests} == {"/review/invitations/<secret>", "/v1/sites/<site>/counts"}
    assert "this-is-secret" not in str(lines)
    assert "secret.example" not in str(lines)
