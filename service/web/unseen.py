"""Characters that nobody sees, made to be seen: each stands as its abbreviation where it was typed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

#: As Unicode abbreviates them (NameAliases.txt).
_SHORT: Final = {
    "\u00ad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u180e": "MVS", "\u200b": "ZWSP", "\u200c": "ZWNJ",
    "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI",
    "\u2069": "PDI", "\u3164": "HF", "\ufeff": "BOM",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: seen as it is, or the *name* of what nobody sees, with how it is shown in *text*."""

    text: str
    name: str = ""


def parts(text: str, hidden: tuple[str, ...]) -> Iterator[Part]:
    """Yield what of *text* is seen, and for each run of one of the *hidden* characters, by their names, what shows it.

    The hidden characters themselves are left out, for some would turn the page around them.
    """
    for name, run in groupby(text, lambda character: _name(character, among=hidden)):
        typed = "".join(run)
        yield Part(_shown(typed), name) if name else Part(typed)


def _name(character: str, *, among: tuple[str, ...]) -> str:
    """Return the name of *character* if it is *among* those, else nothing."""
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower() if among else ""
    return name if name in among else ""


def _shown(run: str) -> str:
    short = _SHORT.get(run[0], f"U+{ord(run[0]):04X}")
    return short if len(run) == 1 else f"{short} ×{len(run):,}"
