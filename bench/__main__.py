"""The bounds that hold however a stranger asks: `python -m bench`. It ends with 1 where one of them is not kept.

A Parley as `make run` starts it is asked over HTTP, on this machine: slow clients, what is refused, a Redis that is
stopped. Texts and lists are measured in CPU of this process. Each line tells the worst of its kind.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench import desk
from service.core.submission import LONGEST_BODY
from service.core.thread import LONGEST_URL
from tests.costs import (
    BOUND,
    BOUND_OF_LONGEST,
    BOUND_OF_LOOK,
    BOUND_OF_URL,
    LENGTH,
    everything,
    page_of,
    seconds,
    taken_in,
)
from tests.nasty import URL_FRONTS, URL_UNITS, WORST, repeated
from tests.running import RunningParley
from tests.strangers import SLOW, SOON, Strangers, ask, comment, many_files

DOOR: Final = "/v1/sites/demo/comments"

#: Comments may come as fast as they are measured.
AS_OFTEN_AS_ASKED: Final = ("comments_burst=1000", "comments_per_minute=6000")

#: Where the demo's page is asked from, and where from its strangers come.
BESIDE, SOURCES = "127.0.0.2", ["127.0.0.1"]

#: Seconds of any answer while Redis is stopped.
WHILE_STOPPED: Final = 3.0

#: What a refusal costs at most, as a part of taking the same text in.
OF_TAKING: Final = 0.1

#: Characters of a path with its query: no head of a request is longer.
LONGEST_ASKED: Final = 15_000

#: Comments are posted so often while Redis is stopped, by so many at once.
READERS, SECONDS_STOPPED = 24, 6.0


@dataclass(frozen=True, slots=True)
class Line:
    """One bound: the worst that was *measured*, of *which* kind, and the most that it may be."""

    what: str
    which: str
    measured: float
    bound: float
    unit: str

    def __str__(self) -> str:
        """Return it as it is printed."""
        kept = "" if self.measured < self.bound else "   not kept"
        return f"{self.what:44}{self.measured:10.3g}{self.bound:10.3g} {self.unit:8}{self.which}{kept}"


def worst(what: str, bound: float, unit: str, measured: dict[str, float]) -> Line:
    """Return the line of the kind that costs most."""
    which = max(measured, key=measured.__getitem__)
    return Line(what, which, measured[which], bound, unit)


def slow_ones(parley: RunningParley) -> Iterator[Line]:
    """Ask for a health check and post a comment, beside 500 slow ones of each kind."""
    health: dict[str, float] = {}
    posts: dict[str, float] = {}
    for kind, said in SLOW.items():
        strangers = Strangers(parley.port, said, drips="drip" in kind, sources=SOURCES)
        try:
            # What readers ask for must be made once: that is work, not waiting.
            time.sleep(3)
            for n in range(5):
                health[kind] = max(health.get(kind, 0), answered(parley, "GET", "/healthz"))
                body = comment(parley, f"Beside {kind}, {n}")
                posts[kind] = max(posts.get(kind, 0), answered(parley, "POST", DOOR, body))
        finally:
            strangers.stop()
    yield worst("500 slow clients: a health check", SOON, "s", health)
    yield worst("500 slow clients: a comment is taken in", SOON, "s", posts)


def answered(parley: RunningParley, method: str, path: str, document: object = None) -> float:
    """Return after how many seconds the answer came; it must not be a refusal."""
    status, seconds = ask(parley, method, path, document, source=BESIDE)
    return seconds if status < 300 else float("inf")


def refusals(parley: RunningParley) -> Iterator[Line]:
    """Post the longest text: taken in, and refused for each reason that has nothing to do with what it says."""
    text = WORST["swear words"]
    taken = min(answered(parley, "POST", DOOR, comment(parley, f"{n} {text}"[: len(text)])) for n in range(3))

    def refused(status: int, body: str) -> float:
        tries = [ask(parley, "POST", DOOR, comment(parley, body), source=BESIDE) for _ in range(3)]
        return min(seconds for _, seconds in tries) if {each for each, _ in tries} == {status} else float("inf")

    found = {"a duplicate": refused(409, f"0 {text}"[: len(text)])}
    parley.cli("site", "set", "demo", "comments_burst=1", "comments_per_minute=0.1")
    answered(parley, "POST", DOOR, comment(parley, "The one that is let in."))
    found["too fast"] = refused(429, f"9 {text}"[: len(text)])
    parley.cli("site", "set", "demo", *AS_OFTEN_AS_ASKED)
    parley.cli("thread", "close", "demo", f"{parley.url}/demo")
    found["a closed thread"] = refused(403, f"9 {text}"[: len(text)])
    parley.cli("thread", "open", "demo", f"{parley.url}/demo")
    yield worst(
        "The longest text is refused", OF_TAKING, "taken in", {name: each / taken for name, each in found.items()}
    )


def looks(parley: RunningParley) -> Iterator[Line]:
    """Ask for threads by the worst URLs, each once: what answers, and what refuses."""
    found: dict[str, float] = {}
    for unit, front in product(URL_UNITS, URL_FRONTS):
        url = (front + repeated(unit, LONGEST_URL))[:LONGEST_URL]
        for path in ("/embed/v1/sites/demo/page", DOOR, "/review/demo"):
            asked = f"{path}?{urlencode({'thread_url': url, 'words': url})}"[:LONGEST_ASKED]
            found[f"{path}, {unit}"] = ask(parley, "GET", asked, source=BESIDE)[1]
    yield worst("A look at the worst URLs", 2 * BOUND_OF_LOOK, "s", found)


def stopped_redis(parley: RunningParley) -> Iterator[Line]:
    """Stop the server, and ask for everything while many post."""
    server, page = parley.children()["server"], f"{parley.url}/demo"
    paths = {
        "/healthz": "a health check",
        "/readyz": "readiness",
        "/demo": "a page",
        f"{DOOR}?thread_url={page}": "a thread",
    }
    answers: dict[str, float] = {}
    ends = time.monotonic() + SECONDS_STOPPED

    def keep_asking(name: str, method: str, path: str, document: object = None) -> None:
        while time.monotonic() < ends:
            seconds = ask(parley, method, path, document, source=BESIDE)[1]
            answers[name] = max(answers.get(name, 0), seconds)

    os.kill(server, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(READERS + len(paths)) as threads:
            said = comment(parley, "While Redis is stopped.")
            asking = [threads.submit(keep_asking, "a comment", "POST", DOOR, said) for _ in range(READERS)]
            asking += [threads.submit(keep_asking, name, "GET", path) for path, name in paths.items()]
            for each in asking:
                each.result()
    finally:
        os.kill(server, signal.SIGCONT)
    health = {"a health check": answers.pop("a health check")}
    yield worst("Redis is stopped: health", WHILE_STOPPED, "s", health)
    yield worst("Redis is stopped: everything else", WHILE_STOPPED, "s", answers)


def texts() -> Iterator[Line]:
    """Do to the worst texts what the door, the threads and the desk do to them."""
    for what, work, length, bound in (
        ("A text of 20,000: all that is done to it", everything, LENGTH, BOUND),
        ("The longest text is taken in", taken_in, LONGEST_BODY, BOUND_OF_LONGEST),
    ):
        found = {kind: min(seconds(work, text[:length]) for _ in range(3)) for kind, text in WORST.items()}
        yield worst(what, bound, "s, CPU", found)


def urls() -> Iterator[Line]:
    """Read the worst URLs of pages."""
    kinds = {f"{unit} after {front}": front + repeated(unit, LONGEST_URL) for unit in URL_UNITS for front in URL_FRONTS}
    found = {kind: min(seconds(page_of, url[:LONGEST_URL]) for _ in range(3)) for kind, url in kinds.items()}
    yield worst("A page's URL is read and masked", BOUND_OF_URL, "s, CPU", found)


def lists() -> Iterator[Line]:
    """Show lists of the worst comments at the desk."""
    found = list(desk.costs(rounds=3))
    milliseconds = {each.kind: each.pages[0][0] for each in found}
    kilobytes = {each.kind: each.pages[0][1] / 1000 for each in found}
    yield worst("The desk: a list of 20", desk.BOUND_MS, "ms, CPU", milliseconds)
    yield worst("The desk: what a list of 20 loads", desk.BOUND_BYTES / 1000, "kB", kilobytes)


def asked_over_http() -> Iterator[Line]:
    """Start a whole Parley and ask it."""
    with tempfile.TemporaryDirectory(prefix="parley-") as folder, many_files():
        parley = RunningParley(Path(folder) / "data", LOG_LEVEL="warning")
        parley.cli("site", "set", "demo", *AS_OFTEN_AS_ASKED)
        try:
            yield from slow_ones(parley)
            yield from refusals(parley)
            yield from looks(parley)
            yield from stopped_redis(parley)
        finally:
            parley.stop()


def main() -> None:
    """Print a line for each bound."""
    print(f"{'':44}{'worst':>10}{'at most':>10}")
    lines = []
    for measure in (texts, urls, lists, asked_over_http):
        for line in measure():
            lines.append(line)
            print(line, flush=True)
    sys.exit(0 if all(line.measured < line.bound for line in lines) else 1)


if __name__ == "__main__":
    main()
