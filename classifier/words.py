"""The word level of the one normaliser: folded text to the words that the model knows, aligned to what was typed.

Undoes stretching ("stuuupid"), spacing ("s t u p i d", "s.t.u.p.i.d", "stu pid"), digits and signs for letters
("st00p1d", "$tupid") and masks ("st*pid"), with the lexicon's help.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from classifier.lexicon import Lexicon
from classifier.lookalikes import FOREIGN
from classifier.text import fold

#: A longer word is read in pieces of this length.
LONGEST_WORD: Final = 40

#: Readings of chunks between spaces that are remembered, and cuts of what is glued together.
_REMEMBERED: Final = 40_000
_CUTS: Final = 4_000

_LATIN: Final = {ord(character): plain for plain, characters in FOREIGN.items() for character in characters}

# Bounded or possessive throughout: no text makes it look twice at the same place for long.
_PIECE: Final = re.compile(
    r"""
      (?P<link>  (?:https?:/{1,2}|www\.) [^\s/]{1,200} \S*+ )
    | (?P<plain> [a-z]++ (?:'[a-z]++)*+ (?![\w*@$!|+#%€¢£(-]|[.'’_][\w*]) )
    | (?P<odd>   [^\W_] (?: [\w*@$!|+#%€¢£(.'’-]* [\w*@$] )?
               | [@$!|(] [\w*@$!|+#%€¢£(.-]{0,40} [\w$@] )
    | (?P<signs> [*@$\#%&!]{3,} )
    | (?P<quote> ")
    | (?P<emoji> [\u2600-\u27bf\U0001f000-\U0001f3fa\U0001f400-\U0001faff] )
    """,
    re.VERBOSE,
)
_SPACED: Final = re.compile(r"(?<!\S)[^\W\d_] \S(?: \S)+(?=[.,!?;:)\"']{0,9}(?!\S))")
_SEPARATED: Final = re.compile(r"[^\W_](?:([.\-_*|+!#])[^\W_])(?:\1[^\W_])+")
_NUMBER: Final = re.compile(r"[\d.,:-]*\d(?:st|nd|rd|th|s|k|m|am|pm|x)?")
_PART: Final = re.compile(r"[^\W_]+(?:[*@$!|#€¢£'’]+[^\W_]+)*[*$]*")
_RUN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_CHUNK: Final = re.compile(r"\S+")
_HOST: Final = re.compile(r"(?:https?:/{1,2})?(?:www\.)?([^/\s?#]*)")


class Word(NamedTuple):
    """A word as the model knows it; *begin* and *end* (exclusive) are its place."""

    text: str
    begin: int
    end: int


class Reader:
    """Reads words, and remembers how it read the chunks between spaces."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._readings: dict[str, tuple[Word, ...]] = {}
        self._cuts: dict[str, Sequence[str] | None] = {}
        self._ciphers: dict[str, str | None] = {}

    def words(self, text: str) -> list[Word]:
        """Return the words of *text* in order, each with its place in *text* as typed."""
        folded = fold(text)
        begins, ends = folded.begins, folded.ends
        if isinstance(begins, range):  # nothing moved
            return self.placed(folded.text)
        return [Word(word.text, begins[word.begin], ends[word.end - 1]) for word in self.placed(folded.text)]

    def forget(self) -> None:
        """Forget the chunks read so far."""
        self._readings.clear()
        self._cuts.clear()
        self._ciphers.clear()

    def placed(self, folded: str) -> list[Word]:
        """Return the words of *folded* text, each with its place there."""
        words: list[Word] = []
        for chunk, at, step in _chunks(folded):
            reading = self._readings.get(chunk) or self._reading(chunk)
            words += [Word(text, at + step * begin, at + step * (end - 1) + 1) for text, begin, end in reading]
        for at in reversed(self._broken([word.text for word in words])):
            words[at : at + 2] = [Word(words[at].text + words[at + 1].text, words[at].begin, words[at + 1].end)]
        return words

    def texts(self, folded: str) -> list[str]:
        """Return what `placed` returns, without places and so faster."""
        if _SPACED.search(folded):
            return [word.text for word in self.placed(folded)]
        known = self._readings.get
        words = [word[0] for chunk in folded.split() for word in known(chunk) or self._reading(chunk)]
        for at in reversed(self._broken(words)):
            words[at : at + 2] = [words[at] + words[at + 1]]
        return words

    def _broken(self, words: Sequence[str]) -> list[int]:
        """Return where a loaded word was broken in two that are not both words: "stu pid"."""
        ranks, swears = self.lexicon.ranks, self.lexicon.swears
        strange = [at for at, word in enumerate(words) if word not in ranks]
        broken: list[int] = []
        for first in (first for at in strange for first in (at - 1, at) if 0 <= first < len(words) - 1):
            pair = words[first], words[first + 1]
            if pair[0] + pair[1] in swears and not swears.intersection(pair) and (not broken or first > broken[-1] + 1):
                broken.append(first)
        return broken

    def _reading(self, chunk: str) -> tuple[Word, ...]:
        reading = self._readings.get(chunk)
        if reading is None:
            reading = tuple(self._read(chunk))
            if len(chunk) <= LONGEST_WORD:
                if len(self._readings) >= _REMEMBERED:
                    self._readings.clear()
                self._readings[chunk] = reading
        return reading

    def _read(self, chunk: str) -> Iterator[Word]:
        for piece in _PIECE.finditer(chunk):
            begin, end = piece.span()
            text = piece[0]
            match piece.lastgroup:
                case "plain":
                    yield from self._plain(text, begin)
                case "odd":
                    yield from self._odd(text, begin)
                case "link":
                    yield Word("<link>", begin, end)
                    yield from _host(text, begin)
                case "signs":
                    word = self._deciphered(text) if len(text) < LONGEST_WORD else None
                    yield Word(word or ("<signs>" if len(set(text)) > 2 else f"<{text[0]}>"), begin, end)
                case _:
                    yield Word(text, begin, end)

    def _plain(self, text: str, begin: int) -> Iterator[Word]:
        """Yield a word of letters: unstretched, cut where it is glued together or too long."""
        if text in self.lexicon:
            yield Word(text, begin, begin + len(text))
            return
        for at in range(begin, begin + len(text), LONGEST_WORD):
            part = text[at - begin : at - begin + LONGEST_WORD]
            if parts := self._unglued(part):
                yield from _side_by_side(parts, at)
            else:
                yield Word(self.lexicon.unstretched(part), at, at + len(part))

    def _unglued(self, text: str) -> Sequence[str] | None:
        """Return what the lexicon does, remembered: a chunk too long to be remembered is read several times over."""
        parts = self._cuts.get(text, ())
        if parts == ():
            if len(self._cuts) >= _CUTS:
                self._cuts.clear()
            parts = self._cuts[text] = self.lexicon.unglued(text)
        return parts

    def _deciphered(self, text: str) -> str | None:
        """Return what the lexicon does, remembered for the same reason."""
        word = self._ciphers.get(text, "")
        if word == "":
            if len(self._ciphers) >= _CUTS:
                self._ciphers.clear()
            word = self._ciphers[text] = self.lexicon.deciphered(text)
        return word

    def _odd(self, text: str, begin: int) -> Iterator[Word]:
        """Yield the words of letters with digits, signs, separators or letters of another script among them."""
        end = begin + len(text)
        latin = text if text.isascii() else text.translate(_LATIN)
        if latin.isascii() and latin.isalpha():
            yield from self._plain(latin, begin)
        elif _NUMBER.fullmatch(text):
            yield Word("0" * min(4, sum(map(str.isdigit, text))), begin, end)
        elif _SEPARATED.fullmatch(text):
            yield from self._spelled(text[::2], begin, end)
        elif len(text) <= LONGEST_WORD and (word := self._deciphered(latin)):
            yield Word(word, begin, end)
        else:
            for part in _PART.finditer(text):
                yield from self._part(part[0], begin + part.start())

    def _spelled(self, letters: str, begin: int, end: int) -> Iterator[Word]:
        """Yield the word of *letters* that stood apart, as one or, if too long for one, in pieces of equal places."""
        if len(letters) <= LONGEST_WORD:
            yield Word(self._deciphered(letters) or letters, begin, end)
        else:
            for at in range(0, len(letters), LONGEST_WORD):
                part = letters[at : at + LONGEST_WORD]
                yield Word(part, begin + 2 * at, begin + 2 * at + 2 * len(part) - 1)

    def _part(self, text: str, begin: int) -> Iterator[Word]:
        if text.isalpha():
            yield from self._plain(text, begin)
        elif len(text) <= LONGEST_WORD and (word := self._deciphered(text)):
            yield Word(word, begin, begin + len(text))
        else:
            for run in _RUN.finditer(text):
                shown = "0" * min(4, len(run[0])) if run[0].isdecimal() else run[0]
                for at in range(0, len(shown), LONGEST_WORD):
                    piece = shown[at : at + LONGEST_WORD]
                    yield Word(piece, begin + run.start() + at, begin + run.start() + at + len(piece))


def _side_by_side(parts: Sequence[str], begin: int) -> Iterator[Word]:
    for part in parts:
        yield Word(part, begin, begin + len(part))
        begin += len(part)


def _chunks(folded: str) -> Iterator[tuple[str, int, int]]:
    """Yield what stands between spaces, where it begins, and how far its characters are apart: letters that stand alone
    come as one chunk."""
    done = 0
    for spaced in _SPACED.finditer(folded):
        yield from _between(folded, done, spaced.start())
        yield spaced[0][::2], spaced.start(), 2
        done = spaced.end()
    yield from _between(folded, done, len(folded))


def _between(folded: str, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    for chunk in _CHUNK.finditer(folded, begin, end):
        yield chunk[0], chunk.start(), 1


def _host(link: str, begin: int) -> Iterator[Word]:
    """Yield the words of a link's host."""
    host = _HOST.match(link)
    if host:
        for run in _RUN.finditer(link, host.start(1), min(host.end(1), host.start(1) + 200)):
            if run[0].isalpha():
                yield Word(run[0][:LONGEST_WORD], begin + run.start(), begin + run.end())
