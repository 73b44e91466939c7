"""The word level of the one normaliser."""

import re
from dataclasses import dataclass
from typing import Final

from classifier.text import fold


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
