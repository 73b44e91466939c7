"""One exchange: to the address that was checked, within its time, and whatever the receiver does is an answer."""

import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from service.adapters.ssrf_guard import Guard
from service.adapters.webhook_client import KEPT, READ_AT_MOST, Answer, Sender
from tests.processes import timed
from tests.receivers import Proxy, Receiver, drip, status
from tests.servers import certificate_for

LOOPBACK = Guard([ip_network("127.0.0.0/8")])


def send(sender: Sender, url: str, *, timeout: float = 5) -> Answer:
    return sender.send(url, body=b"{}", headers={"Content-Type": "application/json"}, timeout=timeout)


def test_an_answer_comes_back_with_its_beginning() -> None:
    with Receiver(answers=[status(503, body=b"x" * 10_000, headers={"Retry-After": "9"})]) as receiver:
        answer = send(Sender(LOOPBACK), receiver.url)
    assert (answer.status, answer.error, answer.retry_after) == (503, None, "9")
    assert answer.excerpt == "x" * KEPT


def test_connections_are_kept_for_the_next_webhook() -> None:
    asked: list[str] = []

    def resolve(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return socket.getaddrinfo(host, *args, **kwargs)

    with Receiver() as receiver:
        sender = Sender(LOOPBACK, resolve=resolve)
        assert [send(sender, receiver.url).status for _ in range(3)] == [204, 204, 204]
    assert len(asked) == 1


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with Receiver() as inside, Receiver(answers=[status(302, headers={"Location": inside.url})]) as receiver:
        assert send(Sender(LOOPBACK), receiver.url).status == 302
        assert inside.requests == []


#: The odd spellings of compatibility.md's table, and more: each of them means an address of the inside.
SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "169.254.169.254",
    "0xa9fea9fe",
    "100.64.0.1",
    "192.168.1.1",
    "10.0.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_the_inside_is_reached(host: str) -> None:
    with Receiver() as receiver:
        port = receiver.url.split(":")[2]
        answer = send(Sender(Guard()), f"https://{host}:{port}")
        assert answer.status is None
        # Digits of other scripts make no host: nothing is opened for them.
        is_host = host.isascii()
        assert answer.error == ("The address is not allowed." if is_host else "The connection failed.")
        assert receiver.requests == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_the_inside_is_asked_of_the_proxy(host: str) -> None:
    with Receiver() as proxy:
        sender = Sender(Guard(), proxy=proxy.url.removesuffix("/hook"))
        if not host.upper().startswith("LOCALHOST"):
            assert send(sender, f"https://{host}/", timeout=2).status is None
        assert send(sender, f"http://{host}/", timeout=2).status is None
        assert proxy.requests == []


def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    answers = iter(["93.184.215.14", "127.0.0.1"])
    connected: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        address = next(answers)
        connected.append(address)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with Receiver() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        send(Sender(Guard(), resolve=resolve), f"https://rebind.example:{port}/", timeout=0.3)
        assert connected == ["93.184.215.14"]
        assert send(Sender(Guard(), resolve=resolve), f"https://rebind.example:{port}/").error == (
            "The address is not allowed."
        )
        assert receiver.requests == []


def test_one_closed_address_among_many_refuses_them_all() -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("1.1.1.1", "10.0.0.1")]

    assert send(Sender(Guard(), resolve=resolve), "https://a.example/").error == "The address is not allowed."


def hang(request: Any) -> None:
    time.sleep(3)


def reset(request: Any) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def lie(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nshort")
    request.connection.shutdown(socket.SHUT_RDWR)


def flood(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    try:
        for _ in range(1000):
            request.wfile.write(b"x" * READ_AT_MOST)
    except OSError:
        pass


@timed
@pytest.mark.parametrize("answer", [hang, drip(3)])
def test_the_whole_exchange_has_one_time_limit(answer: Callable[[Any], None]) -> None:
    with Receiver(answers=[answer]) as receiver:
        began = time.monotonic()
        got = send(Sender(LOOPBACK), receiver.url, timeout=0.5)
        assert time.monotonic() - began < 1.5
    assert (got.status, got.error) == (None, "No answer in time.")


@pytest.mark.parametrize("answer", [reset, lie])
def test_a_broken_answer_is_a_failure_in_words(answer: Callable[[Any], None]) -> None:
    with Receiver(answers=[answer]) as receiver:
        got = send(Sender(LOOPBACK), receiver.url)
    assert (got.status, got.error) == (None, "The connection failed.")


def test_an_endless_answer_is_read_to_its_bound_and_no_further() -> None:
    with Receiver(answers=[flood]) as receiver:
        got = send(Sender(LOOPBACK), receiver.url)
    assert (got.status, len(got.excerpt)) == (200, KEPT)


def test_nobody_there_is_a_failure_in_words() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert send(Sender(LOOPBACK), f"http://127.0.0.1:{port}/").error == "The connection failed."
    assert send(Sender(LOOPBACK), "https://no-such-host.invalid/").error == "The host name has no address."


def test_a_certificate_must_be_valid(tmp_path: Path) -> None:
    key, certificate = certificate_for("127.0.0.1", folder=tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    with Receiver() as receiver:
        receiver.encrypt(served)
        url = receiver.url.replace("http://", "https://")
        assert send(Sender(LOOPBACK), url).error == "The certificate is not valid."
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert send(Sender(LOOPBACK, ssl_context=trusting), url).status == 204


@timed
def test_the_time_limit_counts_finding_the_address(tmp_path: Path) -> None:
    asked = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        time.sleep(3)
        return []

    sender = Sender(LOOPBACK, resolve=resolve)
    began = time.monotonic()
    for _ in range(3):
        assert send(sender, "https://slow.example/", timeout=0.3).error == "No answer in time."
    assert time.monotonic() - began < 2
    # One thread asks for the name, however many exchanges wait for it.
    assert asked == ["slow.example"]


@timed
def test_addresses_that_do_not_answer_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full, Receiver() as receiver:
        full.bind(("127.0.0.2", 0))
        full.listen(0)
        port = int(receiver.url.split(":")[2].split("/")[0])
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(full.getsockname())

        def resolve(host: str, _: int, **__: Any) -> list[Any]:
            places = [full.getsockname(), ("127.0.0.1", port)]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

        assert send(Sender(LOOPBACK, resolve=resolve), f"http://two.example:{port}/", timeout=2).status == 204
        for each in waiting:
            each.close()


def test_timings_tell_connecting_from_waiting() -> None:
    with Receiver() as receiver:
        sender = Sender(LOOPBACK)
        receiver.takes = 0.1
        first, second = send(sender, receiver.url), send(sender, receiver.url)
    assert 0 < first.connecting < first.milliseconds
    assert second.connecting == 0
    assert second.milliseconds >= 100
    assert "Content-Length: 0" in first.headers


def test_a_webhook_goes_through_the_egress_proxy(tmp_path: Path) -> None:
    key, certificate = certificate_for("127.0.0.1", folder=tmp_path)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    with Receiver() as receiver, Proxy() as proxy:
        receiver.encrypt(served)
        url = receiver.url.replace("http://", "https://")
        trusting = ssl.create_default_context(cafile=str(certificate))
        sender = Sender(LOOPBACK, ssl_context=trusting, proxy=f"http://parley:s%40crt@127.0.0.1:{proxy.port}")
        assert send(sender, url).status == 204
        assert len(receiver.requests) == 1
    (asked,) = proxy.asked
    assert asked.startswith(f"CONNECT {url.split('/')[2]} ".encode())
    assert b64encode(b"parley:s@crt") in asked
    assert b"webhook" not in asked


def test_a_proxy_that_is_away_is_a_failure_in_words() -> None:
    sender = Sender(LOOPBACK, proxy="http://127.0.0.1:9")
    assert send(sender, "https://hooks.example/").error == "The connection failed."
