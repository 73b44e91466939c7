"""Which language a text is in: by its script, then by its words' letters. English unless the evidence is clear."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier.features import batches, word_rows

#: Rows of the language table; a power of two.
ROWS: Final = 1 << 14

#: No language: no letters, or a script that no language here is written in.
UNDETERMINED: Final = "und"

#: Where this share of a text's distinct words is common English, nothing more is asked.
_ENGLISH: Final = 0.75

#: Words of a longer text that are looked at.
_LOOKED_AT: Final = 200

#: The language that a script most often stands for in comments: its first and last letters.
_SCRIPTS: Final = (
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u052f", "ru"),
    ("\u0530", "\u058f", "hy"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0980", "\u09ff", "bn"),
    ("\u0b80", "\u0bff", "ta"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u10a0", "\u10ff", "ka"),
    ("\u3040", "\u30ff", "ja"),
    ("\u3400", "\u9fff", "zh"),
    ("\u1100", "\u11ff", "ko"),
    ("\uac00", "\ud7af", "ko"),
)
_FOREIGN_LETTER: Final = re.compile(r"[^\W\d_\u0000-\u02af\u1e00-\u1eff]")
_LETTER: Final = re.compile(r"[^\W\d_]")


class Languages:
    """Knows the languages written in Latin letters by hashed character n-grams, English among them."""

    def __init__(self, names: Sequence[str], weights: NDArray[np.int8], unit: float, bar: float) -> None:
        self.names = tuple(names)
        self._english = self.names.index("en")
        self._weights, self._unit, self._bar = weights, unit, bar

    def identify(self, folded: str, words: Sequence[str], common: Collection[str]) -> str:
        """Return the language of *folded* text of *words*, the *common* ones English, as an ISO 639-1 code."""
        if not folded.isascii():
            script = _script(folded)
            if script:
                return script
        distinct = [word for word in dict.fromkeys(words) if word.isalpha()][:_LOOKED_AT]
        known = sum(word in common for word in distinct)
        if known >= _ENGLISH * len(distinct):
            return "en"
        evidence = self.evidence(distinct)
        best = int(evidence.argmax())
        return self.names[best] if evidence[best] - evidence[self._english] > self._bar else "en"

    def evidence(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Return what speaks for each language, in log-odds."""
        total = np.zeros(len(self.names))
        for batch in batches(words):
            found = word_rows(batch)
            rows = np.concatenate([found.own, found.grams[found.grams > 0]]) % ROWS
            total += self._weights[rows].sum(axis=0, dtype=np.int64) * self._unit
        return total


def _script(text: str) -> str | None:
    """Return the language of the script that more than three tenths of the letters are written in, unless Latin."""
    letters = {each: count for each, count in Counter(text).items() if _LETTER.match(each)}
    foreign = {each: count for each, count in letters.items() if _FOREIGN_LETTER.match(each)}
    if sum(foreign.values()) <= 0.3 * sum(letters.values()):
        return None
    found: Counter[str] = Counter()
    for letter, count in foreign.items():
        found[next((name for low, high, name in _SCRIPTS if low <= letter <= high), UNDETERMINED)] += count
    if "ja" in found:
        return "ja"
    return "uk" if re.search("[іїєґ]", text) and found["ru"] else found.most_common(1)[0][0]
