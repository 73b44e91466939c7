"""Pacing what must not be guessed quickly: sign-ins, by GCRA in one script."""

from service.store import keys
from service.store.connection import Connection, Script


class Pace:
    """Counts tries and says when the next is welcome."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._script = Script("pace")

    def wait(self, digest: str, *, per_minute: float, burst: int) -> int:
        """Count a try; return 0 if it is welcome, else the seconds until one is."""
        interval = 60_000 / per_minute
        wait = self._redis.run(self._script, [keys.sign_in_attempts(digest)], [interval, interval * burst])
        return -(-int(wait) // 1000)
