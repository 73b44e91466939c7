"""Pacing what must not be done quickly, by GCRA in one script: guessing at a sign-in, reading one's own comment."""

from dataclasses import dataclass
from typing import Final

from service.store import keys
from service.store.connection import Connection
from service.store.script import Script

_PACE: Final = Script("pace")
_SIGN_IN: Final = Script("sign_in")

#: How long a try waits when many try a name, and how long it may come then, ms.
TURN: Final = 5_000
TURN_LIFE: Final = 60_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then so many a minute."""

    at_once: int
    per_minute: float

    @property
    def interval(self) -> float:
        """The ms between two."""
        return 60_000 / self.per_minute

    @property
    def burst(self) -> float:
        """The ms that may be taken in advance."""
        return self.interval * self.at_once


class Pace:
    """Counts tries and says when the next is welcome."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def wait(self, digest: str, *, per_minute: float, burst: int) -> int:
        """Count a try to sign in; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.sign_in_attempts(digest), Rate(burst, per_minute))

    def wait_to_sign_in(self, digests: tuple[str, str, str], rates: tuple[Rate, Rate, Rate]) -> int:
        """Count a try of a name from a network against three paces, whose *digests* and *rates* these are: of both, of
        the network, of the name. Return 0 if it is welcome, else the seconds until one is; for the name's sake that
        is a few, after which it is."""
        (pair, network, name), (by_pair, by_network, by_name) = map(keys.sign_in_attempts, digests), rates
        milliseconds = self._redis.run(
            _SIGN_IN,
            keys={"pair": pair, "network": network, "name": name, "turn": keys.sign_in_turn(digests[0])},
            args={
                "pair_interval": by_pair.interval,
                "pair_burst": by_pair.burst,
                "network_interval": by_network.interval,
                "network_burst": by_network.burst,
                "name_interval": by_name.interval,
                "name_burst": by_name.burst,
                "turn_delay": TURN,
                "turn_life": TURN_LIFE,
            },
        )
        return -(-int(milliseconds) // 1000)

    def forget(self, digest: str) -> None:
        """Forget the tries that were counted: one was right."""
        self._redis.do("DEL", keys.sign_in_attempts(digest))

    def wait_to_read(self, site: str, comment: str, *, per_minute: float, burst: int) -> int:
        """Count an author's reading of *comment*; return 0 if it is welcome, else the seconds until one is."""
        return self._wait(keys.SiteKeys(site).pace(f"reads {comment}"), Rate(burst, per_minute))

    def _wait(self, key: str, rate: Rate) -> int:
        args = {"interval": rate.interval, "burst": rate.burst}
        return -(-int(self._redis.run(_PACE, keys={"rate_limit": key}, args=args)) // 1000)
