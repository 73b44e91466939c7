"""Lua scripts by name: a file's header says once which keys and arguments it takes, its body and callers keep to it.

    -- What it does, in sentences.
    --
    -- @include clock, rate_limit
    --
    -- KEYS
    --   receipt   string  the Idempotency-Key's receipt
    --   facets …  zset    waiting comments of one kind by age: a list, of as many as there are
    -- KEYS to admit
    --   comment   hash    the new comment: of a group, which a call gives as a whole or not at all
    -- ARGV
    --   id  comment id, or "" to ask
    -- Answers  …

The body reads `K.receipt`, `K.facets[1]` and `A.id`; what a call does not give is nil, or an empty list. Files of
`lua/include` stand in front of it, each once, and read the same names. A file that reads another name, leaves one
unread or reads by position is refused when it is loaded; a call that gives other names, before anything is sent.

On the wire ARGV begins with how often each group (0 or 1) and each list is there. Then, as in KEYS, comes what each
call gives, then the groups, then the lists.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product, takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

Argument = str | int | float | bytes

#: What a call gives by name: a word, or the words of a list.
Keys = Mapping[str, str | Sequence[str]]
Args = Mapping[str, Argument | Sequence[Argument]]

#: What a call adds that gives no group.
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

LUA: Final = Path(__file__).parent / "lua"

_INCLUDE: Final = re.compile(r"-- @include (\w+(?:, \w+)*)")
_TABLE: Final = re.compile(r"-- (KEYS|ARGV)(?: to (\w+))?")
_LINE: Final = {
    "KEYS": re.compile(r"--   (\w+)( …)? +(?:string|hash|list|set|zset|stream) +\S.*"),
    "ARGV": re.compile(r"--   (\w+)( …)? {2,}\S.*"),
}
_MORE: Final = re.compile(r"--    +\S.*")

_COMMENT_OR_TEXT: Final = re.compile(r"""--[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*\"""")
_WORD: Final = re.compile(r"(?<!\w)(?<![^.]\.)([A-Za-z_]\w*)(?:\.(\w+))?")
_DEFINED: Final = re.compile(r"^local (?:function )?(\w+)", re.MULTILINE)

Table = Literal["KEYS", "ARGV"]

#: The tables, and what counts how far each was read.
_TABLES: Final[dict[Table, str]] = {"KEYS": "k", "ARGV": "a"}

#: What *count* words behind *at* are: as many as may be on Lua's stack are taken at once.
_PART: Final = """do local function part(words, at, count)
    if count + 0 < 4000 then return {unpack(words, at + 1, at + count)} end
    local found = {}
    for n = 1, count do found[n] = words[at + n] end
    return found
end"""


def flat(fields: Mapping[str, Argument]) -> list[Argument]:
    """Return fields and values in turn, as a hash takes them."""
    return [part for pair in fields.items() for part in pair]


class Name(NamedTuple):
    """A key or an argument of a header, or a list of them; *group* is empty for what each call gives."""

    table: Table
    name: str
    is_list: bool
    group: str

    @property
    def variable(self) -> str:
        """How a body reads it."""
        return f"{self.table[0]}.{self.name}"


@dataclass(slots=True)
class Header:
    """What a file's top says: the files that it includes, the names that it takes, and what could not be read."""

    includes: list[str] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Header":
        """Return the header of a file."""
        header, table, group = cls(), "", ""
        for line in takewhile(lambda line: line.startswith("--"), text.splitlines()):
            if found := _TABLE.fullmatch(line):
                table, group = found[1], found[2] or ""
            elif line.startswith("-- @"):
                found = _INCLUDE.fullmatch(line)
                header.includes += found[1].split(", ") if found else []
                header.faults += [] if found else [f"cannot read {line!r}"]
            elif not (table and line.startswith("--   ")):
                table = ""
            elif found := _LINE[table].fullmatch(line):
                header.names.append(Name("KEYS" if table == "KEYS" else "ARGV", found[1], bool(found[2]), group))
            elif not _MORE.fullmatch(line):
                header.faults.append(f"cannot read {line!r}")
        return header

    @property
    def groups(self) -> list[str]:
        """The groups, each once."""
        return list(dict.fromkeys(name.group for name in self.names if name.group))

    @property
    def lists(self) -> list[Name]:
        """The lists, keys first."""
        return [*self.of_table("KEYS", is_list=True), *self.of_table("ARGV", is_list=True)]

    def of_table(self, table: Table, *, is_list: bool = False, group: str | None = None) -> list[Name]:
        """Return the lists of a table, or what else it has, of one *group* or of all."""
        found = (name for name in self.names if name.table == table and name.is_list is is_list)
        return [name for name in found if group is None or name.group == group]


class _Shape(NamedTuple):
    """What a call with certain groups gives, by name and in order; a list of a group that it lacks is None."""

    counts: tuple[int, ...]
    keys: tuple[str, ...]
    args: tuple[str, ...]
    key_lists: tuple[str | None, ...]
    arg_lists: tuple[str | None, ...]
    sizes: tuple[int, int]

    @classmethod
    def of(cls, header: Header, groups: Sequence[str]) -> "_Shape":
        given = ("", *groups)

        def words(table: Table) -> tuple[str, ...]:
            return tuple(each.name for group in given for each in header.of_table(table, group=group))

        def lists(table: Table) -> tuple[str | None, ...]:
            return tuple(each.name if each.group in given else None for each in header.of_table(table, is_list=True))

        keys, args, key_lists, arg_lists = words("KEYS"), words("ARGV"), lists("KEYS"), lists("ARGV")
        sizes = (len(keys) + len([*filter(None, key_lists)]), len(args) + len([*filter(None, arg_lists)]))
        counts = tuple(int(group in groups) for group in header.groups)
        return cls(counts, keys, args, key_lists, arg_lists, sizes)


class Script:
    """One atomic change: the Lua file *name* of *folder*. Raises ValueError where its header and its body differ."""

    def __init__(self, name: str, *, folder: Path = LUA) -> None:
        self.name = name
        text = (folder / f"{name}.lua").read_text("utf-8")
        self.header = Header.of(text)
        parts = dict(_included(self.header.includes, folder))
        if faults := [*self.header.faults, *_faults(self.header.names, {**parts, "": text})]:
            raise ValueError(f"{name}.lua: {'; '.join(faults)}.")
        self.source = "\n".join([_prelude(self.header), *parts.values(), text])
        self.sha = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        groups = self.header.groups
        #: Of each group the first name, by which a call tells whether it gives the group.
        self._signs = [next(each for each in self.header.names if each.group == group) for group in groups]
        self._shapes = {
            given: _Shape.of(self.header, [group for group, is_given in zip(groups, given, strict=True) if is_given])
            for given in product((False, True), repeat=len(groups))
        }

    def words(self, keys: Keys, args: Args) -> tuple[list[str], list[Argument]]:
        """Return KEYS and ARGV of a call that names its *keys* and *args*. Raises TypeError where the header names
        others."""
        given = tuple([sign.name in (keys if sign.table == "KEYS" else args) for sign in self._signs])
        shape = self._shapes[given]
        if (len(keys), len(args)) != shape.sizes:
            raise self._mismatch(keys, args)
        try:
            key_words: list[Any] = [keys[name] for name in shape.keys]
            arg_words: list[Any] = [args[name] for name in shape.args]
            counts = list(shape.counts)
            for names, found, words in ((shape.key_lists, keys, key_words), (shape.arg_lists, args, arg_words)):
                for name in names:
                    each: Any = found[name] if name else ()
                    if isinstance(each, str):
                        raise TypeError(f"{self.name}.lua: {name} is a list, and got {each!r}.")
                    counts.append(len(each))
                    words += each
        except KeyError:
            raise self._mismatch(keys, args) from None
        return key_words, [*counts, *arg_words]

    def _mismatch(self, keys: Keys, args: Args) -> TypeError:
        """Return what names the names that the header and a call do not share."""
        given = {(table, name) for table, found in zip(_TABLES, (keys, args), strict=True) for name in found}
        groups = {each.group for each in self.header.names if (each.table, each.name) in given} | {""}
        wanted = {(each.table, each.name) for each in self.header.names if each.group in groups}
        faults = [
            f"{what} in {table}: {', '.join(names)}"
            for what, among in (("missing", wanted - given), ("unknown", given - wanted))
            for table in _TABLES
            if (names := sorted(name for each, name in among if each == table))
        ]
        return TypeError(f"{self.name}.lua is called with other names than its header's. {'; '.join(faults)}.")


def _included(names: Sequence[str], folder: Path, *, below: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield what *names* include and themselves, each behind what it needs."""
    for name in names:
        if name in below:
            raise ValueError(f"include/{name}.lua includes itself.")
        text = (folder / "include" / f"{name}.lua").read_text("utf-8")
        yield from _included(Header.of(text).includes, folder, below=(*below, name))
        yield name, text


def _faults(names: Sequence[Name], parts: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a body, under "", and its includes."""
    codes = {part: _COMMENT_OR_TEXT.sub("''", text) for part, text in parts.items()}
    words = {part: set(_WORD.findall(code)) for part, code in codes.items()}
    declared = [each.variable for each in names]
    yield from (f"names {each} twice" for each in sorted({each for each in declared if declared.count(each) > 1}))
    read: set[str] = set()
    for part, found in words.items():
        where = f" in include/{part}.lua" if part else ""
        if part:
            header = Header.of(parts[part])
            yield from (f"{fault}{where}" for fault in header.faults)
            yield from (f"names {each.variable}{where}: the script's own header does that" for each in header.names)
        for table, name in sorted(found & {(word, "") for word in ("KEYS", "ARGV", "K", "A")}):
            yield f"reads {table}{name} as a whole or by position{where}: name what is meant"
        used = {f"{table}.{name}" for table, name in found if table in ("K", "A") and name}
        yield from (f"reads {each}{where}, which its header does not name" for each in sorted(used - set(declared)))
        read |= used
        others = {word for other, those in words.items() if other != part for word, _ in those}
        if part and not others & set(_DEFINED.findall(codes[part])):
            yield f"includes {part}, and uses nothing of it"
    yield from (f"never reads {each}" for each in sorted(set(declared) - read))


def _prelude(header: Header) -> str:
    """Return the Lua lines that put a call's keys and arguments into K and A, which are made with room for all."""
    lines, at = ["local KEYS, ARGV = KEYS, ARGV"], {"KEYS": 0, "ARGV": len(header.groups) + len(header.lists)}
    for table in _TABLES:
        always = header.of_table(table, group="")
        values = [f"{each.name} = {table}[{at[table] + n}]" for n, each in enumerate(always, 1)]
        rest = [f"{each.name} = nil" for each in header.names if each.table == table and each not in always]
        lines.append(f"local {table[0]} = {{{', '.join([*values, *rest])}}}")
        at[table] += len(always)
    if not (header.groups or header.lists):
        return "\n".join(lines)
    lines += [_PART, f"local k, a = {at['KEYS']}, {at['ARGV']}"]
    for count, group in enumerate(header.groups, 1):
        lines.append(f"if ARGV[{count}] == '1' then")
        for table, place in _TABLES.items():
            given = header.of_table(table, group=group)
            lines += [f"{each.variable} = {table}[{place} + {n}]" for n, each in enumerate(given, 1)]
            lines += [f"{place} = {place} + {len(given)}"] if given else []
        lines.append("end")
    for count, each in enumerate(header.lists, len(header.groups) + 1):
        place = _TABLES[each.table]
        lines.append(f"{each.variable} = part({each.table}, {place}, ARGV[{count}]) {place} = {place} + ARGV[{count}]")
    return "\n".join([*lines, "end"])
