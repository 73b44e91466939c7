"""The text of a comment as HTML: paragraphs, links and a small subset of Markdown; anything else shows as it was typed.

`rendering` parses, with no rule that lets HTML through, and nh3 then keeps what is on a list: what the one might
overlook, the other does not know. In between, addresses that only the page puts together are hidden.
"""

import hashlib
import sys
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import Final
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from service.core.kept import Kept
from service.core.masking import MASK, MaskedText
from service.core.rendering import LONGEST_FORMATTED, Piece, linked, parser, pieces, spot_page
from service.core.spotting import Span, spot
from service.web.autolinks import autolink

#: Bytes of HTML that one process keeps at most.
MOST_BYTES: Final = 16 * 1024 * 1024

_TAGS: Final = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}

#: What begins a paragraph of its own takes its direction from its own first letters.
_DIRECTED: Final = {"p", "ul", "ol", "blockquote", "pre"}

_MASK_SHOWN: Final = '<span class="parley-mask" role="img" aria-label="{label}" title="{label}">' + MASK + "</span>"


def rendered(text: MaskedText, mask_label: str = "hidden e-mail address") -> Markup:
    """Return *text* as HTML that is safe in any page; *mask_label* is what stands for a mask to who can't see it."""
    key = hashlib.sha256(f"{mask_label}\0{text}".encode("utf-8", "surrogatepass")).digest()
    return _KEPT.of(key, lambda: _rendered(text, mask_label))


def _rendered(text: str, mask_label: str) -> Markup:
    html = _formatted(text) if len(text) <= LONGEST_FORMATTED else _paragraphs(text)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}} | {tag: {"dir"} for tag in _DIRECTED} | {"ol": {"dir", "start"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https"},
        link_rel="ugc nofollow noopener",
    )
    # In text alone: `_attribute` leaves no mask in an attribute.
    return Markup(clean.replace(MASK, _MASK_SHOWN.format(label=escape(mask_label))))  # noqa: S704 - nh3 cleaned it


_KEPT: Final[Kept[bytes, Markup]] = Kept(MOST_BYTES, sys.getsizeof)


def _attribute(tag: str, name: str, value: str) -> str | None:
    # A link to nowhere would lead to the page itself.
    if name == "href" and not value:
        return None
    # A host is spelled out for the wire, so that only the front of a mask in it can be told.
    return None if MASK[: MASK.index("@") + 1] in unquote(value) else value


def _formatted(text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    _hide(text, list(pieces(tokens)))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _hide(text: str, shown: Sequence[Piece]) -> None:
    """Mask the addresses of *text* that are *shown* and do not stand in it, and let no link lead to one.

    `mask` left none of them but those that an owner showed for good, and those stand in *text*.
    """
    page = "".join(piece.text for piece in shown)
    spans, links = spot_page(shown), linked(shown)
    if not spans and not links:
        return
    lifted = {_bare(text[begin:end]) for begin, end in spot(text)} - {""}
    for at in links:
        led = _bare(shown[at].leads)
        if (token := shown[at].token) and not any(each in led for each in lifted):
            token.attrs.pop("href")
    spans = [(begin, end) for begin, end in spans if _bare(page[begin:end]) not in lifted]
    done = 0
    for piece in shown:
        begin, done = done, done + len(piece.text)
        if piece.token and piece.text.strip():
            piece.token.content = _masked(piece.text, begin, spans)


def _bare(text: str) -> str:
    """Return the letters and digits of *text*, by which an address is the same in two readings."""
    return "".join(filter(str.isalnum, unquote(text)))


def _masked(text: str, begin: int, spans: Sequence[Span]) -> str:
    """Return *text*, which begins at *begin* of the page, without what the sorted *spans* of the page cover."""
    left: list[str] = []
    done = 0
    for first, last in spans[bisect_right(spans, begin, key=itemgetter(1)) :]:
        if first >= begin + len(text):
            break
        left += text[done : max(0, first - begin)], MASK if first >= begin else ""
        done = min(len(text), last - begin)
    return "".join([*left, text[done:]])


def _paragraphs(text: str) -> str:
    lines = (escape(part.strip("\n")).replace("\n", Markup("<br>")) for part in text.split("\n\n"))
    return "".join(f'<p dir="auto">{part}</p>' for part in lines if part)


def _open(renderer: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    tokens[at].attrSet("dir", "auto")
    return renderer.renderToken(tokens, at, options, env)


def _fence(renderer: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    return f'<pre dir="auto"><code>{escape(tokens[at].content)}</code></pre>'


def _markdown() -> MarkdownIt:
    markdown = parser().enable("linkify")
    for kind in ("paragraph", "bullet_list", "ordered_list", "blockquote"):
        markdown.add_render_rule(f"{kind}_open", _open)
    markdown.add_render_rule("fence", _fence)
    markdown.inline.ruler.at("linkify", autolink)
    return markdown


_MARKDOWN: Final = _markdown()
