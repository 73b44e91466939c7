"""Keeps child processes running, and ends them in order.

The last started is the first stopped. Each has a session of its own, so that Ctrl-C reaches this process alone, and
each dies with it, whatever kills it. Signals come through a socket, so that between two of them nothing runs at all.
"""

import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Final

import structlog

from service.adapters.parent_death_signal import tied_to_parent
from service.core.errors import StartRefused

log = structlog.get_logger(__name__)

#: Seconds before a child that keeps dying is started again: the first wait and the longest.
FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 5.0

#: A child that lived this long, seconds, is forgiven its earlier deaths.
FORGIVEN: Final = 10.0

#: Seconds that a child has to finish when a second Ctrl-C hastens the end.
HURRIED: Final = 0.5

_STOP: Final = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class StopAsked(Exception):
    """A signal asked for the end: not an error, but the way out of whatever the supervisor is waiting for."""


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    inherited: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start *command* in a session of its own, out of Ctrl-C's reach, on Linux dying with this process.

    It gets the descriptors *inherited*, and writes to *output*, else where this process does.
    """
    return subprocess.Popen(
        tied_to_parent(command),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=inherited,
        start_new_session=True,
    )


@dataclass
class Child:
    """A process that *spawn* starts, and that has *grace* seconds to finish when it is asked to. What ended it, *cause*
    may tell."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    grace: float
    cause: Callable[[], str] = str
    process: subprocess.Popen[bytes] = field(init=False)
    _started: float = field(init=False)
    _wait: float = 0.0
    _due: float | None = None

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.process = self.spawn()
        self._started, self._due = time.monotonic(), None

    def tend(self, *, now: float) -> float | None:
        """Start it again if it has died and its wait is over; return in how many seconds that will be, if it will."""
        code = self.process.poll()
        if code is None:
            return None
        if self._due is None:
            again = self._wait and now - self._started < FORGIVEN
            self._wait = min(self._wait * 2, LONGEST_WAIT) if again else FIRST_WAIT
            self._due = now + self._wait
            log.error("child_died", child=self.name, code=code, cause=self.cause(), again_in_seconds=self._wait)
        if now < self._due:
            return self._due - now
        try:
            self._start()
        except OSError as error:
            self._due = now + LONGEST_WAIT
            log.error("child_not_started", child=self.name, cause=str(error), again_in_seconds=LONGEST_WAIT)
            return LONGEST_WAIT
        return None


class Supervisor:
    """Use it as a context from the main thread: asked to stop, the block ends quietly; its children end in any case."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._is_hurried = False

    def __enter__(self) -> "Supervisor":
        self._signals, self._wakeup = socket.socketpair()
        self._wakeup.setblocking(False)  # noqa: FBT003 - the standard library's own
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        for number in (*_STOP, signal.SIGCHLD):
            # nohup has it ignored, and means it.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: None)
        return self

    def keep(self, child: Child) -> None:
        """Look after *child* from now on."""
        self._children.append(child)

    def pause(self, seconds: float | None) -> None:
        """Wait so long (None: for ever), or until a child dies. Raises StopAsked when a signal asks for the end."""
        if self._wait_for_signals(seconds) & _STOP:
            raise StopAsked

    def insist(self) -> None:
        """Raise StartRefused if a child is dead: one that dies before all are up would only die again."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise StartRefused(f"The {child.name} ended at once, with exit code {code}. The lines above say why.")

    def tend(self) -> float | None:
        """Start again whoever died and is due; return in how many seconds the next one is, if any."""
        waits = [child.tend(now=time.monotonic()) for child in self._children]
        return min((wait for wait in waits if wait is not None), default=None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        for child in reversed(self._children):
            self._stop(child)
        # The handlers stay, so that a Ctrl-C too many does not end a clean stop in a traceback.
        signal.set_wakeup_fd(-1)
        self._signals.close()
        self._wakeup.close()
        return kind is StopAsked

    def _stop(self, child: Child) -> None:
        child.process.terminate()
        ends = time.monotonic() + (HURRIED if self._is_hurried else child.grace)
        while child.process.poll() is None and time.monotonic() < ends:
            # Only another Ctrl-C hastens: service managers send SIGTERM twice, to the group and to its leader.
            if signal.SIGINT in self._wait_for_signals(ends - time.monotonic()):
                self._is_hurried, ends = True, time.monotonic() + HURRIED
        if child.process.poll() is None:
            log.warning("child_killed", child=child.name)
            child.process.kill()
            child.process.wait()

    def _wait_for_signals(self, seconds: float | None) -> set[int]:
        ready, _, _ = select.select([self._signals], [], [], None if seconds is None else max(seconds, 0))
        return set(self._signals.recv(4096)) if ready else set()
