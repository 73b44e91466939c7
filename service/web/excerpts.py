"""What a page shows of a comment's text: all of it where it is opened, in a list its beginning and its heaviest words.

Whatever was typed, there is a bound on both: on the characters, and on the marks that are made for them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from unicodedata import combining

from service.core.masking import MaskedText, part_of
from service.core.verdict import Disguise, Span, heaviest
from service.web.shading import Segment, bounded, segments
from service.web.unseen import plain

#: Finds what is disguised in a text.
Reading = Callable[[MaskedText], Sequence[Disguise]]

#: Characters of a text that a list shows as a whole; of a longer one those of its beginning, and those around its
#: heaviest words where they come later.
WHOLE: Final = 750
FIRST: Final = 500
AROUND: Final = 200

#: Characters of an opened text in which disguises are looked for. What nobody sees is left out of the rest.
READ: Final = 10_000

#: Marks in a list's text, and in the whole text of an opened comment.
LISTED_MARKS: Final = 16
OPENED_MARKS: Final = 400

#: Characters that a cut may lie before its place, so that it does not cut a word, or a letter from its marks.
_SLACK: Final = 40


@dataclass(frozen=True, slots=True)
class TextShown:
    """A text in *passages*, with something between them that is not shown. *length* is the whole text's, in characters;
    *bare* counts the marks that would have been too many."""

    passages: tuple[tuple[Segment, ...], ...]
    length: int
    is_cut: bool
    bare: int

    @classmethod
    def whole(cls, text: MaskedText, pieces: Sequence[Segment]) -> "TextShown":
        """Show all of *text*, whose *pieces* these are."""
        kept, bare = bounded(_quieted(pieces), OPENED_MARKS)
        return cls((tuple(kept),), len(text), is_cut=False, bare=bare)

    @property
    def read(self) -> int:
        """In how many characters disguises are marked, 0 for all of them."""
        return READ if self.length > READ and not self.is_cut else 0

    @classmethod
    def excerpt(cls, text: MaskedText, spans: Sequence[Span], reading: Reading) -> "TextShown":
        """Show what fits into a list; *spans* are the words behind the scores."""
        kept_spans = heaviest(spans)
        places = _places(text, kept_spans)
        shown = [_passage(text, place, kept_spans, reading, LISTED_MARKS // len(places)) for place in places]
        is_cut = places[-1] != (0, len(text))
        return cls(tuple(tuple(each) for each, _ in shown), len(text), is_cut, sum(bare for _, bare in shown))


def pieces_of(text: MaskedText, spans: Sequence[Span], reading: Reading) -> list[Segment]:
    """Return all of *text* in pieces, with the heaviest of *spans* and what *reading* finds in its first part."""
    return segments(text, heaviest(spans), reading(part_of(text, 0, READ)))


def _quieted(pieces: Sequence[Segment]) -> Iterator[Segment]:
    """Yield *pieces*, behind the first `READ` characters without what nobody sees."""
    at = 0
    for piece in pieces:
        first = max(READ - at, 0)
        at += len(piece.text)
        if at <= READ:
            yield piece
        else:
            yield replace(piece, text=piece.text[:first] + plain(piece.text[first:]))


def _passage(
    text: MaskedText, place: tuple[int, int], spans: Sequence[Span], reading: Reading, most: int
) -> tuple[list[Segment], int]:
    """Return the pieces of *text* at *place* with *most* marks at most, and how many more there were."""
    begin, end = place
    part = part_of(text, begin, end)
    inside = [
        replace(span, begin=span.begin - begin, end=span.end - begin)
        for span in spans
        if span.begin < end and begin < span.end
    ]
    return bounded(segments(part, inside, reading(part), of=spans), most)


def _places(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return from where to where *text* is shown in a list."""
    if len(text) <= WHOLE:
        return [(0, len(text))]
    first = _cut(text, FIRST)
    top = max(spans, key=lambda span: span.weight, default=None)
    if top is None or top.end <= first:
        return [(0, first)]
    begin = max(first, top.begin - max(0, AROUND - (top.end - top.begin)) // 2)
    begin = _cut(text, begin) if begin > first + _SLACK else first
    end = _cut(text, min(begin + AROUND, len(text)))
    return [(0, first), (begin, end)] if begin > first else [(0, end)]


def _cut(text: str, at: int) -> int:
    """Return a place for a cut near *at*: at the end of a word, or before a letter if that is near enough."""
    if at >= len(text):
        return len(text)
    ends = [place for place in range(at - _SLACK, at + 1) if text[place].isspace()]
    if ends:
        return ends[-1]
    return next((place for place in range(at, at - _SLACK, -1) if not combining(text[place])), at)
