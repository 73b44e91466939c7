"""A parent and its children, with real signals and real kills."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from service.adapters.supervisor import FIRST_WAIT, LONGEST_WAIT, Child, Supervisor, spawn
from service.core.errors import StartRefused
from tests.processes import Program, descendants, is_alive, linux, running, timed, wait_for

pytestmark = timed

GRACE = 20.0


def switches(process: int) -> list[str]:
    """Return how often *process* went to sleep or was put to it, as /proc tells."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return [line for line in lines if "ctxt_switches" in line]


class Family:
    """A running parent, and its children's diary."""

    def __init__(self, folder: Path, program: Program, names: set[str]) -> None:
        self._diary = folder / "diary"
        self.program = program
        wait_for(lambda: names <= {line.split()[0] for line in self.lines})

    @property
    def lines(self) -> list[str]:
        """What happened, without the times and process ids."""
        return [" ".join(words[1:3]) for words in self._entries]

    def times(self, what: str) -> list[float]:
        """Return when *what* happened, seconds of a monotonic clock."""
        return [float(words[0]) for words in self._entries if " ".join(words[1:3]) == what]

    def process_of(self, name: str) -> int:
        """Return the id of the latest process of *name*."""
        return [int(words[3]) for words in self._entries if words[1:3] == [name, "started"]][-1]

    @property
    def _entries(self) -> list[list[str]]:
        return [line.split() for line in self._diary.read_text().splitlines()] if self._diary.exists() else []


StartFamily = Callable[..., Family]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartFamily]:
    with ExitStack() as stack:
        # Under nohup these tests would hand on a SIGHUP that is ignored.
        stack.callback(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, signal.SIG_DFL))

        def start(*children: str, grace: float = GRACE) -> Family:
            command = [sys.executable, "-m", "tests.adapters.family", str(tmp_path), str(grace), *children]
            program = stack.enter_context(running(*command, folder=tmp_path, environment=os.environ))
            return Family(tmp_path, program, {child.partition("=")[0] for child in children})

        yield start


def test_the_last_started_is_the_first_stopped_and_one_ctrl_c_is_enough(start: StartFamily) -> None:
    family = start("server=good", "worker=good", "web=good")
    family.program.press_ctrl_c()
    assert family.program.wait() == 0
    assert family.lines[-4:] == ["web stopped", "worker stopped", "server stopped", "parent stopped"]
    assert family.program.said == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_each_signal_that_asks_for_the_end_stops_the_children(start: StartFamily, number: signal.Signals) -> None:
    family = start("server=good", "web=good")
    family.program.process.send_signal(number)
    assert family.program.wait() == 0
    assert family.lines[-3:] == ["web stopped", "server stopped", "parent stopped"]


def test_a_child_that_does_not_stop_is_killed_after_its_grace(start: StartFamily) -> None:
    family = start("server=good", "web=stubborn", grace=0.5)
    stubborn = family.process_of("web")
    family.program.press_ctrl_c()
    assert family.program.wait() == 0
    assert not is_alive(stubborn)
    assert family.lines[-2:] == ["server stopped", "parent stopped"]
    assert "child_killed" in family.program.said


def test_a_second_ctrl_c_hastens_the_end(start: StartFamily) -> None:
    family = start("server=stubborn", "worker=good", "web=stubborn")
    family.program.press_ctrl_c()
    with pytest.raises(subprocess.TimeoutExpired):
        family.program.wait(within=1)
    family.program.press_ctrl_c()
    assert family.program.wait(within=GRACE / 4) == 0
    assert family.lines[-2:] == ["worker stopped", "parent stopped"]


def test_a_second_sigterm_does_not_cut_the_grace_short(start: StartFamily) -> None:
    family = start("web=stubborn", grace=2)
    family.program.process.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        family.program.wait(within=0.5)
    family.program.process.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        family.program.wait(within=1)
    assert family.program.wait() == 0


def test_a_killed_child_is_started_again_and_the_others_are_left_alone(start: StartFamily) -> None:
    family = start("server=good", "web=good")
    killed, other = family.process_of("web"), family.process_of("server")
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: family.process_of("web") != killed, within=3)
    assert family.process_of("server") == other
    assert family.program.said.count("child_died") == 1
    family.program.press_ctrl_c()
    assert family.program.wait() == 0
    assert family.lines.count("web stopped") == 1


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(start: StartFamily) -> None:
    family = start("web=fragile")
    wait_for(lambda: len(family.times("web started")) >= 5, within=20)
    starts, stops = family.times("web started"), family.times("web stopped")
    waits = [started - stopped for stopped, started in zip(stops, starts[1:], strict=False)]
    for step, waited in enumerate(waits[:4]):
        assert waited >= min(FIRST_WAIT * 2**step, LONGEST_WAIT)
    family.program.press_ctrl_c()
    assert family.program.wait(within=5) == 0


@linux
def test_no_orphan_survives_the_kill_of_the_parent_not_even_a_stubborn_one(start: StartFamily) -> None:
    family = start("server=good", "worker=stubborn", "web=good")
    children = descendants(family.program.process.pid)
    assert len(children) == 3
    family.program.process.kill()
    wait_for(lambda: not any(is_alive(child) for child in children), within=3)


@linux
def test_between_signals_the_parent_does_nothing_at_all(start: StartFamily) -> None:
    family = start("web=good")

    before = switches(family.program.process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        family.program.wait(within=1)
    assert switches(family.program.process.pid) == before


def test_a_child_that_is_dead_before_all_are_up_refuses_the_start() -> None:
    child = Child("web server", lambda: spawn([sys.executable, "-c", "raise SystemExit(3)"]), grace=1)
    child.process.wait()
    supervisor = Supervisor()
    supervisor.keep(child)
    with pytest.raises(StartRefused, match="web server ended at once, with exit code 3"):
        supervisor.insist()
