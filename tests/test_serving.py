"""The web server's own bounds, on a small application: who is slow ends in time, and who comes gets room."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from waitress import wasyncore

from service.processes.web_server import MOST_AHEAD, Bounds, Server, Stage
from service.web.problems import UNREAD
from service.web.traffic import HEADERS
from tests.processes import linux, timed, wait_for

# What is tested is how long something takes.
pytestmark = timed

#: Short enough for a test, and far enough from each other to be told apart.
PATIENCE = {Stage.QUIET: 0.5, Stage.HEAD: 0.5, Stage.BODY: 1.0, Stage.ANSWER: 1.0, Stage.PARTING: 0.5}

#: More than the system keeps for a reader that does not read.
LONG = 8 * 1024 * 1024

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nAccept: %s\r\nContent-Length: 1000\r\n\r\n"


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Answer with the path, with much to `/long`, late to `/late`, and with the status of what could not be read."""
    if environ["PATH_INFO"] == "/late":
        # As long as another connection takes to come.
        time.sleep(0.3)
    status = environ.get(UNREAD, 200)
    start_response(f"{status} -", [("Content-Type", "text/plain")])
    return [b"x" * LONG if environ["PATH_INFO"] == "/long" else environ["PATH_INFO"].encode()]


class Served:
    """A server on a port of its own, in a thread."""

    def __init__(self, **bounds: Any) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._map: dict[int, Any] = {}
        limits = {"connections": 100, "per_network": 100, "patience": PATIENCE} | bounds
        self.server = Server(application, self._listening, bounds=Bounds(**limits), threads=2, map=self._map)
        self._thread = threading.Thread(target=self._run)
        self._connections: list[socket.socket] = []
        self._is_over = False
        self._thread.start()

    def _run(self) -> None:
        while not self._is_over:
            wasyncore.poll2(0.05, self._map)
            self.server.sweep()
            self.server.tend(time.monotonic())

    def connect(self, said: bytes = b"", *, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection on which *said* was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5, source_address=(source, 0))
        self._connections.append(connection)
        connection.sendall(said)
        return connection

    def stop(self) -> None:
        for connection in self._connections:
            connection.close()
        self._is_over = True
        self._thread.join()
        for channel in list(self.server.channels):
            channel.handle_close()
        self.server.task_dispatcher.shutdown()
        self.server.close()


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    served = Served(**getattr(request, "param", {}))
    yield served
    served.stop()


def everything(connection: socket.socket) -> bytes:
    """Return what comes until the connection ends."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def is_open(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(5)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\nHos", b"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json"),
        (POST % b"*/*", b"HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json"),
        (POST % b"text/html", b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/html"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n500\r\nab", b"HTTP/1.1 408 Request Timeout"),
    ],
)
def test_a_request_that_drips_ends_in_time_however_much_still_comes(served: Served, said: bytes, answer: bytes) -> None:
    connection, began, ended = served.connect(said), time.monotonic(), threading.Event()

    def drip() -> None:
        while said.strip() and not ended.wait(0.05):
            try:
                connection.send(b"a")
            except OSError:
                return

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        # Whoever drips on may lose what he was told, but not gain time.
        told = everything(connection)
    except ConnectionResetError:
        told = answer
    ended.set()
    dripping.join()
    assert time.monotonic() - began < 2
    assert told.startswith(answer)


def test_whoever_took_too_long_is_answered_with_the_headers_of_every_answer(served: Served) -> None:
    head = everything(served.connect(POST % b"text/html")).partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert {f"{name}: {value}" for name, value in HEADERS.items()} | {"Cache-Control: no-store"} <= set(head)


def test_an_answer_that_is_not_read_ends_in_time(served: Served) -> None:
    connection = served.connect(GET.replace(b"/ ", b"/long "))
    wait_for(lambda: served.server.channels)
    wait_for(lambda: not served.server.channels, within=3)
    assert len(everything(connection)) < LONG


def test_an_answer_that_is_read_in_time_comes_whole(served: Served) -> None:
    with served.connect(GET.replace(b"/ ", b"/long ").replace(b"Host: a", b"Connection: close")) as connection:
        assert len(everything(connection)) > LONG


@pytest.mark.parametrize("served", [{"per_network": 3, "moment": 0}, {"connections": 3, "moment": 0}], indirect=True)
def test_who_comes_gets_the_place_of_who_waited_longest(served: Served) -> None:
    slow = [served.connect(b"GET") for _ in range(3)]
    wait_for(lambda: len(served.server.channels) == 3)
    assert served.connect(GET).recv(4096).startswith(b"HTTP/1.1 200")
    assert [is_open(each) for each in slow] == [False, True, True]


@pytest.mark.parametrize("served", [{"per_network": 1}], indirect=True)
def test_who_has_just_come_or_is_being_served_keeps_the_place(served: Served) -> None:
    connections = [served.connect(GET.replace(b"/ ", b"/late ")) for _ in range(5)]
    for connection in connections:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


@linux
@pytest.mark.parametrize("served", [{"connections": 4, "moment": 0}], indirect=True)
def test_where_it_is_full_the_network_with_the_most_connections_gives_way(served: Served) -> None:
    modest = served.connect(b"GET", source="127.0.0.2")
    greedy = [served.connect(b"GET", source="127.0.0.1") for _ in range(3)]
    wait_for(lambda: len(served.server.channels) == 4)
    assert served.connect(GET, source="127.0.0.3").recv(4096).startswith(b"HTTP/1.1 200")
    assert [is_open(each) for each in (modest, *greedy)] == [True, False, True, True]


@pytest.mark.parametrize("served", [{"per_network": 1, "trusted": (ip_network("127.0.0.0/8"),)}], indirect=True)
def test_a_trusted_proxy_may_have_as_many_connections_as_it_needs(served: Served) -> None:
    for_many = [served.connect(b"GET") for _ in range(20)]
    wait_for(lambda: len(served.server.channels) == 20)
    assert all(is_open(each) for each in for_many)


@pytest.mark.parametrize("served", [{"held": 100_000}], indirect=True)
def test_where_too_much_is_held_who_sent_most_gives_way(served: Served) -> None:
    begun = b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
    sent = [served.connect(begun + b"x" * bytes_sent) for bytes_sent in (20_000, 40_000, 30_000)]
    wait_for(lambda: sum(each.held for each in served.server.channels) > 90_000)
    assert [is_open(each) for each in sent] == [True, True, True]
    sent.append(served.connect(begun + b"x" * 35_000))
    wait_for(lambda: not is_open(sent[1]))
    assert [is_open(each) for each in sent] == [True, False, True, True]


@pytest.mark.parametrize("served", [{"held": 100_000, "patience": PATIENCE | {Stage.ANSWER: 60.0}}], indirect=True)
def test_an_answer_that_nobody_reads_is_held_as_well(served: Served) -> None:
    unread, late = (served.connect(GET.replace(b"/ ", path)) for path in (b"/long ", b"/late "))
    assert late.recv(4096).startswith(b"HTTP/1.1 200")
    wait_for(lambda: len(served.server.channels) == 1)
    assert len(everything(unread)) < LONG


def test_requests_sent_ahead_are_answered_in_order_and_too_many_end_the_connection(served: Served) -> None:
    paths = [f"/page-{n}" for n in range(MOST_AHEAD)]
    with served.connect(b"".join(GET.replace(b"/ ", f"{path} ".encode()) for path in paths)) as connection:
        told = everything(connection)
    assert re.findall(r"/page-\d+", told.decode()) == paths
    with served.connect(GET * 1000) as connection:
        assert everything(connection).count(b"200 -") == 1


@pytest.mark.parametrize("served", [{"patience": PATIENCE | {Stage.QUIET: 60.0, Stage.HEAD: 60.0}}], indirect=True)
def test_blank_lines_before_a_request_are_few_and_cost_nothing(served: Served) -> None:
    with served.connect(b"\r\n" + GET + b"\r\n\r\n" + GET.replace(b"Host: a", b"Connection: close")) as connection:
        assert everything(connection).count(b"200 -") == 2
    for blank in (b"\r\n", b"\n", b" \r\n", b"\r\n\t"):
        began = time.process_time()
        for _ in range(20):
            flood = served.connect()
            with contextlib.suppress(OSError):
                flood.sendall(blank * 8_000)
                assert everything(flood) == b""
        assert time.process_time() - began < 0.2
    # In a row with requests that are answered, they are read over as fast.
    began = time.process_time()
    for _ in range(10):
        with served.connect((GET + b"\r\n" * 4_000) * 5) as connection, contextlib.suppress(OSError):
            everything(connection)
    assert time.process_time() - began < 0.2


def test_whoever_still_sends_what_was_refused_gets_to_read_why(served: Served) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with served.connect(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 48) as connection:
        assert everything(connection).startswith(b"HTTP/1.1 413")


def test_too_long_a_body_is_refused_before_it_is_sent(served: Served) -> None:
    expecting = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n"
    with served.connect(expecting) as connection:
        assert everything(connection).startswith(b"HTTP/1.1 413")
