"""Calibration's knots: isotonic regression on natural rows, made strictly increasing."""

from typing import Any, Final

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

#: Knots of a label's line, and the rows that each stands for at least.
KNOTS: Final = 12
_ROWS: Final = 25

#: What Platt's sigmoid (1999) weighs beside isotonic regression, in rows at each knot: it decides where rows are few.
_PRIOR: Final = 10.0

#: The least slope of log-odds over raw scores, by Platt's own: no plateau.
_LEAST: Final = 0.1


def knots(raw: Any, truth: Any, weights: Any | None = None) -> tuple[Any, Any]:
    """Return a label's knots, raw scores and log-odds, both strictly increasing."""
    weights = np.ones(len(raw)) if weights is None else np.asarray(weights, float)
    platt = LogisticRegression(C=1e3).fit(np.reshape(raw, (-1, 1)), truth, sample_weight=weights)
    slope, offset = max(float(platt.coef_[0][0]), 1e-2), float(platt.intercept_[0])
    smooth = IsotonicRegression(out_of_bounds="clip").fit(raw, truth, sample_weight=weights)
    order = np.argsort(raw, kind="stable")
    groups = np.array_split(order, min(KNOTS, max(2, len(raw) // _ROWS)))
    # The upper tenth is where decisions are made, and holds few of natural rows: it gets knots of its own.
    tail = np.array_split(groups[-1], 4) if len(groups[-1]) >= 4 * _ROWS else [groups[-1]]
    places, odds = [], []
    for group in [*groups[:-1], *tail]:
        at, mass = np.average(raw[group], weights=weights[group]), weights[group].sum()
        seen = np.average(smooth.predict(raw[group]), weights=weights[group])
        expected = 1 / (1 + np.exp(-(slope * at + offset)))
        share = np.clip((seen * mass + expected * _PRIOR) / (mass + _PRIOR), 1e-6, 1 - 1e-6)
        places.append(float(at))
        odds.append(float(np.log(share / (1 - share))))
    return _increasing(np.array(places), np.array(odds), slope)


def _increasing(places: Any, odds: Any, slope: float) -> tuple[Any, Any]:
    kept_places, kept_odds = [places[0]], [odds[0]]
    for place, value in zip(places[1:], odds[1:], strict=True):
        if place - kept_places[-1] > 1e-6:
            kept_odds.append(max(value, kept_odds[-1] + _LEAST * slope * (place - kept_places[-1])))
            kept_places.append(place)
    # One more knot on each side continues the line as Platt's sigmoid does.
    ends = (kept_places[0] - 1.0, *kept_places, kept_places[-1] + 1.0)
    return np.array(ends), np.array([kept_odds[0] - slope, *kept_odds, kept_odds[-1] + slope])
