"""Webhooks reach the public internet and what the operator allows, nothing else."""

from ipaddress import ip_address, ip_network

import pytest

from service.adapters import ssrf_guard
from service.adapters.ssrf_guard import AddressRefused, Guard, check_url
from service.core.errors import InvalidChange

CLOSED = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

#: Of no closed network, and nobody's.
UNGIVEN = ["::1:0:0:1", "64:ff9b:2::1", "64:ff9c::1", "100:0:0:1::1", "1fff:ffff::1", "4000::1", "8000::1", "e000::1"]


@pytest.mark.parametrize("address", [*CLOSED, *UNGIVEN])
def test_what_is_not_the_public_internet_is_closed(address: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        Guard().check(address, is_encrypted=True)
    assert address not in str(refused.value)


def test_every_closed_network_has_its_row() -> None:
    examples = [ip_address(each.partition("%")[0]) for each in CLOSED]
    assert [str(network) for network in ssrf_guard.CLOSED if not any(each in network for each in examples)] == []


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00::1", "::ffff:1.1.1.1"])
def test_the_public_internet_is_open_to_https_alone(address: str) -> None:
    Guard().check(address, is_encrypted=True)
    with pytest.raises(AddressRefused):
        Guard().check(address, is_encrypted=False)


def test_what_the_operator_allows_is_open_by_http_too() -> None:
    guard = Guard([ip_network("10.1.0.0/16"), ip_network("fd00::/8")])
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1"):
        guard.check(address, is_encrypted=False)
    for address in ("10.2.0.1", "127.0.0.1", "fc00::1"):
        with pytest.raises(AddressRefused):
            guard.check(address, is_encrypted=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https://user@a.example/",
        "https://user:word@a.example/",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example\\@b.example/",
        "https://a b.example/",
        "https://a.example/\n",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://" + "a" * 2048,
        "",
    ],
)
def test_a_url_that_cannot_be_an_endpoint_is_refused_in_words(url: str) -> None:
    with pytest.raises(InvalidChange) as refused:
        check_url(url)
    assert refused.value.faults[0].message.endswith(".")


def test_a_url_that_can_be_an_endpoint_is_taken() -> None:
    for url in ("https://a.example/hooks?site=1", "http://hooks.intranet.example:8080/"):
        check_url(url)
