"""How long a call to Redis may take: its wait for a connection, connecting, sending and reading share one deadline.

redis-py bounds each step by itself, so that a server which is stopped, not dead, holds a call for as many time-outs as
it has steps and tries. Here whatever a thread does within `deadline` ends with it, on one server, with Sentinel and in
a Cluster. A server that let one call wait in vain then rests: calls to it are given up at once, until one has tried it
again and was answered.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

import redis
from redis.connection import AbstractConnection, SSLConnection, UnixDomainSocketConnection
from redis.sentinel import SentinelManagedConnection

from service.core.errors import Unavailable

#: Seconds in which a call is answered, or given up.
LIMIT: Final = 2.0

#: Seconds of these in which a connection is made, and in which one of the pool gets free.
CONNECTING: Final = 1.0

#: Seconds for which a server that did not answer in time is left alone.
REST: Final = 1.0


class _Deadline(threading.local):
    """When the call that this thread makes is given up, by its own clock; *moves* after each answer of several."""

    ends: float | None = None
    moves = False

    @property
    def left(self) -> float:
        """Seconds that are left; outside any call those of a whole one. Raises redis.TimeoutError."""
        left = LIMIT if self.ends is None else self.ends - monotonic()
        if left <= 0:
            raise redis.TimeoutError("The call took too long.")
        return left


_deadline = _Deadline()


@contextmanager
def deadline(seconds: float = LIMIT, *, moves: bool = False) -> Iterator[float]:
    """Give up what this thread asks of Redis within the block after *seconds*, which begin anew with each answer where
    it *moves*. Yield when that is."""
    ends = monotonic() + seconds
    _deadline.ends, _deadline.moves = ends, moves
    try:
        yield ends
    finally:
        _deadline.ends, _deadline.moves = None, False


class _Timely(AbstractConnection):
    """A connection that gives up at the thread's deadline."""

    def connect_check_health(self, *args: Any, **options: Any) -> None:
        """Connect, while there is time."""
        if not self._sock:
            self.socket_timeout = left = _deadline.left
            self.socket_connect_timeout = min(left, CONNECTING)
        super().connect_check_health(*args, **options)

    def send_packed_command(self, *args: Any, **options: Any) -> None:
        """Send, while there is time."""
        self._hurry()
        super().send_packed_command(*args, **options)  # type: ignore[no-untyped-call]

    def read_response(self, *args: Any, **options: Any) -> Any:
        """Read an answer, while there is time."""
        self._hurry()
        answer = super().read_response(*args, **options)
        if _deadline.moves:
            _deadline.ends = monotonic() + LIMIT
        return answer

    def _hurry(self) -> None:
        socket = self._get_socket()
        try:
            if socket:
                socket.settimeout(_deadline.left)
        except redis.TimeoutError:
            # Its answers are still to come: nobody else may read them.
            self.disconnect()  # type: ignore[no-untyped-call]
            raise


class TimelyTcp(_Timely, redis.Connection):
    """A connection by TCP."""


class TimelySsl(_Timely, SSLConnection):
    """A connection by TLS."""


class TimelyUnix(_Timely, UnixDomainSocketConnection):
    """A connection by a socket of this machine."""


class TimelyManaged(SentinelManagedConnection, _Timely, redis.Connection):
    """A connection to the primary that Sentinel names."""


#: What takes the place of redis-py's own classes.
TIMELY: Final[dict[type, type]] = {
    redis.Connection: TimelyTcp,
    SSLConnection: TimelySsl,
    UnixDomainSocketConnection: TimelyUnix,
}


class Breaker:
    """Keeps calls from whoever did not answer in time; *place* names who: one server, or a part of a Cluster."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rests_until: dict[str, float] = {}

    def enter(self, place: str) -> None:
        """Let a call go to *place*: all while it answers, and of those after its rest one, on which the others wait.
        Raises Unavailable for the rest."""
        if place not in self._rests_until:
            return
        with self._lock:
            now, until = monotonic(), self._rests_until.get(place)
            if until is not None and now < until:
                raise Unavailable("Redis", "it does not answer.")
            if until is not None:
                self._rests_until[place] = now + LIMIT + REST

    def trip(self, place: str) -> None:
        """Note that *place* did not answer in time."""
        with self._lock:
            self._rests_until[place] = monotonic() + REST

    def close(self, place: str) -> None:
        """Note that *place* answered, whatever it said."""
        if place in self._rests_until:
            with self._lock:
                self._rests_until.pop(place, None)
