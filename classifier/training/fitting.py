"""Fitting the heads: logistic regressions on the design, their columns weighted by naive-Bayes ratios."""

import warnings
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifier.features import WORD_ROWS
from classifier.training.design import COLUMNS, Design, Indices

#: Inverse strength of the regularisation, and the steps after which fitting stops: more change no third digit.
STRENGTH: Final = 0.3
STEPS: Final = 100

#: What a source's own rate of toxic rows counts: large, so that it is hardly regularised and words need not tell it.
_RATE: Final = 3.0

#: Smoothing of the naive-Bayes ratios, and the range they are kept in, 1 being the mean column's.
_SMOOTHING: Final = 1.0
_RATIOS: Final = (0.2, 3.0)


def fit_head(
    design: Design,
    at: Indices,
    truth: Any,
    *,
    weights: Any,
    rates: Any,
    margin: Any | None = None,
    strength: float = STRENGTH,
) -> tuple[Any, float, float]:
    """Fit one label on the documents *at*; return the columns' weights, the bias, and the share of *margin*.

    *rates* numbers the group whose rate of positive rows a document shares; a *margin*, another head's raw scores,
    enters as one more column.
    """
    features = design.matrix(at)
    ratios = np.concatenate([_ratios(features, truth, weights), design.ratios])
    features.data *= ratios[features.indices]
    groups = sparse.csr_matrix((np.full(len(at), _RATE, np.float32), (np.arange(len(at)), rates)))
    columns = [features, groups]
    if margin is not None:
        columns.append(sparse.csr_matrix(np.asarray(margin, np.float32)[:, None]))
    fitted = LogisticRegression(C=strength, solver="lbfgs", max_iter=STEPS, tol=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
        fitted.fit(sparse.hstack(columns, format="csr"), truth, sample_weight=weights)
    coefficients = fitted.coef_[0].astype(np.float64)
    bias = float(fitted.intercept_[0]) + _RATE * coefficients[COLUMNS]
    share = float(coefficients[-1]) if margin is not None else 0.0
    return coefficients[:COLUMNS] * ratios, bias, share


def _ratios(features: Any, truth: Any, weights: Any) -> Any:
    """Return each word column's |log ratio| between the classes (Wang and Manning, 2012), by the mean."""
    counts = [np.asarray(features.T @ (weights * (truth == side))).ravel()[:WORD_ROWS] for side in (1, 0)]
    smoothed = [np.log((count + _SMOOTHING) / (count.sum() + _SMOOTHING * len(count))) for count in counts]
    ratios = np.abs(smoothed[0] - smoothed[1])
    return np.clip(ratios / ratios[counts[0] + counts[1] > 0].mean(), *_RATIOS).astype(np.float32)


def quantised(weights: Any) -> tuple[Any, float]:
    """Return *weights* as small integers and what one unit is worth."""
    unit = float(np.abs(weights).max()) / 127 or 1.0
    return np.round(weights / unit).astype(np.int8), unit
