"""What the classifier says of a text: an opinion, never an act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import nlargest
from typing import Final

Label = str

SPAM: Label = "spam"

#: Spans that are kept of a verdict, the heaviest: a person reads no more of them.
MOST_SPANS: Final = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Words that drove a score: *begin* and *end* in code points of the masked text, *weight* their share, above 0."""

    begin: int
    end: int
    label: Label
    weight: float


@dataclass(frozen=True, slots=True)
class Disguise:
    """What is not what it seems: from *begin* to *end*, in code points of the masked text, there *reads* that word, and
    *hidden* are the names of characters in it that nobody sees. Where those stand in no word, it reads as nothing."""

    begin: int
    end: int
    reads: str
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged text: a probability for each label, the words behind it, the language, and the model that judged."""

    model: str
    language: str
    scores: Mapping[Label, float]
    spans: tuple[Span, ...] = ()

    @property
    def worst(self) -> float:
        """The highest probability of any label, which is where the comment stands in the queue."""
        return max(self.scores.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Unscored:
    """A text that could not be judged, and why; *guess* is what the model would have said, for a person to see."""

    reason: str
    guess: Verdict | None = None


Opinion = Verdict | Unscored


def known(opinion: Opinion) -> Verdict | None:
    """Return the scores there are, judged or guessed."""
    return opinion if isinstance(opinion, Verdict) else opinion.guess


def without_spans(opinion: Opinion) -> Opinion:
    """Return *opinion* without places, for a text that is no longer the one it is about."""
    if isinstance(opinion, Verdict):
        return replace(opinion, spans=())
    return replace(opinion, guess=opinion.guess and replace(opinion.guess, spans=()))


def heaviest(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the heaviest of *spans* in the text's order, `MOST_SPANS` at most."""
    kept = nlargest(MOST_SPANS, spans, key=lambda span: span.weight)
    return tuple(sorted(kept, key=lambda span: (span.begin, span.end)))
