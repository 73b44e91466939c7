"""In which order the characters of a line are drawn, where controls turn them around: Unicode's UAX 9, what of it a
Latin address needs."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Final
from unicodedata import bidirectional

#: Controls that turn text around, and marks that pass for a letter of a script that runs to the left.
_TURNING: Final = re.compile("[\u061c\u200f\u202a-\u202e\u2066-\u2069]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_LINE: Final = re.compile("[^\n\r\x1c-\x1e\x85\u2029]+")

_EMBEDDED: Final = {"\u202a": "L", "\u202b": "R", "\u202d": "L", "\u202e": "R"}
_ISOLATED: Final = {"\u2066": "L", "\u2067": "R", "\u2068": ""}
_OVERRIDING: Final = "\u202d\u202e"
_POP, _POP_ISOLATE = "\u202c", "\u2069"
_DEEPEST: Final = 125
"""UAX 9's `max_depth`: what is embedded deeper is not turned."""

_MIRRORED: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


@dataclass(slots=True)
class _Run:
    """What stands in one embedding: places in the text, and inner embeddings as they are drawn, each with its kind:
    L, R, a number (1) or neutral (-)."""

    side: str
    overrides: bool = False
    isolated: bool = False
    items: list[int | list[int]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, item: int | list[int], kind: str) -> None:
        self.items.append(item)
        self.kinds.append(self.side if self.overrides else kind)


def turned(text: str) -> list[tuple[str, list[int]]]:
    """Return *text* as it is drawn from left to right and where each of its characters stands: none where no control
    turns it, two where it depends on the direction of the page."""
    if not _TURNING.search(text):
        return []
    drawn = [_drawn(text, "L")]
    if any(_kind(character) == "R" for character in set(text)):
        drawn.append(_drawn(text, "R"))
    return drawn


def _drawn(text: str, side: str) -> tuple[str, list[int]]:
    places: list[int] = []
    characters: list[str] = []
    done = 0
    for line in _LINE.finditer(text):
        begin, end = line.span()
        mirrored: set[int] = set()
        order = _ordered(text, begin, end, side, mirrored) if _TURNING.search(text, begin, end) else range(begin, end)
        places += [*range(done, begin), *order]
        characters += text[done:begin]
        characters += (text[at].translate(_MIRRORED) if at in mirrored else text[at] for at in order)
        done = end
    return "".join([*characters, text[done:]]), [*places, *range(done, len(text))]


def _ordered(text: str, begin: int, end: int, side: str, mirrored: set[int]) -> list[int]:
    """Return the places from *begin* to *end*, of one line, as they are drawn, and note those drawn *mirrored*."""
    runs = [_Run(side)]
    for at in range(begin, end):
        character = text[at]
        if character in _EMBEDDED or character in _ISOLATED:
            if len(runs) <= _DEEPEST:
                inner = _EMBEDDED.get(character) or _ISOLATED.get(character) or _first_strong(text, at + 1, end)
                runs.append(_Run(inner, character in _OVERRIDING, character in _ISOLATED))
        elif character == _POP:
            if len(runs) > 1 and not runs[-1].isolated:
                _close(runs, mirrored)
        elif character == _POP_ISOLATE:
            if any(run.isolated for run in runs):
                while not runs[-1].isolated:
                    _close(runs, mirrored)
                _close(runs, mirrored)
        else:
            runs[-1].add(at, _kind(character))
    while len(runs) > 1:
        _close(runs, mirrored)
    return _laid(runs[0], mirrored)


def _first_strong(text: str, begin: int, end: int) -> str:
    letter = _LETTER.search(text, begin, min(end, begin + 200))
    return "R" if letter and _kind(letter[0]) == "R" else "L"


def _close(runs: list[_Run], mirrored: set[int]) -> None:
    """End the innermost embedding: to what stands around it, it is one character."""
    inner = runs.pop()
    runs[-1].add(_laid(inner, mirrored), "-" if inner.isolated else inner.side)


def _laid(run: _Run, mirrored: set[int]) -> list[int]:
    """Return the places in *run* as they are drawn from left to right (UAX 9: W7, N1, N2, L2, L4)."""
    kinds = _resolved(run.kinds, run.side)
    mirrored.update(item for item, kind in zip(run.items, kinds, strict=True) if kind == "R" and isinstance(item, int))
    # In a run to the left numbers stand as Latin words do.
    alike = {"1": "L"} if run.side == "R" else {}
    groups: list[tuple[str, list[int | list[int]]]] = []
    at = 0
    for kind, same in groupby(kinds, key=lambda each: alike.get(each, each)):
        count = len(list(same))
        groups.append((kind, run.items[at : at + count]))
        at += count
    laid: list[int] = []
    for leftward, some in groupby(groups, key=lambda group: run.side == "R" or group[0] != "L"):
        inner = list(some)
        for kind, items in reversed(inner) if leftward else inner:
            for item in reversed(items) if kind == "R" else items:
                if isinstance(item, int):
                    laid.append(item)
                else:
                    laid += item
    return laid


def _resolved(kinds: list[str], side: str) -> list[str]:
    """Give numbers and neutrals the direction of what stands beside them."""
    strong = side
    settled = []
    for kind in kinds:
        strong = kind if kind in "LR" else strong
        settled.append("L" if kind == "1" and strong == "L" else kind)
    resolved: list[str] = []
    before = side
    for kind, same in groupby(settled):
        count = len(list(same))
        if kind != "-":
            resolved += [kind] * count
            before = "L" if kind == "L" else "R"
            continue
        after = next((each for each in settled[len(resolved) + count : len(resolved) + count + 1]), side)
        after = "L" if after == "L" else "R"
        resolved += [before if before == after else side] * count
    return resolved


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    kind = bidirectional(character)
    if kind in ("R", "AL"):
        return "R"
    return kind if kind == "L" else "1" if kind in ("EN", "AN") else "-"
