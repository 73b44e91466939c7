"""Hide the e-mail addresses that people write; `spotting` finds them."""

from dataclasses import dataclass
from typing import Final, NewType

from service.core.spotting import spot

MaskedText = NewType("MaskedText", str)
MASK: Final = "•••@•••"
"""Neutral in every language; the classifier scores it as nothing."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What one mask hides; *begin* is where that mask stands in the masked text, in code points."""

    begin: int
    original: str


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
    """Take back from the store, whose codec alone calls this, a text that `mask` made."""
    return MaskedText(stored)


def lift(masked: Masked) -> str:
    """Give back what was masked, exactly."""
    pieces: list[str] = []
    done = 0
    for cover in masked.covered:
        pieces += masked.text[done : cover.begin], cover.original
        done = cover.begin + len(MASK)
    return "".join([*pieces, masked.text[done:]])


def holds_address(text: str) -> bool:
    """Tell whether *text* holds an address; in a URL "%40" counts as "@", in HTML "&#64;" does."""
    return bool(spot(text))
