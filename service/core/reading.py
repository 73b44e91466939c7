"""See a text as its reader does, with the way back to what was typed."""

import html
import re
from collections.abc import Callable
from typing import Final

from classifier.text import Folded, fold

UNSPACED: Final = "\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""A character class's worth of the scripts written without spaces, where a sentence runs straight into an address."""

# What a page shows otherwise, or not at all: references, percent-encoding (once or more), Markdown's escapes, comments
# and inline tags; none is long enough to hide an address of its own.
# After an unspaced script "。" ends a sentence; elsewhere it is somebody's dot.
_MARKUP: Final = re.compile(
    r"&(?:amp;){0,4}(?P<reference>#\d{1,7};?|#x[\da-f]{1,6};?|[a-z]{2,31};)"
    r"|%(?:25){0,4}(?P<byte>[2-7][\da-f])"
    r"|\\(?=[^\w\s])"
    r"|<!--\s?\w{0,20}\s?-->"
    r"|</?(?:b|i|u|s|em|strong|span|small|wbr|code|tt)\s?/?>"
    rf"|[。｡](?<=[{UNSPACED}].)",
    re.IGNORECASE | re.ASCII,
)
# "AT" and "DOT" in capitals amid small letters stand out as they would between bars.
_CAPITALS: Final = re.compile(r"(?<=[a-z\d])\s?(AT|DOT)\s?(?=[a-z\d])")
# "(remove this)", "[no spam]": put in to be taken out again.
_INSERTION: Final = re.compile(
    r"[(\[{<]\s?(?:(?:no|anti)[ -]?spam|(?:remove|delete)(?:\s\w{1,10}){0,2})\s?[)\]}>]",
)
# The single space between two letters that stand alone, "e x a m p l e"; a wider gap still parts words.
_LETTER_SPACE: Final = re.compile(r" (?:(?<=\s\S )|(?<=\A\S ))(?=\S(?:\s|\Z))")


def read(text: str) -> Folded:
    """Resolve markup, fold characters, and take out insertions and the spaces between single letters."""
    typed = Folded(text, range(len(text)), range(1, len(text) + 1))
    shown = _respelled(_respelled(typed, _MARKUP, _shown), _CAPITALS, _between_bars)
    folded = fold(shown.text)
    if shown.text is not text:
        begins = [shown.begins[at] for at in folded.begins]
        folded = Folded(folded.text, begins, [shown.ends[at - 1] for at in folded.ends])
    return _respelled(_respelled(folded, _INSERTION, _unseen), _LETTER_SPACE, _unseen)


def _shown(markup: re.Match[str]) -> str:
    if markup[0] in "。｡":
        return "\n"
    if markup["reference"]:
        return html.unescape("&" + markup["reference"])
    return chr(int(markup["byte"], 16)) if markup["byte"] else ""


def _between_bars(capitals: re.Match[str]) -> str:
    return f"|{capitals[1]}|"


def _unseen(_: re.Match[str]) -> str:
    return ""


def _respelled(folded: Folded, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str]) -> Folded:
    """Spell each match of *pattern* anew; every new character stands for the whole match."""
    if not pattern.search(folded.text):
        return folded
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    done = 0
    for found in pattern.finditer(folded.text):
        begin, end = found.span()
        spelled = spell(found)
        pieces += folded.text[done:begin], spelled
        begins += [*folded.begins[done:begin], *[folded.begins[begin]] * len(spelled)]
        ends += [*folded.ends[done:begin], *[folded.ends[end - 1]] * len(spelled)]
        done = end
    pieces.append(folded.text[done:])
    return Folded("".join(pieces), [*begins, *folded.begins[done:]], [*ends, *folded.ends[done:]])
