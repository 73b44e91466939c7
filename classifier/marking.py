"""Which words a reader would mark: each word's shares and its neighbours', weighed by what people marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.model import COLUMNS, LABELS, Floats
from classifier.words import Word

#: Labels whose shares make a word worth marking; spam is told by a share of its own.
_JUDGED: Final = slice(0, LABELS.index("spam"))
_TOXICITY: Final = LABELS.index("toxicity")
_SPAM: Final = LABELS.index("spam")
_MARKED: Final = COLUMNS.index("marked")

#: A label is worth a word's mark from this probability on, and a word from this share of the spam score.
SHOWN: Final = 0.15
SPAM_SHOWN: Final = 0.5
SPAM_SHARE: Final = 0.35

#: In log-odds: how near the strongest word of a text others must come, and the least that the strongest must have.
NEAR: Final = 2.0
LEAST: Final = -0.4

#: Marks with at most this many characters between them are one for the reader.
GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Words behind a score: *begin* and *end* in code points of the text, *weight* their share of the score, above
    0."""

    begin: int
    end: int
    label: str
    weight: float


def cues(vectors: Floats, shares: Floats, raw: Floats) -> Floats:
    """Return what tells whether each word is marked: its own and its neighbours' weights and shares, and the text's.

    *vectors* are the words' own weights, *shares* what each place adds to the *raw* scores; one row a word.
    """
    own, near = _JUDGED.stop + 2, 3
    found = np.zeros((len(shares), own + 2 * near + 2))
    found[:, 0], found[:, 1], found[:, 2:own] = vectors[:, _MARKED], vectors[:, _TOXICITY], shares[:, _JUDGED]
    found[1:, own : own + near] = found[:-1, :near]
    found[:-1, own + near : own + 2 * near] = found[1:, :near]
    found[:, -2], found[:, -1] = np.log(len(shares)), raw[_TOXICITY]
    return found


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the words whose cues, weighed, are above 0 and near the strongest; the strongest alone if it is near 0."""

    weights: NDArray[np.float64]

    def spans(
        self, words: Sequence[Word], vectors: Floats, shares: Floats, raw: Floats, scores: Any
    ) -> tuple[Span, ...]:
        """Return the spans of *words* to show, in order; *scores* are the labels' probabilities in LABELS' order."""
        found: list[Span] = []
        if max(scores[_JUDGED]) >= SHOWN:
            leaning = cues(vectors, shares, raw) @ self.weights[:-1] + self.weights[-1]
            strongest = leaning.max()
            if strongest > LEAST:
                found += _merged(words, leaning >= min(max(0.0, strongest - NEAR), strongest), shares, scores)
        if scores[_SPAM] >= SPAM_SHOWN:
            strong = shares[:, _SPAM] >= SPAM_SHARE
            found += [_span(words[run], float(shares[run, _SPAM].sum()), _SPAM) for run in _runs(words, strong)]
        return tuple(sorted(found, key=lambda span: (span.begin, span.end)))


def _merged(words: Sequence[Word], marked: Any, shares: Floats, scores: Any) -> Iterator[Span]:
    for run in _runs(words, marked):
        # The label that these words speak for most, among those that the text is likely to have.
        sums = shares[run, _JUDGED].sum(axis=0)
        place = int((sums * scores[_JUDGED]).argmax())
        if sums[place] > 0:
            yield _span(words[run], float(sums[place]), place)


def _span(words: Sequence[Word], weight: float, place: int) -> Span:
    return Span(words[0].begin, words[-1].end, LABELS[place], max(round(weight, 4), 1e-4))


def _runs(words: Sequence[Word], marked: Any) -> Iterator[slice]:
    """Yield the runs of marked words that stand beside each other."""
    places = np.flatnonzero(marked).tolist()
    begin = 0
    for at, place in enumerate(places):
        after = places[at + 1] if at + 1 < len(places) else None
        if after != place + 1 or words[after].begin - words[place].end > GAP:
            yield slice(places[begin], place + 1)
            begin = at + 1
