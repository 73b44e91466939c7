"""Where the model read something else than what the eye sees: look-alikes, letters apart, signs for letters, masks,
characters that nobody sees."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import combining, normalize

from classifier.lexicon import Lexicon
from classifier.text import fold
from classifier.unseen import name, strays
from classifier.words import Reader

#: What a disguised word is made of: with anything else between its parts, or more, they only happen to make a word.
_MADE_OF: Final = re.compile(r"[\w*@$!|#%€¢£(.'&+\- ]{1,80}")

#: Letters that stand apart, "f.u.c.k"; a harmless word with dots is an abbreviation, "N.A.T.O.".
_APART: Final = re.compile(r"\S([ .\-_*|+!#])\S(?:\1\S)+")

#: Words that are joined as words are: "he'll", "half-wit".
_JOINED: Final = re.compile(r"[a-z]+'[a-z]+|[a-z]{3,}(?:[.\-_][a-z]{3,})+")

#: A name with a number: "Beta5". What a bracket or a currency makes a loaded word of by chance: "(um", "R$1".
_NUMBERED: Final = re.compile(r"[a-z]+\d+")
_CHANCE: Final = re.compile(r"\(.*|[a-z]{1,3}\$\d+|\d+")

#: Shorter harmless readings are chance: of letters that look alike ("µm"), and of all else ("B12", "A B C"). In a word
#: wholly of another script so are shorter loaded ones: "гот".
_LEAST_ALIKE: Final = 3
_LEAST: Final = 4


@dataclass(frozen=True, slots=True)
class Disguise:
    """What is not what it seems: text[begin:end], in code points, *reads* as that word, and has *hidden* characters in
    it, by their names. Where hidden characters stand in no word, it reads as nothing."""

    begin: int
    end: int
    reads: str
    hidden: tuple[str, ...]


def disguises(reader: Reader, text: str) -> tuple[Disguise, ...]:
    """Return what is disguised in *text*, in order and apart from each other.

    What people write in earnest is none: accents, quotes, units, numbers, links, abbreviations, other scripts with
    the unseen characters that they need.
    """
    hidden = strays(text)
    words = list(_words(reader, text, hidden))
    inside = {at for word in words for at in _within(hidden, word.begin, word.end)}
    alone = _alone(text, [at for at in hidden if at not in inside])
    return tuple(sorted([*words, *alone], key=lambda disguise: disguise.begin))


def _words(reader: Reader, text: str, hidden: Sequence[int]) -> Iterator[Disguise]:
    folded = fold(text)
    done = 0
    for word in reader.placed(folded.text):
        begin, end = folded.begins[word.begin], folded.ends[word.end - 1]
        if begin < done:  # the words of a link, or of one character that stands for several
            continue
        if word.text == "<link>":
            done = end
            continue
        seen, inside = folded.text[word.begin : word.end], _within(hidden, begin, end)
        is_broken = bool(inside) and seen.replace("'", "").isalpha()
        if is_broken or _is_told(reader.lexicon, word.text, seen, text[begin:end]):
            done = _whole(text, end)
            # A word wholly of another script is read letter by letter only for a swear word in it.
            reads = seen if is_broken and not _has_latin(seen) else word.text
            yield Disguise(begin, done, reads, _names(text, inside))


def _is_told(lexicon: Lexicon, reads: str, seen: str, typed: str) -> bool:
    """Tell whether it is worth telling that *typed*, which without look-alikes is *seen*, *reads* as that word."""
    if not _is_word(reads) or reads not in lexicon or not _MADE_OF.fullmatch(seen) or _CHANCE.fullmatch(seen):
        return False
    loaded, length = reads in lexicon.swears, len(reads)
    if not _has_latin(seen):
        return loaded and (length >= _LEAST or not seen.isalpha())
    if apart := _APART.fullmatch(seen):
        return loaded or (length >= _LEAST and apart[1] != ".")
    if _is_joined(lexicon, reads, seen):
        return False
    if loaded and (reads != seen or _is_overgrown(typed)):
        return True
    if seen.isalpha():
        return length >= _LEAST_ALIKE and any(map(_is_alike, typed))
    numbered = _NUMBERED.fullmatch(seen)
    return reads != seen and not numbered and length >= _LEAST and 2 * sum(map(str.isalpha, seen)) > len(seen)


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("'", "").isalpha()


def _has_latin(seen: str) -> bool:
    return any(character.isascii() and character.isalpha() for character in seen)


def _is_joined(lexicon: Lexicon, reads: str, seen: str) -> bool:
    """Tell whether *seen* is what it *reads*, but for what joins words."""
    if not _JOINED.fullmatch(seen):
        return False
    parts = re.split(r"[.\-_']", seen)
    return "'" in seen or ("".join(parts) == reads and all(part in lexicon for part in parts))


def _is_overgrown(typed: str) -> bool:
    """Tell whether letters have marks as no language has them: two and more, half of a word's."""
    letters = [(letter, after) for letter, after in pairwise(f"{typed} ") if letter.isalpha()]
    marked = sum(len(normalize("NFD", letter)) > 1 or combining(after) > 0 for letter, after in letters)
    return marked >= 2 and 2 * marked >= len(letters)


@lru_cache(maxsize=4096)
def _is_alike(character: str) -> bool:
    """Tell whether *character* is a letter that passes for a Latin one, and none that Europe or Vietnam writes with."""
    if character < "\u0250" or "\u1e00" <= character <= "\u1eff" or "\ufb00" <= character <= "\ufb06":
        return False
    plain = fold(character).text
    return len(plain) == 1 and plain.isalpha()


def _whole(text: str, end: int) -> int:
    """Return where the last letter's marks end: a cut between would show them on whatever comes before."""
    while end < len(text) and combining(text[end]):
        end += 1
    return end


def _within(places: Sequence[int], begin: int, end: int) -> Sequence[int]:
    return places[bisect_left(places, begin) : bisect_left(places, end)]


def _names(text: str, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name(text[at]) for at in places))


def _alone(text: str, places: Sequence[int]) -> Iterator[Disguise]:
    """Yield each run of the hidden characters at *places*."""
    begin = 0
    for at, place in enumerate(places):
        if at + 1 == len(places) or places[at + 1] > place + 1:
            yield Disguise(places[begin], place + 1, "", _names(text, places[begin : at + 1]))
            begin = at + 1
