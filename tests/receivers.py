"""Real webhook receivers, on loopback, that answer as they are told."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes
    at: float


class _Server(ThreadingHTTPServer):
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a sender that was killed."""


@dataclass
class Receiver:
    """Listens on loopback, records what comes, and answers 204 after *takes* seconds unless it was told otherwise."""

    requests: list[Received] = field(default_factory=list)
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    takes: float = 0.0

    def __enter__(self) -> "Receiver":
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    # Whoever sent it was killed half-way.
                    self.close_connection = True
                    return
                receiver.requests.append(Received(dict(self.headers), body, time.time()))
                time.sleep(receiver.takes)
                answer = receiver.answers.pop(0) if receiver.answers else status(204)
                answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def wait_for(self, count: int, *, seconds: float = 15) -> list[Received]:
        """Return the requests once there are *count* of them."""
        ends = time.monotonic() + seconds
        while len(self.requests) < count:
            assert time.monotonic() < ends, f"{len(self.requests)} of {count} webhooks came in {seconds} s"
            time.sleep(0.02)
        return list(self.requests)


def status(code: int, *, body: bytes = b"", headers: dict[str, str] | None = None) -> Callable[[Any], None]:
    """Return an answer of that status."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def drip(seconds: float) -> Callable[[Any], None]:
    """Return an answer that takes its time: a byte of a header every tenth of a second."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                request.wfile.write(b"x")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    return answer


class Proxy:
    """An egress proxy on loopback: passes on what CONNECT asks for, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def __enter__(self) -> "Proxy":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            asked = client.recv(65536)
            self.asked.append(asked)
            host, _, port = asked.split(b" ")[1].decode().rpartition(":")
            server = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for here, there in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(here, there), daemon=True).start()

    @staticmethod
    def _pass(here: socket.socket, there: socket.socket) -> None:
        try:
            while some := here.recv(65536):
                there.sendall(some)
        except OSError:
            pass
        finally:
            here.close()
            there.close()
