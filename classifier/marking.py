"""Which words a reader would mark: each word's shares and its neighbours', weighed by what people marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.model import COLUMNS, LABELS, Floats
from classifier.words import Word

#: Labels whose shares make a word worth marking; spam is told by a share of its own.
_JUDGED: Final = tuple(place for place, label in enumerate(LABELS) if label != "spam")
_TOXICITY: Final = LABELS.index("toxicity")
_SPAM: Final = LABELS.index("spam")
_MARKED: Final = COLUMNS.index("marked")

#: A label is worth a word's mark from this probability on, and a word from this share of the spam score.
SHOWN: Final = 0.15
SPAM_SHOWN: Final = 0.5
SPAM_SHARE: Final = 0.35

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
    own = np.column_stack([vectors[:, _MARKED], vectors[:, _TOXICITY], shares[:, _JUDGED]])
    near = own[:, :3]
    before, after = np.zeros_like(near), np.zeros_like(near)
    before[1:], after[:-1] = near[:-1], near[1:]
    count = np.full((len(own), 1), np.log(len(own)))
    return np.hstack([own, before, after, count, np.full((len(own), 1), raw[_TOXICITY])])


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks words whose cues, weighed, pass 0."""

    weights: NDArray[np.float64]

    def spans(
        self, words: Sequence[Word], vectors: Floats, shares: Floats, raw: Floats, scores: Any
    ) -> tuple[Span, ...]:
        """Return the spans of *words* to show, in order; *scores* are the labels' probabilities in LABELS' order."""
        found: list[Span] = []
        if max(scores[place] for place in _JUDGED) >= SHOWN:
            marked = np.append(cues(vectors, shares, raw), np.ones((len(words), 1)), axis=1) @ self.weights > 0
            found += _merged(words, marked, shares, scores)
        if scores[_SPAM] >= SPAM_SHOWN:
            strong = shares[:, _SPAM] >= SPAM_SHARE
            found += [_span(words[run], shares[run], _SPAM) for run in _runs(words, strong)]
        return tuple(sorted(found, key=lambda span: (span.begin, span.end)))


def _merged(words: Sequence[Word], marked: Any, shares: Floats, scores: Any) -> Iterator[Span]:
    for run in _runs(words, marked):
        # The label that these words speak for most, among those that the text is likely to have.
        place = max(_JUDGED, key=lambda place: shares[run, place].sum() * scores[place])
        if shares[run, place].sum() > 0:
            yield _span(words[run], shares[run], place)


def _span(words: Sequence[Word], shares: Floats, place: int) -> Span:
    return Span(words[0].begin, words[-1].end, LABELS[place], round(max(float(shares[:, place].sum()), 1e-4), 4))


def _runs(words: Sequence[Word], marked: Any) -> Iterator[slice]:
    """Yield the runs of marked words that stand beside each other."""
    begin = None
    for at, (word, is_marked) in enumerate(zip(words, marked, strict=True)):
        if begin is not None and (not is_marked or word.begin - words[at - 1].end > GAP):
            yield slice(begin, at)
            begin = None
        if is_marked and begin is None:
            begin = at
    if begin is not None:
        yield slice(begin, len(words))
