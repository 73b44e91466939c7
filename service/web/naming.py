"""What names a thread in links and forms: its page's URL or the host's id, or its key, where those hold an address.

A key travels signed together with the URL that is shown, so that nobody puts it beside another page's.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.core.comment import Comment
from service.core.errors import Fault, InvalidChange
from service.core.masking import MASK, MaskedText, mask
from service.core.thread import NotAPage, canonical, key_of, may_tell, shown, thread_key
from service.web.context import parley

#: Longest signed key.
LONGEST_THREAD: Final = 80

#: The fields that name a thread.
NAMES: Final = ("thread_url", "thread_id", "thread")


@dataclass(frozen=True, slots=True)
class Named:
    """A thread's *key*, and what names it again, without an address: the *thread* is its signed key, empty where *url*
    and *thread_id* say which it is."""

    key: str
    url: MaskedText
    thread_id: str = ""
    thread: str = ""

    @classmethod
    def of(cls, site: str, *, url: str, thread_id: str, thread: str = "") -> "Named":
        """Read the names that came. Raises InvalidChange."""
        if thread:
            return cls(_opened(site, thread, url=url), mask(url).text, thread=thread)
        key, page = key_and_page(site, url=url, thread_id=thread_id)
        masked = shown(page).text
        if masked == page and not may_tell(thread_id):
            return cls(key, masked, thread_id)
        return cls(key, masked, thread=_signed(site, key, url=masked))

    @classmethod
    def on(cls, comment: Comment) -> "Named":
        """Return the names of the thread that *comment* stands in."""
        site, key, url = comment.site, comment.thread, comment.thread_url
        is_page = MASK not in url and key == key_of(url=url, thread_id="")
        return cls(key, url, thread="" if is_page else _signed(site, key, url=url))

    @property
    def fields(self) -> dict[str, str]:
        """The names as fields of a query or a form."""
        return {"thread_url": self.url, "thread_id": self.thread_id, "thread": self.thread}


def key_and_page(site: str, *, url: str, thread_id: str) -> tuple[str, str]:
    """Return the key of the thread of these names, and its page's canonical URL if it has one. Raises InvalidChange."""
    if not (url or thread_id):
        raise InvalidChange([Fault("thread_url", "Say which thread: thread_url or thread_id.")])
    page = _page(url) if url else ""
    return thread_key(site, url=page, thread_id=thread_id, fingerprints=parley().fingerprints), page


def names_again(site: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the names among *fields* for the form that goes back, without an address, even if they name nothing."""
    url, thread_id, thread = (fields.get(name, "") for name in NAMES)
    try:
        return Named.of(site, url=url, thread_id=thread_id, thread=thread).fields
    except InvalidChange:
        return {"thread_url": shown(url).text, "thread_id": shown(thread_id).text, "thread": ""}


def key_sent(site: str, fields: Mapping[str, Any]) -> str:
    """Return the key that was sent signed, else nothing. Raises InvalidChange where its signature is wrong."""
    thread, url = (str(fields.get(name) or "") for name in ("thread", "thread_url"))
    return _opened(site, thread, url=url) if thread else ""


def _page(url: str) -> str:
    try:
        return canonical(url)
    except NotAPage as error:
        raise InvalidChange([Fault("thread_url", str(error))]) from None


def _signed(site: str, key: str, *, url: str) -> str:
    return f"{key}.{parley().fingerprints.of(f'{key} {url}', site=site, purpose='thread name')}"


def _opened(site: str, thread: str, *, url: str) -> str:
    key = thread.partition(".")[0]
    if not hmac.compare_digest(thread.encode(), _signed(site, key, url=url).encode()):
        raise InvalidChange([Fault("thread", "This does not name a thread of the page any more. Load the page anew.")])
    return key
