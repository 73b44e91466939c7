"""A thread: the page that comments belong to, by its canonical URL or by the host's own id."""

import hashlib
import re
from base64 import b32encode
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import idna

from service.core.masking import holds_address

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


class NotAPage(ValueError):
    """Not the URL of a page; the message says what is wrong, never the URL."""


def key_of(*, url: str, thread_id: str) -> str:
    """Return the thread's key: the host's id if it gave one, else the page, whether read by http or https."""
    name = f"id:{thread_id}" if thread_id else f"url:{url.partition('://')[2]}"
    return b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:KEY_LENGTH]


def canonical(url: str) -> str:
    """Return the page's one URL: no userinfo, fragment, default port or tracking. Raises NotAPage."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAPage("Please give the page’s address, like https://example.org/article.") from None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host or re.search(r"[\x00-\x20\x7f-\xa0\s\\]", url.strip()):
        raise NotAPage("Please give the page’s address, like https://example.org/article.")
    netloc = _ascii(host) if port in (None, 80 if scheme == "http" else 443) else f"{_ascii(host)}:{port}"
    query = urlencode([pair for pair in _pairs(parts.query) if not TRACKING.fullmatch(pair[0])])
    page = urlunsplit((scheme, netloc, parts.path or "/", query, ""))
    if holds_address(page):
        raise NotAPage("The page’s address contains an e-mail address. Leave it out.")
    return page


def host_of(url: str) -> str:
    """Return the host of a canonical URL or an origin, without its port."""
    return urlsplit(url).hostname or ""


def origin_of(url: str) -> str:
    """Return the origin of *url*, its scheme and host; empty where there is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise NotAPage("The page’s address has too many parameters.") from None


def _ascii(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        return host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise NotAPage("The page’s host name is not valid.") from None
