"""Characters that nobody sees, made to be seen: each run stands as its abbreviation where it was typed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

#: As Unicode abbreviates them (NameAliases.txt).
_SHORT: Final = {
    "\u00ad": "SHY", "\u034f": "CGJ", "\u061c": "ALM", "\u180e": "MVS", "\u200b": "ZWSP", "\u200c": "ZWNJ",
    "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI",
    "\u2069": "PDI", "\u3164": "HF", "\ufeff": "BOM",
}  # fmt: skip

#: Those that no script needs; letters are joined by the others, and turned.
_NEEDLESS: Final = dict.fromkeys(map(ord, set(_SHORT) - set("\u034f\u061c\u200c\u200d\u200e\u200f")))

#: Kinds that one run names.
_KINDS: Final = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: seen as it is, or the *name* of what nobody sees, with how it is shown in *text*."""

    text: str
    name: str = ""


def parts(text: str, hidden: tuple[str, ...]) -> Iterator[Part]:
    """Yield what of *text* is seen, and for each run of the *hidden* characters, by their names, what shows it.

    The hidden characters themselves are left out, for some would turn the page around them.
    """
    known = names(text, hidden)
    for is_hidden, run in groupby(text, known.__contains__):
        typed = "".join(run)
        yield _shown(typed, known) if is_hidden else Part(typed)


def seen(text: str, hidden: tuple[str, ...]) -> str:
    """Return *text* without its *hidden* characters."""
    return text.translate(dict.fromkeys(map(ord, names(text, hidden))))


def plain(text: str) -> str:
    """Return *text* without what nobody sees and no script needs, where nothing stands for it."""
    return text.translate(_NEEDLESS)


def names(text: str, hidden: tuple[str, ...]) -> dict[str, str]:
    """Return the characters of *text* that are *hidden*, with their names."""
    return {each: name for each in set(text) if (name := _name(each)) in hidden} if hidden else {}


@lru_cache(maxsize=4096)
def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def _shown(run: str, known: dict[str, str]) -> Part:
    kinds = list(dict.fromkeys(run))
    more = ["…"] if len(kinds) > _KINDS else []
    short = " ".join([_SHORT.get(each, f"U+{ord(each):04X}") for each in kinds[:_KINDS]] + more)
    return Part(
        short if len(run) == 1 else f"{short} ×{len(run):,}", ", ".join([known[each] for each in kinds[:_KINDS]] + more)
    )
