"""The additive model: a text's score is a bias and the shares of its words, and nothing else.

    score = bias + (Σ vector(word) + Σ vector(pair)) / √n

over the distinct words of the text, n of them, and its distinct pairs of neighbours. A word's vector is the sum of its
own weights and those of its character n-grams, one entry for each label. The weights are small integers with one scale
for each label, so that sums are exact in any order: the explanation is the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier.features import NGRAM_COUNT, WORD_COUNT, Rows, batches, pair_rows, word_rows

LABELS: Final = ("toxicity", "severe_toxicity", "profanity", "threat", "insult", "identity_attack", "spam")

#: The labels' columns, and one that says which words people mark as toxic.
COLUMNS: Final = (*LABELS, "marked")

Weights = NDArray[np.int8]
Sums = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """Weights as the artifact holds them: *words* and *pairs* by row and column, and what one unit of each is worth."""

    words: Weights
    pairs: Weights
    word_unit: Floats
    pair_unit: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Shares:
    """What each distinct word and pair of a text adds to the raw scores, and which of them stands at each place.

    *vectors* are the words' own weights, *words* and *pairs* what they add in this text.
    """

    vectors: Floats
    words: Floats
    pairs: Floats
    word_at: NDArray[np.int64]
    pair_at: NDArray[np.int64]
    bias: Floats

    @property
    def raw(self) -> Floats:
        """The raw scores: the bias and all shares."""
        total: Floats = self.bias + self.words.sum(axis=0) + self.pairs.sum(axis=0)
        return total

    def by_place(self) -> Floats:
        """Return each place's share: its word's and half of each pair's, split evenly where they come again."""
        places = np.bincount(self.word_at, minlength=len(self.words))
        shares: Floats = (self.words / places[:, None])[self.word_at]
        if len(self.pair_at):
            again = np.bincount(self.pair_at, minlength=len(self.pairs))
            halves = (self.pairs / again[:, None])[self.pair_at] / 2
            shares[:-1] += halves
            shares[1:] += halves
        return shares


class Model:
    """The table, and the vectors of words met lately. Threads may share it."""

    def __init__(self, table: Table, *, remembered: int = 1 << 15) -> None:
        self.table = table
        self._lock = Lock()
        self._slots: dict[str, int] = {}
        self._vectors: Sums = np.zeros((remembered, len(COLUMNS)), np.int32)
        self._hashes = np.zeros(remembered, np.uint64)

    def raw(self, words: Sequence[str]) -> Floats:
        """Return the raw scores of a text of *words*, one for each column."""
        table = self.table
        if not words:
            return table.bias
        with self._lock:
            slots = self._found(words)
            distinct = list(set(slots))
            total = self._vectors[distinct].sum(axis=0) * table.word_unit
            pairs = self._pair_rows(list(set(pairwise(slots))))
        if len(pairs):
            total += table.pairs[pairs].sum(axis=0, dtype=np.int32) * table.pair_unit
        scores: Floats = table.bias + total / len(distinct) ** 0.5
        return scores

    def shares(self, words: Sequence[str]) -> Shares:
        """Return what each of *words* adds to the raw scores."""
        table = self.table
        with self._lock:
            slots = self._found(words)
            distinct, word_at = np.unique(np.array(slots, np.int64), return_inverse=True)
            pairs, pair_at = _distinct_pairs(slots)
            vectors = self._vectors[distinct] * table.word_unit
            rows = self._pair_rows(pairs)
        root = max(len(distinct), 1) ** 0.5
        return Shares(vectors, vectors / root, table.pairs[rows] * table.pair_unit / root, word_at, pair_at, table.bias)

    def _pair_rows(self, pairs: Sequence[tuple[int, int]]) -> Rows:
        slots = np.array(pairs, np.int64).reshape(-1, 2)
        return pair_rows(self._hashes[slots[:, 0]], self._hashes[slots[:, 1]])

    def _found(self, words: Sequence[str]) -> list[int]:
        """Return the slots of *words*, filling those of new ones."""
        slots = self._slots
        try:
            return [slots[word] for word in words]
        except KeyError:
            self._learn([word for word in dict.fromkeys(words) if word not in slots], words)
            return [slots[word] for word in words]

    def _learn(self, new: Sequence[str], words: Sequence[str]) -> None:
        room = len(self._vectors)
        if len(self._slots) + len(new) > room:
            self._slots.clear()
            new = list(dict.fromkeys(words))
            if len(new) > room:
                self._vectors = np.zeros((len(new), len(COLUMNS)), np.int32)
                self._hashes = np.zeros(len(new), np.uint64)
        begin = len(self._slots)
        for batch in batches(new):
            end = begin + len(batch)
            self._hashes[begin:end], self._vectors[begin:end] = self._vectors_of(batch)
            begin = end
        self._slots.update(zip(new, range(begin - len(new), begin), strict=True))

    def _vectors_of(self, words: Sequence[str]) -> tuple[NDArray[np.uint64], Sums]:
        hashes, own, grams, begins = word_rows(words)
        weights = self.table.words
        vectors: Sums = np.add.reduceat(weights[grams], begins, axis=0, dtype=np.int32) * NGRAM_COUNT
        vectors += weights[own].astype(np.int32) * WORD_COUNT
        return hashes, vectors


def _distinct_pairs(slots: Sequence[int]) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    pairs = list(pairwise(slots))
    order = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
    return list(order), np.array([order[pair] for pair in pairs], np.int64)
