"""Characters that nobody sees, and where they belong: emoji and many scripts cannot be written without them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from classifier.text import is_unseen

#: By the first word of their Unicode names: scripts that have unseen characters of their own.
_SCRIPTS: Final = frozenset({"ARABIC", "BRAILLE", "HALFWIDTH", "HANGUL", "KHMER", "MONGOLIAN", "SYRIAC"})

#: What joins or stacks, in the families of Hebrew's, Arabic's and India's scripts; and those that write no spaces.
_JOINED: Final = re.compile("[\u0590-\u1cff\ua800-\uabff\ufb1d-\ufefc\U00010a00-\U00011fff]")
_UNSPACED: Final = re.compile("[\u0e00-\u109f\u1780-\u17ff]")

#: Flags of regions: a black one with the region's letters as tags. More of them are a message, not a flag.
_FLAG: Final = "\U0001f3f4"
_LONGEST_FLAG: Final = 7

_KEYCAP: Final = "\u20e3"


class _Place(NamedTuple):
    """Where an unseen character stands: how many are there, what is seen beside them, whether the text has letters
    that run to the left."""

    length: int
    before: str
    after: str
    leftward: bool

    def beside(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.match(self.before) or pattern.match(self.after))


def name(character: str) -> str:
    """Return what Unicode calls *character*, in lower case, or its number where it has no name."""
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def strays(text: str) -> list[int]:
    """Return, in order, where in *text* there is a character that nobody sees and that its writing does not need."""
    characters = set(text)
    unseen = "".join(filter(is_unseen, characters))
    if not unseen:
        return []
    leftward = any(map(_is_leftward, characters))
    return [at for run in re.finditer(f"[{re.escape(unseen)}]+", text) for at in _strays(text, run, leftward=leftward)]


def _strays(text: str, run: re.Match[str], *, leftward: bool) -> Iterator[int]:
    begin, end = run.span()
    place = _Place(end - begin, text[max(begin - 1, 0) : begin], text[end : end + 1], leftward)
    for at in range(begin, end):
        if not _is_needed(text[at], place):
            yield at


def _is_needed(character: str, place: _Place) -> bool:
    needed = _NEEDED.get(character)
    if needed is not None and needed(place):
        return True
    script = _script(character)
    return script in _SCRIPTS and script in (_script(place.before), _script(place.after))


def _joins(place: _Place) -> bool:
    """Tell whether letters or emoji are joined there, or kept from joining."""
    return place.beside(_JOINED) or (_is_symbol(place.before) and _is_symbol(place.after))


def _breaks(place: _Place) -> bool:
    """Tell whether a line may break there, between words that no space divides."""
    return place.beside(_UNSPACED)


def _directs(place: _Place) -> bool:
    """Tell whether a mark helps signs to find their place in text of two directions: amid one word it can't."""
    amid = place.before.isalpha() and place.after.isalpha()
    return place.leftward and not (amid and _is_leftward(place.before) == _is_leftward(place.after))


def _varies(place: _Place) -> bool:
    """Tell whether an emoji, a sign, an ideograph or a keycap takes one of its shapes there."""
    before = unicodedata.category(place.before or " ")
    return before[0] in "SP" or before == "Lo" or place.after == _KEYCAP


def _flags(place: _Place) -> bool:
    return place.before == _FLAG and place.length <= _LONGEST_FLAG


def _is_symbol(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "S"


def _is_leftward(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def _script(character: str) -> str:
    return unicodedata.name(character or " ", "").partition(" ")[0].partition("-")[0]


_NEEDED: Final[Mapping[str, Callable[[_Place], bool]]] = {
    **dict.fromkeys("\u034f\u200c\u200d", _joins),
    **dict.fromkeys("\u200b", _breaks),
    **dict.fromkeys("\u061c\u200e\u200f", _directs),
    **dict.fromkeys(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]), _varies),
    **dict.fromkeys(map(chr, range(0xE0020, 0xE0080)), _flags),
}
