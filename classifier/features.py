"""A word's features: rows of the hashed weight table, for the word itself, its character n-grams and its pairs.

Hashing as in Weinberger et al. (2009), "Feature Hashing for Large Scale Multitask Learning". A string's hash is a
polynomial in its code points modulo 2⁶⁴, so that the hashes of all windows of many words come from one running sum.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Rows for words and n-grams, and for pairs of neighbouring words. Row 0 weighs nothing: it stands for "no feature".
WORD_ROWS: Final = 1 << 19
PAIR_ROWS: Final = 1 << 17

#: Lengths of the n-grams, taken inside the word with its ends marked.
NGRAMS: Final = (2, 3, 4, 5)

#: What the word itself and each of its n-grams count, in halves: 1.5 and 1.
WORD_COUNT: Final = 3
NGRAM_COUNT: Final = 2

#: Words that stand between two others without changing what they do to each other: "not (such an) idiot".
_LINKING: Final = frozenset({"a", "an", "the", "so", "very", "such", "really", "too", "that"})

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]

#: Characters of one batch of words; the running sum's powers reach that far.
_BATCH: Final = 1 << 14

_BASE: Final = 0x9E3779B97F4A7C15
_POWERS: Final = np.cumprod(np.full(_BATCH, _BASE, np.uint64)).astype(np.uint64)
_INVERSES: Final = np.cumprod(np.full(_BATCH, pow(_BASE, -1, 1 << 64), np.uint64)).astype(np.uint64)
_STIR: Final = np.uint64(0xD6E8FEB86659FD93)
_WORD_SALT: Final = np.uint64(0xA0761D6478BD642F)
_FIRST: Final = np.uint64(0xE7037ED1A0B428DB)


def word_rows(words: Sequence[str]) -> tuple[Hashes, Rows, Rows, Rows]:
    """Return each word's hash and its own row, then the n-gram rows of all words and where each word's begin.

    A place of the n-gram rows where no n-gram fits holds row 0.
    """
    marked = [f"<{word}>" for word in words]
    codes = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    size = len(codes)
    lengths = np.array([len(word) for word in marked], np.int64)
    stops = np.cumsum(lengths)
    starts = stops - lengths
    sums = np.zeros(size + max(NGRAMS), np.uint64)
    np.cumsum(codes * _POWERS[:size], out=sums[1 : size + 1])
    room = np.repeat(stops, lengths) - np.arange(size)
    hashes = (sums[stops] - sums[starts]) * _INVERSES[starts]
    grams = np.empty((size, len(NGRAMS)), np.int64)
    for column, length in enumerate(NGRAMS):
        windows = (sums[length : size + length] - sums[:size]) * _INVERSES[:size]
        grams[:, column] = np.where(room >= length, _row(windows, WORD_ROWS), 0)
    return hashes, _row(hashes ^ _WORD_SALT, WORD_ROWS), grams.ravel(), starts * len(NGRAMS)


def pair_rows(firsts: Hashes, seconds: Hashes) -> Rows:
    """Return the rows of pairs of words, given by the words' hashes."""
    rows: Rows = _row(firsts * _FIRST + seconds, PAIR_ROWS)
    return rows


def neighbours(words: Sequence[str]) -> list[int]:
    """Return the places of the words that pair up, each with the next: all but articles and the like."""
    return [at for at, word in enumerate(words) if word not in _LINKING]


def batches(words: Sequence[str]) -> list[Sequence[str]]:
    """Cut *words* into batches that `word_rows` takes."""
    cuts, size = [0], 0
    for at, word in enumerate(words):
        size += len(word) + 2
        if size > _BATCH:
            cuts.append(at)
            size = len(word) + 2
    return [words[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(words)], strict=True)]


def _row(hashes: Hashes, rows: int) -> Any:
    stirred = (hashes ^ (hashes >> np.uint64(32))) * _STIR
    return ((stirred ^ (stirred >> np.uint64(29))) * _STIR >> np.uint64(65 - rows.bit_length())).astype(np.int64)
