"""What is known of an author, by identity: how their comments stand, which these are, and what marks there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core.comment import Comment, Mark, Outcome
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.ranges import Place, members_from


@dataclass(frozen=True, slots=True)
class Marks:
    """The mark of an author's identity, and those *by_key*, of the author keys that were marked along with it."""

    mark: Mark | None
    by_key: Mapping[str, Mark]


class Authors:
    """The authors of every site."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def counts(self, site: str, author: str) -> dict[Outcome, int]:
        """Return how many of the author's comments stand where; nothing of nobody."""
        counts = self._redis.do("HGETALL", SiteKeys(site).record(author))
        return {Outcome(outcome): int(count) for outcome, count in counts.items()}

    def marks(self, site: str, author: str) -> Marks:
        """Return the author's marks."""
        keys = SiteKeys(site)
        known = sorted(self._redis.do("SMEMBERS", keys.marked(author)))
        own, *others = self._redis.do("HMGET", keys.marks, author, *known)
        by_key = {key: Mark(mark) for key, mark in zip(known, others, strict=True) if mark}
        return Marks(Mark(own) if own else None, by_key)

    def written(self, site: str, author: str, *, after: Place | None, limit: int) -> list[tuple[float, Comment]]:
        """Return up to *limit* of the author's comments with their places, newest first, from *after* on."""
        keys = SiteKeys(site)
        found = members_from(self._redis, keys.written(author), after=after, limit=limit, descending=True)
        hashes = self._redis.pipe([("HGETALL", keys.comment(id)) for id, _ in found])
        return [
            (place, codec.comment(id, site, fields))
            for (id, place), fields in zip(found, hashes, strict=True)
            if fields.get("outcome")
        ]
