"""The character level of the one normaliser: text as its reader sees it, aligned to what was typed.

Training, scoring and e-mail masking all read through `fold`; `classifier.words` goes on from it to words.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from classifier.lookalikes import FOREIGN, SIGNS, VARIANTS

#: Characters that nobody sees and that are no format characters: what Unicode lets nobody draw (its property
#: Default_Ignorable_Code_Point, DerivedCoreProperties.txt), whether it is a character yet or not; and what draws
#: nothing though no property says so: blanks of notations, a placeholder.
_UNSEEN: Final = frozenset(
    map(
        chr,
        [
            *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0),
            *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)),
            *(0x2800, 0xFFFC, 0x16FE4, 0x13441, 0x13442, 0x1D159),
        ],
    )
)


def _spelled(table: Mapping[str, str]) -> dict[str, str]:
    return {character: plain for plain, characters in table.items() for character in characters}


_PLAIN: Final = _spelled(VARIANTS) | _spelled(SIGNS)
_LATIN: Final = _spelled(FOREIGN)


@dataclass(frozen=True, slots=True)
class Folded:
    """Text as its reader sees it, with the way back: folded character i stands for typed[begins[i]:ends[i]]."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """Return *text* in lower case without disguise: compatibility forms, accents, look-alikes, hidden characters.

    Digits, spelling and spacing stay; newlines stay, every other space becomes " ". A letter of another script becomes
    Latin only in a word that has Latin letters too: a word wholly of one script is language, not disguise.
    """
    if text.isascii():
        return Folded(text.translate(_ASCII), range(len(text)), range(1, len(text) + 1))
    strange = {character for character in text if character > "\x7f"}
    if all(_SEEN[character].stays for character in strange):
        # Nothing here depends on its neighbours or changes the length, so that places stay what they are.
        table = _ASCII | {ord(character): _SEEN[character].plain for character in strange}
        return Folded(text.translate(table), range(len(text)), range(1, len(text) + 1))
    return _aligned(text)


def _aligned(text: str) -> Folded:
    """Fold character by character, each in the light of its word."""
    seen = [_SEEN[character] for character in text]
    disguised: set[int] = set()
    for word in _WORD.finditer("".join(character.kind for character in seen)):
        if "l" in word[0] and "f" in word[0]:
            disguised.update(range(*word.span()))
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    beside_foreign = False
    for at, character in enumerate(seen):
        plain = character.latin if at in disguised else character.plain
        if not plain or (character.kind == "m" and not beside_foreign):
            continue
        pieces.append(plain)
        begins += [at] * len(plain)
        ends += [at + 1] * len(plain)
        # A mark is part of the letter before it, except on Latin ones and on no letter at all.
        beside_foreign = not plain[-1].isascii()
    return Folded("".join(pieces), begins, ends)


#: Runs of Latin letters (l), look-alikes (f), other letters (o), with marks (m) and unseen characters (u) among them.
_WORD: Final = re.compile("[lfomu]+")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a reader sees in one character, alone and amid Latin letters; *kind* as in `_WORD`, "-" for no letter."""

    plain: str
    latin: str
    kind: str

    @property
    def stays(self) -> bool:
        return len(self.plain) == 1 and self.kind not in "fmu"


class _Table(dict[str, _Seen]):
    """What was seen of each character so far; bounded by Unicode's own size."""

    def __missing__(self, character: str) -> _Seen:
        seen = self[character] = _seen(character)
        return seen


def _seen(character: str) -> _Seen:
    if is_unseen(character):
        return _Seen("", "", "u")
    if unicodedata.category(character) in ("Mn", "Me"):
        mark = unicodedata.normalize("NFKC", character)
        return _Seen(mark, mark, "m")
    plain = _plain(character)
    latin = _latin(character) or plain
    if any(part.isascii() and part.isalpha() for part in plain):
        return _Seen(plain, plain, "l")
    return _Seen(plain, latin, "f" if latin != plain else "o" if plain.isalpha() else "-")


def is_unseen(character: str) -> bool:
    """Tell whether nobody sees *character*: it takes no place, or only looks like space."""
    return character in _UNSEEN or unicodedata.category(character) in ("Cf", "Cs")


def _plain(character: str) -> str:
    """Return what *character* is when alone, in lower case: itself for a letter of another script."""
    if character == "\n":
        return character
    if character.isspace():
        return " "
    if character in _PLAIN:
        return _PLAIN[character]
    if "\U0001f150" <= character <= "\U0001f189":  # white on black, and without a decomposition
        return chr(ord("a") + (ord(character) - 0x1F150) % 32 % 26)
    bare = _bare(character)
    if bare.isascii():
        return bare.replace("\n", " ")
    whole = unicodedata.normalize("NFKC", character).lower()
    return whole if len(whole) == 1 and whole == character else fold(whole).text


def _bare(character: str) -> str:
    """Return *character* decomposed, without marks, Latin variants spelled plainly, in lower case."""
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(
        _PLAIN.get(part, _PLAIN.get(part.lower(), part.lower()))
        for part in decomposed
        if unicodedata.category(part) not in ("Mn", "Me", "Cf")
    )


def _latin(character: str) -> str | None:
    """Return the Latin letters that *character* passes for, if any."""
    whole = unicodedata.normalize("NFKC", character)
    base = unicodedata.normalize("NFKD", character)[:1]
    for form in (whole, whole.lower(), base, base.lower()):
        if form in _LATIN:
            return _LATIN[form]
    return None


_SEEN: Final = _Table()
_ASCII: Final = {code: " " if chr(code).isspace() and code != 10 else chr(code).lower() for code in range(128)}
