"""Web addresses in running text become links: a rule of markdown-it's that looks at each character once.

linkify-it's own rule goes through all that stands before each "://" and copies all that follows: a text of them took
its length squared in time. What we link begins with http or https, and that needs less.
"""

import re
from typing import Final

from markdown_it.rules_inline import StateInline

_SCHEME: Final = re.compile(r"(?<![a-z0-9.+-])https?\Z", re.IGNORECASE)
_HOST: Final = re.compile(r"://[^\W_]|://\[[\da-f:.]+\]", re.IGNORECASE)
_RUN: Final = re.compile(r"[^\s\x00-\x1f\x7f<>\"|`｜(\[{)\]}]+")

_CLOSED_BY: Final = {"(": ")", "[": "]", "{": "}"}

#: What ends a sentence or an emphasis rather than an address, and brackets that nothing closes.
_LOOSE: Final = ".,:;!?'*_~“”‘’«»…([{"


def autolink(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Make a link of the web address whose "://" stands at the parser's place."""
    pos = state.pos
    if not state.src.startswith("://", pos) or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.src, max(pos - 6, 0), pos)
    if not scheme or not (silent or state.pending.endswith(scheme[0])):
        return False
    end = _end(state.src, pos, state.posMax)
    if not end:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        _push(state, state.src[scheme.start() : end])
    state.pos = end
    return True


def _end(text: str, begin: int, most: int) -> int:
    """Return where the address ends whose "://" is at *begin*, 0 for none: at a bracket that it has not opened, before
    what belongs to the sentence."""
    if not _HOST.match(text, begin, most):
        return 0
    at, closers = begin + 3, []
    while at < most:
        if run := _RUN.match(text, at, most):
            at = run.end()
        elif text[at] in _CLOSED_BY:
            closers.append(_CLOSED_BY[text[at]])
            at += 1
        elif closers and text[at] == closers[-1]:
            closers.pop()
            at += 1
        else:
            break
    return begin + len(text[begin:at].rstrip(_LOOSE))


def _push(state: StateInline, url: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": state.md.normalizeLink(url)}
    opening.markup, opening.info = "linkify", "auto"
    state.push("text", "", 0).content = state.md.normalizeLinkText(url)
    closing = state.push("link_close", "a", -1)
    closing.markup, closing.info = "linkify", "auto"
