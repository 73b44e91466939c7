"""Pacing what must not be done quickly, by GCRA in one script: guessing at a sign-in, reading one's own comment."""

from dataclasses import dataclass
from typing import Final

from service.store import keys
from service.store.connection import Connection
from service.store.script import Script

#: How long a try waits when many try a name, and how long it may come then, ms.
TURN: Final = 5_000
TURN_LIFE: Final = 60_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then so many a minute."""

    at_once: int
    per_minute: float

    @property
    def words(self) -> tuple[float, float]:
        """The ms between two, and the ms that a burst takes."""
        interval = 60_000 / self.per_minute
        return interval, interval * self.at_once


class Pace:
    """Counts tries and says when the next is welcome."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._script, self._sign_in = Script("pace"), Script("sign_in")

    def wait(self, digest: str, *, per_minute: float, burst: int) -> int:
        """Count a try to sign in; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.sign_in_attempts(digest), Rate(burst, per_minute))

    def wait_to_sign_in(self, digests: tuple[str, str, str], rates: tuple[Rate, Rate, Rate]) -> int:
        """Count a try of a name from a network against three paces, whose *digests* and *rates* these are: of both, of
        the network, of the name. Return 0 if it is welcome, else the seconds until one is; for the name's sake that
        is a few, after which it is."""
        places = [*map(keys.sign_in_attempts, digests), keys.sign_in_turn(digests[0])]
        words = [word for rate in rates for word in rate.words]
        return -(-int(self._redis.run(self._sign_in, places, [*words, TURN, TURN_LIFE])) // 1000)

    def forget(self, digest: str) -> None:
        """Forget the tries that were counted: one was right."""
        self._redis.do("DEL", keys.sign_in_attempts(digest))

    def wait_to_read(self, site: str, comment: str, *, per_minute: float, burst: int) -> int:
        """Count an author's reading of *comment*; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.SiteKeys(site).pace(f"reads {comment}"), Rate(burst, per_minute))

    def _wait(self, key: str, rate: Rate) -> int:
        return -(-int(self._redis.run(self._script, [key], rate.words)) // 1000)
