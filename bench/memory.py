"""The memory that a waiting comment takes, by what it is for; for `bench.queue`."""

import random
from collections.abc import Iterator

from bench.filling import SITE
from service.core.comment import Comment
from service.core.listing import Sorting, facets_of
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys

SAMPLES = 500

#: How to count the members of what several comments share.
COUNTS = {"zset": "ZCARD", "set": "SCARD", "list": "LLEN", "stream": "XLEN", "hash": "HLEN"}


def used(connection: Connection) -> int:
    """Return the bytes that the server uses now."""
    return int(connection.do("INFO", "memory")["used_memory"])


def weighed(connection: Connection, *, empty: int, waiting: int) -> Iterator[str]:
    """Yield lines: the bytes of a comment in all, and of its parts, by the mean of samples."""
    whole = (used(connection) - empty) / waiting
    parts = dict.fromkeys(("comment", "decisions", "orders and indexes", "event", "event log"), 0.0)
    for comment in _sampled(connection):
        for part, keys in _keys_of(comment).items():
            parts[part] += sum(_share(connection, key) for key in keys) / SAMPLES
    yield f"memory of a waiting comment: {whole:,.0f} bytes"
    yield from (f"  {part:20}{size:8,.0f}" for part, size in parts.items())
    yield f"  {'other':20}{whole - sum(parts.values()):8,.0f}"


def _sampled(connection: Connection) -> Iterator[Comment]:
    keys = SiteKeys(SITE)
    last = int(connection.do("ZCARD", keys.waiting(Sorting.OLDEST))) - 1
    for _ in range(SAMPLES):
        at = random.randint(0, last)
        [id] = connection.do("ZRANGE", keys.waiting(Sorting.OLDEST), at, at)
        yield codec.comment(id, SITE, connection.do("HGETALL", keys.comment(id)))


def _keys_of(comment: Comment) -> dict[str, list[tuple[str, bool]]]:
    """Return the keys of each part, and whether other comments share them."""
    keys = SiteKeys(SITE)
    orders = [keys.waiting(sorting) for sorting in Sorting] + [keys.facet(facet) for facet in facets_of(comment)]
    return {
        "comment": [(keys.comment(comment.id), False)],
        "decisions": [(keys.decisions(comment.id), False)],
        "orders and indexes": [(key, True) for key in orders],
        "event": [(keys.event(comment.event), False)],
        "event log": [(keys.history(comment.id), False), (keys.events, True)],
    }


def _share(connection: Connection, key: tuple[str, bool]) -> float:
    name, is_shared = key
    size = int(connection.do("MEMORY", "USAGE", name, "SAMPLES", 50) or 0)
    return size / int(connection.do(COUNTS[connection.do("TYPE", name)], name)) if is_shared else size
