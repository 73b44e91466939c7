"""What a comment's Markdown shows: the one parse that the masker reads and the page is made of.

A reader sees no asterisks, no backslashes and no link's target, so that an address may stand only in what is shown. The
way back to what was typed goes by the characters themselves: what is shown stands in it in the same order. Where
several places fit, it leads around all of them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from service.core.spotting import Span, ends_in_sign, is_code, may_hold, spot

#: Longer texts are paragraphs and nothing else: nobody formats so much by hand, and parsing must stay cheap.
LONGEST_FORMATTED: Final = 10_000

_RULES: Final = (
    "autolink",
    "backticks",
    "blockquote",
    "emphasis",
    "escape",
    "fence",
    "link",
    "list",
    "newline",
    "strikethrough",
)

#: Without any of these, what is shown is what was typed.
_FORMATTED: Final = re.compile(r"[*_~`\\\[<]|^[ \t]*(?:[>+-]|\d{1,9}[.)][ \t])", re.MULTILINE)


_UNFORMATTED: Final = dict.fromkeys(map(ord, "*_~`\\"))
#: Marks that a page may show: "jane_doe" holds none.
_SIGN: Final = r"[*~`\\]+|_+(?<![^\W_]_)|_+(?![^\W_])"
_STRAY: Final = re.compile(_SIGN)
#: What formats a text, by its looks alone: for one that is too long to be parsed.
_MARKS: Final = re.compile(
    r"^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])(?:[ \t]+|$))+|\[(?=[^\[\]\n]{1,200}\]\()|\]\([^\s()]{0,300}\)|" + _SIGN,
    re.MULTILINE,
)
_LINE_END: Final = re.compile(r"\r\n?|\n")
_SCHEME: Final = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)

#: What no address reaches across.
_APART: Final = "\n•\n"

#: Characters before a link's end that may make an address with its target.
_NEAR: Final = 24


def parser() -> MarkdownIt:
    """Return a parser of the small subset of Markdown that comments may use."""
    markdown = MarkdownIt("zero", {"breaks": True}).enable(list(_RULES))
    markdown.validateLink = lambda url: url.lower().startswith(("http://", "https://"))  # type: ignore[method-assign]
    return markdown


def _typed_links() -> MarkdownIt:
    """Return a parser that shows links as they were typed, so that there is a way back from each character."""
    markdown = parser()
    markdown.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return markdown


_PARSER: Final = _typed_links()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on the page, from one *token*, which stands between two *lines* of what was typed.

    The end of a link shows nothing, and has the token that *leads* somewhere. What has no token is the space between
    blocks.
    """

    text: str
    token: Token | None
    lines: tuple[int, int] = (0, 0)
    leads: str = ""


def pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    """Yield what the parsed *tokens* show, from the page's top to its end; blocks stand as far apart as their lines."""
    done = 0
    for token in tokens:
        if token.type in ("inline", "fence"):
            first, last = token.map or (done, done)
            yield Piece("\n" if first <= done else "\n\n", None)
            yield from _inline(token, (first, last)) if token.children else [Piece(token.content, token, (first, last))]
            done = last


def _inline(block: Token, lines: tuple[int, int]) -> Iterator[Piece]:
    links: list[Token] = []
    for token in block.children or ():
        if token.type in ("softbreak", "hardbreak"):
            yield Piece("\n", token, lines)
        elif token.type == "link_open":
            links.append(token)
        elif token.type == "link_close":
            yield Piece("", links[-1], lines, str(links.pop().attrs.get("href", "")))
        elif token.content:
            yield Piece(token.content, token, lines)


def spot_page(shown: Sequence[Piece]) -> list[Span]:
    """Give where in the text of a page each address that is *shown* begins and ends, in code points and in order."""
    page = "".join(piece.text for piece in shown)
    found = spot(page)
    if not found:
        return []
    edges = [0, *accumulate(len(piece.text) for piece in shown)]
    return [span for span in found if not _is_code(page, span, shown[bisect_right(edges, span[0]) - 1])]


def _is_code(page: str, span: Span, piece: Piece) -> bool:
    is_inside = piece.token is not None and piece.token.type == "code_inline" and span[1] - span[0] <= len(piece.text)
    return is_inside and is_code(page[slice(*span)])


def linked(shown: Sequence[Piece]) -> list[int]:
    """Return where in *shown* links end that hold an address: in their target, or where text and target meet."""
    ends = [at for at, piece in enumerate(shown) if piece.leads]
    read = [(at, 0, shown[at].leads) for at in ends] + [(at, *met) for at in ends if (met := _met(shown, at))]
    edges = [0, *accumulate(len(text) + len(_APART) for _, _, text in read)]
    found = spot(_APART.join(text for _, _, text in read)) if read else []
    holding = set()
    for begin, end in found:
        row = bisect_right(edges, begin) - 1
        at, joint, _ = read[row]
        if begin <= edges[row] + joint < end or not joint:
            holding.add(at)
    return sorted(holding)


def _met(shown: Sequence[Piece], at: int) -> tuple[int, str] | None:
    """Return the words before a link's end with its target behind them, and where they meet; None where they do not."""
    piece = shown[at]
    if piece.token and piece.token.info == "auto":
        return None
    words = "".join(each.text for each in shown[max(0, at - _NEAR) : at])[-_NEAR:].rstrip()
    target = _SCHEME.sub("", piece.leads)
    is_apart = words[-1:].isalnum() and target[:1].isalnum()
    if not words or (is_apart and not ends_in_sign(words)):
        return None
    return len(words), words + " " * is_apart + target


def spot_shown(text: str) -> list[Span]:
    """Give where in *text* addresses stand that marks or a page's making take apart, in code points and in order."""
    if not _FORMATTED.search(text):
        return []
    if len(text) > LONGEST_FORMATTED:
        return _spot_without(_MARKS, text)
    if not _is_suspect(text):
        return []
    shown = list(pieces(_PARSER.parse(text)))
    found, links = spot_page(shown) or _spot_among_marks(shown), linked(shown)
    if not found and not links:
        return []
    firsts, lasts = _way_back(text, shown)
    edges = [0, *accumulate(len(piece.text) for piece in shown)]
    spans = [(firsts[begin], lasts[end - 1] + 1) for begin, end in found]
    # From the last character before the link's end to the first one behind it: its target, and no less.
    spans += [(firsts[edges[at] - 1] + 1 if edges[at] else 0, lasts[edges[at]]) for at in links]
    return sorted(span for span in spans if span[0] < span[1])


def _spot_among_marks(shown: Sequence[Piece]) -> list[Span]:
    """Give the addresses on a page in which marks stand that format nothing and so are shown, "jane@exa**mple.org"."""
    return _spot_without(_STRAY, "".join(piece.text for piece in shown))


def _spot_without(marks: re.Pattern[str], text: str) -> list[Span]:
    """Give the addresses that stand in *text* once its *marks* are taken out of it."""
    kept: list[tuple[int, int]] = []
    done = 0
    for mark in marks.finditer(text):
        kept.append((done, mark.start()))
        done = mark.end()
    if not kept:
        return []
    kept.append((done, len(text)))
    places = [at for begin, end in kept for at in range(begin, end)]
    found = spot("".join(text[begin:end] for begin, end in kept))
    spans = [(places[begin], places[end - 1] + 1) for begin, end in found]
    return [span for span in spans if not is_code(text[slice(*span)])]


def _is_suspect(text: str) -> bool:
    return "](" in text or may_hold(text.translate(_UNFORMATTED))


def _way_back(text: str, shown: Sequence[Piece]) -> tuple[list[int], list[int]]:
    """Return the first and the last place in *text* at which each shown character may have been typed.

    What is shown stands in *text* in its order, with whatever is not shown between: the first places are those of one
    that reads ahead as little as it can, the last those of one that does so from the end.
    """
    typed = text.replace("\0", "\ufffd")
    lines = [0, *(found.end() for found in _LINE_END.finditer(typed)), len(typed)]
    bounds = [(lines[piece.lines[0]], lines[min(piece.lines[1], len(lines) - 1)]) for piece in shown]
    firsts: list[int] = []
    at = 0
    for piece, (begin, end) in zip(shown, bounds, strict=True):
        at = max(at, begin)
        for character in piece.text:
            place = at if character.isspace() else typed.find(character, at, end)
            firsts.append(at if place < 0 else place)
            at = at if character.isspace() or place < 0 else place + 1
    lasts: list[int] = [len(typed)]
    at = len(typed)
    for piece, (begin, end) in zip(reversed(shown), reversed(bounds), strict=True):
        at = min(at, end) if piece.lines[1] else at
        for character in reversed(piece.text):
            place = at - 1 if character.isspace() else typed.rfind(character, begin, at)
            lasts.append(at - 1 if place < 0 else place)
            at = at if character.isspace() or place < 0 else place
    return firsts, lasts[::-1]
