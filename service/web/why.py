"""What a score would be without the phrases behind it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from service.core.masking import MaskedText
from service.core.ports import Scorer
from service.core.verdict import Verdict, known
from service.web import words
from service.web.shading import Segment, phrases, strongest
from service.web.unseen import Part


@dataclass(frozen=True, slots=True)
class Without:
    """A phrase, and the score of its *label* with and without it; its *parts* are what a page can show of it."""

    text: str
    parts: tuple[Part, ...]
    level: int
    label: str
    before: str
    after: str
    says: str

    @classmethod
    def of(cls, phrase: Segment, before: Verdict, after: Verdict) -> "Without":
        """Show what became of the label of *phrase*, which both verdicts score."""
        score, left = (words.probability(verdict.scores[phrase.label]) for verdict in (before, after))
        says = f"{score} → {left} without this phrase"
        return cls(phrase.text, phrase.parts, phrase.level, words.label(phrase.label), score, left, says)


def without_each(text: MaskedText, pieces: Sequence[Segment], scorer: Scorer) -> tuple[Without, ...]:
    """Show what *text* would score without each of the strongest phrases of its *pieces*, wherever its wording stands.

    Both scores are of now, so that an opinion of an older model does not mix with this one's. A phrase is left out
    where the scorer fails or no longer knows its label.
    """
    found = strongest(pieces)
    before = known(scorer.without(text)) if found else None
    if before is None:
        return ()
    joined = phrases(pieces)
    after = [(phrase, known(scorer.without(text, *_places(text, phrase, joined)))) for phrase in found]
    return tuple(
        Without.of(phrase, before, verdict)
        for phrase, verdict in after
        if verdict and phrase.label in before.scores and phrase.label in verdict.scores
    )


def _places(text: str, phrase: Segment, joined: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Yield where the wording of *phrase* stands: as one of the *joined* phrases, or as words of their own."""
    wording = phrase.text.casefold()
    ends = accumulate(len(each.text) for each in joined)
    shaded = [
        (end - len(each.text), end)
        for each, end in zip(joined, ends, strict=True)
        if each.level and each.text.casefold() == wording
    ]
    elsewhere = re.finditer(rf"(?<!\w){re.escape(phrase.text)}(?!\w)", text, re.IGNORECASE)
    return _apart([*shaded, *(found.span() for found in elsewhere)])


def _apart(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield *places* in order, those that overlap as one."""
    begin = end = 0
    for place in sorted(places):
        if place[0] >= end:
            if end:
                yield begin, end
            begin = place[0]
        end = max(end, place[1])
    if end:
        yield begin, end
