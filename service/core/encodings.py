"""Undo what a page or a program shows otherwise than it is typed, or not at all.

References, percent-encoding, escapes of programs and of mail, Markdown's escapes, comments and inline tags: once within
another, several times at most. None that is dropped is long enough to hide an address of its own.
"""

import html
import re
from typing import Final

from classifier.text import Folded
from service.core.endings import REGISTERED
from service.core.respelling import respelled
from service.core.signs import UNSPACED
from service.core.vocabulary import WORD_ENDINGS

_BLOCK: Final = "(?:p|br|div|center|pre|li|ul|ol|td|tr|th|h[1-6])"
_INLINE: Final = (
    "(?:b|i|u|s|q|em|strong|span|small|big|wbr|code|tt|font|sub|sup|del|ins|mark|kbd|samp|var|cite|nobr|label|blink)"
)
_ATTRIBUTE: Final = r"(?:\s[a-z]{1,10}=[\"']?[\w#%;]{0,12}[\"']?)?"
_CODE: Final = r"(?:[bius]|color|size|font|center|quote|code|left|right|spoiler)"

# "ⓐ" alone is a sign, and with a "ⓣ" it is one, too. After an unspaced script "。" ends a sentence; elsewhere it is
# somebody's dot. Tag characters are a copy of ASCII that nobody sees.
_CIRCLED: Final = "Ⓐ-ⓩ\U0001f130-\U0001f189"
_A, _T, _D, _O = "Ⓐⓐ🅐🅰🄰", "Ⓣⓣ🅣🆃🅃", "Ⓓⓓ🅓🅳🄳", "Ⓞⓞ🅞🅾🄾"
_MARKUP: Final = re.compile(
    r"&(?:amp;){0,4}(?P<reference>#0*+\d{1,7};?|#x0*+[\da-f]{1,6};?|[a-z]{2,31};)"
    r"|(?P<bytes>%(?:25){0,4}[c-f][\da-f](?:%(?:25){0,4}[89ab][\da-f]){1,3}|%(?:25){0,4}[2-7][\da-f]"
    r"|\\x[c-f][\da-f](?:\\x[89ab][\da-f]){1,3})"
    r"|(?:[\\%]u(?:0000)?00|\\x|\\u\{0{0,4}|\\0{0,4}(?=40)(?!\d{7}))(?P<code>[2-7][\da-f])\}?"
    r"|[\\%]u\{?(?P<wide>ff[0-5][\da-f])\}?"
    r"|\\0?(?P<octal>100|056)(?!\d)|\\0?(?P<decimal>64)(?!\d)"
    r"|(?<=\w)=(?P<quoted>40|2e)(?=\w)"
    r"|=\?[\w-]{2,12}\?q\?(?P<word>[^\s?]{0,75})\?="
    r"|\+(?P<seven>aea)-"
    r"|\\n\{(?P<called>commercial at|full stop)\}"
    r"|\\(?=[^\w\s])"
    r"|<!--\s?(?:\w{0,20}|[^\W\d_]{1,12}[ -][^\W\d_]{1,12})\s?-->"
    rf"|</?(?:(?P<block>{_BLOCK})|{_INLINE}){_ATTRIBUTE}\s?/?>"
    rf"|\[/?{_CODE}(?:=[\w#]{{1,12}})?\]"
    r"|(?P<tag>[\U000e0020-\U000e007e])"
    rf"|(?<![{_CIRCLED}])(?:(?P<at>[{_A}][{_T}]?)|(?P<dot>[{_D}][{_O}][{_T}]))(?![{_CIRCLED}])"
    rf"|[。｡](?<=[{UNSPACED}].)",
    re.IGNORECASE | re.ASCII,
)
_ANY_MARKUP: Final = re.compile(rf"[&%\\=<+。｡{_A}{_D}\U000e0020-\U000e007e]")
_ANY_CODE: Final = re.compile(rf"\[/?{_CODE}[\]=]", re.IGNORECASE)
_PERCENT: Final = re.compile(r"%(?:25)*|\\x", re.IGNORECASE)
#: What is decoded may have to be decoded again: "%26%2364%3B".
_ROUNDS: Final = 3

# "example.comPlease": an ending with a sentence run into it, which only its capital tells.
_RUN_ON: Final = re.compile(r"(?<=\.)(?P<ending>[a-z]{2,12})(?=[A-Z])")


def decoded(typed: Folded) -> Folded:
    """Return *typed* as a page or a program shows it."""
    for _ in range(_ROUNDS):
        if not (_ANY_MARKUP.search(typed.text) or ("[" in typed.text and _ANY_CODE.search(typed.text))):
            break
        shown = respelled(typed, _MARKUP, _shown)
        if shown is typed:
            break
        typed = shown
    return respelled(typed, _RUN_ON, _ended) if "@" in typed.text else typed


def _shown(markup: re.Match[str]) -> str:
    kind = markup.lastgroup
    if kind == "reference":
        return html.unescape("&" + markup["reference"])
    if kind == "bytes":
        return bytes.fromhex(_PERCENT.sub("", markup["bytes"])).decode(errors="replace")
    if kind == "tag":
        return chr(ord(markup["tag"]) - 0xE0000)
    if kind in ("code", "wide", "quoted"):
        return chr(int(markup[kind], 16))
    if kind == "octal":
        return chr(int(markup["octal"], 8))
    if kind == "called":
        return "@" if markup["called"][0] in "cC" else "."
    return _SHOWN.get(kind or "", markup["word"] or ("\n" if markup[0] in "。｡" else ""))


_SHOWN: Final = {"block": "\n", "at": "(at)", "dot": "(dot)", "decimal": "@", "seven": "@"}


def _ended(ending: re.Match[str]) -> str:
    is_ending = ending[0] in REGISTERED and ending[0] not in WORD_ENDINGS
    return ending[0] + "-" * is_ending
