"""What the views are handed: the stories, the stores they read, and who we are on the web."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import cast

from flask import current_app, request

from service.core.ports import Fingerprints, Scorer
from service.core.site import Site
from service.store.deliveries import Deliveries
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.outbox import Outbox
from service.store.pages import Pages
from service.store.queue import Queue
from service.store.registry import Registry
from service.store.sessions import Sessions
from service.use_cases.access import Access
from service.use_cases.bulk_review import Bulk
from service.use_cases.casework import Casework
from service.use_cases.redact import Redaction
from service.use_cases.review import Review
from service.use_cases.security import Security
from service.use_cases.sites import Sites
from service.use_cases.submit import Intake
from service.use_cases.webhook_endpoints import Webhooks
from service.web.locale import Words, words_for

EXTENSION = "parley"

#: One reader's network: an IPv4 address, or the /64 that an IPv6 subscriber gets.
_PREFIX = {4: 32, 6: 64}


@dataclass(frozen=True, slots=True)
class Parley:
    """The service, as the web sees it."""

    intake: Intake
    review: Review
    bulk: Bulk
    casework: Casework
    redaction: Redaction
    access: Access
    security: Security
    registry: Registry
    sites: Sites
    scorer: Scorer
    queue: Queue
    lists: Lists
    leases: Leases
    pages: Pages
    outbox: Outbox
    deliveries: Deliveries
    fingerprints: Fingerprints
    sessions: Sessions
    webhooks: Webhooks
    cookie_key: bytes
    model: str
    public_url: str | None
    metrics_token: str | None
    now: Callable[[], float]

    @property
    def is_https(self) -> bool:
        """Whether people reach us by https, so that cookies and browsers may insist on it."""
        return (self.public_url or "").startswith("https:")

    @property
    def origin(self) -> str:
        """Our own origin: as set, else as the request came."""
        return (self.public_url or request.host_url).rstrip("/").lower()

    def is_own_page(self, origin: str, site: Site) -> bool:
        """Whether *origin* is ours or the site's."""
        return origin.lower() in (self.origin, *site.origins)


def parley() -> Parley:
    """Return the service that this application serves."""
    return cast("Parley", current_app.extensions[EXTENSION])


def words_of(site: Site, lang: str) -> Words:
    """Return the words for a reader of *site*: in *lang*, else in the site's language with its own texts."""
    if lang and lang != site.language:
        return words_for(lang)
    return words_for(site.language, overrides=site.texts)


def is_full(site: Site) -> bool:
    """Whether as much is held for the moderators of *site* as may be."""
    return parley().queue.held(site.id).fills(site.policy.room)


def network() -> str:
    """Return the network that the request came from; a socket's peer is the local machine."""
    return network_of(request.remote_addr or "127.0.0.1")


def network_of(text: str) -> str:
    """Return the network of the address *text*."""
    address = address_of(text)
    return str(ip_network((address, _PREFIX[address.version]), strict=False)) if address else "unknown"


def is_within(text: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether the address *text* is of one of *networks*."""
    address = address_of(text)
    return address is not None and any(address in network for network in networks)


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address *text*, an IPv4 one that is written as IPv6 as what it is; None when it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
