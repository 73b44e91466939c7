"""Scripts by name: what the loader refuses, what a call is refused for, and that all scripts and calls keep to it."""

import re
from pathlib import Path
from typing import Any

import pytest

from service.store.connection import Connection
from service.store.script import Script

HEADER = """\
-- Store a thing.
--
-- @include clock
--
-- KEYS
--   thing     hash  the thing
--   facets …  zset  things of one kind,
--                   by age
-- KEYS to tell
--   event     hash  the event to tell
-- ARGV
--   id        thing id
--   fields …  the thing's fields and values
-- ARGV to tell
--   data      event data, JSON
--   words …   what it is told in
-- Answers  what it was given
"""
BODY = """
-- KEYS[1] in a comment is nobody's business.
return {now > 0 and 'K.nothing' or '', K.thing, table.concat(K.facets, ','), K.event or '', A.id,
    table.concat(A.fields, ','), A.data or '', table.concat(A.words, ',')}
"""


class Folder:
    """A folder of scripts: `store`, and what it includes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "include").mkdir()
        self.include("clock", "local time = redis.call('TIME')\nlocal now = time[1] * 1000\n")

    def include(self, name: str, text: str) -> None:
        (self.path / "include" / f"{name}.lua").write_text(text)

    def script(self, text: str = HEADER + BODY) -> Script:
        (self.path / "store.lua").write_text(text)
        return Script("store", folder=self.path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


ALWAYS: dict[str, Any] = {"thing": "{a}thing", "facets": ["{a}one", "{a}two"]}
FIELDS: dict[str, Any] = {"id": "t_1", "fields": []}


def test_a_script_reads_by_name_what_a_call_gives_by_name(folder: Folder, connection: Connection) -> None:
    script = folder.script()
    answer = connection.run(script, keys=ALWAYS, args=FIELDS | {"fields": ["a", 1, "b", 2.5]})
    assert answer == ["K.nothing", "{a}thing", "{a}one,{a}two", "", "t_1", "a,1,b,2.5", "", ""]
    told = FIELDS | {"data": "{}", "words": ("x", "y")}, ALWAYS | {"event": "{a}event", "facets": []}
    answers = connection.run_each(script, [(told[1], told[0]), (ALWAYS, FIELDS)])
    assert answers[0] == ["K.nothing", "{a}thing", "", "{a}event", "t_1", "", "{}", "x,y"]
    assert answers[1] == ["K.nothing", "{a}thing", "{a}one,{a}two", "", "t_1", "", "", ""]
    # More than Lua's stack holds.
    many = [str(n) for n in range(9000)]
    assert connection.run(script, keys=ALWAYS, args=FIELDS | {"fields": many})[5] == ",".join(many)


@pytest.mark.parametrize(
    ("keys", "args", "said"),
    [
        ({"thing": "t"}, FIELDS, "missing in KEYS: facets."),
        (ALWAYS, {"id": "t_1"}, "missing in ARGV: fields."),
        (ALWAYS | {"other": "o"}, FIELDS, "unknown in KEYS: other."),
        ({"thing": "t", "facet": []}, FIELDS | {"name": ""}, "KEYS: facets; unknown in KEYS: facet; .* ARGV: name."),
        (ALWAYS | {"event": "e"}, FIELDS, "missing in ARGV: data, words."),
        (ALWAYS, FIELDS | {"words": []}, "missing in KEYS: event; missing in ARGV: data."),
        (ALWAYS | {"event": "e"}, {"id": "t_1", "data": "{}", "words": []}, "missing in ARGV: fields."),
        (ALWAYS | {"facets": "{a}one"}, FIELDS, "facets is a list, and got '{a}one'."),
    ],
)
def test_a_call_with_other_names_is_refused_before_anything_is_sent(
    folder: Folder, keys: dict[str, Any], args: dict[str, Any], said: str
) -> None:
    unsent = Connection(None)
    with pytest.raises(TypeError, match=said):
        unsent.run(folder.script(), keys=keys, args=args)
    with pytest.raises(TypeError, match=said):
        unsent.run_each(folder.script(), [(ALWAYS, FIELDS), (keys, args)])


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("K.thing,", "K.thin,", "reads K.thin, which its header does not name; never reads K.thing."),
        ("A.id,", "A.id .. A.ids,", "reads A.ids, which"),
        ("A.id,", "A.id ..A.ids,", "reads A.ids, which"),
        ("A.id,", "'A.id',", "never reads A.id."),
        ("A.id,", "self.A.id, -- A.id", "never reads A.id."),
        ("A.id,", "A.id, KEYS[2],", "reads KEYS as a whole or by position"),
        ("A.id,", "A.id, #ARGV,", "reads ARGV as a whole or by position"),
        ("A.id,", "A.id, K['thing'],", "reads K as a whole or by position"),
        ("--   id  ", "--   event  ", "reads A.id, which its header does not name; never reads A.event"),
        ("--   event ", "--   thing ", "names K.thing twice; reads K.event"),
        ("--   id        thing id", "--   id, of the thing", "cannot read '--   id, of the thing'"),
        ("hash  the event", "heap  the event", "cannot read '--   event     heap"),
        ("@include clock", "@include clock,", "cannot read '-- @include clock,'"),
        ("now > 0", "true", "includes clock, and uses nothing of it"),
        ("-- ARGV\n", "-- ARGV:\n", "reads A.fields, which its header does not name; reads A.id"),
    ],
)
def test_a_body_that_does_not_keep_to_its_header_is_refused_when_it_is_loaded(
    folder: Folder, was: str, becomes: str, said: str
) -> None:
    assert was in HEADER + BODY
    with pytest.raises(ValueError, match=re.escape("store.lua: ") + ".*" + re.escape(said)):
        folder.script((HEADER + BODY).replace(was, becomes))


def test_includes_come_once_and_behind_what_they_need(folder: Folder) -> None:
    folder.include("day", "-- @include clock\nlocal function day() return math.floor(now / 86400000) end\n")
    folder.include("event", "-- @include day, clock\nlocal function tell() return day() .. K.event end\n")
    text = (HEADER + BODY).replace("@include clock", "@include event, clock").replace("K.event or", "tell() or")
    source = folder.script(text).source
    assert [source.count(f"local {each}") for each in ("now", "function day", "function tell")] == [1, 1, 1]
    assert source.index("local now") < source.index("local function day") < source.index("local function tell")
    folder.include("event", "-- @include day\nlocal function tell() return day() .. K.events end\n")
    with pytest.raises(ValueError, match=r"reads K\.events in include/event\.lua, which its header does not name"):
        folder.script(text)
    for wrong in ("-- @include day,", "-- @include day\n-- KEYS\n--   event  hash  the event"):
        folder.include("event", f"{wrong}\nlocal function tell() return K.event end\n")
        with pytest.raises(ValueError, match=r"(cannot read '-- @include day,'|names K.event) in include/event\.lua"):
            folder.script(text)
    folder.include("event", "-- @include day, clock\nlocal function tell() return day() .. K.event end\n")
    folder.include("clock", "-- @include event\nlocal now = 1\n")
    with pytest.raises(ValueError, match=r"event\.lua includes itself"):
        folder.script(text)
