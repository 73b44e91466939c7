"""The desk over a long queue beside a short one: `python -m bench.queue [--comments 1000000]`. Compare ratios.

Two servers run as the product starts them, one with 1,000 waiting comments and one with a million; each call goes to
one, then to the other, so that whatever else the machine does meets both alike. Only while they are filled do they not
wait for the disk. A moderator's next card is `Review.next` and the decision on it; a new comment then takes its place,
or among equal scores itself, by an undo. Few comments have many links, two or three of the short list's: that line
tells what a long look costs, its ratio nothing. The memory that a waiting comment takes is told by samples of its keys.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.filling import LIFE, SITE, admit, fill
from bench.memory import used, weighed
from service.adapters.embedded_valkey import EmbeddedServer
from service.core.action import Action
from service.core.comment import Comment, Reason
from service.core.listing import Listing, Sorting, View
from service.core.people import Member, Role
from service.processes.wiring import fresh_id
from service.store.connection import connect
from service.store.keys import SiteKeys
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.queue import Queue
from service.store.ranges import Place
from service.use_cases.review import Review, Ruling

SHORT = 1000
PAGE = 50

ANA = Member("m_ana", "Ana", Role.MODERATOR)


class Desk:
    """A server with *waiting* comments, and the stories over it."""

    def __init__(self, url: str, waiting: int) -> None:
        self.url, self.waiting = url, waiting
        self.connection = connect(url, connections=4)
        self.empty = used(self.connection)
        self._fill()
        lists, leases = Lists(self.connection), Leases(self.connection)
        self.review = Review(Queue(self.connection, event_life=LIFE), lists, leases, fresh_id)
        self._next_comment = waiting

    def _fill(self) -> None:
        began = time.perf_counter()
        self.connection.do("CONFIG", "SET", "appendfsync", "no", "auto-aof-rewrite-percentage", 0)
        fill(self.url, self.waiting)
        self.connection.do("BGREWRITEAOF")
        time.sleep(1)
        while any(self.connection.do("INFO", "persistence")[f"aof_rewrite_{when}"] for when in WHEN):
            time.sleep(1)
        # What the filling left to be written must not slow the disk for what is measured.
        os.sync()
        self.connection.do("CONFIG", "SET", "appendfsync", "always", "auto-aof-rewrite-percentage", 100)
        print(f"filled with {self.waiting:,} in {time.perf_counter() - began:.0f} s", flush=True)

    def replace(self, comment: Comment) -> None:
        """Let a new comment wait where *comment* was decided, with the same scores."""
        admit(self.url, range(self._next_comment, self._next_comment + 1), opinion=comment.opinion)
        self._next_comment += 1

    def inside_equals(self) -> Place:
        """Return a place that no comment has, in the midst of those that share the lowest score."""
        worst = SiteKeys(SITE).waiting(Sorting.WORST)
        # The cards behind it must be there: not among the last ones.
        at = random.randint(50, int(self.connection.do("ZCOUNT", worst, 0, 0)) - 1)
        [id] = self.connection.do("ZRANGE", worst, at, at)
        return 0.0, f"{id}~"


WHEN = ("in_progress", "scheduled")

Undo = Callable[[], object]
Call = Callable[[Desk], Undo | None]


def next_card(desk: Desk) -> Undo:
    """Open the first comment and decide it, as the desk does; return what lets another wait in its place."""
    comment, _ = _card(desk, None)
    return lambda: desk.replace(comment)


def deep_card(desk: Desk) -> Undo:
    """Open and decide a comment in the midst of equal scores; return what lets it wait again."""
    comment, version = _card(desk, desk.inside_equals())
    return lambda: desk.review.undo(SITE, comment.id, member=ANA, version=version)


def _card(desk: Desk, after: Place | None) -> tuple[Comment, int]:
    opened = desk.review.next(SITE, View(), member=ANA, after=after)
    assert opened is not None
    comment, lease = opened.comment, opened.lease.token
    made = desk.review.decide(
        SITE,
        comment.id,
        Ruling(Action.APPROVE),
        member=ANA,
        version=comment.version,
        lease=lease,
        undo_seconds=10,
    )
    return comment, made.version


def first_page(view: View) -> Call:
    """Return a call that reads the first page of *view*."""

    def read(desk: Desk) -> None:
        desk.review.listed(SITE, view, member=ANA, limit=PAGE)

    return read


def count(desk: Desk) -> None:
    """Count every list."""
    desk.review.lists.counts(SITE)


CALLS: dict[str, Call] = {
    "next card": next_card,
    "next card, among equals": deep_card,
    **{f"first page, {sorting}": first_page(View(sorting=sorting)) for sorting in Sorting},
    "first page, toxic": first_page(View(reason=Reason.TOXIC)),
    "first page, many links": first_page(View(reason=Reason.LINKS)),
    "first page, unscored": first_page(View(Listing.UNSCORED)),
    "counts": count,
}


def main() -> None:
    """Fill both, then print times and ratios of each round, and the memory."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--comments", type=int, default=1_000_000)
    arguments.add_argument("--calls", type=int, default=500)
    arguments.add_argument("--rounds", type=int, default=3)
    asked = arguments.parse_args()
    with desk(SHORT) as short, desk(asked.comments) as long:
        print(*weighed(long.connection, empty=long.empty, waiting=long.waiting), sep="\n", flush=True)
        print(
            f"\n{'ms':28}{SHORT:>9,} p50{'p99':>9}{long.waiting:>11,} p50{'p99':>9}{'p50 ratio':>12}{'p99 ratio':>12}"
        )
        for _ in range(asked.rounds):
            for name, call in CALLS.items():
                show(name, *measured(call, (short, long), asked.calls))


@contextmanager
def desk(waiting: int) -> Iterator[Desk]:
    """Start a server of its own and fill it."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-"))
        server = stack.enter_context(EmbeddedServer(Path(folder)))
        desk = Desk(server.url, waiting)
        stack.callback(desk.connection.close)
        yield desk


def measured(call: Call, desks: tuple[Desk, Desk], calls: int) -> tuple[list[float], list[float]]:
    """Return the ms of each of *calls*, which alternate between the desks."""
    took: tuple[list[float], list[float]] = [], []
    for n in range(calls):
        for at in (0, 1) if n % 2 else (1, 0):
            began = time.perf_counter()
            undo = call(desks[at])
            took[at].append((time.perf_counter() - began) * 1000)
            if undo:
                undo()
    return took


def show(name: str, short: list[float], long: list[float]) -> None:
    """Print one line."""
    (p50, p99), (long50, long99) = percentiles(short), percentiles(long)
    line = f"{name:28}{p50:13.2f}{p99:9.2f}{long50:15.2f}{long99:9.2f}{long50 / p50:12.2f}{long99 / p99:12.2f}"
    print(line, flush=True)


def percentiles(took: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return statistics.median(took), statistics.quantiles(took, n=100, method="inclusive")[98]


if __name__ == "__main__":
    main()
