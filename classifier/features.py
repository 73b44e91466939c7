"""A word's features: rows of the hashed weight table, for the word itself, its character n-grams and its pairs.

Hashing as in Weinberger et al. (2009), "Feature Hashing for Large Scale Multitask Learning". A string's hash is a
polynomial in its code points modulo 2⁶⁴, so that the hashes of all windows of many words come from one running sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Rows for words and n-grams, and for pairs of neighbouring words. Row 0 weighs nothing: it stands for "no feature".
WORD_ROWS: Final = 1 << 19
PAIR_ROWS: Final = 1 << 17

#: Lengths of the n-grams, taken inside the word with its ends marked.
NGRAMS: Final = (2, 3, 4, 5)

#: What the word itself and each of its n-grams count, in eighths: 1.5 and 1; a quarter of that in a softened word.
WORD_COUNT: Final = 12
NGRAM_COUNT: Final = 8
EIGHTHS: Final = 8

#: Begins a word that its context softens ("not stupid"): a quarter as heavy, and another word in pairs.
SOFT: Final = "~"

#: Words that stand between two others without changing what they do to each other: "not (such an) idiot".
_LINKING: Final = frozenset({"a", "an", "the", "so", "very", "such", "really", "too", "that", '"'})

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
_SOFTENED: Final = np.uint64(0x8EBC6AF09C88C6E3)


@dataclass(frozen=True, slots=True)
class WordRows:
    """The features of some words: their *hashes* and *own* rows; the rows of all n-grams and where each word's *begin*;
    and what part of their weight the words have, in eighths of an n-gram.

    A place of the n-gram rows where no n-gram fits holds row 0.
    """

    hashes: Hashes
    own: Rows
    grams: Rows
    begins: Rows
    own_counts: NDArray[np.int32]
    gram_counts: NDArray[np.int32]


def word_rows(words: Sequence[str]) -> WordRows:
    """Return the features of *words*, a batch."""
    soft = np.array([word[0] == SOFT for word in words])
    marked = [f"<{word.lstrip(SOFT)}>" for word in words]
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
    return WordRows(
        np.where(soft, hashes ^ _SOFTENED, hashes),
        _row(hashes ^ _WORD_SALT, WORD_ROWS),
        grams.ravel(),
        starts * len(NGRAMS),
        np.where(soft, WORD_COUNT // 4, WORD_COUNT).astype(np.int32),
        np.where(soft, NGRAM_COUNT // 4, NGRAM_COUNT).astype(np.int32),
    )


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
