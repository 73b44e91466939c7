"""From raw scores to probabilities, strictly increasing: the queue's order never ties where the scores differ."""

from bisect import bisect_right
from collections.abc import Sequence
from math import exp
from typing import Final

#: Beyond these log-odds a probability is no longer told apart from 0 or 1.
_FARTHEST: Final = 30.0


class Calibration:
    """One label's line through knots, from raw scores to log-odds, continued beyond its ends.

    The knots come from isotonic regression (Zadrozny and Elkan, 2002), whose plateaus are given a slope.
    """

    def __init__(self, raws: Sequence[float], odds: Sequence[float]) -> None:
        self._raws, self._odds = tuple(map(float, raws)), tuple(map(float, odds))
        steps = list(zip(self._raws, self._raws[1:], self._odds, self._odds[1:], strict=False))
        if not steps or any(low >= high or below >= above for low, high, below, above in steps):
            raise ValueError("a calibration's knots must increase")
        self._slopes = tuple((above - below) / (high - low) for low, high, below, above in steps)

    def log_odds(self, raw: float) -> float:
        """Return the log-odds of *raw*."""
        at = min(max(bisect_right(self._raws, raw) - 1, 0), len(self._slopes) - 1)
        return self._odds[at] + (raw - self._raws[at]) * self._slopes[at]

    def __call__(self, raw: float) -> float:
        """Return the probability of *raw*, between 0 and 1."""
        return 1 / (1 + exp(-min(max(self.log_odds(raw), -_FARTHEST), _FARTHEST)))
