"""scikit-learn's own estimators of the heads: of the shipped weights, to test serving against; of the fitted ones, to
carry on from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from classifier.features import EIGHTHS, WORD_ROWS
from classifier.model import LABELS, Table


def estimator(weights: Any, bias: float) -> LogisticRegression:
    """Return a logistic regression of these weights, for the rows that `Design.matrix` makes."""
    made = LogisticRegression()
    made.classes_ = np.array([0, 1])
    made.coef_ = np.asarray(weights)[None, :]
    made.intercept_ = np.array([bias])
    made.n_features_in_ = len(weights)
    return made


def shipped(table: Table) -> Mapping[str, LogisticRegression]:
    """Return the heads as they are shipped, in small integers, by label."""
    weights = weights_of(table)
    return {label: estimator(weights[:, place], float(table.bias[place])) for place, label in enumerate(LABELS)}


def weights_of(table: Table) -> Any:
    """Return the shipped weights of a table, words' rows before pairs', as the fitted ones were."""
    # Words and n-grams count in eighths, so that a quarter of 1.5 is whole.
    return np.vstack([table.words * (EIGHTHS * table.word_unit), table.pairs * table.pair_unit])


def write(path: Path, weights: Any, bias: Any) -> None:
    """Write the fitted heads with skops, which runs no code on load."""
    import skops.io

    heads = {label: estimator(weights[:, place], float(bias[place])) for place, label in enumerate(LABELS)}
    path.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump({"heads": heads, "word_rows": WORD_ROWS}, path)
