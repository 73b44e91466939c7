"""Strangers who are slow, by the hundred, and whoever asks beside them."""

import http.client
import itertools
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.running import RunningParley

SLOW_ONES = 500

#: Seconds in which a health check must be answered, and a comment taken in, whoever is slow.
SOON = 1.0

HEAD = b"POST /v1/sites/demo/comments HTTP/1.1\r\nHost: 127.0.0.1\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

#: What each kind sends at once; what drips then, byte for byte, is the same for all.
SLOW: Final = {
    "who say nothing": b"",
    "half-sent heads": GET + b"Accept: ",
    "half-sent bodies": JSON + b'Content-Length: 1000\r\n\r\n{"body',
    "bodies that drip": JSON + b'Content-Length: 1000\r\n\r\n{"body": "',
    "chunks that drip": FORM + CHUNKED + b"100\r\nbody=",
    "readers who do not read": GET.replace(b"/healthz", b"/docs") + b"\r\n",
}


class Strangers:
    """Connections that are all slow in one way; what the server closes is opened again, 50 a second at most.

    More would be a flood, which is another matter: it takes the processor's time, not the server's places.
    """

    def __init__(self, port: int, said: bytes, *, drips: bool, sources: list[str]) -> None:
        self._port, self._said, self._drips = port, said, drips
        self._sources = itertools.cycle(sources)
        self._is_over = threading.Event()
        self.connections = [self._connect() for _ in range(SLOW_ONES)]
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()

    def _connect(self) -> socket.socket:
        connection = socket.socket()
        # A small window, so that an answer stays with the server.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(10)
        connection.bind((next(self._sources), 0))
        connection.connect(("127.0.0.1", self._port))
        connection.sendall(self._said)
        connection.settimeout(0)
        return connection

    def _go_on(self) -> None:
        while not self._is_over.wait(0.2):
            again = 0
            for n, connection in enumerate(self.connections):
                try:
                    is_closed = not connection.recv(1, socket.MSG_PEEK)
                    if self._drips:
                        connection.send(b"a")
                except BlockingIOError:
                    is_closed = False
                except OSError:
                    is_closed = True
                if is_closed and again < 10:
                    again += 1
                    connection.close()
                    self.connections[n] = self._connect()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()
        for connection in self.connections:
            connection.close()


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process have a file for each of the slow ones."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def ask(parley: RunningParley, method: str, path: str, document: object = None, *, source: str) -> tuple[int, float]:
    """Ask on a connection of its own; return the status, and after how many seconds it was there."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", parley.port, timeout=10, source_address=(source, 0))
    connection.request(method, path, json.dumps(document), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


def comment(parley: RunningParley, body: str) -> dict[str, str]:
    """Return a comment on the demo's page, as the API takes it."""
    return {"thread_url": f"{parley.url}/demo", "name": "Ana", "email": "ana@example.com", "body": body}
