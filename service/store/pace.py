"""Pacing what must not be done quickly, by GCRA in one script: guessing at a sign-in, reading one's own comment."""

from service.store import keys
from service.store.connection import Connection, Script


class Pace:
    """Counts tries and says when the next is welcome."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._script = Script("pace")

    def wait(self, digest: str, *, per_minute: float, burst: int) -> int:
        """Count a try to sign in; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.sign_in_attempts(digest), per_minute=per_minute, burst=burst)

    def wait_to_read(self, site: str, comment: str, *, per_minute: float, burst: int) -> int:
        """Count an author's reading of *comment*; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.SiteKeys(site).pace(f"reads {comment}"), per_minute=per_minute, burst=burst)

    def _wait(self, key: str, *, per_minute: float, burst: int) -> int:
        interval = 60_000 / per_minute
        wait = self._redis.run(self._script, [key], [interval, interval * burst])
        return -(-int(wait) // 1000)
