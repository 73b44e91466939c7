"""The words behind a score: which part of a text each drove, and how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, inf
from operator import itemgetter
from typing import Final

from service.core.verdict import Label, Span
from service.web.words import label, percent

LEVELS: Final = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text: plain at *level* 0, else shaded up to `LEVELS`, with what it *says* about a score."""

    text: str
    level: int = 0
    says: str = ""


def segments(text: str, spans: Sequence[Span]) -> list[Segment]:
    """Cut *text* where its shading changes. Where spans overlap the heaviest shows; joined, the pieces are the text.

    The heaviest span of all has level 5. What a segment says is its share in its own label.
    """
    heard = sorted((span for span in spans if 0 < span.weight < inf), key=lambda span: span.weight)
    drivers: list[Span | None] = [None] * len(text)
    for span in heard:
        for at in range(max(span.begin, 0), min(span.end, len(text))):
            drivers[at] = span
    totals = _totals(heard)
    pieces = (
        (driver, "".join(each for _, each in run))
        for driver, run in groupby(zip(drivers, text, strict=True), itemgetter(0))
    )
    return [
        _shaded(piece, driver, of=totals[driver.label], top=heard[-1]) if driver else Segment(piece)
        for driver, piece in pieces
    ]


def _totals(spans: Sequence[Span]) -> Mapping[Label, float]:
    totals: dict[Label, float] = {}
    for span in spans:
        totals[span.label] = totals.get(span.label, 0) + span.weight
    return totals


def _shaded(text: str, span: Span, *, of: float, top: Span) -> Segment:
    level = max(1, ceil(LEVELS * (span.weight / top.weight)))
    return Segment(text, level, f"{percent(span.weight / of)} of the evidence for {label(span.label)}")
