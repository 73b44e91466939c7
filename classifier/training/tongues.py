"""Fitting the language table: which character n-grams speak for which language, from each one's frequent words."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from classifier.language import ROWS, Languages
from classifier.text import fold
from classifier.training.design import spelling

_FREQUENT: Final = Path(__file__).parent / "frequent_words.txt"

#: How much a word counts falls with its rank r as r to this power.
_FALL: Final = -0.4

#: English evidence is what comments are full of: this many of their common words, beside the frequent ones.
_COMMON: Final = 8_000
_STRENGTH: Final = 30.0


def fit_languages(common: Sequence[str], *, bar: float) -> tuple[Languages, Any, float]:
    """Fit on frequent words; return what identifies, its integer weights and what one unit is worth."""
    words = list(_words(common))
    names = sorted({name for name, _, _ in words})
    _, features = spelling([word for _, word, _ in words])
    features = features.tocoo()
    kept = features.col > 0
    folded = type(features)((features.data[kept], (features.row[kept], features.col[kept] % ROWS)), (len(words), ROWS))
    fitted = LogisticRegression(C=_STRENGTH, max_iter=60, tol=1e-3)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted.fit(folded.tocsr(), [names.index(name) for name, _, _ in words], sample_weight=[w for _, _, w in words])
    unit = float(np.abs(fitted.coef_).max()) / 127
    weights = np.round(fitted.coef_.T / unit).astype(np.int8)
    return Languages(names, weights, unit, bar), weights, unit


def _words(common: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    for line in _FREQUENT.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, _, words = line.partition(": ")
            for rank, word in enumerate(words.split(), start=1):
                for part in re.findall("[a-z]+", fold(word).text):
                    yield name, part, rank**_FALL
    for rank, word in enumerate(common[:_COMMON], start=1):
        if word.isalpha():
            yield "en", word, rank**_FALL
