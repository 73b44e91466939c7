"""Hide the e-mail addresses that people write, which `spotting` finds, and what a moderator redacts; show them again.

Only this module makes a `MaskedText`.
"""

from dataclasses import dataclass, field, replace
from typing import Final, NewType

from service.core.spotting import spot

MaskedText = NewType("MaskedText", str)
MASK: Final = "•••@•••"
"""Neutral in every language; the classifier scores it as nothing."""

REDACTION: Final = "█████"
"""As long whatever it covers."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What one *mask* hides; *begin* is where it stands in the masked text, in code points. It does not print.

    A redaction may cover masks: its *original* has them still, and *within* is what they hide, by their place there.
    """

    begin: int
    original: str = field(repr=False)
    mask: str = MASK
    within: tuple["Covered", ...] = ()

    @property
    def end(self) -> int:
        """Where the mask ends, in code points."""
        return self.begin + len(self.mask)

    @property
    def clear(self) -> str:
        """Everything that it hides."""
        return lift(Masked(MaskedText(self.original), self.within))


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its addresses, and what was taken out, in the text's order."""

    text: MaskedText
    covered: tuple[Covered, ...]


def mask(text: str) -> Masked:
    """Replace every address written in *text* by `MASK`."""
    clear: list[str] = []
    covered: list[Covered] = []
    done = shrunk = 0
    for begin, end in spot(text):
        clear.append(text[done:begin])
        covered.append(Covered(begin - shrunk, text[begin:end]))
        shrunk += end - begin - len(MASK)
        done = end
    return Masked(MaskedText(MASK.join([*clear, text[done:]])), tuple(covered))


def restore(stored: str) -> MaskedText:
    """Take back from the store, whose codecs alone call this, a text that `mask` made."""
    return MaskedText(stored)


def part_of(text: MaskedText, begin: int, end: int) -> MaskedText:
    """Return *text* from *begin* to *end*, in code points: what is hidden in the whole is hidden in a part."""
    return MaskedText(text[begin:end])


def lift(masked: Masked) -> str:
    """Give back what was masked, exactly."""
    pieces: list[str] = []
    done = 0
    for cover in masked.covered:
        pieces += masked.text[done : cover.begin], cover.clear
        done = cover.end
    return "".join([*pieces, masked.text[done:]])


def lift_one(masked: Masked, begin: int) -> Masked:
    """Show what the mask at *begin* hides; of a redaction, the masks that it covers stay. Raises ValueError where there
    is none."""
    for cover in masked.covered:
        if cover.begin == begin:
            return _spliced(masked, begin, cover.end, _under(cover))
    raise ValueError("There is no mask.")


def redact(masked: Masked, begin: int, end: int) -> Masked:
    """Cover the code points from *begin* to *end*, and the whole of each mask that they touch. Raises ValueError for
    none, or some that are not there."""
    if not 0 <= begin < end <= len(masked.text):
        raise ValueError("There is nothing to redact.")
    touched = [cover for cover in masked.covered if cover.begin < end and begin < cover.end]
    begin, end = min([begin, *(cover.begin for cover in touched)]), max([end, *(cover.end for cover in touched)])
    hidden = _without_redactions(_cut(masked, begin, end))
    cover = Covered(0, hidden.text, REDACTION, hidden.covered)
    return _spliced(masked, begin, end, Masked(MaskedText(REDACTION), (cover,)))


def holds_address(text: str) -> bool:
    """Tell whether *text* holds an address; in a URL "%40" counts as "@", in HTML "&#64;" does."""
    return bool(spot(text))


def _under(cover: Covered) -> Masked:
    return Masked(MaskedText(cover.original), cover.within)


def _moved(covers: tuple[Covered, ...], by: int) -> tuple[Covered, ...]:
    return tuple(replace(cover, begin=cover.begin + by) for cover in covers)


def _cut(masked: Masked, begin: int, end: int) -> Masked:
    """Return the part from *begin* to *end*, which cut through no mask."""
    inside = tuple(cover for cover in masked.covered if begin <= cover.begin < end)
    return Masked(MaskedText(masked.text[begin:end]), _moved(inside, -begin))


def _spliced(masked: Masked, begin: int, end: int, piece: Masked) -> Masked:
    """Put *piece* in the place of the part from *begin* to *end*, which cut through no mask."""
    before, after = _cut(masked, 0, begin), _cut(masked, end, len(masked.text))
    text = MaskedText(before.text + piece.text + after.text)
    return Masked(
        text, (*before.covered, *_moved(piece.covered, begin), *_moved(after.covered, begin + len(piece.text)))
    )


def _without_redactions(masked: Masked) -> Masked:
    """Open the redactions, so that one which covers others is no deeper than one."""
    for cover in reversed(masked.covered):
        if cover.mask == REDACTION:
            masked = _spliced(masked, cover.begin, cover.end, _under(cover))
    return masked
