"""The text of a comment as HTML: paragraphs, links and a small subset of Markdown; anything else shows as it was typed.

markdown-it-py parses, with no rule that lets HTML through, and nh3 then keeps what is on a list: what the one might
overlook, the other does not know.
"""

import hashlib
import sys
from typing import Final
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from service.core.masking import MASK, MaskedText
from service.web.autolinks import autolink
from service.web.kept import Kept

#: Longer texts are paragraphs and nothing else: nobody formats so much by hand, and parsing must stay cheap.
LONGEST_FORMATTED: Final = 10_000

#: Bytes of HTML that one process keeps at most.
MOST_BYTES: Final = 16 * 1024 * 1024

_RULES: Final = (
    "autolink",
    "backticks",
    "blockquote",
    "emphasis",
    "escape",
    "fence",
    "link",
    "linkify",
    "list",
    "newline",
    "strikethrough",
)

_TAGS: Final = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "strong", "ul"}

#: What begins a paragraph of its own takes its direction from its own first letters.
_DIRECTED: Final = {"p", "ul", "ol", "blockquote", "pre"}

_MASK_SHOWN: Final = '<span class="parley-mask" role="img" aria-label="{label}" title="{label}">' + MASK + "</span>"


def rendered(text: MaskedText, mask_label: str = "hidden e-mail address") -> Markup:
    """Return *text* as HTML that is safe in any page; *mask_label* is what stands for a mask to who can't see it."""
    key = hashlib.sha256(f"{mask_label}\0{text}".encode("utf-8", "surrogatepass")).digest()
    return _KEPT.of(key, lambda: _rendered(text, mask_label))


def _rendered(text: str, mask_label: str) -> Markup:
    html = _MARKDOWN.render(text) if len(text) <= LONGEST_FORMATTED else _paragraphs(text)
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
    return None if MASK in value or quote(MASK, safe="@") in value else value


def _paragraphs(text: str) -> str:
    lines = (escape(part.strip("\n")).replace("\n", Markup("<br>")) for part in text.split("\n\n"))
    return "".join(f'<p dir="auto">{part}</p>' for part in lines if part)


def _open(renderer: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    tokens[at].attrSet("dir", "auto")
    return renderer.renderToken(tokens, at, options, env)


def _fence(renderer: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    return f'<pre dir="auto"><code>{escape(tokens[at].content)}</code></pre>'


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"breaks": True}).enable(list(_RULES))
    for kind in ("paragraph", "bullet_list", "ordered_list", "blockquote"):
        markdown.add_render_rule(f"{kind}_open", _open)
    markdown.add_render_rule("fence", _fence)
    markdown.validateLink = lambda url: url.lower().startswith(("http://", "https://"))  # type: ignore[method-assign]
    markdown.inline.ruler.at("linkify", autolink)
    return markdown


_MARKDOWN: Final = _markdown()
