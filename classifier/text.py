"""The one normaliser: text as its reader sees it, aligned to what was typed. Serves training, scoring and masking."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

#: Letters of other alphabets that look like Latin ones; they count as Latin only beside Latin letters.
CONFUSABLE: Final = {
    "а": "a", "с": "c", "е": "e", "о": "o", "р": "p", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ј": "j", "ԛ": "q",
    "ԝ": "w", "һ": "h", "ԁ": "d", "ӏ": "l", "к": "k", "м": "m", "т": "t", "н": "h", "в": "b", "г": "r", "и": "u",
    "ο": "o", "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "γ": "y",
    "η": "n", "ω": "w", "β": "b", "ϲ": "c", "ϳ": "j", "զ": "q", "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g",
}  # fmt: skip

#: Latin letters that Unicode does not decompose, and signs that stand for ASCII ones.
_SPELLED: Final = {
    "ɑ": "a", "ɡ": "g", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ƒ": "f", "ɩ": "i", "ʟ": "l",
    "ɴ": "n", "ʀ": "r", "ʏ": "y", "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ɢ": "g", "ʜ": "h", "ɪ": "i",
    "ᴊ": "j", "ᴋ": "k", "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ß": "ss",
    "æ": "ae", "œ": "oe", "。": ".", "․": ".", "·": "·", "｡": ".", "︒": ".", "【": "[", "】": "]", "〔": "(",
    "〕": ")", "⟨": "<", "⟩": ">", "〈": "<", "〉": ">", "‘": "'", "’": "'", "“": '"', "”": '"', "＠": "@", "﹫": "@",
}  # fmt: skip

#: Characters that nobody sees: format characters, variation selectors, the Hangul filler, the braille blank.
_UNSEEN: Final = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Text as its reader sees it, with the way back: folded character i stands for typed[begins[i]:ends[i]]."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """Return *text* in lower case without disguise: compatibility forms, accents, look-alikes, hidden characters."""
    if text.isascii():
        return Folded(text.lower(), range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text):
        plain = _plain(character)
        pieces.append(plain)
        begins += [at] * len(plain)
        ends += [at + 1] * len(plain)
    return Folded(_unmixed("".join(pieces)), begins, ends)


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if character == "\n":
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cf", "Cs", "Mn", "Me") or _UNSEEN.match(character):
        return ""
    if character in _SPELLED:
        return _SPELLED[character]
    decomposed = unicodedata.normalize("NFKD", character).lower()
    kept = "".join(part for part in decomposed if unicodedata.category(part) not in ("Mn", "Me", "Cf"))
    latin = "".join(_SPELLED.get(part, part) for part in kept)
    # Only Latin loses its accents: in other scripts a mark is a letter of its own.
    return latin if latin.isascii() else unicodedata.normalize("NFKC", character).lower()


_WORD: Final = re.compile(r"[^\W\d_]+")


def _unmixed(text: str) -> str:
    """Spell look-alikes as Latin in words that have Latin letters too: a word of one script is language, no
    disguise."""
    if text.isascii():
        return text
    return _WORD.sub(lambda word: _spelled(word[0]) if _is_mixed(word[0]) else word[0], text)


def _is_mixed(word: str) -> bool:
    return any(letter.isascii() for letter in word) and not word.isascii()


def _spelled(word: str) -> str:
    return "".join(CONFUSABLE.get(letter, letter) for letter in word)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the model knows it, and where it stands in the typed text."""

    text: str
    begin: int
    end: int


_TOKEN: Final = re.compile(r"[^\W_]+(?:['*@$!][^\W_]+)*")
_STRETCHED: Final = re.compile(r"(.)\1{2,}")


def words(text: str) -> list[Word]:
    """Return the words of *text* in order, stretched letters ("soooo") cut to two."""
    folded = fold(text)
    return [
        Word(_STRETCHED.sub(r"\1\1", found[0]), folded.begins[found.start()], folded.ends[found.end() - 1])
        for found in _TOKEN.finditer(folded.text)
    ]
