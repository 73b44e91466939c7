"""Files of metrics whose room is taken before they are written.

prometheus-client maps files that have holes into memory. On a full disk writing into a hole ends the process (SIGBUS),
whatever it was doing. Here a file gets its blocks first; where there are none, its values stay in memory, so that they
are missing at /metrics until the next start, and nothing else is.
"""

import mmap
import os
from pathlib import Path
from typing import Any, Final

import structlog
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

log = structlog.get_logger(__name__)

#: Bytes that a file begins with.
ROOM: Final = 64 * 1024

#: Bytes that an entry has beside its name.
_AROUND: Final = 4 + 8 + 16


class ReservedDict(MmapedDict):
    """Values in a file that has its room, else in memory."""

    _m: Any
    _used: int

    def __init__(self, filename: str, read_mode: bool = False) -> None:  # noqa: FBT001, FBT002 - the library's own
        try:
            reserve(filename, ROOM)
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
        except OSError as error:
            _tell(error)
            self._f: Any = None
            self._m, self._capacity, self._used = mmap.mmap(-1, ROOM), ROOM, 8
            self._positions: dict[str, int] = {}

    def _init_value(self, key: str) -> None:
        while self._used + len(key.encode()) + _AROUND > self._capacity:
            self._grow(self._capacity * 2)
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self, size: int) -> None:
        grown: Any = None
        if self._f:
            try:
                reserve(self._fname, size)
                grown = mmap.mmap(self._f.fileno(), size)
            except OSError as error:
                _tell(error)
                # What the file has stays there; from now on it is this process's alone.
                self._f.close()
                self._f = None
        if grown is None:
            grown = mmap.mmap(-1, size)
            grown[: self._used] = self._m[: self._used]
        self._m, self._capacity = grown, size


def reserve(filename: str, size: int) -> None:
    """Fill the file up to *size* with zeros. Raises OSError where there is no room; it is then as long as it was."""
    file = os.open(filename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(file).st_size
        try:
            while (missing := size - os.fstat(file).st_size) > 0:
                os.write(file, bytes(missing))
        except OSError:
            os.ftruncate(file, before)
            if not before:
                Path(filename).unlink()
            raise
    finally:
        os.close(file)


def install() -> None:
    """Let prometheus-client keep its values so, from the first metric on."""
    values.MmapedDict = ReservedDict  # type: ignore[attr-defined]


def _tell(error: OSError) -> None:
    log.error("metrics_have_no_room", problem=error.strerror, missing="counters since then, until the next start")
