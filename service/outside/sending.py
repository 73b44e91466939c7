"""One webhook's exchange: to a checked address, never redirected, never longer than its time, never an exception.

The address that the guard checked is the address that is connected to. Connections are kept for the next webhook. A
watchdog ends an exchange at its deadline whatever it is doing, so that a receiver that drips a byte a second holds up
nobody: socket time limits alone count only the silence between two bytes.
"""

import contextlib
import heapq
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError
from urllib3.exceptions import TimeoutError as ExchangeTimeout

from service.outside.guard import AddressRefused, Guard

#: Bytes of an answer that are read at most, and characters of them that are kept.
READ_AT_MOST: Final = 64 * 1024
KEPT: Final = 4096

#: Seconds in which a connection must open.
CONNECT: Final = 10.0

_LATE: Final = "No answer in time."

Resolve = Callable[..., list[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or why there was none in words that tell nothing of the inside."""

    status: int | None
    error: str | None
    retry_after: str | None
    excerpt: str
    milliseconds: float


class Sender:
    """Sends webhooks, from any number of threads."""

    def __init__(
        self, guard: Guard, *, resolve: Resolve = socket.getaddrinfo, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._watchdog = _Watchdog()
        self._pools = urllib3.PoolManager(
            num_pools=200, maxsize=8, ssl_context=ssl_context or ssl.create_default_context()
        )
        self._pools.pool_classes_by_scheme = _pools(guard, resolve, self._watchdog)

    def send(self, url: str, *, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """POST *body* to *url*, in *timeout* seconds at most."""
        began = time.monotonic()
        self._watchdog.deadline.at = began + timeout
        try:
            response = self._pools.request(
                "POST",
                url,
                body=body,
                headers={**headers, "Accept-Encoding": "identity"},
                timeout=urllib3.Timeout(connect=min(CONNECT, timeout), read=timeout),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            answer = _answer(response, began)
        except (HTTPError, AddressRefused, OSError, ValueError) as error:
            answer = _failure(_words(error), began)
        # What the watchdog cut short may look like an error, or like a short answer: either way it came too late.
        return answer if time.monotonic() - began < timeout else _failure(_LATE, began)


def _answer(response: urllib3.BaseHTTPResponse, began: float) -> Answer:
    text = b""
    while len(text) <= READ_AT_MOST and (more := response.read(READ_AT_MOST + 1 - len(text), decode_content=False)):
        text += more
    if len(text) > READ_AT_MOST:
        # Not read to its end, so its connection cannot serve again.
        response.close()
    else:
        response.release_conn()
    return Answer(
        status=response.status,
        error=None,
        retry_after=response.headers.get("Retry-After"),
        excerpt=text[:KEPT].decode("utf-8", "replace"),
        milliseconds=(time.monotonic() - began) * 1000,
    )


def _failure(words: str, began: float) -> Answer:
    return Answer(None, words, None, "", (time.monotonic() - began) * 1000)


def _words(error: Exception) -> str:
    """Say what failed, and nothing of what is inside: no address, no name, no system's own words."""
    if isinstance(error, AddressRefused):
        return str(error)
    if isinstance(error, NameResolutionError):
        return "The host name has no address."
    if isinstance(error, SSLError | ssl.SSLError):
        return "The certificate is not valid."
    if isinstance(error, ExchangeTimeout | TimeoutError):
        return _LATE
    return "The connection failed."


class _Guarded:
    """What both kinds of connection do: resolve, check, connect to what was checked, and be watched."""

    guard: Guard
    resolve: Resolve
    watchdog: "_Watchdog"
    is_encrypted: bool
    _handle: socket.socket | None = None

    def _new_conn(self: Any) -> socket.socket:
        try:
            found = self.resolve(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
        for *_, place in found:
            self.guard.check(place[0], is_encrypted=self.is_encrypted)
        opened = _open(found, self.timeout)
        # A second descriptor of the same connection, which TLS does not take over: through it the watchdog ends it.
        self._handle = opened.dup()
        self.watchdog.watch(self._handle)
        return opened

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        if self._handle is not None:
            self.watchdog.watch(self._handle)
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self: Any) -> None:
        super().close()  # type: ignore[misc]
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def _open(found: list[Any], timeout: float) -> socket.socket:
    """Connect to the first of the checked places that answers."""
    failure: OSError = socket.gaierror("no address")
    for family, kind, protocol, _, place in found:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(timeout)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.connect(place)
            return opened
        except OSError as error:
            failure = error
            opened.close()
    raise failure


def _pools(guard: Guard, resolve: Resolve, watchdog: "_Watchdog") -> dict[str, type[HTTPConnectionPool]]:
    """Return the pool classes whose connections are guarded."""
    shared = {"guard": guard, "resolve": staticmethod(resolve), "watchdog": watchdog}
    plain = type("GuardedHTTP", (_Guarded, HTTPConnection), {**shared, "is_encrypted": False})
    encrypted = type("GuardedHTTPS", (_Guarded, HTTPSConnection), {**shared, "is_encrypted": True})
    return {
        "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": encrypted}),
    }


class _Watchdog:
    """Ends connections at their deadlines, from one thread."""

    def __init__(self) -> None:
        #: Each sending thread's own deadline, by `time.monotonic`.
        self.deadline = threading.local()
        self._watched: list[tuple[float, int, socket.socket]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._current: dict[socket.socket, float] = {}
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def watch(self, handle: socket.socket) -> None:
        """End the connection of *handle* at this thread's deadline, unless it serves another exchange by then."""
        with self._changed:
            self._current[handle] = self.deadline.at
            heapq.heappush(self._watched, (self.deadline.at, next(self._numbers), handle))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                wait = self._watched[0][0] - time.monotonic() if self._watched else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                at, _, handle = heapq.heappop(self._watched)
                if self._current.get(handle) != at:
                    continue
                del self._current[handle]
            self._end(handle)

    @staticmethod
    def _end(handle: socket.socket) -> None:
        # Closed already means that the exchange ended by itself.
        with contextlib.suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)
