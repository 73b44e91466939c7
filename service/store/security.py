"""The security log: append-only, newest last. What strangers cause has a place of its own and pushes nothing out."""

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import Final

from service.core.security import BY_STRANGERS, Record
from service.store import codec, keys
from service.store.connection import Connection

#: Lines that are kept, about: of what members do, and of what strangers cause.
MOST_KEPT: Final = 100_000
MOST_OF_STRANGERS: Final = 10_000

#: Behind the newest line.
NEWEST: Final = "+"


class SecurityLog:
    """The lines, in the order in which they were written."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def append(self, record: Record) -> None:
        """Write *record*; its time is that of writing."""
        key, most = (
            (keys.SECURITY_STRANGERS, MOST_OF_STRANGERS) if record.event in BY_STRANGERS else (keys.SECURITY, MOST_KEPT)
        )
        text = codec.record_json(record)
        self._redis.do("XADD", key, "MAXLEN", "~", most, "*", "record", text)

    def page(self, *, before: str = NEWEST, limit: int) -> list[tuple[str, Record]]:
        """Return up to *limit* lines with their places, newest first, from *before* on."""
        found = (self._read(key, before, limit) for key in (keys.SECURITY, keys.SECURITY_STRANGERS))
        return list(islice(heapq.merge(*found, key=lambda line: _number(line[0]), reverse=True), limit))

    def _read(self, key: str, before: str, limit: int) -> Iterator[tuple[str, Record]]:
        end = before if before == NEWEST else f"({before}"
        for place, fields in self._redis.do("XREVRANGE", key, end, "-", "COUNT", limit):
            yield place, codec.record(fields["record"], at=_number(place)[0])


def _number(place: str) -> tuple[int, int]:
    """Return a place in a stream as its time, ms, and its number within it."""
    at, _, number = place.partition("-")
    return int(at), int(number or 0)
