"""The design matrix: what scikit-learn fits on, made of the very readings and rows that serving uses."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.features import NGRAM_COUNT, PAIR_ROWS, WORD_COUNT, WORD_ROWS, batches, neighbours, pair_rows, word_rows

COLUMNS: Final = WORD_ROWS + PAIR_ROWS

Matrix = Any
Indices = NDArray[np.int64]


class Design:
    """Texts as their words: (documents × words) · (words × rows) and (documents × pairs), by 1/√distinct words."""

    def __init__(self, readings: Iterable[Sequence[str]]) -> None:
        vocabulary: dict[str, int] = {}
        documents, paired = [], []
        for words in readings:
            numbers = [vocabulary.setdefault(word, len(vocabulary)) for word in words]
            documents.append(numbers)
            paired.append([numbers[at] for at in neighbours(words)])
        self.words = list(vocabulary)
        hashes, self.spelling = spelling(self.words)
        self.documents = _binary([sorted(set(words)) for words in documents], len(vocabulary))
        pairs = [sorted(set(pairwise(words))) for words in paired]
        flat = np.array([pair for row in pairs for pair in row], np.int64).reshape(-1, 2)
        begins = np.cumsum([0] + [len(row) for row in pairs])
        rows = pair_rows(hashes[flat[:, 0]], hashes[flat[:, 1]])
        ones = np.ones(len(rows), np.float32)
        self.pairs: Matrix = sparse.csr_matrix((ones, rows.astype(np.int32), begins), (len(pairs), PAIR_ROWS))
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


def spelling(words: Sequence[str]) -> tuple[NDArray[np.uint64], Matrix]:
    """Return the hashes of *words* and the matrix of their features: themselves and their n-grams."""
    hashes, rows, columns, counts = [], [], [], []
    done = 0
    for batch in batches(words):
        own_hashes, own, grams, begins = word_rows(batch)
        places = np.repeat(np.arange(len(batch)), np.diff(np.append(begins, len(grams))))
        seen = grams > 0
        hashes.append(own_hashes)
        rows += [np.arange(len(batch)) + done, places[seen] + done]
        columns += [own, grams[seen]]
        counts += [np.full(len(batch), WORD_COUNT / 2, np.float32), np.full(seen.sum(), NGRAM_COUNT / 2, np.float32)]
        done += len(batch)
    entries = (np.concatenate(counts), (np.concatenate(rows), np.concatenate(columns)))
    return np.concatenate(hashes), sparse.csr_matrix(entries, (len(words), WORD_ROWS), dtype=np.float32)


def _binary(rows: Sequence[Sequence[int]], width: int) -> Matrix:
    begins = np.cumsum([0] + [len(row) for row in rows])
    columns = np.fromiter((column for row in rows for column in row), np.int32, begins[-1])
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, begins), (len(rows), width))
