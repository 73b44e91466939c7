"""What operators watch. Counters live in the processes, which share a folder where PROMETHEUS_MULTIPROC_DIR names
one."""

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from service.adapters import disk_reserve

disk_reserve.install()

ACCEPTED = Counter("parley_comments_accepted", "Comments stored, by the policy’s decision.", ["outcome"])
REFUSED = Counter("parley_comments_refused", "Comments refused at the door, by reason.", ["reason"])
UNSCORED = Counter("parley_comments_unscored", "Comments that could not be judged, by reason.", ["reason"])
REQUESTS = Histogram(
    "parley_request_seconds",
    "Time to answer, by route, method and status.",
    ["route", "method", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
ATTEMPTS = Counter("parley_webhook_attempts", "Webhook attempts, by what became of the delivery.", ["state"])

LATENCY = Histogram(
    "parley_webhook_delivery_seconds",
    "From when an event could be told to when its receiver had it, each try and wait included.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 36000, 86400, 259200),
)


def exposition(gauges: dict[str, tuple[str, float]]) -> bytes:
    """Return the page that Prometheus reads: the processes' counters, and *gauges* by name with their meaning."""
    now = CollectorRegistry()
    for name, (meaning, value) in gauges.items():
        Gauge(name, meaning, registry=now).set(value)
    return _counters() + generate_latest(now)


def _counters() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    every = CollectorRegistry()
    multiprocess.MultiProcessCollector(every)  # type: ignore[no-untyped-call]
    return generate_latest(every)
