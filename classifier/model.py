"""The additive model: a text's score is a bias and the shares of its words, and nothing else.

    score = bias + Σ vector(word) / √n        over the n distinct words of the text

A word's vector is the sum of its own weights and those of its character n-grams, one entry for each label, looked up
in a hashed table (Weinberger et al., 2009, "Feature Hashing for Large Scale Multitask Learning"). So a word's share of
the score is exact: the explanation is the model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

LABELS: Final = ("toxicity", "severe_toxicity", "profanity", "threat", "insult", "identity_attack", "spam")

#: Rows of the hashed table.
BUCKETS: Final = 1 << 17

#: Lengths of the character n-grams, taken inside the word between its marked ends.
NGRAMS: Final = (2, 3, 4, 5)

#: A word longer than this is judged by its beginning.
LONGEST_WORD: Final = 40

#: Weight of the word itself beside its n-grams.
WORD_WEIGHT: Final = 1.5

Vector = NDArray[np.float32]


def features(word: str) -> Iterator[tuple[int, float]]:
    """Yield the table rows of *word* with their weights: the word itself and its character n-grams."""
    marked = f"<{word[:LONGEST_WORD]}>"
    yield crc32(b"w" + marked.encode("utf-8", "replace")) % BUCKETS, WORD_WEIGHT
    for length in NGRAMS:
        for at in range(len(marked) - length + 1):
            yield crc32(marked[at : at + length].encode("utf-8", "replace")) % BUCKETS, 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's sigmoid (1999): probability = σ(slope × score + offset), strictly increasing because the slope is
    positive."""

    slope: Vector
    offset: Vector

    def __call__(self, scores: Vector) -> Vector:
        """Return the probabilities of raw *scores*."""
        probabilities: Vector = 1 / (1 + np.exp(-np.clip(self.slope * scores + self.offset, -30, 30)))
        return probabilities


class Model:
    """The weights, and the vectors of the words that were met lately."""

    def __init__(
        self, id: str, *, table: NDArray[np.int8], scale: Vector, bias: Vector, calibration: Calibration
    ) -> None:
        self.id = id
        self.bias = bias
        self.calibration = calibration
        self._table, self._scale = table, scale
        self.vector = lru_cache(maxsize=50_000)(self._vector)

    def _vector(self, word: str) -> Vector:
        rows, weights = zip(*features(word), strict=True)
        vector: Vector = np.asarray(weights, np.float32) @ self._table[list(rows)] * self._scale
        return vector
