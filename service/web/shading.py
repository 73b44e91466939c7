"""The words behind a score: which part of a text each drove, how much, and what it reads as where it is disguised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil, inf
from operator import itemgetter
from typing import Final, TypeVar

from service.core.verdict import Disguise, Label, Span
from service.web.unseen import Part, parts
from service.web.words import label, percent

_Place = TypeVar("_Place", Span, Disguise)

LEVELS: Final = 5

#: The strongest phrases that an opened comment lists.
STRONGEST: Final = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text: plain at *level* 0, else shaded up to `LEVELS`, with what it *says* about *label*'s score.

    A disguised one *reads* as a word, and *hidden* are the names of characters in it that nobody sees.
    """

    text: str
    level: int = 0
    says: str = ""
    label: Label = ""
    reads: str = ""
    hidden: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its text as a page can show it: without its hidden characters, and with what stands for them."""
        return tuple(parts(self.text, self.hidden))


def segments(text: str, spans: Sequence[Span], disguises: Sequence[Disguise] = ()) -> list[Segment]:
    """Cut *text* where its shading changes and around its *disguises*. Joined, the pieces are the text.

    Where spans overlap the heaviest shows; a disguise is shaded as a whole. The heaviest span of all has level 5. What
    a segment says is its share in its own label.
    """
    heard = sorted((span for span in spans if 0 < span.weight < inf), key=_weight)
    worn = _laid(disguises, len(text))
    drivers = _unbroken(_laid(heard, len(text)), worn)
    totals = _totals(heard)
    pieces: list[Segment] = []
    for (driver, disguise), run in groupby(zip(drivers, worn, text, strict=True), itemgetter(0, 1)):
        piece = Segment("".join(each for *_, each in run))
        if driver:
            piece = _shaded(piece, driver, of=totals[driver.label], top=heard[-1])
        pieces.append(replace(piece, reads=disguise.reads, hidden=disguise.hidden) if disguise else piece)
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


def _laid(places: Iterable[_Place], length: int) -> list[_Place | None]:
    """Return for each of *length* characters the last of *places* that covers it."""
    laid: list[_Place | None] = [None] * length
    for place in places:
        for at in range(max(place.begin, 0), min(place.end, length)):
            laid[at] = place
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


def _shaded(piece: Segment, span: Span, *, of: float, top: Span) -> Segment:
    level = max(1, ceil(LEVELS * (span.weight / top.weight)))
    says = f"{percent(span.weight / of)} of the evidence for {label(span.label)}"
    return replace(piece, level=level, says=says, label=span.label)


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
