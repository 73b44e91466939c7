"""Attacked copies of texts: what people do to words so that a filter will not read them. Also typing errors."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import Final

Attack = Callable[[str, Random], str]

_HOMOGLYPHS: Final = {
    "a": "аα", "b": "Ь", "c": "сϲ", "d": "ԁ", "e": "еҽ", "g": "ɡ", "h": "һ", "i": "іι", "k": "κк", "m": "м", "n": "ոη",
    "o": "оο", "p": "рρ", "s": "ѕ", "t": "тτ", "u": "υս", "w": "ԝ", "x": "хχ", "y": "уү",
}  # fmt: skip
_LEET: Final = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7"}
_NEAR: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_WORD: Final = re.compile(r"[A-Za-z]+")


def _homoglyphs(word: str, chance: Random) -> str:
    return _replaced(word, _HOMOGLYPHS, chance, share=0.6)


def _leet(word: str, chance: Random) -> str:
    return _replaced(word, _LEET, chance, share=0.7)


def _replaced(word: str, table: Mapping[str, str], chance: Random, *, share: float) -> str:
    """Replace a *share* of the letters that the table has, one at least."""
    places = [at for at, letter in enumerate(word) if letter.lower() in table]
    if not places:
        return word
    chosen = {at for at in places if chance.random() < share} or {chance.choice(places)}
    return "".join(chance.choice(table[letter.lower()]) if at in chosen else letter for at, letter in enumerate(word))


def _masked(word: str, chance: Random) -> str:
    hidden = chance.randint(1, max(1, len(word) - 2))
    begin = chance.randint(1, max(1, len(word) - hidden - 1))
    return word[:begin] + "*" * hidden + word[begin + hidden :]


def _stretched(word: str, chance: Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at] * chance.randint(3, 6) + word[at + 1 :]


def _mistyped(word: str, chance: Random) -> str:
    at = chance.randrange(len(word) - 1)
    match chance.randrange(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[:at] + word[at] + word[at:]
        case _:
            return word[:at] + chance.choice(_NEAR.get(word[at].lower(), "e")) + word[at + 1 :]


ATTACKS: Final[Mapping[str, Attack]] = {
    "homoglyphs": _homoglyphs,
    "full width": lambda word, _: "".join(chr(ord(letter) + 0xFEE0) for letter in word),
    "zero width": lambda word, _: "\u200b".join(word),
    "bidi": lambda word, _: f"\u202d{word[0]}\u2066{word[1:]}\u2069\u202c",
    "combining": lambda word, chance: "".join(letter + chr(0x300 + chance.randrange(0x50)) for letter in word),
    "spaced": lambda word, _: " ".join(word),
    "dotted": lambda word, chance: chance.choice(".-_").join(word),
    "broken": lambda word, chance: f"{word[: (at := chance.randrange(1, len(word)))]} {word[at:]}",
    "stretched": _stretched,
    "leet": _leet,
    "masked": _masked,
    "typos": _mistyped,
}


def attacked(text: str, attack: Attack, words: Collection[str]) -> str:
    """Return *text* with every one of *words* attacked, the same way each time."""
    chance = _chance(text)
    return _WORD.sub(lambda word: attack(word[0], chance) if word[0].lower() in words else word[0], text)


def mistyped(text: str) -> str:
    """Return *text* as hasty fingers type it: an error in every fourth longer word."""
    chance = _chance(text)
    return _WORD.sub(
        lambda word: _mistyped(word[0], chance) if len(word[0]) > 3 and chance.random() < 0.25 else word[0], text
    )


def _chance(text: str) -> Random:
    """Return chance that is seeded by *text*."""
    return Random(hashlib.sha256(text.encode("utf-8", "replace")).digest())  # noqa: S311 - no secret is drawn
