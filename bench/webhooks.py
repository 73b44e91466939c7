"""What delivering costs, with real workers over a real Valkey: `python -m bench.webhooks`.

slow: receivers that take a second each; the time against the ideal, deliveries times seconds by the concurrency.
cost: one receiver that answers at once; the rate of a worker, every attempt logged, against a bare `requests.Session`
loop that sends the same signed bodies, in rounds that alternate.
"""

import argparse
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import requests
import structlog
from pydantic import SecretStr

from config.settings import Settings
from service.core.endpoint import EndpointChange
from service.core.events import Event, EventType
from service.core.people import OPERATOR
from service.core.signing import sign
from service.processes.wiring import Wiring
from service.processes.worker import Worker, courier
from service.store.keys import SiteKeys
from tests.servers import ValkeyForTests

COMMENT = {
    "thread_url": "https://news.example.org/article",
    "thread_title": "Council votes for night trams",
    "parent_id": None,
    "name": "Ana",
    "website": None,
    "body": "The committee met again on Tuesday, and nobody could say who had moved the money or why. " * 3,
}


def main() -> None:
    """Run what is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("which", nargs="?", choices=["slow", "cost", "both"], default="both")
    arguments.add_argument("--receivers", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=1.0)
    arguments.add_argument("--events", type=int, default=10_000)
    arguments.add_argument("--concurrency", type=int, default=Settings.model_fields["worker_concurrency"].default)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if asked.which in ("slow", "both"):
        slow(asked.receivers, asked.seconds, asked.events, concurrency=asked.concurrency)
    if asked.which in ("cost", "both"):
        cost(asked.rounds, concurrency=asked.concurrency)


def slow(receivers: int, seconds: float, events: int, *, concurrency: int) -> None:
    """Time *events* deliveries to *receivers* that take *seconds* each."""
    with _parley() as wiring, _receivers(receivers, seconds) as urls:
        sites = [_site(wiring, f"s{at}", url) for at, url in enumerate(urls)]
        for at in range(events):
            _tell(wiring, sites[at % receivers])
        took = _deliver(wiring, concurrency)
    ideal = events * seconds / concurrency
    print(f"slow  {receivers} receivers of {seconds:g} s, {events:,} deliveries, {concurrency} at once: {took:.1f} s,")
    print(f"      {took / ideal:.2f} times the ideal of {ideal:.1f} s")


def cost(rounds: int, *, concurrency: int, events: int = 3000) -> None:
    """Compare rates for a receiver that answers at once."""
    ratios = []
    for _ in range(rounds):
        with _parley() as wiring, _receivers(1, 0) as urls:
            site = _site(wiring, "s", urls[0])
            bodies = [_tell(wiring, site) for _ in range(events)]
            bare = events / _bare(urls[0], bodies)
            ours = events / _deliver(wiring, concurrency)
            ratios.append(ours / bare)
            print(f"cost  worker {ours:6,.0f} a second, requests.Session {bare:6,.0f}: {ours / bare:.2f}")
    print(f"      median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")


def _bare(url: str, bodies: list[bytes]) -> float:
    secret = "whsec_" + "QUJD" * 8
    session = requests.Session()
    began = time.perf_counter()
    for at, body in enumerate(bodies):
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": f"evt_{at}",
            "webhook-timestamp": str(now),
            "webhook-signature": sign([secret], id=f"evt_{at}", timestamp=now, body=body),
        }
        assert session.post(url, data=body, headers=headers, timeout=5).status_code == 204
    return time.perf_counter() - began


def _deliver(wiring: Wiring, concurrency: int) -> float:
    """Run a worker until everything is delivered; return the seconds it took."""
    worker = Worker(courier(wiring), lambda: None, concurrency=concurrency)
    running = threading.Thread(target=worker.run)
    began = time.perf_counter()
    running.start()
    while wiring.outbox.length() or wiring.deliveries.length():
        time.sleep(0.05)
    took = time.perf_counter() - began
    worker.stop()
    running.join()
    return took


def _site(wiring: Wiring, site: str, url: str) -> str:
    wiring.sites.add(site, origins=("https://news.example.org",))
    wiring.webhooks.add(site, EndpointChange.parse({"url": url}), member=OPERATOR)
    return site


def _tell(wiring: Wiring, site: str) -> bytes:
    """Write an event about a new comment into the outbox, as the door does; return its body."""
    keys, id, comment = SiteKeys(site), f"evt_{secrets.token_hex(8)}", f"c_{secrets.token_hex(8)}"
    told = {"site": site, "comment": {"id": comment, **COMMENT}, "outcome": "published", "decided_by": "The policy"}
    now = wiring.endpoints.now()
    fields = {"type": "comment.published", "comment": comment, "sequence": 1, "at": now, "not_before": now}
    stored = fields | {"data": json.dumps(told)}
    wiring.connection.pipe(
        [
            ("HSET", keys.event(id), *(word for pair in stored.items() for word in pair)),
            ("XADD", keys.outbox, "*", "site", site, "event", id, "comment", comment, "sequence", 1),
        ]
    )
    return Event(id, EventType.PUBLISHED, site, comment, 1, now, now, told).payload()


@contextmanager
def _parley() -> Iterator[Wiring]:
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        server = ValkeyForTests(Path(folder), appendfsync="always")
        settings = Settings(redis_url=SecretStr(server.url), parley_data=Path(folder) / "var")
        wiring = Wiring(settings.model_copy(update={"webhook_allow_networks": (ip_network("127.0.0.0/8"),)}))
        try:
            yield wiring
        finally:
            wiring.connection.close()
            server.stop()


@contextmanager
def _receivers(count: int, seconds: float) -> Iterator[list[str]]:
    command = [sys.executable, "-m", "bench.receivers", str(count), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [f"http://127.0.0.1:{port}/hook" for port in process.stdout.readline().split()]
        finally:
            process.kill()


if __name__ == "__main__":
    main()
