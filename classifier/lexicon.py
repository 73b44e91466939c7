"""What is a word, and what a disguised word says: stretched, glued, masked, in digits and signs for letters."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice, product
from typing import Final

#: Readings of one disguised word that are tried; digits have one or two each.
_TRIED: Final = 24

_LETTERS: Final[Mapping[str, str]] = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g", "@": "a",
    "$": "s", "!": "il", "|": "li", "+": "t", "(": "c", "#": "h", "€": "e", "¢": "c", "£": "l",
}  # fmt: skip
_SEPARATORS: Final = re.compile(r"[.'’_\-]")
_STRETCH: Final = re.compile(r"(.)\1{2,}")
_ECHO: Final = re.compile(r"(..)\1{2,}")
_STARS: Final = re.compile(r"\*+")
_SIGN: Final = re.compile(r"[*#@$%!]|[-_.]{2}")
_MIXED: Final = re.compile(r"[a-z]+\d{1,2}[a-z]|\d+[a-z]+\d+[a-z]?")

#: Longest word of the lexicon, and the ranks up to which words of one or two letters count in a cut.
_LONGEST: Final = 16
_SHORT_RANK: Final = 80


class Lexicon:
    """The *common* words, most frequent first, and the *loaded* ones, those that people disguise."""

    def __init__(self, common: Iterable[str] = (), loaded: Iterable[str] = ()) -> None:
        self.common, self.loaded = tuple(common), tuple(loaded)
        self.ranks: Mapping[str, int] = {word: rank for rank, word in enumerate(self.common, start=1)}
        self.swears = frozenset(self.loaded)
        # Short ones hide in too many honest words to be looked for inside others.
        long = sorted((word for word in self.loaded if len(word) > 3), key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, long)) or "(?!)")
        # Unstretching keeps a word's first letter and its last.
        self._ends = frozenset((word[0], word[-1]) for word in self.loaded)
        self._costs = {word: cost for word in (*self.ranks, *self.loaded) if (cost := self._cost(word))}
        self._by_shape: dict[tuple[str, int], list[str]] = {}
        for word in self.loaded:
            self._by_shape.setdefault((word[0], len(word)), []).append(word)

    def __contains__(self, word: str) -> bool:
        return word in self.ranks or word in self.swears

    def unstretched(self, word: str) -> str:
        """Return *word* with letters that come three times or more once ("stuuupid") or twice ("asssss")."""
        if not _STRETCH.search(word):
            return _ECHO.sub(r"\1\1", word)
        once, twice = _STRETCH.sub(r"\1", word), _STRETCH.sub(r"\1\1", word)
        return twice if twice in self and once not in self.swears else once

    def deciphered(self, text: str) -> str | None:
        """Return the one word that letters, digits and signs spell ("st00pid", "$tu-pid"), or None for several."""
        bare = _SEPARATORS.sub("", text)
        readings = ["".join(letters) for letters in islice(product(*(_LETTERS.get(c, c) for c in bare)), _TRIED)]
        for reading in readings:
            if reading in self.swears:
                return reading
            if (reading[:1], reading[-1:]) in self._ends and (plain := self.unstretched(reading)) in self.swears:
                return plain
        if not text[0].isalnum():
            return None
        if _SIGN.search(text, 1):
            shown = _STARS.sub("*", text.rstrip("*"))
            return self.unmasked(text) or (shown if "*" in shown and bare == text else None)
        if bare != text:
            return None
        known = next((reading for reading in readings if len(reading) > 2 and reading in self.ranks), None)
        return known or (readings[0] if _MIXED.match(text) else None)

    def unmasked(self, mask: str) -> str | None:
        """Return the first loaded word that *mask* hides, its signs standing for one letter each: "st**id"."""
        words = self._by_shape.get((mask[0], len(mask)))
        if not words or len(mask) < 3:
            return None
        pattern = re.compile("".join(letter if letter.isalpha() else "." for letter in mask))
        return next((word for word in words if pattern.fullmatch(word)), None)

    def unglued(self, text: str) -> list[str] | None:
        """Cut *text* into words where a loaded one is among them: "youidiot"; None where there is none."""
        parts = self.cut(text) if len(text) > 5 and self._inside.search(text) else None
        return parts if parts and any(part in self.swears and len(part) > 3 for part in parts) else None

    def cut(self, text: str) -> list[str] | None:
        """Return the likeliest cut of *text* into known words, or None where none is likely."""
        best: list[tuple[int, int]] = [(0, 0)]
        for end in range(1, len(text) + 1):
            ways = [
                (best[begin][0] + cost, begin)
                for begin in range(max(0, end - _LONGEST), end)
                if (cost := self._costs.get(text[begin:end]))
            ]
            best.append(min(ways, default=(10**9, 0)))
        if best[-1][0] >= 5 * len(text):
            return None
        parts, end = [], len(text)
        while end:
            begin = best[end][1]
            parts.append(text[begin:end])
            end = begin
        return parts[::-1]

    def _cost(self, part: str) -> int:
        """Return what *part* costs as a word, 0 for none: by Zipf's law its rank's logarithm."""
        rank = self.ranks.get(part) or (1000 if part in self.swears else 0)
        if not rank or (len(part) < 3 and rank > _SHORT_RANK) or (len(part) == 1 and part not in "aiu"):
            return 0
        return 3 + rank.bit_length()
