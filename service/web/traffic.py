"""Around every request: an id, one line in the log, a measure, and the headers that a browser holds us to.

The log names the route, never the path: a path may hold an invitation, a query an address.
"""

import re
import secrets
from collections.abc import Container, Iterable
from http import HTTPMethod
from ipaddress import IPv4Network, IPv6Network
from time import perf_counter
from typing import TYPE_CHECKING, Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import SecurityError

from service.adapters import metrics
from service.core.thread import followable, is_origin
from service.web.context import address_of, is_within, parley
from service.web.payloads import insist_on_bounds
from service.web.problems import insist_it_was_read

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)


def policy(*, posts_to: str = "") -> str:
    """Return the Content-Security-Policy of a page whose form may also lead to *posts_to*, if that is an origin."""
    forms = f"'self' {posts_to}" if is_origin(posts_to) else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )


#: For browsers, under https alone: nothing of ours is asked for in the clear for a year.
STRICT_TRANSPORT: Final = "max-age=31536000"
#: The header by which an author asks for their own comment.
AUTHOR_TOKEN = "Parley-Author-Token"  # noqa: S105 - the header's name

#: Methods that are counted by name.
METHODS = frozenset(HTTPMethod)

HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def register(app: Flask, *, hosts: Container[str] | None) -> None:
    """Surround every request of *app*, and answer those to *hosts* alone; None: to any."""

    def insist_on_host() -> None:
        if hosts is not None and name_of(request.host) not in hosts:
            raise SecurityError

    app.before_request(_begin)
    app.before_request(insist_it_was_read)
    app.before_request(insist_on_host)
    app.before_request(insist_on_bounds)
    app.after_request(_end)


def name_of(host: str) -> str:
    """Return what a Host header names, without its port; an IPv6 address in brackets, as short as it is written.

    Werkzeug takes the list of hosts too, but knows no IPv6 address in it.
    """
    name = re.sub(r":[0-9]*$", "", host.lower())
    address = address_of(name[1:-1]) if name.startswith("[") else None
    return f"[{address}]" if address else name


def _begin() -> None:
    g.began = perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    seconds = perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule else "none"
    # A stranger may call a method anything: each name would be a series more to keep.
    method = request.method if request.method in METHODS else "other"
    metrics.REQUESTS.labels(route, method, str(response.status_code)).observe(seconds)
    log.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
    )
    response.headers["X-Request-ID"] = g.request_id
    _lead_on(response)
    _keep_private(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if parley().is_https:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    return response


def _keep_private(response: Response) -> None:
    """Let nothing stay in a cache but what a view gives to all: nothing that depends on a session or a token."""
    # A cookie that was read, or given, decided what is shown.
    asked = any(name in g for name in ("secret", "form_secret"))
    depends = asked or any(name in request.headers for name in ("Authorization", AUTHOR_TOKEN))
    if depends or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"


def _lead_on(response: Response) -> None:
    """Let no redirect repeat an address that the request's own path or query held."""
    if response.location and (place := followable(response.location)) != response.location:
        response.location = place
        response.set_data("")


class TrustedProxies:
    """Believes forwarded headers from *networks* alone: the client is the last address that none of them owns."""

    def __init__(self, app: "WSGIApplication", networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Rewrite the request to what the client sent to the outermost trusted proxy."""
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            client = next((hop for hop in reversed(hops) if not self._is_trusted(hop)), None)
            if client is not None and address_of(client):
                environ["REMOTE_ADDR"] = client
            if environ.get("HTTP_X_FORWARDED_PROTO") in ("http", "https"):
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]
            if environ.get("HTTP_X_FORWARDED_HOST"):
                environ["HTTP_HOST"] = environ["HTTP_X_FORWARDED_HOST"]
        return self._app(environ, start_response)

    def _is_trusted(self, address: str) -> bool:
        return is_within(address, self._networks)
