"""One exchange: to the address that was checked, within its time, and whatever the receiver does is an answer."""

import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from service.outside.guard import Guard
from service.outside.sending import KEPT, READ_AT_MOST, Answer, Sender
from tests.receivers import Receiver, drip, status
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


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_loopback_is_reached(host: str) -> None:
    with Receiver() as receiver:
        port = receiver.url.split(":")[2]
        answer = send(Sender(Guard()), f"https://{host}:{port}")
        assert answer.status is None
        assert answer.error == "The address is not allowed."
        assert receiver.requests == []


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
