"""Run a command that dies with its parent: `python parent_death_signal.py PARENT COMMAND …`. Linux only; elsewhere it
just runs it.

The kernel sends SIGKILL when the parent ends, however it ends (prctl(2), PR_SET_PDEATHSIG): a gentler signal would
leave a busy child behind, and every process here must outlive a power cut anyway. Set here, in a process of its own
that then becomes the command, because code between fork and exec of a threaded parent may deadlock.
"""

import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """Return *command* so that it dies with this process; start it from the main thread, whose end is what counts."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def die_with(parent: int) -> None:
    """Die with *parent*; die now if it is gone already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
