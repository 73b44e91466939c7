"""kill -9 of workers, and of Redis, while webhooks go out: each event arrives, in order, and is seldom sent twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from service.adapters.sealing import FingerprintKey, KeyRing, key_in
from service.core.action import Action
from service.core.endpoint import EndpointChange
from service.core.people import OPERATOR, Member, Role
from service.core.site import Site
from service.processes.wiring import default_policy
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.queue import Queue
from service.store.registry import Registry
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.conftest import MONTH, fresh
from tests.endpoints import Office
from tests.processes import timed
from tests.receivers import Receiver
from tests.running import REPOSITORY
from tests.scale import EVENTS, IS_LONG
from tests.scorers import SafeScorer
from tests.servers import ValkeyForTests
from tests.submissions import NETWORK, submission

pytestmark = timed

WORKERS = 3
CONCURRENCY = 16

#: So many kills, or one a second until everything has arrived.
KILLS = None if IS_LONG else 5

ACTIONS = (Action.APPROVE, Action.REJECT, Action.MARK_SPAM)


class Workers:
    """Worker processes that are killed and started again."""

    def __init__(self, folder: Path, url: str) -> None:
        self._environment = {
            **os.environ,
            "REDIS_URL": url,
            "PARLEY_DATA": str(folder),
            "WORKER_CONCURRENCY": str(CONCURRENCY),
            "WEBHOOK_ALLOW_NETWORKS": "127.0.0.0/8",
            "WEBHOOK_TIMEOUT": "2",
            "LOG_LEVEL": "error",
        }
        self.running = [self._start() for _ in range(WORKERS)]
        self.kills = 0

    def kill_one(self) -> None:
        """Kill one of them as the kernel would, and start another."""
        at = random.randrange(WORKERS)
        self.running[at].kill()
        self.running[at].wait()
        self.running[at] = self._start()
        self.kills += 1

    def stop(self) -> list[int]:
        """Ask them to stop; return their exit codes."""
        for worker in self.running:
            worker.terminate()
        return [worker.wait(30) for worker in self.running]

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "service", "worker"]
        return subprocess.Popen(command, cwd=REPOSITORY, env=self._environment)


def make_events(office: Office, folder: Path, site: Site) -> set[tuple[str, int]]:
    """Post comments and decide each three times; return every comment and sequence."""
    queue = Queue(office.connection, event_life=MONTH)
    ring = KeyRing([key_in(folder / "keys" / "sealing")])
    intake = Intake(queue, SafeScorer(), ring, FingerprintKey(b"f" * 32), fresh)
    review = Review(queue, Lists(office.connection), Leases(office.connection), fresh)
    ana = Member("m_ana", "Ana", Role.MODERATOR)
    made = set()
    for number in range(EVENTS // (1 + len(ACTIONS))):
        id = intake.receive(submission(f"Comment {number}."), site=site, network=NETWORK).id
        for action in ACTIONS:
            review.decide(site.id, id, member=ana, ruling=Ruling(action))
        made |= {(id, sequence) for sequence in range(1, 2 + len(ACTIONS))}
    return made


class Arrived:
    """The comment and sequence of each webhook, in the order in which they came."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.all: list[tuple[str, int]] = []
        self.once: set[tuple[str, int]] = set()

    def look(self) -> None:
        """Take in what came since the last look."""
        for request in self._receiver.requests[len(self.all) :]:
            data = json.loads(request.body)["data"]
            self.all.append((data["comment"]["id"], data["sequence"]))
        self.once = set(self.all)


def test_every_event_arrives_in_order_through_kills(tmp_path: Path) -> None:
    policy = default_policy().changed({"comments_burst": 6000, "comments_per_minute": 6000})
    site = Site("news", "The News", ("https://news.example.org",), policy)
    folder = tmp_path / "parley"
    server = ValkeyForTests(tmp_path)
    with Receiver(takes=0.05) as receiver:
        connection = server.connection()
        registry = Registry(connection, default_policy=default_policy())
        registry.check_layout()
        registry.add_site(site)
        office = Office(connection, registry, life=MONTH, fresh=fresh, key=key_in(folder / "keys" / "sealing"))
        office.webhooks.add(site.id, EndpointChange.parse({"url": receiver.url}), member=OPERATOR)
        made = make_events(office, folder, site)
        workers = Workers(folder, server.url)
        ends = time.monotonic() + 120 + EVENTS / 20
        has_restarted, next_kill = False, 0.0
        arrived, share = Arrived(receiver), 0.0
        while share < 1:
            arrived.look()
            share = len(arrived.once) / len(made)
            assert time.monotonic() < ends, f"{share:.1%} of {len(made):,} events arrived"
            if share > (workers.kills + 1) / (KILLS + 1) if KILLS else share and time.monotonic() >= next_kill:
                workers.kill_one()
                next_kill = time.monotonic() + 1
            if share > 0.5 and not has_restarted:
                server.kill()
                server.start()
                has_restarted = True
            time.sleep(0.02)
        assert has_restarted
        assert workers.kills >= (KILLS or 5)
        # One that was started just now may not listen yet: it has nothing in flight.
        assert set(workers.stop()) <= {0, -signal.SIGTERM}
        arrived.look()
    stories: dict[str, list[int]] = {}
    for id, sequence in arrived.all:
        stories.setdefault(id, []).append(sequence)
    assert arrived.once == made
    assert all(sequences == sorted(sequences) for sequences in stories.values())
    duplicates = len(arrived.all) - len(arrived.once)
    # A restart of Redis may take the settling from all workers at once: it counts as a kill of each.
    bound = (workers.kills + WORKERS) * CONCURRENCY
    print(f"{len(made):,} events, {workers.kills} kills, {duplicates} duplicates of {bound} at most")
    assert duplicates <= bound
    connection.close()
    server.stop()
