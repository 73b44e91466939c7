"""One webhook's exchange: to a checked address, never redirected, never longer than its time, never an exception.

The address that the guard checked is the address that is connected to. Connections are kept for the next webhook. A
watchdog ends an exchange at its deadline whatever it is doing, so that a receiver that drips a byte a second holds up
nobody: socket time limits alone count only the silence between two bytes. Names are resolved in threads of their own,
because the system's resolver knows no time limit.
"""

import contextlib
import heapq
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError
from urllib3.exceptions import TimeoutError as ExchangeTimeout

from service.adapters.ssrf_guard import AddressRefused, Guard

#: Bytes of an answer that are read at most, and characters of them that are kept.
READ_AT_MOST: Final = 64 * 1024
KEPT: Final = 4096

#: Hosts, and connections to one of them, that are kept open at most.
POOLS: Final = 500
KEPT_OPEN: Final = 32

EVERYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))

#: Seconds in which a connection must open.
CONNECT: Final = 10.0

_LATE: Final = "No answer in time."

Resolve = Callable[..., list[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or why there was none in words that tell nothing of the inside.

    *headers* are lines as they came. *connecting* milliseconds of them all went into a new connection, if any.
    """

    status: int | None
    error: str | None
    retry_after: str | None
    excerpt: str
    milliseconds: float
    headers: str = ""
    connecting: float = 0.0

    @classmethod
    def none(cls, error: str, *, milliseconds: float = 0.0) -> "Answer":
        """Return that nothing came back, and why."""
        return cls(None, error, None, "", milliseconds)


class Sender:
    """Sends webhooks, from any number of threads; through *proxy*, a URL, where the operator has one."""

    def __init__(
        self,
        guard: Guard,
        *,
        resolve: Resolve = socket.getaddrinfo,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        self._watchdog = _Watchdog()
        self._guard = guard
        self._has_proxy = proxy is not None
        pools: dict[str, Any] = {
            "num_pools": POOLS,
            "maxsize": KEPT_OPEN,
            "ssl_context": ssl_context or ssl.create_default_context(),
        }
        self._pools = _behind(proxy, **pools) if proxy else urllib3.PoolManager(**pools)
        # The proxy itself may be anywhere: the operator chose it, and it checks where it connects to.
        checked = Guard(EVERYWHERE) if proxy else guard
        self._pools.pool_classes_by_scheme = _pools(checked, _Resolver(resolve), self._watchdog)

    def send(self, url: str, *, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """POST *body* to *url*, in *timeout* seconds at most, finding its address included."""
        began = time.monotonic()
        mine = self._watchdog.mine
        mine.ends, mine.connecting = began + timeout, 0.0
        try:
            if self._has_proxy:
                self._check_literal(url)
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
            answer = _answer(response, began, connecting=mine.connecting * 1000)
        except (HTTPError, AddressRefused, OSError, ValueError) as error:
            answer = _failure(_words(error), began)
        # What the watchdog cut short may look like an error, or like a short answer: either way it came too late.
        return answer if time.monotonic() - began < timeout else _failure(_LATE, began)

    def _check_literal(self, url: str) -> None:
        """Check an address that is written in *url*, however it is spelt: the proxy finds those of names."""
        parts = urlsplit(url)
        is_encrypted = parts.scheme == "https"
        try:
            found = socket.getaddrinfo(parts.hostname, 0, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except OSError:
            if not is_encrypted:
                raise AddressRefused from None
            return
        for *_, place in found:
            self._guard.check(str(place[0]), is_encrypted=is_encrypted)


def _behind(proxy: str, **pools: Any) -> urllib3.ProxyManager:
    """Return pools whose connections go through *proxy*, with the name and password of its URL."""
    parts = urlsplit(proxy)
    access = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(proxy_basic_auth=access) if parts.username else None
    return urllib3.ProxyManager(f"{parts.scheme}://{parts.hostname}:{parts.port or 80}", proxy_headers=headers, **pools)


def _answer(response: urllib3.BaseHTTPResponse, began: float, *, connecting: float) -> Answer:
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
        headers="\n".join(f"{name}: {value}" for name, value in response.headers.items())[:KEPT],
        connecting=connecting,
    )


def _failure(words: str, began: float) -> Answer:
    return Answer.none(words, milliseconds=(time.monotonic() - began) * 1000)


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
    resolver: "_Resolver"
    watchdog: "_Watchdog"
    is_encrypted: bool
    _handle: socket.socket | None = None

    def connect(self: Any) -> None:
        began = time.monotonic()
        super().connect()  # type: ignore[misc]
        self.watchdog.mine.connecting = time.monotonic() - began

    def _new_conn(self: Any) -> socket.socket:
        ends = self.watchdog.mine.ends
        try:
            found = self.resolver.find(self.host, self.port, ends=ends)
        except TimeoutError:
            raise
        except OSError as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
        for *_, place in found:
            self.guard.check(place[0], is_encrypted=self.is_encrypted)
        opened = _open(found, ends)
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


def _open(found: list[Any], ends: float) -> socket.socket:
    """Connect to the first of the checked places that answers; each has its share of the time that is left."""
    failure: OSError = socket.gaierror("no address")
    for tried, (family, kind, protocol, _, place) in enumerate(found):
        share = (ends - time.monotonic()) / (len(found) - tried)
        if share <= 0:
            raise TimeoutError
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(min(CONNECT, share))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.connect(place)
            return opened
        except OSError as error:
            failure = error
            opened.close()
    raise failure


class _Resolver:
    """Asks for addresses in threads of its own, one for each name that is being asked for."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._asked: dict[tuple[str, int], Future[list[Any]]] = {}
        self._lock = threading.Lock()

    def find(self, host: str, port: int, *, ends: float) -> list[Any]:
        """Return the addresses of *host*. Raises TimeoutError when that takes until *ends*, OSError."""
        key = (host, port)
        with self._lock:
            future = self._asked.get(key)
            if future is None:
                future = self._asked[key] = Future()
                threading.Thread(target=self._ask, args=(key, future), name="resolve", daemon=True).start()
        return future.result(timeout=max(0.0, ends - time.monotonic()))

    def _ask(self, key: tuple[str, int], future: "Future[list[Any]]") -> None:
        try:
            found = self._resolve(*key, type=socket.SOCK_STREAM)
        except Exception as error:
            self._forget(key)
            future.set_exception(error)
        else:
            # Forgotten before it is answered: whoever asks from now on asks anew.
            self._forget(key)
            future.set_result(found)

    def _forget(self, key: tuple[str, int]) -> None:
        with self._lock:
            del self._asked[key]


def _pools(guard: Guard, resolver: _Resolver, watchdog: "_Watchdog") -> dict[str, type[HTTPConnectionPool]]:
    """Return the pool classes whose connections are guarded."""
    shared = {"guard": guard, "resolver": resolver, "watchdog": watchdog}
    plain = type("GuardedHTTP", (_Guarded, HTTPConnection), {**shared, "is_encrypted": False})
    encrypted = type("GuardedHTTPS", (_Guarded, HTTPSConnection), {**shared, "is_encrypted": True})
    return {
        "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": encrypted}),
    }


class _Watchdog:
    """Ends connections at their deadlines, from one thread."""

    def __init__(self) -> None:
        #: Of each sending thread: when its exchange *ends*, by `time.monotonic`, and seconds it spent *connecting*.
        self.mine = threading.local()
        self._watched: list[tuple[float, int, socket.socket]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._current: dict[socket.socket, float] = {}
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def watch(self, handle: socket.socket) -> None:
        """End the connection of *handle* at this thread's deadline, unless it serves another exchange by then."""
        with self._changed:
            self._current[handle] = self.mine.ends
            heapq.heappush(self._watched, (self.mine.ends, next(self._numbers), handle))
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
