"""Every script and every call of one: scripts are read from the store's files, calls are made on each kind of server.

A call whose names differ from its script's header fails when it is made. So it is enough that the store's code is
walked for its calls, and that each of them, with and without each group of names, is made once here.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.core.action import Action
from service.core.batch import CHUNK
from service.core.comment import Mark, Outcome
from service.core.listing import View
from service.core.people import OPERATOR
from service.core.session import Told
from service.store.connection import Connection
from service.store.pace import Pace, Rate
from service.store.pages import Pages
from service.store.queue import NewEvent
from service.store.registry import Registry
from service.store.script import LUA, Args, Header, Keys, Script
from service.store.sessions import Sessions, digest_of
from service.use_cases.bulk_review import Bulk
from service.use_cases.casework import Casework
from service.use_cases.redact import Redaction
from service.use_cases.review import Ruling
from tests.desks import ANA, Desk
from tests.endpoints import Office

STORE = LUA.parent
SCRIPTS = sorted(path.stem for path in LUA.glob("*.lua"))
INCLUDES = {path.stem: path.read_text("utf-8") for path in LUA.glob("include/*.lua")}

#: Where a script is called: the function, and the script.
Place = tuple[str, str]


def calls_of(module: Path) -> Iterator[Place]:
    """Yield each call of a script that a module's text has; `Script` makes constants of modules alone."""
    tree = ast.parse(module.read_text("utf-8"))
    scripts = {
        node.target.id: ast.literal_eval(node.value.args[0])
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call)
        if ast.unparse(node.value.func) == "Script"
    }
    assert len(re.findall(r"\bScript\(", module.read_text("utf-8"))) == len(scripts), module
    for top in tree.body:
        for function in top.body if isinstance(top, ast.ClassDef) else [top]:
            if isinstance(function, ast.FunctionDef):
                name = f"{top.name}.{function.name}" if isinstance(top, ast.ClassDef) else function.name
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and re.search(r"\.(run|ask|run_each)$", ast.unparse(node.func)):
                        yield f"{module.stem}.{name}", scripts[ast.unparse(node.args[0])]


#: The connection runs what it is handed, and the loader is no store.
CALLS = {
    place for module in STORE.glob("*.py") if module.stem not in ("connection", "script") for place in calls_of(module)
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[Place, set[frozenset[str]]]:
    """Each call that was made, and the groups of names that it gave."""
    made: dict[Place, set[frozenset[str]]] = {}

    def note(script: Script, calls: Sequence[tuple[Keys, Args]]) -> None:
        code = sys._getframe(2).f_code
        place = f"{Path(code.co_filename).stem}.{code.co_qualname.partition('.<locals>')[0]}", script.name
        for keys, args in calls:
            names = [name for name in script.header.names if name.name in (keys if name.table == "KEYS" else args)]
            made.setdefault(place, set()).add(frozenset(name.group for name in names if name.group))

    run, ask, run_each = Connection.run, Connection.ask, Connection.run_each

    def noted_run(self: Connection, script: Script, *, keys: Keys, args: Args) -> Any:
        note(script, [(keys, args)])
        return run(self, script, keys=keys, args=args)

    def noted_ask(self: Connection, script: Script, *, keys: Keys, args: Args) -> Any:
        note(script, [(keys, args)])
        return ask(self, script, keys=keys, args=args)

    def noted_run_each(self: Connection, script: Script, calls: Sequence[tuple[Keys, Args]]) -> list[Any]:
        note(script, calls)
        return run_each(self, script, calls)

    monkeypatch.setattr(Connection, "run", noted_run)
    monkeypatch.setattr(Connection, "ask", noted_ask)
    monkeypatch.setattr(Connection, "run_each", noted_run_each)
    return made


def test_the_server_takes_every_script(connection: Connection) -> None:
    for name in SCRIPTS:
        script = Script(name)
        assert script.sha in str(connection.do("SCRIPT", "LOAD", script.source)), name
        assert script.header.of_table("KEYS") or script.header.of_table("KEYS", is_list=True), name
        assert "\n-- Answers  " in script.source, name


def test_a_script_includes_itself_what_it_uses_and_each_include_is_used() -> None:
    includes = {name: set(Header.of((LUA / f"{name}.lua").read_text("utf-8")).includes) for name in SCRIPTS}
    within = {name: set(Header.of(text).includes) for name, text in INCLUDES.items()}
    assert set().union(*includes.values()) | set().union(*within.values()) == set(INCLUDES)
    texts = {name: (LUA / f"{name}.lua").read_text("utf-8") for name in SCRIPTS} | INCLUDES
    for include, text in INCLUDES.items():
        for word in re.findall(r"^local (?:function )?(\w+)", text, re.MULTILINE):
            for name, other in texts.items():
                if name != include and re.search(rf"(?<![\w.]){word}\b", re.sub("--.*|'[^'\n]*'", "", other)):
                    assert include in (includes | within)[name], f"{name} uses {word} of {include}"


def test_every_script_is_called_and_every_call_gives_the_names_of_its_header(
    made: dict[Place, set[frozenset[str]]],
    connection: Connection,
    registry: Registry,
    desk: Desk,
    bulk: Bulk,
    casework: Casework,
    redaction: Redaction,
    office: Office,
) -> None:
    assert {script for _, script in CALLS} == set(SCRIPTS)
    comments(connection, desk, bulk)
    beside_deciding(desk, casework, redaction)
    webhooks(desk, office, redaction)
    people(connection, registry)
    assert CALLS - made.keys() == set(), "calls that are not made here"
    for script in map(Script, SCRIPTS):
        given = set().union(*(groups for (_, name), groups in made.items() if name == script.name))
        wanted = {frozenset[str](), *(frozenset({group}) for group in script.header.groups)}
        assert given == wanted, f"{script.name} is not called with and without each group"


def comments(connection: Connection, desk: Desk, bulk: Bulk) -> None:
    held, site = desk.hold("Held."), desk.site.id
    published = desk.publish("Published.")
    assert desk.ids(View()) == [held]
    desk.report(published)
    assert desk.queue.seen(site, published).outcome is Outcome.PUBLISHED
    thread = desk.queue.find(site, held).thread
    assert Pages(connection).state(site, thread).count == 1
    desk.decide_and_undo(held, Action.REJECT)
    lease = desk.review.leases.take(site, held, holder=ANA.actor, token="t")
    assert desk.review.leases.held(site) == {held: ANA.actor}
    assert desk.review.leases.give_back(site, held, token=lease.token)
    batch = bulk.start(site, [(held, 3)], Ruling(Action.REJECT), member=ANA)
    bulk.undo(site, batch.id, member=ANA)
    bulk.start(site, [(f"c_{n}", 1) for n in range(CHUNK + 1)], Ruling(Action.REJECT), member=ANA)
    assert bulk.work() == 1


def beside_deciding(desk: Desk, casework: Casework, redaction: Redaction) -> None:
    site, id = desk.site.id, desk.publish("Some words.")
    author = desk.queue.find(site, id).author.identity
    casework.note(site, author, member=ANA, text="A note.")
    casework.mark(site, author, Mark.MUTE, member=ANA, comment=id)
    casework.mark(site, author, None, member=ANA)
    thread = desk.queue.find(site, id).thread
    casework.close(site, thread, member=ANA)
    casework.reopen(site, thread, member=ANA)
    redaction.redact(site, id, 0, 4, member=ANA, version=1)


def webhooks(desk: Desk, office: Office, redaction: Redaction) -> None:
    site = desk.site.id
    id, _ = office.add("http://127.0.0.1:9/hook")
    told = desk.publish("Told.")
    assert office.run() > 0
    redaction.redact(site, told, 0, 2, member=ANA, version=1)
    endpoint = office.endpoints.change(site, id, lambda endpoint: replace(endpoint, url="http://127.0.0.1:9/other"))
    office.replays.test(endpoint, "evt_test")
    office.webhooks.replay(site, id, member=OPERATOR, since=0, what="all")
    assert office.courier.replay()
    office.endpoints.pause(site, id)
    office.endpoints.resume(site, id)
    assert office.endpoints.disable(site, id, why="It is gone.", event=NewEvent("evt_disabled", "{}"))
    assert office.outbox.abandoned(0, worker="other") == []


def people(connection: Connection, registry: Registry) -> None:
    registry.invite("digest", ANA)
    registry.join("digest", ANA, check=lambda *_: None)
    ana = registry.person(ANA.id)
    assert ana == ANA
    assert registry.change_person(ana, replace(ana, secret="$argon2id$two"))
    registry.remove_person(ANA.name)
    registry.add_person(ANA, check=lambda *_: None)
    pace, rate = Pace(connection), Rate(5, 60)
    assert pace.wait("digest", per_minute=60, burst=5) == 0
    assert pace.wait_to_sign_in(("one", "two", "three"), (rate, rate, rate)) == 0
    sessions = Sessions(connection, life=60_000, idle=60_000)
    sessions.begin(ANA, "secret", browser="Firefox", network="n")
    sessions.tell(digest_of("secret"), Told())
    assert sessions.find("secret", renew=True)
    assert len(sessions.of(ANA)) == 1
