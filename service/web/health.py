"""Is it alive, is it ready, how is it doing."""

import hmac
import re

import structlog
from apiflask import APIBlueprint
from flask import Response, jsonify, request

from service.adapters import metrics
from service.core.errors import NotAllowed, Unavailable
from service.core.listing import Listing
from service.web.authority import public
from service.web.context import address_of, is_full, parley

#: Headers that proxies and content networks add, by how their names begin.
FORWARDED = re.compile(
    r"(?:x-)?(?:forwarded|via|real-ip|client-ip|cluster-client-ip|original|proxy|envoy|appengine|azure|amzn|varnish)"
    r"|(?:cf|cdn|true-client|fastly|fly|akamai|incap|x-arr)-",
    re.IGNORECASE,
)

log = structlog.get_logger(__name__)

bp = APIBlueprint("health", __name__, enable_openapi=False)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Answer: this process is alive."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Answer whether comments can be taken in: 503 when Redis is away, or takes no writes.

    The worker's sign of life is a field.
    """
    try:
        beat = parley().registry.since_beat()
        parley().registry.try_to_write()
    except Unavailable as error:
        log.warning("unavailable", neighbour=error.neighbour, problem=str(error), cause=error.cause)
        return jsonify(status="unavailable", redis=str(error), model=parley().model), 503
    return jsonify(status="ready", redis="ok", model=parley().model, worker_seconds_ago=beat), 200


@bp.get("/metrics")
@public
def page() -> Response:
    """Show what Prometheus scrapes: to loopback without a proxy, and else with METRICS_TOKEN as a bearer token."""
    if not _may_read():
        raise NotAllowed(
            "Metrics are for this machine itself, not through a proxy, or for whoever sends METRICS_TOKEN: "
            "Authorization: Bearer …"
        )
    return Response(metrics.exposition(_gauges()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read() -> bool:
    token, given = parley().metrics_token, request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(token.encode(), given.encode("utf-8", "replace")):
        return True
    address = address_of(request.remote_addr or "")
    return address is not None and address.is_loopback and not _is_forwarded()


def _is_forwarded() -> bool:
    """Whether a proxy sends this for someone else, believed or not: a proxy on this machine is everybody."""
    return any(FORWARDED.match(name) for name, _ in request.headers)


def _gauges() -> dict[str, tuple[str, float]]:
    here = parley()
    sites = here.registry.sites()
    waiting = sum(here.lists.counts(site.id).lists[Listing.WAITING] for site in sites)
    beat = here.registry.since_beat()
    return {
        "parley_queue_waiting": ("Comments that wait for a person.", waiting),
        "parley_sites_full": ("Sites at which as much is held as may be.", sum(map(is_full, sites))),
        "parley_outbox_events": ("Events not yet fanned out to endpoints.", here.outbox.length()),
        "parley_outbox_lag_seconds": ("Age of the oldest event that is not fanned out.", here.outbox.lag() / 1000),
        "parley_deliveries_waiting": ("Webhook deliveries not yet made.", here.deliveries.length()),
        "parley_worker_seconds_ago": (
            "Seconds since a worker was last alive; -1: never.",
            -1 if beat is None else beat,
        ),
    }
