"""A supervisor with stand-ins for children: `python -m tests.adapters.family FOLDER GRACE NAME=KIND …`.

A child writes what happens to it into FOLDER/diary, a line each. Its KIND: good (stops when asked), stubborn (does
not), fragile (ends at once).
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path


def note(diary: Path, line: str) -> None:
    with diary.open("a") as out:
        out.write(f"{time.monotonic():.3f} {line}\n")


def live(diary: Path, name: str, kind: str) -> None:
    """Be a child."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    note(diary, f"{name} started {os.getpid()}")
    while kind != "fragile" and (kind == "stubborn" or not stopping):
        time.sleep(0.02)
    note(diary, f"{name} stopped")


def supervise(diary: Path, grace: float, *children: str) -> None:
    """Be the parent."""
    from service.adapters.supervisor import Child, Supervisor, spawn  # not in the children, which must start quickly

    with Supervisor() as supervisor:
        for each in children:
            name, _, kind = each.partition("=")
            command = [sys.executable, __file__, "child", str(diary), name, kind]
            supervisor.keep(Child(name, partial(spawn, command), grace=grace))
        while True:
            supervisor.pause(supervisor.tend())
    note(diary, "parent stopped")


if __name__ == "__main__":
    if sys.argv[1] == "child":
        live(Path(sys.argv[2]), *sys.argv[3:])
    else:
        supervise(Path(sys.argv[1]) / "diary", float(sys.argv[2]), *sys.argv[3:])
