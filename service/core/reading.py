"""See a text as its reader does, with the way back to what was typed."""

import re
from collections.abc import Iterator
from typing import Final

from classifier.text import Folded, fold
from service.core.directions import turned
from service.core.encodings import decoded
from service.core.respelling import dropped, respelled
from service.core.signs import AT_WORD, CLOSING, DOT_WORD, GLUED_AT, GLUED_DOT, OPENING

# "AT" and "DOT" in capitals amid small letters stand out as they would between bars.
_CAPITALS: Final = re.compile(r"(?<=[a-z\d])\s?(AT|DOT)\s?(?=[a-z\d])")
# "(remove this)", "[no spam]": put in to be taken out again.
_INSERTION: Final = re.compile(
    r"[(\[{<]\s?(?:(?:no|anti)[ -]?spam|(?:remove|delete)(?:\s\w{1,10}){0,2})\s?[)\]}>]",
)
# The single space between two letters that stand alone, "e x a m p l e"; a wider gap still parts words.
# Beside a sign there must be more of them: "x @ w" is a product.
_LETTER_SPACE: Final = re.compile(
    r"[ \n](?=\S(?:[\s.@)\]}]|\Z))(?:(?!@)(?:(?<=[\s@(\[{][^\s@]\s)|(?<=\A[^\s@]\s))"
    r"|(?=@\s)(?<=[^\s@]\s[^\s@]\s)|(?<=\s@\s)(?=\S\s[^\s@](?:[\s.]|\Z)))"
)
# A word that is broken at a line's end.
_HYPHEN: Final = re.compile(r"-\n(?<=[a-z]..)(?=[a-z])")


_PERCENT: Final = re.compile("%(?:25)*")
# A sign that has its line to itself, with empty ones around it.
_LONE_SIGN: Final = re.compile(r"(?:\n *){1,3}(@|[(\[{<]?(?:at|dot)[)\]}>]?)(?: *\n){1,3}")
# Pages show many spaces as one, and none at the ends of lines.
_WIDE_SPACE: Final = re.compile(r"[ \n]{3,}+| [ \n]|\n ")
# Other dots between letters, bullets among them; a mask's three are none.
_DRAWN_DOT: Final = re.compile(r"(?<=[^\W_])[·‧∙⋅•・･۔⸱⸳᛫◦●○‚،܁ꞏ⦁⚫⚪⚬⬤■▪▫□°⏺◉🔴🔵](?=[^\W_])")
# Those of other scripts, digits of theirs among them, between Latin letters alone.
_DRAWN_LATIN_DOT: Final = re.compile(r"(?<=[a-z])[٠۰ꓸ](?=[a-z])")
# Letters of flags that make up more than one.
_FLAGS: Final = re.compile("[\U0001f1e6-\U0001f1ff]{3,}")
# A bullet with spaces around it, before what can be nothing but an ending.
_WIDE_DOT: Final = re.compile(r"(?<=[^\W_]) [·‧∙⋅•] (?=(?:com|net|org)(?![^\W_]))")
# Letters, and the animals and curls that the sign is called by, between a name and a host.
_PICTURE: Final = re.compile("(?<=[^\\W_]) ?(?:[\u2709📧📨📩💌🌀🐌🐒🐵🐕🐶🐭]|🇦🇹) ?(?=[a-z0-9])")
# "someone#example.com (replace # with @)", "★を@に": a character that stands for the sign, as its reader is told.
_STANDS_IN: Final = re.compile(
    r"(?P<other>[#*★☆$%~^♥◎■□+§])['\"]? ?"
    r"(?:=|→|->|=>|with|by|for|to|is|als|durch|par|por|con|换成|換成|改成|改为|を) ?"
    r"['\"]?(?:@|\(at\)|at(?!\w))"
)
# Signs and dots of scripts without spaces, between Latin letters.
_GLUED: Final = re.compile(rf"(?<=[a-z0-9]) ?(?:(?P<at>{GLUED_AT})|{GLUED_DOT}) ?(?=[a-z0-9])")
_TAGS: Final = re.compile("[\U000e0000-\U000e007f]+")

# What stands around the parts of an address, or between them and a sign, and says nothing: '"jane"@(example.com)',
# '"jane" + "@" + "example.com"', "jane@https://example.com", a host in a list of its own.
_BRACKETED: Final = rf"[{OPENING}]{{1,3}}\s?(?:@{{1,3}}|{AT_WORD}|{GLUED_AT}|[.]|{DOT_WORD})\s?[{CLOSING}]{{1,3}}"
_ANY_BRACKET: Final = re.compile(r"[^\x00-'*-;=?-Z\\^-z|~\x7f]")
_ANY_BRACKETED: Final = re.compile(_BRACKETED)
_WORD: Final = rf"[^\s'\"`@/{OPENING}{CLOSING}]{{1,64}}+"
_CLOSED: Final = re.compile(
    rf"(?:(?<=['\"`])(?P<quoted>{_WORD})['\"`]|(?<![^\s{OPENING}])(?P<word>{_WORD})[{CLOSING}]{{1,2}})"
    rf"(?=@|\s@\s|\s?{_BRACKETED})"
)
_ANY_CLOSED: Final = re.compile(rf"['\"`{CLOSING}](?:@|\s@\s|\s?{_BRACKETED})")
_SCHEME: Final = r"https?://(?:www\.)?"
# Neither an address of the network nor a link.
_OPENER: Final = rf"(?:[{OPENING}](?!\d|ipv6|[^\s\]]{{1,80}}\]\()|['\"`])"
_OPENED: Final = re.compile(rf"(?P<sign>(?:@|{_BRACKETED})\s?)(?:{_OPENER}|{_SCHEME}){{1,3}}(?=[^\W_])")
_ANY_JOINED: Final = re.compile(r"[+|.&,]\s?['\"`]?@")
_JOINED: Final = re.compile(
    r"(?<=[^\W_])['\"`]?\s?(?P<joint>\+|\|{1,2}|\.|&|,)\s?['\"`]?@['\"`]?\s?(?P=joint)\s?['\"`]?(?=[^\W_])"
)
_LISTED: Final = re.compile(r"(?<=@) ?\n[\s>*+•#@-]{0,20}(?=[^\W_])")


def readings(text: str) -> Iterator[Folded]:
    """Give *text* as it is read: as it was typed, and where that differs as it is drawn, without tag characters and
    turned around."""
    yield read(text)
    is_tagged = not text.isascii() and bool(_TAGS.search(text))
    orders = [] if text.isascii() else turned(text)
    if is_tagged and not orders:
        yield _read(respelled(_typed(text), _TAGS, dropped))
    for drawn, places in orders:
        shown = Folded(drawn, places, [place + 1 for place in places])
        yield _read(respelled(shown, _TAGS, dropped) if is_tagged else shown)


def read(text: str) -> Folded:
    """Resolve markup, fold characters, and take out insertions and the spaces between single letters."""
    return _read(_typed(text))


def _typed(text: str) -> Folded:
    return Folded(text, range(len(text)), range(1, len(text) + 1))


def _read(typed: Folded) -> Folded:
    text = typed.text
    shown = decoded(typed)
    if "AT" in text or "DOT" in text:
        shown = respelled(shown, _CAPITALS, _between_bars)
    folded = fold(shown.text)
    if not isinstance(shown.begins, range):
        begins = [shown.begins[at] for at in folded.begins]
        folded = Folded(folded.text, begins, [shown.ends[at - 1] for at in folded.ends])
    folded = respelled(respelled(folded, _INSERTION, dropped), _LETTER_SPACE, dropped)
    if "\n" in text:
        folded = respelled(respelled(folded, _HYPHEN, dropped), _LONE_SIGN, _on_its_line)
    folded = respelled(folded, _WIDE_SPACE, _narrow)
    if stands_in := _STANDS_IN.search(folded.text):
        other = re.escape(stands_in["other"])
        folded = respelled(folded, re.compile(rf"(?<=[^\W_]){other}(?=[^\W_])"), _sign)
    if "@" in folded.text or (_ANY_BRACKET.search(folded.text) and _ANY_BRACKETED.search(folded.text)):
        folded = _bare(folded)
    if not folded.text.isascii():
        for drawn, spell in _DRAWN:
            folded = respelled(folded, drawn, spell)
    return folded


def _letters(flags: re.Match[str]) -> str:
    return "".join(chr(ord(each) - 0x1F1E6 + ord("a")) for each in flags[0])


def _bare(folded: Folded) -> Folded:
    """Take away what stands around the parts of an address and says nothing."""
    folded = respelled(folded, _LISTED, _broken)
    if _ANY_JOINED.search(folded.text):
        folded = respelled(folded, _JOINED, _sign)
    if _ANY_CLOSED.search(folded.text):
        folded = respelled(folded, _CLOSED, _unquoted)
    return respelled(folded, _OPENED, _unopened)


def _on_its_line(sign: re.Match[str]) -> str:
    return f"\n{sign[1]}\n"


def _narrow(space: re.Match[str]) -> str:
    return "\n" * min(2, space[0].count("\n")) or " "


def _spelled(glued: re.Match[str]) -> str:
    return "(@)" if glued["at"] else "."


def _sign(_: re.Match[str]) -> str:
    return "(@)"


def _broken(_: re.Match[str]) -> str:
    return "\n"


def _unquoted(closed: re.Match[str]) -> str:
    return closed["quoted"] or closed["word"]


def _unopened(opened: re.Match[str]) -> str:
    return opened["sign"]


def _dot(_: re.Match[str]) -> str:
    return "."


def _between_bars(capitals: re.Match[str]) -> str:
    return f"|{capitals[1]}|"


#: What is drawn otherwise than it is typed, and what it says.
_DRAWN: Final = (
    (_DRAWN_DOT, _dot),
    (_DRAWN_LATIN_DOT, _dot),
    (_WIDE_DOT, _dot),
    (_PICTURE, _sign),
    (_GLUED, _spelled),
    (_FLAGS, _letters),
)
