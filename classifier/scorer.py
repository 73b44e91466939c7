"""Scoring a text: probabilities for seven labels, and the words behind them. Imports numpy, and nothing that trains."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from classifier import artifact
from classifier.model import LABELS, Model, Vector
from classifier.words import Word, words

DEFAULT: Final = Path(__file__).parent / "models" / "english.model"

#: A word is shown when its share of a label's score is at least this, and the label's probability at least `SHOWN`.
SHARE: Final = 0.35
SHOWN: Final = 0.15

#: Above this share of letters that are not Latin, a text is in a language that the model does not know.
FOREIGN: Final = 0.3

_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Span:
    """Words behind a score: *begin* and *end* in code points of the text, *weight* their share of the score, above
    0."""

    begin: int
    end: int
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A judged text. *unscored* says why it could not be judged; the scores are given all the same."""

    model: str
    language: str
    unscored: str | None
    scores: Mapping[str, float]
    spans: tuple[Span, ...]


class Scorer:
    """Scores texts with one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.model = model.id

    @classmethod
    def load(cls, path: Path = DEFAULT) -> "Scorer":
        """Load the model in *path*. Raises ArtifactError."""
        return cls(artifact.load(path))

    def score(self, text: str) -> Scored:
        """Score *text*."""
        found = words(text)
        shares = self._shares(found)
        raw: Vector = self._model.bias + sum(shares.values(), np.zeros(len(LABELS), np.float32))
        scores = {label: float(value) for label, value in zip(LABELS, self._model.calibration(raw), strict=True)}
        language = _language(text)
        unscored = "no_words" if not found else "language" if language != "en" else None
        return Scored(self.model, language, unscored, scores, _spans(found, shares, scores))

    def _shares(self, found: list[Word]) -> dict[str, Vector]:
        """Return each distinct word's exact share of the raw scores."""
        distinct = {word.text for word in found}
        return {text: self._model.vector(text) / np.sqrt(len(distinct)) for text in distinct}


def _spans(found: list[Word], shares: Mapping[str, Vector], scores: Mapping[str, float]) -> tuple[Span, ...]:
    spans = []
    for place, label in enumerate(LABELS):
        if scores[label] >= SHOWN:
            for word in found:
                share = float(shares[word.text][place])
                if share >= SHARE:
                    spans.append(Span(word.begin, word.end, label, round(share, 4)))
    return tuple(spans)


def _language(text: str) -> str:
    """Return "en" for text in Latin letters, "und" for any other script."""
    letters = _LETTER.findall(text)
    foreign = sum(ord(letter) > 0x24F for letter in letters)
    return "und" if letters and foreign / len(letters) > FOREIGN else "en"
