"""The design matrix: what scikit-learn fits on, made of the very readings and rows that serving uses."""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.contexts import CHARGED, in_context
from classifier.features import EIGHTHS, PAIR_ROWS, WORD_ROWS, batches, neighbours, pair_rows, word_rows

COLUMNS: Final = WORD_ROWS + PAIR_ROWS

#: What the columns of contexts count beside other pairs' in fitting: the larger, the less they are regularised.
_CONTEXT: Final = 2.0
_ANY_CHARGED: Final = 4.0

Matrix = Any
Indices = NDArray[np.int64]


class Design:
    """Texts as their words: (documents × words) · (words × rows) and (documents × pairs), by 1/√distinct words.

    Pairs are of neighbouring words, and of *charged* words with their contexts.
    """

    def __init__(self, readings: Iterable[Sequence[str]], charged: AbstractSet[str]) -> None:
        vocabulary: dict[str, int] = {}

        def number(word: str) -> int:
            return vocabulary.setdefault(word, len(vocabulary))

        documents, pairs, around = [], [], set()
        for reading in readings:
            words, contexts = in_context(reading, charged)
            numbers = [number(word) for word in words]
            documents.append(numbers)
            found = set(pairwise([numbers[at] for at in neighbours(words)]))
            beside = {(number(context.kind), number(context.word)) for context in contexts}
            around |= beside
            pairs.append(sorted(found | beside))
        self.words = list(vocabulary)
        hashes, self.spelling = spelling(self.words)
        self.documents = _binary([sorted(set(words)) for words in documents], len(vocabulary))
        flat = np.array([pair for row in pairs for pair in row], np.int64).reshape(-1, 2)
        begins = np.cumsum([0] + [len(row) for row in pairs])
        rows = pair_rows(hashes[flat[:, 0]], hashes[flat[:, 1]])
        ones = np.ones(len(rows), np.float32)
        self.pairs: Matrix = sparse.csr_matrix((ones, rows.astype(np.int32), begins), (len(pairs), PAIR_ROWS))
        self.ratios = _ratios(around, hashes, vocabulary.get(CHARGED))
        self.norms = (1 / np.sqrt(np.maximum(np.diff(self.documents.indptr), 1))).astype(np.float32)

    def matrix(self, at: Indices) -> Matrix:
        """Return the features of the documents *at*, words' columns before pairs'."""
        both = sparse.hstack([self.documents[at] @ self.spelling, self.pairs[at]], format="csr", dtype=np.float32)
        both.data *= np.repeat(self.norms[at], np.diff(both.indptr))
        return both

    def raw(self, weights: Any, bias: float, at: Indices | None = None) -> Any:
        """Return the documents' raw scores for one column of *weights*."""
        documents = self.documents if at is None else self.documents[at]
        pairs, norms = (self.pairs, self.norms) if at is None else (self.pairs[at], self.norms[at])
        return (documents @ (self.spelling @ weights[:WORD_ROWS]) + pairs @ weights[WORD_ROWS:]) * norms + bias


def _ratios(around: Collection[tuple[int, int]], hashes: NDArray[np.uint64], any_charged: int | None) -> Any:
    """Return what each pair's column counts beside others in fitting: contexts more, and any charged word's most."""
    ratios = np.ones(PAIR_ROWS, np.float32)
    ordered = np.array(sorted(around), np.int64).reshape(-1, 2)
    rows = pair_rows(hashes[ordered[:, 0]], hashes[ordered[:, 1]])
    ratios[rows] = _CONTEXT
    ratios[rows[ordered[:, 1] == any_charged]] = _ANY_CHARGED
    return ratios


def spelling(words: Sequence[str]) -> tuple[NDArray[np.uint64], Matrix]:
    """Return the hashes of *words* and the matrix of their features: themselves and their n-grams."""
    hashes, rows, columns, counts = [], [], [], []
    done = 0
    for batch in batches(words):
        found = word_rows(batch)
        places = np.repeat(np.arange(len(batch)), np.diff(np.append(found.begins, len(found.grams))))
        seen = found.grams > 0
        hashes.append(found.hashes)
        rows += [np.arange(len(batch)) + done, places[seen] + done]
        columns += [found.own, found.grams[seen]]
        counts += [found.own_counts, found.gram_counts[places[seen]]]
        done += len(batch)
    entries = (np.concatenate(counts) / np.float32(EIGHTHS), (np.concatenate(rows), np.concatenate(columns)))
    return np.concatenate(hashes), sparse.csr_matrix(entries, (len(words), WORD_ROWS), dtype=np.float32)


def _binary(rows: Sequence[Sequence[int]], width: int) -> Matrix:
    begins = np.cumsum([0] + [len(row) for row in rows])
    columns = np.fromiter((column for row in rows for column in row), np.int32, begins[-1])
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, begins), (len(rows), width))
