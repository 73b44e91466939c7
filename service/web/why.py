"""What a score would be without the phrases behind it, as far as trying that is cheap."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import Final

from service.core.masking import MaskedText
from service.core.ports import Scorer
from service.core.verdict import Verdict, known
from service.web import words
from service.web.shading import Segment, phrases, strongest
from service.web.unseen import Part

#: Characters that are scored anew for one opened comment: what does not fit tells its share instead.
MOST_SCORED: Final = 20_000

#: Characters of a phrase that are shown, and looked for elsewhere in the text; and parts that it is shown in.
LONGEST_PHRASE: Final = 120
MOST_PARTS: Final = 24


@dataclass(frozen=True, slots=True)
class Without:
    """A phrase, and what it *says*: the score of its *label* with and without it, or its share where that was not
    tried. Its *parts* are what a page can show of it."""

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
        return cls(phrase.text, _parts(phrase), phrase.level, words.label(phrase.label), score, left, says)

    @classmethod
    def untried(cls, phrase: Segment) -> "Without":
        """Show *phrase* with its share in the evidence alone."""
        return cls(phrase.text, _parts(phrase), phrase.level, words.label(phrase.label), "", "", f"({phrase.says})")


def without_each(text: MaskedText, pieces: Sequence[Segment], scorer: Scorer) -> tuple[Without, ...]:
    """Show what *text* would score without each of the strongest phrases of its *pieces*, wherever its wording stands.

    Both scores are of now, so that an opinion of an older model does not mix with this one's. A phrase is left out
    where the scorer fails or no longer knows its label; those that a long text leaves no room for are untried.
    """
    found = strongest(pieces)
    length = sum(len(piece.text) for piece in pieces)
    # One of the scores is that of the whole text.
    room = max(MOST_SCORED // max(length, 1) - 1, 0)
    tried = _tried(text, found[:room], phrases(pieces), scorer)
    return (*tried, *map(Without.untried, found[room:]))


def _tried(text: MaskedText, found: Sequence[Segment], joined: Sequence[Segment], scorer: Scorer) -> Iterator[Without]:
    before = known(scorer.without(text)) if found else None
    if before is None:
        return
    for phrase in found:
        after = known(scorer.without(text, *_places(text, phrase, joined)))
        if after and phrase.label in before.scores and phrase.label in after.scores:
            yield Without.of(phrase, before, after)


def _parts(phrase: Segment) -> tuple[Part, ...]:
    """Return what a page shows of *phrase*, which may be as long as the text."""
    cut = replace(phrase, text=phrase.text[:LONGEST_PHRASE]).parts
    shown = tuple(islice(cut, MOST_PARTS))
    return shown if len(cut) <= MOST_PARTS and len(phrase.text) <= LONGEST_PHRASE else (*shown, Part("…"))


def _places(text: str, phrase: Segment, joined: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Yield where the wording of *phrase* stands: as one of the *joined* phrases, or as words of their own."""
    wording = phrase.text.casefold()
    ends = accumulate(len(each.text) for each in joined)
    shaded = [
        (end - len(each.text), end)
        for each, end in zip(joined, ends, strict=True)
        if each.level and each.text.casefold() == wording
    ]
    return _apart([*shaded, *(_elsewhere(text, phrase.text) if len(phrase.text) <= LONGEST_PHRASE else ())])


def _elsewhere(text: str, wording: str) -> Iterator[tuple[int, int]]:
    found = re.finditer(rf"(?<!\w){re.escape(wording)}(?!\w)", text, re.IGNORECASE)
    return (each.span() for each in found)


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
