"""The web server's processes: gunicorn starts, restarts and stops them; in each, waitress does the talking.

waitress hands a request to a thread once it is whole, and takes the answer back whole: whoever is slow holds a socket,
never a thread. What waitress leaves open is bounded here: how long a head, a body and the reading of an answer may take
in all, how many may be connected, and how many of one network. Whoever comes gets room: what waited longest in the
network that has the most connections is closed for it.
"""

import contextlib
import json
import os
import resource
import socket
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from ipaddress import IPv4Network, IPv6Network
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import BadRequest

from config.settings import Settings
from service.processes.web_app import LONGEST_REQUEST
from service.web.context import is_within, network_of
from service.web.problems import UNREAD, WHY_UNREAD
from service.web.traffic import HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: The longest head of a request, bytes: its line and its fields.
LONGEST_HEAD: Final = 16 * 1024

#: Bytes around the chunks of a body, beyond a quarter of what is in them: each chunk takes time, however small it is.
MOST_WRAPPING: Final = 16 * 1024

#: Requests that may be sent ahead of their answers; of more than these, what is not answered must be sent again.
MOST_AHEAD: Final = 8

#: Bytes of unfinished requests and of unread answers that one process holds.
MOST_HELD: Final = 64 * 1024 * 1024

#: Bytes of blank lines that may come before a request, where one line end may be left of the request before.
MOST_BLANK: Final = 1024

#: Bytes that are read and thrown away so that whoever is still sending can read why that was refused.
MOST_WASTED: Final = 8 * 1024 * 1024

#: Seconds that whoever has just come keeps the place in any case, to be heard at all.
MOMENT: Final = 0.25

#: Seconds between looks at the clock.
TICK: Final = 1.0

#: Seconds for which a process that is asked to stop still listens to those who are connected.
FAREWELL: Final = 1.0

#: Files that a process has open beside its connections, at most.
OTHER_FILES: Final = 256

#: What whoever took too long is told.
_LATE: Final = "The request took too long to come. Check the connection, and send it again."
LATE_PAGE: Final = f"<!doctype html><title>Request Timeout</title><p>{_LATE}</p>"
LATE_PROBLEM: Final = json.dumps({"type": "about:blank", "title": "Request Timeout", "status": 408, "detail": _LATE})


class Stage(Enum):
    """What a connection waits for."""

    QUIET = auto()
    HEAD = auto()
    BODY = auto()
    SERVED = auto()
    ANSWER = auto()
    PARTING = auto()


#: Seconds until each stage must be over: since the connection was opened or its last answer was sent, and for the
#: reading of an answer since that was made. How long serving takes is up to the service.
PATIENCE: Final = {Stage.QUIET: 5.0, Stage.HEAD: 10.0, Stage.BODY: 40.0, Stage.ANSWER: 60.0, Stage.PARTING: 2.0}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one process bears: *connections*, *per_network* of them from one that is not *trusted*, and for how long.

    *held* are the bytes of unfinished requests and of unread answers. Whoever came less than a *moment* ago does not
    have to make room.
    """

    connections: int
    per_network: int
    trusted: tuple[IPv4Network | IPv6Network, ...] = ()
    patience: dict[Stage, float] = field(default_factory=lambda: PATIENCE)
    moment: float = MOMENT
    held: int = MOST_HELD


class Request(HTTPRequestParser):
    """A request while it comes in. What is not to be read of its head is as in the shortest request."""

    # The stubs have bytes where waitress has str.
    command: Any = "GET"
    path, request_uri, query, url_scheme = "/", "/", "", "http"

    def received(self, data: bytes) -> int:
        """Take more of it in; return how many bytes of *data* belong to it. Blank lines before it are one request, and
        an empty one, however many they are."""
        if self.body_rcv is None and not self.header_plus and (blank := _blank(data)):
            self.empty = self.completed = True
            return blank
        consumed = super().received(data)
        if self.chunked and not self.error and self._wraps_too_much():
            self.error, self.completed = BadRequest("Too little in too many chunks"), True
        if self.error:
            # waitress would ask for the body all the same.
            self.expect_continue = False
        return consumed

    def _wraps_too_much(self) -> bool:
        """Whether it has more to say about its chunks than in them, or speaks of a chunk that it may not send."""
        chunks: Any = self.body_rcv
        wrapping = self.body_bytes_received - len(chunks)
        return wrapping > MOST_WRAPPING + len(chunks) // 4 or chunks.chunk_remainder > LONGEST_REQUEST

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head. Raises ParsingError, also for a length told twice: a proxy may have believed the other."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            # An address or a number that the standard library does not take.
            raise ParsingError(str(error)) from error
        if "TRANSFER_ENCODING" in self.headers or (self.chunked and "CONTENT_LENGTH" in self.headers):
            raise ParsingError("Content-Length and Transfer-Encoding")


class Answering(WSGITask):
    """The answer to a request, by a thread."""

    channel: "Channel"

    def build_response_header(self) -> bytes:
        """Return the head; it says if the connection ends here."""
        if self.channel.sends_too_far_ahead or not self.channel.server.accepting:
            self.channel.is_refused |= self.channel.sends_too_far_ahead
            self.set_close_on_finish()
        return super().build_response_header()


class Refusing(Answering, ErrorTask):
    """The answer to what could not be read. The application makes it, in the form that goes with its route."""

    request: Any
    complete = False

    def execute(self) -> None:
        """Answer, and end the connection: nobody knows where the next request would begin."""
        self.channel.is_refused = True
        self.set_close_on_finish()
        if self.request.error.code in WHY_UNREAD:
            super().execute()
        else:
            self.complete = True
            ErrorTask.execute(self)

    def get_environment(self) -> "WSGIEnvironment":
        """Return the environment, in which the application finds why there is nothing to read."""
        return super().get_environment() | {UNREAD: self.request.error.code}


class Channel(HTTPChannel):
    """A connection that ends when it is too slow."""

    parser_class = Request
    task_class = Answering
    error_task_class = Refusing

    server: "Server"
    # The stubs let it be None.
    socket: Any

    def __init__(self, server: "Server", sock: socket.socket, addr: Any, adj: Adjustments, map: Any = None) -> None:
        self.network, self.is_trusted = network_of(addr[0]), is_within(addr[0], server.bounds.trusted)
        self.is_refused = self.is_parting = False
        self._blank = 0
        self.began, self._wasted = monotonic(), 0
        super().__init__(server, sock, addr, adj, map)

    # How far it is

    @property
    def stage(self) -> Stage:
        """What it waits for."""
        if self.is_parting:
            return Stage.PARTING
        if self.total_outbufs_len:
            return Stage.ANSWER
        if self.requests:
            return Stage.SERVED
        if self.request is None:
            return Stage.QUIET
        return Stage.BODY if self.request.headers_finished else Stage.HEAD

    @property
    def sends_too_far_ahead(self) -> bool:
        """Whether more requests came at once than are answered."""
        return len(self.requests) > MOST_AHEAD

    @property
    def held(self) -> int:
        """Bytes that are kept for it."""
        request = self.request
        return self.total_outbufs_len + (request.header_bytes_received + request.body_bytes_received if request else 0)

    def is_late(self, now: float) -> bool:
        """Whether its stage should be over, *now* by the monotonic clock."""
        stage = self.stage
        return stage is not Stage.SERVED and now - self.began > self.server.bounds.patience[stage]

    # Its end

    def give_up(self) -> None:
        """End it; whoever has begun to send a request is told that it took too long."""
        if self.request is not None and self.stage in (Stage.HEAD, Stage.BODY):
            with contextlib.suppress(OSError):
                self.socket.send(_too_late(self.request.headers.get("ACCEPT", "")))
        self.handle_close()

    def handle_write(self) -> None:
        """Send what there is to send. What was refused is not closed in the middle of what its sender still says."""
        ends = self.is_refused and self.close_when_flushed
        waited = self.total_outbufs_len
        if ends:
            self.close_when_flushed = False
        super().handle_write()
        if waited and not self.total_outbufs_len:
            self.began = monotonic()
        if ends and self.connected:
            self._part()

    def _part(self) -> None:
        """Close our side once the answer is sent: what is closed with something unread takes the answer with it."""
        if self.total_outbufs_len:
            self.close_when_flushed = True
            return
        self.is_parting, self.began = True, monotonic()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        """Whether to read."""
        return self.is_parting or super().readable()

    def handle_read(self) -> None:
        """Read; from a connection that ends into nothing."""
        if not self.is_parting:
            super().handle_read()
            return
        self._wasted += len(self.recv(self.adj.recv_bytes))
        if self._wasted > MOST_WASTED:
            self.handle_close()

    def received(self, data: bytes) -> bool:
        """Take more in: of blank lines before a request, few."""
        if self.request is None:
            self._blank += _blank(data)
            if self._blank > MOST_BLANK:
                self.handle_close()
                return False
        is_taken = super().received(data)
        if self.request is not None or self.requests:
            self._blank = 0
        return is_taken

    def service(self) -> None:
        """Answer the first request, by a thread."""
        super().service()
        self.began = monotonic()

    def add_channel(self, map: Any = None) -> None:
        """Begin to be counted."""
        super().add_channel(map)
        self.server.channels[self] = None
        self.server.crowd[self.network] += 1

    def del_channel(self, map: Any = None) -> None:
        """Be counted no more."""
        super().del_channel(map)
        if self in self.server.channels:
            del self.server.channels[self]
            self.server.crowd[self.network] -= 1
            if not self.server.crowd[self.network]:
                del self.server.crowd[self.network]


class Server(TcpWSGIServer):
    """Takes connections from a socket that listens already, within *bounds*."""

    channel_class = Channel

    def __init__(self, application: Any, listening: socket.socket, *, bounds: Bounds, threads: int, map: Any) -> None:
        self.bounds = bounds
        self.channels: dict[Channel, None] = {}
        self.crowd: Counter[str] = Counter()
        self._leaving: list[Channel] = []
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application,
            map,
            _sock=listening,
            dispatcher=dispatcher,
            adj=_adjustments(listening.getsockname()[0]),
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Whether to accept: always, since room can be made."""
        return self.accepting

    def handle_accept(self) -> None:
        """Let one more in, and decide who leaves for it."""
        super().handle_accept()
        newest = next(reversed(self.channels), None)
        if newest is None:
            return
        if not newest.is_trusted and self.crowd[newest.network] > self.bounds.per_network:
            self._make_room(newest, [each for each in self.channels if each.network == newest.network])
        too_many = len(self.channels) - len(self._leaving) > self.bounds.connections
        if too_many and not self._make_room(newest, self.channels):
            self._leaving.append(newest)

    def _make_room(self, newest: Channel, others: Iterable[Channel]) -> bool:
        """Let go for *newest* who of *others* waited longest in the largest network; return whether anyone waits."""
        latest = newest.began - self.bounds.moment
        heard = (each for each in others if each is not newest and each.began <= latest and each not in self._leaving)
        waiting = [each for each in heard if each.stage is not Stage.SERVED]
        if waiting:
            self._leaving.append(max(waiting, key=lambda each: (self.crowd[each.network], -each.began)))
        return bool(waiting)

    def sweep(self) -> None:
        """Close those who leave: between two polls, so that no event of theirs meets the next who gets their number."""
        for channel in self._leaving:
            channel.handle_close()
        self._leaving.clear()

    def tend(self, now: float) -> None:
        """Give those up who are late, *now* by the monotonic clock, and those who hold most where too much is held."""
        for channel in list(self.channels):
            if channel.is_late(now):
                channel.give_up()
        held = sum(channel.held for channel in self.channels)
        if held <= self.bounds.held:
            return
        for channel in sorted(self.channels, key=lambda each: each.held, reverse=True):
            if held > self.bounds.held and channel.stage is not Stage.SERVED:
                held -= channel.held
                channel.handle_close()

    def stop(self) -> None:
        """Accept nobody any more; who is connected stays."""
        wasyncore.dispatcher.close(self)

    def dismiss(self) -> None:
        """Close the connections that no answer is due on."""
        for channel in list(self.channels):
            if channel.stage not in (Stage.SERVED, Stage.ANSWER):
                channel.handle_close()


class WebWorker(Worker):
    """One of gunicorn's processes."""

    sockets: Any
    servers: Iterable[Server] = ()

    def run(self) -> None:
        """Serve until asked to stop, or until gunicorn is gone; then finish what has begun."""
        settings = Settings.load()
        bounds = Bounds(
            connections=_affordable(settings.web_connections),
            per_network=settings.web_connections_per_network,
            trusted=settings.trusted_proxies,
        )
        self._map: dict[int, Any] = {}
        self._due = 0.0
        self.servers = [
            Server(self.wsgi, each.sock, bounds=bounds, threads=self.cfg.threads, map=self._map)
            for each in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._finish()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop soon."""
        super().handle_exit(sig, frame)
        for server in self.servers:
            server.pull_trigger()

    def _turn(self) -> None:
        wasyncore.poll2(TICK, self._map)
        for server in self.servers:
            server.sweep()
        now = monotonic()
        if now >= self._due:
            self._due = now + TICK
            self.notify()
            for server in self.servers:
                server.tend(now)

    def _finish(self) -> None:
        begun = monotonic()
        for server in self.servers:
            server.stop()
        while any(server.channels for server in self.servers) and monotonic() - begun < self.cfg.graceful_timeout:
            self._turn()
            for server in self.servers if monotonic() - begun > FAREWELL else ():
                server.dismiss()


def _blank(data: bytes) -> int:
    """Return how many bytes of *data* stand before anything that waitress would read."""
    return len(data) - len(data.lstrip())


def _adjustments(address: str) -> Adjustments:
    return Adjustments(
        ident="Parley",
        server_name=f"[{address}]" if ":" in address else address,
        max_request_header_size=LONGEST_HEAD,
        max_request_body_size=LONGEST_REQUEST + 1,
        # Bodies stay in memory, where `MOST_HELD` counts them: files would be a second thing to run out of.
        inbuf_overflow=LONGEST_REQUEST + 1,
        backlog=2048,
        log_socket_errors=False,
        # TRUSTED_PROXIES says whom to believe.
        clear_untrusted_proxy_headers=False,
    )


def _affordable(connections: int) -> int:
    """Return how many of *connections* the system lets this process have, after asking it for as many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(min(connections, soft - OTHER_FILES), 1)


def _too_late(accept: str) -> bytes:
    """Return the answer to a request that did not come to its end: ready-made, since such come by the hundred."""
    is_page = "text/html" in accept
    body = LATE_PAGE if is_page else LATE_PROBLEM
    kind = "text/html; charset=utf-8" if is_page else "application/problem+json"
    head = f"HTTP/1.1 408 Request Timeout\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    return f"{head}{lines}Cache-Control: no-store\r\nServer: Parley\r\nConnection: close\r\n\r\n{body}".encode()
