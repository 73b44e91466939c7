"""The additive model: a text's score is a bias and the shares of its words, and nothing else.

    score = bias + (Σ vector(word) + Σ vector(pair)) / √n

over the distinct words of the text, n of them, and its distinct pairs: neighbours (articles aside), and charged words
with their contexts. A word's vector is the sum of its own weights and those of its character n-grams, an entry for each
label. The weights are small integers with one scale for each label, so that sums are exact in any order: the
explanation is the model.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier.contexts import Context, in_context
from classifier.features import Rows, batches, neighbours, pair_rows, word_rows

LABELS: Final = ("toxicity", "severe_toxicity", "profanity", "threat", "insult", "identity_attack", "spam")

#: The labels' columns, and one that says which words people mark as toxic.
COLUMNS: Final = (*LABELS, "marked")

#: A text of more words than this is also read in parts of so many words, each half over the one before.
PART: Final = 60

#: Bits of a slot's number where two make a pair.
_HALF: Final = 24

Weights = NDArray[np.int8]
Sums = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """Weights as the artifact holds them: *words* and *pairs* by row and column, and what one unit of each is worth.

    *part_bias*, below 0, is what a part of a long text has against it beside the whole.
    """

    words: Weights
    pairs: Weights
    word_unit: Floats
    pair_unit: Floats
    bias: Floats
    part_bias: float


@dataclass(frozen=True, slots=True)
class Shares:
    """What each distinct word and pair of a text adds to the raw scores, and which of them stands at each place.

    *vectors* are the words' own weights, *words* and *pairs* what they add in this text. *pair_at*[i] is the pair of
    the words at the places *paired*[:, i].
    """

    vectors: Floats
    words: Floats
    pairs: Floats
    word_at: NDArray[np.int64]
    pair_at: NDArray[np.int64]
    paired: NDArray[np.int64]
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
            np.add.at(shares, self.paired[0], halves)
            np.add.at(shares, self.paired[1], halves)
        return shares


class Model:
    """The table, the *charged* words, and the vectors of words met lately. Threads may share it."""

    def __init__(self, table: Table, charged: AbstractSet[str], *, remembered: int = 1 << 15) -> None:
        self.table, self.charged = table, charged
        self._lock = Lock()
        self._slots: dict[str, int] = {}
        self._vectors: Sums = np.zeros((remembered, len(COLUMNS)), np.int32)
        self._hashes = np.zeros(remembered, np.uint64)

    def raw(self, words: Sequence[str]) -> Floats:
        """Return the raw scores of a text of *words*, one for each column."""
        table = self.table
        if not words:
            return table.bias
        words, contexts = in_context(words, self.charged)
        with self._lock:
            slots, beside = self._found(words, contexts)
            distinct = list(set(slots))
            total = np.add.reduce(self._vectors.take(distinct, axis=0)) * table.word_unit
            pairs = self._pair_rows({*self._pairs([slots[at] for at in neighbours(words)]), *beside})
        total += np.add.reduce(table.pairs.take(pairs, axis=0), dtype=np.int32) * table.pair_unit
        scores: Floats = table.bias + total / len(distinct) ** 0.5
        return scores

    def forget(self) -> None:
        """Forget the words met so far."""
        with self._lock:
            self._slots.clear()

    def decided(self, words: Sequence[str]) -> tuple[Floats, slice]:
        """Return the raw scores that count, and of which words they are: of all, or of a long text's worst part."""
        whole = self.raw(words)
        if len(words) <= PART:
            return whole, slice(None)
        parts = [slice(at, at + PART) for at in range(0, len(words) - PART // 2, PART // 2)]
        # What repeats itself is read once.
        read: dict[tuple[str, ...], Floats] = {}
        for part in parts:
            if (said := tuple(words[part])) not in read:
                read[said] = self.raw(said) + self.table.part_bias
        raws = [read[tuple(words[part])] for part in parts]
        worst = max(range(len(parts)), key=lambda at: float(raws[at][0]))
        return (raws[worst], parts[worst]) if raws[worst][0] > whole[0] else (whole, slice(None))

    def shares(self, words: Sequence[str]) -> Shares:
        """Return what each of *words* adds to the raw scores."""
        table = self.table
        words, contexts = in_context(words, self.charged)
        places = neighbours(words)
        paired = [*pairwise(places), *((context.kind_at, context.word_at) for context in contexts)]
        with self._lock:
            slots, beside = self._found(words, contexts)
            distinct = {slot: at for at, slot in enumerate(dict.fromkeys(slots))}
            pairs = self._pairs([slots[at] for at in places]) + beside
            order = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
            vectors = self._vectors.take(list(distinct), axis=0) * table.word_unit
            rows = self._pair_rows(order)
        root = max(len(distinct), 1) ** 0.5
        return Shares(
            vectors,
            vectors / root,
            table.pairs[rows] * table.pair_unit / root,
            np.array([distinct[slot] for slot in slots], np.int64),
            np.array([order[pair] for pair in pairs], np.int64),
            np.array(paired, np.int64).reshape(-1, 2).T,
            table.bias,
        )

    @staticmethod
    def _pairs(slots: Sequence[int]) -> list[int]:
        """Return the pairs of neighbouring *slots*, two in one number."""
        return [first << _HALF | second for first, second in pairwise(slots)]

    def _pair_rows(self, pairs: Collection[int]) -> Rows:
        both = np.fromiter(pairs, np.int64, len(pairs))
        return pair_rows(self._hashes.take(both >> _HALF), self._hashes.take(both & (1 << _HALF) - 1))

    def _found(self, words: Sequence[str], contexts: Sequence[Context]) -> tuple[list[int], list[int]]:
        """Return the slots of *words* and the pairs of *contexts*, filling the slots of new words."""
        slots = self._slots
        try:
            return [slots[word] for word in words], [
                slots[context.kind] << _HALF | slots[context.word] for context in contexts
            ]
        except KeyError:
            met = dict.fromkeys([*words, *(half for context in contexts for half in (context.kind, context.word))])
            self._learn([word for word in met if word not in slots], list(met))
            return self._found(words, contexts)

    def _learn(self, new: Sequence[str], met: Sequence[str]) -> None:
        room = len(self._vectors)
        if len(self._slots) + len(new) > room:
            self._slots.clear()
            new = met
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
        found, weights = word_rows(words), self.table.words
        vectors: Sums = np.add.reduceat(weights[found.grams], found.begins, axis=0, dtype=np.int32)
        vectors *= found.gram_counts[:, None]
        vectors += weights[found.own] * found.own_counts[:, None].astype(np.int32)
        return found.hashes, vectors
