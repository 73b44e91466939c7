"""See a text as its reader does, with the way back to what was typed."""

import html
import re
from collections.abc import Callable
from typing import Final

from classifier.text import Folded, fold
from service.core.signs import GLUED_AT, GLUED_DOT

UNSPACED: Final = "\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""A character class's worth of the scripts written without spaces, where a sentence runs straight into an address."""

# What a page or a program shows otherwise, or not at all: references, percent-encoding (once or more, of UTF-8 too),
# escapes of programs and of mail, Markdown's escapes, comments and inline tags; none is long enough to hide an address
# of its own. Tag characters are a copy of ASCII that nobody sees, and "ⓐ" alone is a sign.
# After an unspaced script "。" ends a sentence; elsewhere it is somebody's dot.
_MARKUP: Final = re.compile(
    r"&(?:amp;){0,4}(?P<reference>#0*+\d{1,7};?|#x0*+[\da-f]{1,6};?|[a-z]{2,31};)"
    r"|(?P<bytes>%(?:25){0,4}[c-f][\da-f](?:%(?:25){0,4}[89ab][\da-f]){1,3}|%(?:25){0,4}[2-7][\da-f])"
    r"|(?:[\\%]u00|\\x|\\u\{0{0,4}|\\0{0,4}(?=40)(?!\d{7}))(?P<code>[2-7][\da-f])\}?"
    r"|(?<=\w)=(?P<quoted>40|2e)(?=\w)"
    r"|\\(?=[^\w\s])"
    r"|<!--\s?\w{0,20}\s?-->"
    r"|</?(?:b|i|u|s|em|strong|span|small|wbr|code|tt)\s?/?>"
    r"|(?P<tag>[\U000e0020-\U000e007e])"
    r"|(?<![Ⓐ-ⓩ\U0001f150-\U0001f169])[Ⓐⓐ\U0001f150](?![Ⓐ-ⓩ\U0001f150-\U0001f169])"
    rf"|[。｡](?<=[{UNSPACED}].)",
    re.IGNORECASE | re.ASCII,
)
_ANY_MARKUP: Final = re.compile("[&%\\\\=<Ⓐⓐ\U0001f150。｡\U000e0020-\U000e007e]")
# "AT" and "DOT" in capitals amid small letters stand out as they would between bars.
_CAPITALS: Final = re.compile(r"(?<=[a-z\d])\s?(AT|DOT)\s?(?=[a-z\d])")
# "(remove this)", "[no spam]": put in to be taken out again.
_INSERTION: Final = re.compile(
    r"[(\[{<]\s?(?:(?:no|anti)[ -]?spam|(?:remove|delete)(?:\s\w{1,10}){0,2})\s?[)\]}>]",
)
# The single space between two letters that stand alone, "e x a m p l e"; a wider gap still parts words.
_LETTER_SPACE: Final = re.compile(r"[ \n](?:(?<=\s\S\s)|(?<=\A\S\s))(?=\S(?:\s|\Z))")


_PERCENT: Final = re.compile("%(?:25)*")
# A sign that has its line to itself, with empty ones around it.
_LONE_SIGN: Final = re.compile(r"(?:\n *){1,3}(@|[(\[{<]?(?:at|dot)[)\]}>]?)(?: *\n){1,3}")
# Pages show many spaces as one, and none at the ends of lines.
_WIDE_SPACE: Final = re.compile(r"[ \n]{3,}+| [ \n]|\n ")
# Other dots between letters, bullets among them; a mask's three are none.
_DRAWN_DOT: Final = re.compile(r"(?<=[^\W_])[·‧∙⋅•・･۔⸱⸳᛫◦●○](?=[^\W_])")
# A bullet with spaces around it, before what can be nothing but an ending.
_WIDE_DOT: Final = re.compile(r"(?<=[^\W_]) [·‧∙⋅•] (?=(?:com|net|org)(?![^\W_]))")
# Letters, and the animals and curls that the sign is called by, between a name and a host.
_PICTURE: Final = re.compile("(?<=[^\\W_]) ?[\u2709📧📨📩💌🌀🐌🐒🐵🐕🐶🐭] ?(?=[a-z0-9])")
# "someone#example.com (replace # with @)", "★を@に": a character that stands for the sign, as its reader is told.
_STANDS_IN: Final = re.compile(
    r"(?P<other>[#*★☆$%~^♥◎■□+§])['\"]? ?"
    r"(?:=|→|->|=>|with|by|for|to|is|als|durch|par|por|con|换成|換成|改成|改为|を) ?"
    r"['\"]?(?:@|\(at\)|at(?!\w))"
)
# Signs and dots of scripts without spaces, between Latin letters.
_GLUED: Final = re.compile(rf"(?<=[a-z0-9]) ?(?:(?P<at>{GLUED_AT})|{GLUED_DOT}) ?(?=[a-z0-9])")


def read(text: str) -> Folded:
    """Resolve markup, fold characters, and take out insertions and the spaces between single letters."""
    typed = Folded(text, range(len(text)), range(1, len(text) + 1))
    shown = _respelled(typed, _MARKUP, _shown) if _ANY_MARKUP.search(text) else typed
    if "AT" in text or "DOT" in text:
        shown = _respelled(shown, _CAPITALS, _between_bars)
    folded = fold(shown.text)
    if shown.text is not text:
        begins = [shown.begins[at] for at in folded.begins]
        folded = Folded(folded.text, begins, [shown.ends[at - 1] for at in folded.ends])
    folded = _respelled(_respelled(folded, _INSERTION, _unseen), _LETTER_SPACE, _unseen)
    if "\n" in text:
        folded = _respelled(folded, _LONE_SIGN, _on_its_line)
    folded = _respelled(folded, _WIDE_SPACE, _narrow)
    if stands_in := _STANDS_IN.search(folded.text):
        other = re.escape(stands_in["other"])
        folded = _respelled(folded, re.compile(rf"(?<=[^\W_]){other}(?=[^\W_])"), _sign)
    if folded.text.isascii():
        return folded
    for drawn, spell in ((_DRAWN_DOT, _dot), (_WIDE_DOT, _dot), (_PICTURE, _sign), (_GLUED, _spelled)):
        folded = _respelled(folded, drawn, spell)
    return folded


def _shown(markup: re.Match[str]) -> str:
    if markup[0] in "。｡":
        return "\n"
    if markup[0] in "Ⓐⓐ\U0001f150":
        return "(a)"
    if markup["reference"]:
        return html.unescape("&" + markup["reference"])
    if markup["bytes"]:
        return bytes.fromhex(_PERCENT.sub("", markup["bytes"])).decode(errors="replace")
    if markup["tag"]:
        return chr(ord(markup["tag"]) - 0xE0000)
    code = markup["code"] or markup["quoted"]
    return chr(int(code, 16)) if code else ""


def _on_its_line(sign: re.Match[str]) -> str:
    return f"\n{sign[1]}\n"


def _narrow(space: re.Match[str]) -> str:
    return "\n" * min(2, space[0].count("\n")) or " "


def _spelled(glued: re.Match[str]) -> str:
    return "(@)" if glued["at"] else "."


def _sign(_: re.Match[str]) -> str:
    return "(@)"


def _dot(_: re.Match[str]) -> str:
    return "."


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
