"""Names that others see, of readers, moderators, sites and tokens: what they are, and which of them look alike."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final

from classifier import confusables
from classifier.text import fold, is_unseen
from service.core.kept import Kept, digest

#: Characters of a name that are looked at, however many of them nobody sees: no name may be as long.
LONGEST: Final = 1000

#: Marks of one letter, and those of them that go on any letter: Vietnamese and Hebrew need two or three. UTS 39 (5.4)
#: has four in a row, and none twice.
MOST_MARKS: Final = 4
MOST_DIACRITICS: Final = 2

#: Marks of no script of their own, with which letters are piled up.
_DIACRITICS: Final = frozenset(
    map(
        chr,
        [
            *range(0x300, 0x370),
            *range(0x483, 0x488),
            *range(0x1AB0, 0x1B00),
            *range(0x1DC0, 0x1E00),
            *range(0x20D0, 0x2100),
            *range(0xFE20, 0xFE30),
        ],
    )
)

#: Scripts in which a joiner between two letters changes how they are drawn: Arabic and its neighbours, India's,
#: Burmese, Khmer, Mongolian and their kin.
_JOINING: Final = (
    (0x600, 0x109F), (0x1780, 0x18AF), (0x1900, 0x1AAF), (0x1B00, 0x1C4F), (0xA840, 0xA8FF), (0xA930, 0xA9FF),
    (0xAA60, 0xAAFF), (0xABC0, 0xABFF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0x10A00, 0x10FFF), (0x11000, 0x11FFF),
    (0x1E900, 0x1E95F),
)  # fmt: skip

_ZWNJ, _ZWJ, _EMOJI_STYLE = "\u200c", "\u200d", "\ufe0f"

#: The canonical combining class of viramas.
_VIRAMA: Final = 9

#: The flags of England, Scotland, Wales and their like.
_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")

#: A digit in its key's frame.
_KEYCAP: Final = re.compile("[0-9#*]\ufe0f?\u20e3")

#: Letters of flags, which not every system draws as one; circles.
_DRAWN: Final = {
    **{0x1F1E6 + n: chr(ord("a") + n) for n in range(26)},
    **{ord(circle): "o" for circle in "○◯◌⭕❍⚪"},
}

#: Between letters it stands for one; what stands behind a name says nothing.
_BANG: Final = re.compile(r"(?<=\w)!(?=\w)")
_TRADE_MARK: Final = re.compile(r"(?<=\w)[™℠®©]+")


def public(text: str) -> str:
    """Return *text* as a name that others see: on one line, without what nobody sees or turns the line around, its
    letters not piled up with marks. What draws nothing is empty."""
    text = text[:LONGEST]
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text)
    # What goes may let marks change places, and then a joiner behind them has no use any more.
    while (kept := unicodedata.normalize("NFC", "".join(_kept(text)))) != text:
        text = kept
    return " ".join(kept.split())


#: Bytes of looks that one process remembers.
MOST_LOOKS: Final = 2 * 1024 * 1024

LOOKS: Final[Kept[bytes, tuple[str, ...]]] = Kept(MOST_LOOKS, lambda looks: 500 + sum(map(sys.getsizeof, looks)))


def looks(name: str) -> tuple[str, ...]:
    """Return how *name* looks, in words: as it is written, and in small and in capital letters. Names that are taken
    for each other have one of these in common, whatever their accents, signs and letters' scripts."""
    return LOOKS.of(
        digest(name), lambda: tuple(dict.fromkeys(_look(each) for each in (name, name.lower(), name.upper())))
    )


def look_alike(one: str, other: str) -> bool:
    """Whether two names look alike, wherever their spaces stand."""
    ones, others = ({look.replace(" ", "") for look in looks(name)} for name in (one, other))
    return not ones.isdisjoint(others)


def _look(name: str) -> str:
    # What stands for a letter is that letter before it is compared with others: "ˡ" is no "ᣳ".
    spelled = unicodedata.normalize("NFKC", _BANG.sub("i", _TRADE_MARK.sub("", name.translate(_DRAWN))))
    seen = confusables.skeleton(spelled)
    plain = confusables.skeleton(fold(seen).text).casefold().translate(_SAME)
    bare = "".join(character for character in plain if character not in _DIACRITICS)
    words = "".join(character if _is_of_word(character) else " " for character in bare).split()
    return " ".join(words) or bare.strip()


def _kept(text: str) -> Iterator[str]:
    """Yield what of *text* stays, character by character."""
    whole = {at for found in (_FLAG, _KEYCAP) for match in found.finditer(text) for at in range(*match.span())}
    base, marks = "", ""
    before = ""
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        if at in whole:
            base, marks = character, ""
        elif _is_unseen(character, category):
            if not _has_use(character, before, text[at + 1 : at + 2]):
                continue
        elif category == "Mn":
            if not base or not _fits(character, marks):
                continue
            marks += character
        elif category == "Me":
            continue
        else:
            base, marks = "" if character.isspace() else character, ""
        before = character
        yield character


def _is_unseen(character: str, category: str) -> bool:
    return not character.isspace() and (
        category in ("Cc", "Co") or ord(character) & 0xFFFE == 0xFFFE or is_unseen(character)
    )


def _has_use(character: str, before: str, after: str) -> bool:
    """Whether *character*, which nobody sees, changes how its neighbours are drawn."""
    if not before:
        return False
    if character in (_ZWNJ, _ZWJ):
        # A virama, which joins to what follows or stands alone, may end a word.
        is_joint = _joins(before) and (unicodedata.combining(before) == _VIRAMA or _joins(after))
        return is_joint or (character == _ZWJ and _is_picture(before) and after != _EMOJI_STYLE and _is_picture(after))
    if character in "\ufe0e\ufe0f":
        return _is_picture(before) and before not in "\ufe0e\ufe0f"
    if "\ufe00" <= character <= "\ufe02" or "\U000e0100" <= character <= "\U000e01ef":
        return unicodedata.name(before, "").startswith("CJK UNIFIED")
    return "\u180b" <= character <= "\u180f" and "\u1820" <= before <= "\u18af"


def _joins(character: str) -> bool:
    if not character or is_unseen(character) or unicodedata.category(character)[0] not in "LM":
        return False
    return any(first <= ord(character) <= last for first, last in _JOINING)


def _is_picture(character: str) -> bool:
    """Whether emoji are made of it."""
    return character in ("\ufe0f", "\u203c", "\u2049", "\u2139", "\u2194", "\u3030", "\u303d") or (
        character > "\xa8" and unicodedata.category(character) in ("So", "Sk", "Cn") and not is_unseen(character)
    )


def _fits(mark: str, marks: str) -> bool:
    diacritics = sum(each in _DIACRITICS for each in marks)
    return mark not in marks and len(marks) < MOST_MARKS and (mark not in _DIACRITICS or diacritics < MOST_DIACRITICS)


def _is_of_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


#: In small letters too i is taken for l.
_SAME: Final = str.maketrans("i", "l")
