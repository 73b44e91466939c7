"""A thread: the page that comments belong to, by its canonical URL or by the host's own id.

Either may hold an e-mail address: a page's URL loses the parameters that do, and what is left is shown masked.
"""

import hashlib
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv6Address
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import idna

from service.core.kept import Kept, digest
from service.core.masking import MASK, Covered, Masked, mask
from service.core.ports import Fingerprints
from service.core.rendering import spot_shown
from service.core.spotting import signs_in, spot

#: Query parameters that say where a reader came from, not what they read.
TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|srsltid|mc_cid|mc_eid"
    r"|_ga|_gl|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|wickedid|ref_src",
    re.IGNORECASE,
)

#: Characters of a thread's key: 128 bits in base 32.
KEY_LENGTH = 26

LONGEST_URL = 2000

#: Levels below the first on which replies are kept apart; deeper ones follow on the last.
DEEPEST = 7

#: Pieces of a URL that are looked at one by one; so many say something, more are sent to keep us busy.
_MOST_PIECES: Final = 40

#: Signs for "@", marks of Markdown and characters beyond its own that a URL may have. In one with more, all that has a
#: sign counts as an address: more are sent to keep us busy. Absolute, so that no part is busier than the whole.
_MOST_SIGNS: Final = 10
_MOST_MARKS: Final = 100
_MOST_SWELLING: Final = 1000
_MARKS: Final = re.compile(r"[*~`\[\\<]|(?<![^\W_])_|_(?![^\W_])")

#: How often over a URL's parts are decoded; none that anybody follows is encoded as often.
_LEVELS: Final = 8

#: How often over a URL is looked at, without what was taken from it.
_ROUNDS: Final = 8

_ADDRESS: Final = "Please give the page’s address, like https://example.org/article."

_ORIGIN: Final = re.compile(
    r"https?://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[(?P<address>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?"
)
_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
# What a parameter is made of that holds a query itself, "/article?id=7&email=…", each piece with what parts it off.
_PIECE: Final = re.compile(r"[&;?]?[^&;?]+|[&;?]")
_SHORTEST, _LONGEST = 6, 600
_AFTER_HOST: Final = 3
_APART: Final = "\n\n"
_VALUES: Final = re.compile("[/=&;?]")
_NAME_AT_HOST: Final = re.compile(r"[^\s/@?&=]@[^\s/@?&=]")


#: Whether texts may tell an address: a URL is read at several places of one request. In bytes, in all and each.
_MOST_TOLD, _TOLD_SIZE = 1024 * 1024, 300
TOLD: Final[Kept[bytes, bool]] = Kept(_MOST_TOLD, lambda _: _TOLD_SIZE)

Tells = Callable[[str], bool]


class NotAPage(ValueError):
    """Not the URL of a page; the message says what is wrong, never the URL."""


def thread_key(site: str, *, url: str, thread_id: str, fingerprints: Fingerprints) -> str:
    """Return the key of a thread of *site*: by the host's id if it gave one, else by the page's canonical URL.

    A name that may hold an address goes by its keyed fingerprint, since a mere hash could be guessed. It is told by the
    bare sign: what the masker learns later must not part a page from its comments.
    """
    plain = decoded(thread_id or url)
    if plain is None or _NAME_AT_HOST.search(normalize("NFKC", plain)):
        name = f"id {thread_id}" if thread_id else f"url {_without_scheme(url)}"
        return key_of(url="", thread_id=fingerprints.of(name, site=site, purpose="thread"))
    return key_of(url=url, thread_id=thread_id)


def key_of(*, url: str, thread_id: str) -> str:
    """Return the key of a name without an address: the host's id, else the page, whether read by http or https."""
    name = f"id:{thread_id}" if thread_id else f"url:{_without_scheme(url)}"
    return b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:KEY_LENGTH]


def canonical(url: str) -> str:
    """Return the page's one URL: no userinfo, fragment, default port, tracking, or parameter with an address. Its path
    may hold one: `shown` is for showing. Raises NotAPage."""
    page = _reduced(url.strip())
    # What is left where something was taken away may be read in another way.
    for _ in range(_ROUNDS):
        before, page = page, _reduced(page)
        if page == before:
            return page
    raise NotAPage(_ADDRESS)


def _reduced(url: str) -> str:
    """Return *url* with less in it, or as it is. Raises NotAPage."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAPage(_ADDRESS) from None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        raise NotAPage(_ADDRESS)
    if re.search(r"[\x00-\x20\x7f-\xa0\s\\]", url):
        raise NotAPage("The page’s address has a space or a backslash in it. Write it as %20 or %5C.")
    netloc = _ascii(host) if port in (None, 80 if scheme == "http" else 443) else f"{_ascii(host)}:{port}"
    tells = _reader_of(urlunsplit((scheme, netloc, parts.path or "/", parts.query, "")))
    *segments, rest = parts.path.split("/", _MOST_PIECES)
    segments = [_without_matrix(each, tells) for each in segments]
    path = "/".join([*segments, _without_matrix(rest, tells) if "/" not in rest else rest])
    page = urlunsplit((scheme, netloc, path or "/", urlencode(_kept(parts.query, tells)), ""))
    if len(page) > LONGEST_URL:
        raise NotAPage(f"The page’s address is too long: with its letters encoded, at most {LONGEST_URL:,} characters.")
    return page


def shown(url: str) -> Masked:
    """Mask the addresses in each segment of *url*; of one that is encoded deeper than `mask` reads, all of it."""
    if not may_tell(url):
        return mask(url)
    text = ""
    covered: tuple[Covered, ...] = ()
    plain = decoded(url)
    is_busy = plain is None or _is_busy(plain)
    for at, piece in enumerate(url.split("/", _MOST_PIECES)):
        # Its host, which no more than a line has, is needed to tell whose page it is.
        hidden = _hidden(piece) if is_busy and at >= _AFTER_HOST else _masked(piece)
        covered += tuple(replace(cover, begin=cover.begin + len(text)) for cover in hidden[1])
        text += f"{hidden[0]}/"
    # What only two segments together say, as a quoted "/" can, is not worth its way back.
    whole = mask(text[:-1])
    return whole if whole.covered else Masked(whole.text, covered)


def followable(path: str) -> str:
    """Return a path of ours to go on to, without the parameters that hold an address, and masked where it does; without
    a query that is longer than any of ours."""
    path, _, query = path.partition("?")
    if len(path) > LONGEST_URL:
        return ""
    if len(query) > LONGEST_URL:
        query = ""
    if query and may_tell(query):
        try:
            query = urlencode(_kept(query, _reader_of(query)))
        except NotAPage:
            query = ""
    return f"{shown(path).text}?{query}" if query else shown(path).text


def may_tell(text: str) -> bool:
    """Whether an address is in *text*, a URL or a part of one, plain or however often encoded, or is all of a value."""
    return TOLD.of(digest(text), lambda: _tells(text))


def _tells(text: str) -> bool:
    plain = decoded(text)
    if plain is None or _is_busy(plain):
        return True
    spaced = plain.replace("+", " ")
    # A value may be an address in base64, which shows by itself alone. A profile's "@name@host" shows where it stands.
    values = [each for each in _VALUES.split(spaced) if _SHORTEST <= len(each) <= _LONGEST and not each.startswith("@")]
    readings = dict.fromkeys((text, plain, spaced, *values))
    # Only lines, of a list for one, make anything of a value that it is not where it stands.
    return bool(spot(_APART.join(readings)) or spot_shown(_APART.join(values) if "\n" in spaced else spaced))


def _is_busy(text: str) -> bool:
    """Whether *text*, decoded, is made to keep its readers busy."""
    return TOLD.of(digest(f"busy {text}"), lambda: _keeps_busy(text))


def _keeps_busy(text: str) -> bool:
    return _swells(text) or len(_MARKS.findall(text)) > _MOST_MARKS or signs_in(text) > _MOST_SIGNS


def _swells(text: str) -> bool:
    return len(normalize("NFKC", text)) > len(text) + _MOST_SWELLING


def _is_put_off(text: str) -> bool:
    """Whether a part of what keeps its readers busy counts as an address: what would be read, and what has a sign."""
    return _swells(text) or signs_in(text) > 0 or may_tell(text)


def _reader_of(text: str) -> Tells:
    """Return what tells of the parts of *text* whether they hold an address: none does where the whole does not."""
    plain = decoded(text)
    if plain is None or _is_busy(plain):
        return _is_put_off
    return may_tell if may_tell(text) else lambda _: False


def decoded(text: str) -> str | None:
    """Return *text* without its percent-encoding, however often it is encoded; None where there seems no end to it."""
    for _ in range(_LEVELS):
        plain = unquote(text)
        if plain == text:
            return plain
        text = plain
    return None


def link_to(shown_url: str) -> str:
    """Return what leads to the page at *shown_url*: nothing where it is masked, for a link would say the address."""
    return "" if MASK in shown_url else shown_url


def host_of(url: str) -> str:
    """Return the host of a canonical URL or an origin, without its port."""
    return urlsplit(url).hostname or ""


def origin_of(url: str) -> str:
    """Return the origin of *url*, its scheme and host; empty where there is none that is one for certain."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if is_origin(origin) else ""


def is_origin(text: str) -> bool:
    """Whether *text* is an origin in lower case, and has no sign that a header reads as its own."""
    found = _ORIGIN.fullmatch(text)
    if found is None:
        return False
    address, port = found["address"], found["port"]
    try:
        return (address is None or bool(IPv6Address(address))) and (port is None or 0 < int(port) < 2**16)
    except ValueError:
        return False


def _masked(piece: str) -> tuple[str, tuple[Covered, ...]]:
    masked = mask(piece)
    return (MASK, (Covered(0, piece),)) if may_tell(masked.text) else (masked.text, masked.covered)


def _hidden(piece: str) -> tuple[str, tuple[Covered, ...]]:
    return (MASK, (Covered(0, piece),)) if _is_put_off(piece) else (piece, ())


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]


def _without_matrix(segment: str, tells: Tells) -> str:
    """Return a path's segment without those of its parameters, "article;email=…", that hold an address."""
    name, *parameters = segment.split(";")
    if len(parameters) > _MOST_PIECES:
        return name if tells(segment) else segment
    return ";".join([name, *(each for each in parameters if not tells(each))])


def _kept(query: str, tells: Tells) -> list[tuple[str, str]]:
    """Return the parameters that say what is read, and nobody's address. Raises NotAPage."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise NotAPage("The page’s address has too many parameters: more than 100.") from None
    kept = filter(None, (_without_address(*pair, tells) for pair in pairs))
    return [pair for pair in kept if not TRACKING.fullmatch(pair[0])]


def _without_address(name: str, value: str, tells: Tells) -> tuple[str, str] | None:
    """Return a parameter without what holds an address; None where nothing is left."""
    text = f"{name}={value}"
    if not tells(text):
        return name, value
    if not 1 < len(_PIECE.findall(text)) <= _MOST_PIECES:
        return None
    left = _PIECE.sub(lambda piece: "" if tells(piece[0]) else piece[0], text).lstrip("&;?")
    name, _, value = left.partition("=")
    return None if not left or tells(left) else (name, value)


def _ascii(host: str) -> str:
    if ":" in host:
        host = f"[{host}]"
    try:
        host = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        host = ""
    if not _HOST.fullmatch(host):
        raise NotAPage("The page’s host name is not valid.")
    return host
