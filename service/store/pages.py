"""What the public may read: the published comments of a page, and their count."""

from dataclasses import dataclass

from service.core.comment import Comment
from service.store import codec
from service.store.connection import Connection, Script
from service.store.keys import SiteKeys
from service.store.ranges import members_from


@dataclass(frozen=True, slots=True)
class State:
    """What tells two states of a page apart without reading its comments. *hidden* ones are in their undo window."""

    revision: int
    hidden: frozenset[str]
    count: int


class Pages:
    """The published comments of every page."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection
        self._state = Script("state")

    def state(self, site: str, thread: str) -> State:
        """Return the page's state now."""
        keys = SiteKeys(site)
        revision, listed, *hidden = self._redis.run(
            self._state, [keys.about(thread), keys.thread(thread), keys.soon(thread)], []
        )
        return State(revision, frozenset(hidden), listed - len(hidden))

    def published(
        self, site: str, thread: str, *, after: tuple[float, str] | None, limit: int, hidden: frozenset[str]
    ) -> list[Comment]:
        """Return the comments that all may read, oldest first, equal times by id, from *after* on."""
        keys = SiteKeys(site)
        found = [id for id, _ in members_from(self._redis, keys.thread(thread), after=after, limit=limit, skip=hidden)]
        hashes = self._redis.pipe([("HGETALL", keys.comment(id)) for id in found])
        return [codec.comment(id, site, fields) for id, fields in zip(found, hashes, strict=True) if fields]
