"""Which list one looks at, as the desk's addresses say it: one query for the list, its order and its filter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from service.core.comment import Reason
from service.core.errors import Fault, InvalidChange
from service.core.listing import LONGEST_SEARCH, Listing, Sorting, View
from service.core.masking import mask

_ID = re.compile(r"[A-Za-z0-9_:-]{0,128}")


def is_id(text: str) -> bool:
    """Whether *text* may name an author, a page or a comment, or is empty: it can hold no address."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Viewing:
    """A view of one *site*, or of all of them where it is empty."""

    site: str
    view: View

    @classmethod
    def parse(cls, site: str, query: Mapping[str, str]) -> "Viewing":
        """Return what *query* asks for; whoever looks for an address finds what hides one. Raises InvalidChange."""
        author, thread, words = (query.get(name, "").strip() for name in ("author", "page", "words"))
        if len(words) > LONGEST_SEARCH:
            raise InvalidChange([Fault("words", f"Search for at most {LONGEST_SEARCH} characters.")])
        if not (is_id(author) and is_id(thread)):
            raise InvalidChange([Fault("author", "There is no such author or page. Follow a link of the desk.")])
        try:
            view = View(
                Listing(query.get("list") or Listing.WAITING),
                Sorting(query.get("sort") or Sorting.WORST),
                Reason(query["reason"]) if query.get("reason") else None,
                author,
                thread,
                mask(words).text,
            )
        except ValueError:
            raise InvalidChange([Fault("list", "There is no such list, order or reason.")]) from None
        return cls(site, view)

    @property
    def query(self) -> dict[str, str]:
        """The view as a query, without what is so anyway."""
        view = self.view
        given = {
            "list": view.listing if view.listing is not Listing.WAITING else "",
            "sort": view.sorting if view.sorting is not Sorting.WORST else "",
            "reason": view.reason or "",
            "author": view.author,
            "page": view.thread,
            "words": view.words,
        }
        return {name: str(value) for name, value in given.items() if value}

    @property
    def base(self) -> str:
        """The address of the lists of its site, or of all sites."""
        return f"/review/{self.site}"

    def url(self, *, cursor: str = "") -> str:
        """Return the address of this view, from *cursor* on."""
        query = urlencode(self.query | ({"cursor": cursor} if cursor else {}))
        return f"{self.base}?{query}" if query else self.base

    def pulse(self) -> str:
        """Return the address that tells what changed in this view."""
        return f"/review/{self.site or '-'}/pulse?{urlencode(self.query)}"

    def of_list(self, listing: Listing) -> "Viewing":
        """Return the whole of another list, in the same order."""
        return self.showing(View(listing, self.view.sorting))

    def showing(self, view: View) -> "Viewing":
        """Return another *view* of the same site or sites."""
        return replace(self, view=view)
