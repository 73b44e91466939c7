"""Hide the e-mail addresses that people write and what a moderator redacts; show them again.

`spotting` finds addresses in what was typed, `rendering` in what a page makes of it.

Only this module makes a `MaskedText`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NewType

from service.core.kept import Kept, digest
from service.core.rendering import spot_shown
from service.core.spotting import Span, apart, spot

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
    for begin, end in _known_addresses(text):
        clear.append(text[done:begin])
        covered.append(Covered(begin - shrunk, text[begin:end]))
        shrunk += end - begin - len(MASK)
        done = end
    return Masked(MaskedText(MASK.join([*clear, text[done:]])), tuple(covered))


#: The longest address that is looked for where a text is cut.
LONGEST_ADDRESS: Final = 254

#: Longer texts are not read again whenever they are shown: they stay as `mask` left them.
LONGEST_AGAIN: Final = 2000


def restore(stored: str) -> MaskedText:
    """Take back from the store, whose codecs alone call this, a text that `mask` made, as it is: with places in it."""
    return MaskedText(stored)


def retold(stored: str) -> MaskedText:
    """Take back from the store a text that is told and nothing more: masked once more."""
    return masked_again(restore(stored))


def masked_again(text: MaskedText) -> MaskedText:
    """Hide what an older `mask` overlooked in *text*, if it is no longer than `LONGEST_AGAIN`."""
    return mask(text).text if len(text) <= LONGEST_AGAIN else text


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
    return bool(spot(text) or spot_shown(text))


def cut(text: str, most: int) -> MaskedText:
    """Return the first *most* characters of *text*, whatever its length: an address that begins there is hidden."""
    masked = mask(text[: most + LONGEST_ADDRESS]).text
    return MaskedText(masked[:most])


#: Bytes of places that one process remembers, and the longest text that is worth it: names, URLs, titles.
MOST_KNOWN: Final = 4 * 1024 * 1024
LONGEST_KNOWN: Final = 2 * LONGEST_AGAIN

#: What a text's places take, with the digest by which they are kept, and each of them; in bytes.
_SIZES: Final = (500, 150)


def _size(spans: tuple[Span, ...]) -> int:
    return _SIZES[0] + _SIZES[1] * len(spans)


#: Where the addresses in short texts stand: the same are read several times for one request, and for each page.
KNOWN: Final[Kept[bytes, tuple[Span, ...]]] = Kept(MOST_KNOWN, _size)


def _known_addresses(text: str) -> Sequence[Span]:
    return KNOWN.of(digest(text), lambda: tuple(_addresses(text))) if len(text) <= LONGEST_KNOWN else _addresses(text)


#: Masks change what Markdown makes of the rest; so often it is read again. What is left then, the page hides.
_ROUNDS: Final = 4

#: A longer text is read again once, and only as its page shows it: each reading of one is work.
_LONG: Final = 10_000


def _addresses(text: str) -> list[Span]:
    """Give where each address in *text* begins and ends, whether it stands there or only on the page."""
    spans = spot(text)
    is_long = len(text) > _LONG
    for _ in range(1 if is_long else _ROUNDS):
        hidden, begins, ends = _hidden(text, spans)
        found = spot_shown(hidden) or (spot(hidden) if spans and not is_long else [])
        if not found:
            break
        spans = apart(sorted([*spans, *((begins[begin], ends[end - 1]) for begin, end in found)]))
    return spans


def _hidden(text: str, spans: list[Span]) -> tuple[str, Sequence[int], Sequence[int]]:
    """Return *text* with masks for *spans*, and where what each of its characters stands for begins and ends."""
    if not spans:
        return text, range(len(text)), range(1, len(text) + 1)
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    done = 0
    for begin, end in spans:
        pieces += text[done:begin], MASK
        begins += [*range(done, begin), *[begin] * len(MASK)]
        ends += [*range(done + 1, begin + 1), *[end] * len(MASK)]
        done = end
    left = range(done, len(text))
    return "".join([*pieces, text[done:]]), [*begins, *left], [*ends, *(at + 1 for at in left)]


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
