"""The words behind a score: which part of a text each drove, how much, and what it reads as where it is disguised."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise
from math import ceil, inf
from operator import itemgetter
from typing import Final, TypeVar

from service.core.masking import MASK
from service.core.verdict import Disguise, Label, Span
from service.web.unseen import Part, names, parts, seen
from service.web.words import label, percent

_Place = TypeVar("_Place", Span, Disguise)

LEVELS: Final = 5

_MASKS: Final = re.compile(re.escape(MASK))

#: The strongest phrases that an opened comment lists.
STRONGEST: Final = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text: plain at *level* 0, else shaded up to `LEVELS`, with what it *says* about *label*'s score.

    A disguised one *reads* as a word, and *hidden* are the names of characters in it that nobody sees. One that
    *is_bare* stands as letters alone, for the page has marks enough.
    """

    text: str
    level: int = 0
    says: str = ""
    label: Label = ""
    reads: str = ""
    hidden: tuple[str, ...] = ()
    is_bare: bool = False

    @property
    def marks(self) -> int:
        """How many marks a page makes for it."""
        return self._around + len(self._inside.findall(self.text))

    @property
    def bare(self) -> "Segment":
        """It without marks, and without what nobody sees."""
        return Segment(seen(self.text, self.hidden) if self.hidden else self.text, is_bare=True)

    def cut(self, most: int) -> tuple["Segment", "Segment"]:
        """Return it as far as *most* marks reach, and the rest of it bare."""
        if most < self._around:
            return Segment(""), self.bare
        too_many = next(islice(self._inside.finditer(self.text), most - self._around, None), None)
        end = too_many.start() if too_many else len(self.text)
        return replace(self, text=self.text[:end]), replace(self, text=self.text[end:]).bare

    @property
    def _around(self) -> int:
        return (self.level > 0) + bool(self.reads)

    @property
    def _inside(self) -> re.Pattern[str]:
        """What is marked in its text: masks, and runs of what nobody sees."""
        if not self.hidden:
            return _MASKS
        unseen = "".join(sorted(names(self.text, self.hidden)))
        return re.compile(f"{_MASKS.pattern}|[{re.escape(unseen)}]+") if unseen else _MASKS

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its text as a page can show it: without its hidden characters, and with what stands for them."""
        return tuple(parts(self.text, self.hidden))


def segments(
    text: str, spans: Sequence[Span], disguises: Sequence[Disguise] = (), *, of: Sequence[Span] = ()
) -> list[Segment]:
    """Cut *text* where its shading changes and around its *disguises*. Joined, the pieces are the text.

    Where spans overlap the heaviest shows; a disguise is shaded as a whole. The heaviest span of all has level 5. What
    a segment says is its share in its own label. Of a part of a text, *of* are the spans of the whole.
    """
    heard, evidence = _heard(spans), _heard(of or spans)
    cuts = _cuts([*heard, *disguises], len(text))
    worn = _laid(disguises, cuts)
    drivers = _unbroken(_laid(heard, cuts), worn)
    totals = _totals(evidence)
    pieces: list[Segment] = []
    for (driver, disguise), run in groupby(zip(drivers, worn, pairwise(cuts), strict=True), itemgetter(0, 1)):
        places = [place for *_, place in run]
        shade = _shade(driver, of=totals[driver.label], top=evidence[-1]) if driver else ()
        worn_as = {"reads": disguise.reads, "hidden": disguise.hidden} if disguise else {}
        pieces.append(Segment(text[places[0][0] : places[-1][1]], *shade, **worn_as))
    return pieces


def phrases(pieces: Iterable[Segment]) -> list[Segment]:
    """Join the shaded *pieces* that stand beside each other: each phrase says what its strongest piece does."""
    joined: list[Segment] = []
    for is_shaded, run in groupby(pieces, lambda piece: piece.level > 0):
        beside = list(run)
        joined += [_phrase(beside)] if is_shaded else beside
    return joined


def strongest(pieces: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the shaded phrases of *pieces*, each wording once, strongest first, `STRONGEST` at most."""
    best = {phrase.text.casefold(): phrase for phrase in sorted(phrases(pieces), key=_level) if phrase.level}
    return tuple(sorted(best.values(), key=_level, reverse=True)[:STRONGEST])


def bounded(pieces: Iterable[Segment], most: int) -> tuple[list[Segment], int]:
    """Return *pieces* with the first *most* of their marks, and how many more they had."""
    kept: list[Segment] = []
    left = most
    for piece in pieces:
        marks = piece.marks
        kept += [piece] if marks <= max(left, 0) else [part for part in piece.cut(max(left, 0)) if part.text]
        left -= marks
    return kept, max(-left, 0)


def _heard(spans: Iterable[Span]) -> list[Span]:
    return sorted((span for span in spans if 0 < span.weight < inf), key=_weight)


def _cuts(places: Iterable[Span | Disguise], length: int) -> list[int]:
    """Return where a text of *length* characters is cut for *places*, its two ends among them."""
    edges = {edge for place in places for edge in (place.begin, place.end)}
    return sorted({0, length} | {edge for edge in edges if 0 < edge < length}) if length else [0]


def _laid(places: Iterable[_Place], cuts: Sequence[int]) -> list[_Place | None]:
    """Return for each stretch between *cuts* the last of *places* that covers it."""
    at = {cut: number for number, cut in enumerate(cuts)}
    laid: list[_Place | None] = [None] * (len(cuts) - 1)
    for place in places:
        begin, end = at[min(max(place.begin, 0), cuts[-1])], at[min(max(place.end, 0), cuts[-1])]
        laid[begin:end] = [place] * max(end - begin, 0)
    return laid


def _unbroken(drivers: Sequence[Span | None], worn: Sequence[Disguise | None]) -> list[Span | None]:
    """Return *drivers* with each disguise driven as a whole by the heaviest that drives a part of it."""
    whole: list[Span | None] = []
    for disguise, run in groupby(zip(worn, drivers, strict=True), itemgetter(0)):
        inside = [driver for _, driver in run]
        if disguise:
            inside = [max(filter(None, inside), key=_weight, default=None)] * len(inside)
        whole += inside
    return whole


def _totals(spans: Sequence[Span]) -> Mapping[Label, float]:
    totals: dict[Label, float] = {}
    for span in spans:
        totals[span.label] = totals.get(span.label, 0) + span.weight
    return totals


def _shade(span: Span, *, of: float, top: Span) -> tuple[int, str, Label]:
    level = max(1, ceil(LEVELS * (span.weight / top.weight)))
    return level, f"{percent(span.weight / of)} of the evidence for {label(span.label)}", span.label


def _phrase(pieces: Sequence[Segment]) -> Segment:
    return replace(
        max(pieces, key=_level),
        text="".join(piece.text for piece in pieces),
        reads="".join(piece.reads or piece.text for piece in pieces) if any(piece.reads for piece in pieces) else "",
        hidden=tuple(dict.fromkeys(name for piece in pieces for name in piece.hidden)),
    )


def _weight(span: Span) -> float:
    return span.weight


def _level(piece: Segment) -> int:
    return piece.level
