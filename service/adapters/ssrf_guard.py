"""Which addresses a webhook may reach: the public internet, and the networks that the operator allows.

Asked when a socket opens, after DNS, of the very address that is connected to: a name that resolves to something else a
moment later gains nothing. `ipaddress.is_global` is not enough; it lets NAT64, 6to4 and multicast through.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from service.core.errors import Fault, InvalidChange, ParleyError
from service.core.thread import may_tell

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Networks that are not the public internet, or lead back from it. Sources: IANA's special-purpose registries.
CLOSED: Final[tuple[Network, ...]] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback, IPv4-compatible
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local
        "100::/64",  # discard
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)

#: Of IPv6 only this is given to anybody at all. The rest is refused whatever it may become.
GLOBAL: Final = IPv6Network("2000::/3")

LONGEST_URL: Final = 2048

#: Segments of a URL that are looked at one by one.
_MOST_PIECES: Final = 40


class AddressRefused(ParleyError):
    """A webhook may not reach this address. Never says which it was: that would tell about the inside."""

    def __init__(self) -> None:
        super().__init__("The address is not allowed.")


class Guard:
    """Lets webhooks out to the public internet and to the networks *allow*, nowhere else."""

    def __init__(self, allow: Sequence[Network] = ()) -> None:
        self._allow = tuple(allow)

    def check(self, address: str, *, is_encrypted: bool) -> None:
        """Raise AddressRefused unless a connection to *address* may be opened; plain http only to allowed networks."""
        canonical = _canonical(ip_address(address.partition("%")[0]))
        if any(canonical in network for network in self._allow):
            return
        is_given = canonical.version == 4 or canonical in GLOBAL
        if not (is_encrypted and is_given) or any(canonical in network for network in CLOSED):
            raise AddressRefused


def check_url(url: str) -> None:
    """Raise InvalidChange unless *url* can be an endpoint's. Whether its address may be reached is asked at connect."""
    problem = _problem(url)
    if problem:
        raise InvalidChange([Fault("url", problem)])


def _canonical(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _problem(url: str) -> str | None:
    if len(url) > LONGEST_URL:
        return f"A webhook’s URL has at most {LONGEST_URL:,} characters."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is not a URL."
    if parts.scheme not in ("https", "http"):
        return "A webhook’s URL begins with https://, or with http:// on a network that WEBHOOK_ALLOW_NETWORKS names."
    if not host or port == 0 or not url.isprintable() or " " in url or "\\" in url:
        return "This is not a URL."
    if parts.username is not None or parts.password is not None:
        return "Leave the user name and password out of the URL; the signature proves who sends."
    if any(map(may_tell, url.split("/", _MOST_PIECES))):
        return "Leave the e-mail address out of the URL, which the log shows; a header’s value is sealed."
    return None
