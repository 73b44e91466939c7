"""Fitting the marker on comments in which people marked the toxic words (SemEval-2021 task 5)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from classifier.marking import SHOWN, Marker, cues
from classifier.model import COLUMNS, LABELS, Model
from classifier.training.design import spelling
from classifier.training.rows import Slice, slice_of, table
from classifier.words import Reader, Word

FILE: Final = "toxic_spans_semeval2021"

#: Inverse strength of the regularisation of words' weights.
_STRENGTH: Final = 0.125

#: Parts of the training slice whose cues are made with words' weights fitted on the other parts.
_FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A comment, its words, and the places of the characters that people marked."""

    text: str
    words: list[Word]
    places: frozenset[int]

    @property
    def slice(self) -> Slice:
        """The slice that the text falls into."""
        return slice_of(self.text)

    @property
    def truth(self) -> list[bool]:
        """Whether most of each word is marked."""
        return [
            2 * len(self.places.intersection(range(word.begin, word.end))) > word.end - word.begin
            for word in self.words
        ]


def read_marked(folder: Path, reader: Reader) -> list[MarkedText]:
    """Return the folder's marked comments that have words."""
    texts = (MarkedText(row["text"], reader.words(row["text"]), _places(row)) for row in table(folder, FILE))
    return [text for text in texts if text.words]


def _places(row: Any) -> frozenset[int]:
    return frozenset(json.loads(row["spans"]))


def fit_words(texts: Sequence[MarkedText]) -> Any:
    """Return the weights, by row of the word table, of words that people mark."""
    vocabulary: dict[str, int] = {}
    places = [vocabulary.setdefault(word.text, len(vocabulary)) for text in texts for word in text.words]
    truth = [marked for text in texts for marked in text.truth]
    _, features = spelling(list(vocabulary))
    tokens = sparse.csr_matrix((np.ones(len(places), np.float32), (np.arange(len(places)), places)))
    fitted = LogisticRegression(C=_STRENGTH, max_iter=100, tol=1e-3).fit((tokens @ features).tocsr(), truth)
    return fitted.coef_[0].astype(np.float64)


def training(texts: Sequence[MarkedText]) -> list[MarkedText]:
    """Return those of *texts* that are learned from."""
    return [text for text in texts if text.slice is Slice.TRAINING]


def fit_marker(texts: Sequence[MarkedText], model: Model) -> tuple[Marker, float]:
    """Fit what each cue weighs, choose the bar on the calibration slice, and return the marker and its F1 there."""
    folds = [[text for text in training(texts) if len(text.text) % _FOLDS == fold] for fold in range(_FOLDS)]
    seen = np.vstack([found for fold in range(_FOLDS) for found in _unseen_cues(folds, fold, model)])
    truth = np.concatenate([text.truth for fold in folds for text in fold])
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(seen, truth)
    weights = np.append(fitted.coef_[0], fitted.intercept_[0])
    held = [text for text in texts if text.slice is Slice.CALIBRATION]
    markers = [Marker(weights - np.append(np.zeros(len(weights) - 1), bar)) for bar in np.linspace(-2.0, 1.0, 31)]
    reached = [f1(held, model, marker) for marker in markers]
    best = int(np.argmax(reached))
    return markers[best], reached[best]


def _unseen_cues(folds: Sequence[Sequence[MarkedText]], fold: int, model: Model) -> Iterator[Any]:
    """Yield the cues of one fold's texts with words' weights that were fitted on the others: unseen, as in serving."""
    weights = fit_words([text for at, others in enumerate(folds) if at != fold for text in others])
    for text in folds[fold]:
        shares = model.shares([word.text for word in text.words])
        vectors = shares.vectors[shares.word_at]
        _, features = spelling([word.text for word in text.words])
        vectors[:, COLUMNS.index("marked")] = features @ weights
        yield cues(vectors, shares.by_place(), shares.raw)


def f1(texts: Sequence[MarkedText], model: Model, marker: Marker) -> float:
    """Return the mean F1 of characters: 1 where neither people nor the marker mark any."""
    return float(np.mean([_f1(text.places, _shown(text, model, marker)) for text in texts]))


def _shown(text: MarkedText, model: Model, marker: Marker) -> frozenset[int]:
    shares = model.shares([word.text for word in text.words])
    scores = [SHOWN] * (len(LABELS) - 1) + [0.0]
    spans = marker.spans(text.words, shares.vectors[shares.word_at], shares.by_place(), shares.raw, scores)
    return frozenset(place for span in spans for place in range(span.begin, span.end))


def _f1(truth: frozenset[int], shown: frozenset[int]) -> float:
    if not truth or not shown:
        return float(truth == shown)
    return 2 * len(truth & shown) / (len(truth) + len(shown))
