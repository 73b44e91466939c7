"""A site: whose pages embed Parley, from which origins, by which policy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.core.errors import Fault, InvalidChange
from service.core.policy import Policy
from service.core.rules import Rule
from service.core.thread import host_of, is_origin

#: A site's id stands in URLs and keys.
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")

LONGEST_ORIGIN = 260


@dataclass(frozen=True, slots=True)
class Site:
    """A site. *any_page* lets the demo take comments for pages of any host; *origins* bind everybody else.

    Its readers get *language* unless their page says another, with the site's own *texts* instead of ours, by key.
    Its moderators name its *rules*, or the default ones where it has none of its own; *moderators* has their own names
    by how they look (`names.looks`).
    """

    id: str
    name: str
    origins: tuple[str, ...]
    policy: Policy
    any_page: bool = False
    language: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    moderators: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def has_page(self, url: str) -> bool:
        """Whether the page at canonical *url* is one of this site's."""
        return self.any_page or host_of(url) in {host_of(origin) for origin in self.origins}


def site_id(text: str) -> str:
    """Return *text* if it can name a site. Raises InvalidChange."""
    if not ID.fullmatch(text):
        raise InvalidChange([Fault("site", "A site’s id has 1 to 40 letters a-z, digits and hyphens.")])
    return text


def origin(text: str) -> str:
    """Return *text* as an origin, scheme and host. Raises InvalidChange."""
    tidy = text.strip().rstrip("/").lower()
    if len(tidy) > LONGEST_ORIGIN or not is_origin(tidy):
        raise InvalidChange([Fault("origins", "An origin is a scheme and a host, like https://news.example.org.")])
    return tidy
