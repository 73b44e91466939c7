"""Processes as tests see them: started as a user would, listed, waited for, killed."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

#: Only Linux tells a process of its parent's end, and has /proc to see it by.
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")

#: Tests that need wall-clock time, or start and kill whole Parleys: in a parallel run one after the other.
timed = pytest.mark.xdist_group("timed")


def wait_for(happens: Callable[[], object], *, within: float = 10.0) -> float:
    """Return after how many seconds *happens* was true; fail when it was not *within* so many."""
    begun = time.monotonic()
    while not happens():
        if time.monotonic() - begun > within:
            pytest.fail(f"did not happen within {within} seconds")
        time.sleep(0.02)
    return time.monotonic() - begun


def is_alive(process: int) -> bool:
    """Whether *process* runs: a zombie does not."""
    return _stat(process)[0] not in ("", "Z", "X")


def descendants(process: int) -> dict[int, str]:
    """Return the command lines of *process*'s children, theirs, and so on."""
    parents = {int(each.name): _stat(int(each.name))[1] for each in Path("/proc").iterdir() if each.name.isdigit()}
    found: dict[int, str] = {}
    todo = [process]
    while todo:
        parent = todo.pop()
        children = [child for child, its in parents.items() if its == str(parent) and is_alive(child)]
        found |= {child: _command(child) for child in children}
        todo += children
    return found


def _stat(process: int) -> tuple[str, str]:
    """Return the state and the parent of *process*, empty when it is gone."""
    try:
        state, parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return "", ""
    return state, parent


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Program:
    """A program in a process group of its own, as a terminal starts one; what it says goes to files."""

    def __init__(self, *command: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._said, self._log = folder / "said.txt", folder / "log.txt"
        with self._said.open("wb") as said, self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=log, env=environment, start_new_session=True
            )

    @property
    def said(self) -> str:
        """What it wrote to its standard output."""
        return self._said.read_text("utf-8")

    @property
    def log(self) -> str:
        """What it wrote to its standard error."""
        return self._log.read_text("utf-8")

    def press_ctrl_c(self) -> None:
        """Send what a terminal sends: SIGINT to the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, *, within: float = 20.0) -> int:
        """Return its exit code; it must end *within* so many seconds."""
        return self.process.wait(within)


@contextlib.contextmanager
def running(*command: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Program]:
    """Run *command*; whatever is left of it at the end is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    program = Program(*command, folder=folder, environment=environment)
    try:
        yield program
    finally:
        for process in (program.process.pid, *descendants(program.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        program.process.wait()
