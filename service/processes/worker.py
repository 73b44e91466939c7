"""The worker: reads the outbox, makes the deliveries that are due, and says that it is alive.

One thread reads each group of partitions, one claims what is due, a pool sends. Each chore, like deciding what was
asked for in batches, has a thread of its own, and so delays no webhook. Every thread outlives Redis being away: it says
so once, and tries again until the worker is asked to stop. On stopping, what is in flight is finished.
"""

import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

import structlog

from service.adapters.ssrf_guard import Guard
from service.adapters.webhook_client import Sender
from service.core.errors import Unavailable
from service.processes.wiring import Wiring, fresh_id
from service.store.deliveries import Parcel
from service.store.outbox import Entry
from service.use_cases.webhook_dispatch import Courier

log = structlog.get_logger(__name__)

#: Events read at once.
BATCH: Final = 100

#: ms that a reader waits for the next event; also how soon it notices that it should stop.
BLOCK: Final = 1000

#: Seconds between looks at what is due, when nothing new was fanned out.
TICK: Final = 0.25

#: Seconds in which senders that get free are gathered.
GATHER: Final = 0.01

#: Seconds between looks for what another worker left.
RECLAIM: Final = 5.0

#: How often an event waits for its comment's earlier one, and how long each time, seconds.
PATIENCE: Final = 40
EARLY: Final = 0.05

#: Seconds between signs of life.
BEAT: Final = 5.0

#: Seconds before trying Redis again.
PAUSE: Final = 0.5

#: Does what there is to do of a kind, a little at a time, and returns how much it did: none, and it may rest.
Chore = Callable[[], int]


class Worker:
    """One worker process."""

    def __init__(
        self, courier: Courier, beat: Callable[[], None], *, concurrency: int, chores: Sequence[Chore] = ()
    ) -> None:
        self._courier = courier
        self._beat = beat
        self._concurrency = concurrency
        self._chores = chores
        self._name = f"worker-{secrets.token_hex(4)}"
        self._stopping = threading.Event()
        self._something_due = threading.Event()
        self._free = threading.Semaphore(concurrency)
        self._replayed = 0.0

    def run(self) -> None:
        """Work until `stop`, then finish what is in flight."""
        groups = self._courier.outbox.groups()
        threads = [threading.Thread(target=self._forever, args=(self._reader(group),)) for group in groups]
        threads.append(threading.Thread(target=self._forever, args=(self._signs_of_life,)))
        threads += [threading.Thread(target=self._forever, args=(self._turns(chore),)) for chore in self._chores]
        for thread in threads:
            thread.start()
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="send") as pool:
            self._forever(lambda: self._deliver_due(pool))
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Ask the worker to stop."""
        self._stopping.set()
        self._something_due.set()

    def _forever(self, work: Callable[[], None]) -> None:
        """Repeat *work* until stopping; Redis being away is waited out."""
        away = False
        while not self._stopping.is_set():
            try:
                work()
                away = False
            except Unavailable as error:
                if not away:
                    log.warning("waiting_for_redis", problem=str(error), cause=error.cause)
                away = True
                self._stopping.wait(PAUSE)
            except Exception:
                # A fault of ours in one event must not stop the rest: the event stays pending, and is tried again.
                log.exception("worker_failed")
                self._stopping.wait(PAUSE)

    # Fan-out

    def _reader(self, partitions: Sequence[int]) -> Callable[[], None]:
        def read() -> None:
            # The group is made here, so that a Redis that was replaced while we ran has it again.
            self._courier.outbox.open(partitions)
            reclaimed = -RECLAIM
            while not self._stopping.is_set():
                if monotonic() - reclaimed >= RECLAIM:
                    reclaimed = monotonic()
                    self._reclaim(partitions)
                self._fan_out(self._courier.outbox.read(partitions, worker=self._name, block=BLOCK, count=BATCH))

        return read

    def _reclaim(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            self._fan_out(self._courier.outbox.abandoned(partition, worker=self._name))

    def _fan_out(self, entries: Sequence[Entry]) -> None:
        """Fan *entries* out. One whose comment has an earlier event with another worker waits a little for it."""
        for _ in range(PATIENCE):
            early = self._courier.fan_out(entries) if entries else []
            if len(early) < len(entries):
                self._something_due.set()
            if not early:
                return
            entries = early
            self._stopping.wait(EARLY)

    # Delivery

    def _deliver_due(self, pool: ThreadPoolExecutor) -> None:
        self._something_due.wait(TICK)
        self._something_due.clear()
        if monotonic() - self._replayed >= TICK:
            self._replayed = monotonic()
            self._courier.replay()
        while not self._stopping.is_set():
            claimed = self._claim()
            for parcel in claimed:
                pool.submit(self._deliver, parcel)
            if not claimed:
                return
            # Senders get free one by one; a look for all that got free meanwhile costs as much as one for each.
            self._stopping.wait(GATHER)

    def _claim(self) -> list[Parcel]:
        """Wait for a free sender, then claim as many deliveries as there are free senders."""
        self._free.acquire()
        room = 1
        while self._free.acquire(blocking=False):
            room += 1
        claimed: list[Parcel] = []
        try:
            claimed = self._courier.claim(limit=room)
        finally:
            for _ in range(room - len(claimed)):
                self._free.release()
        return claimed

    def _deliver(self, parcel: Parcel) -> None:
        try:
            self._courier.deliver(parcel)
        except Unavailable:
            # The claim ends by itself, and the delivery falls due again.
            log.warning("delivery_not_settled", delivery=parcel.delivery.event)
        except Exception:
            log.exception("delivery_failed", delivery=parcel.delivery.event)
        finally:
            self._free.release()
            self._something_due.set()

    # Chores

    def _turns(self, chore: Chore) -> Callable[[], None]:
        def take_turn() -> None:
            if not chore():
                self._stopping.wait(TICK)

        return take_turn

    # Signs of life

    def _signs_of_life(self) -> None:
        self._beat()
        self._stopping.wait(BEAT)


def run(wiring: Wiring) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    wiring.look()
    worker = Worker(
        courier(wiring),
        wiring.registry.beat,
        concurrency=wiring.settings.worker_concurrency,
        chores=[wiring.bulk.work],
    )
    # Blocked here and so in every thread, and waited for: a handler could interrupt a thread that holds the very lock
    # that stopping needs.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    working = threading.Thread(target=worker.run, name="worker")
    working.start()
    log.info("worker_started")
    signal.sigwait(ends)
    worker.stop()
    working.join()
    log.info("worker_stopped")


def courier(wiring: Wiring) -> Courier:
    """Build what delivers webhooks."""
    proxy = wiring.settings.webhook_proxy
    sender = Sender(Guard(wiring.settings.webhook_allow_networks), proxy=proxy.get_secret_value() if proxy else None)
    return Courier(
        outbox=wiring.outbox,
        deliveries=wiring.deliveries,
        endpoints=wiring.endpoints,
        replays=wiring.replays,
        sealing=wiring.sealing,
        sender=sender,
        timeout=wiring.settings.webhook_timeout,
        new_id=fresh_id,
        jitter=random.SystemRandom().random,
        now=time.time,
    )
