"""What the public may read: the public comments of a page, as a list and as a tree, and their count.

A page's sets hold what is public. A decision changes them once it can't be undone any more: `state` makes the changes
that are due, so that it comes before whatever else is asked of the page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import Final

from service.core.comment import LONGEST_UNDO, Comment, Millis, Outcome, Reading
from service.core.errors import NotFound
from service.core.masking import MaskedText, retold
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.ranges import members_from
from service.store.script import Script

_STATE: Final = Script("state")


@dataclass(frozen=True, slots=True)
class State:
    """What tells two states of a page apart without reading its comments. The *pinned* comment shows, else it is
    empty."""

    revision: int
    count: int
    is_closed: bool
    pinned: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A page that comments belong to, whether it was closed by hand, and the comment that is *pinned*, shown or not."""

    key: str
    url: MaskedText
    title: MaskedText
    count: int
    is_closed: bool
    pinned: str


class Order(StrEnum):
    """How first-level comments are sorted; the replies below one are always oldest first."""

    OLDEST = "oldest"
    NEWEST = "newest"
    REPLIES = "replies"

    @property
    def first(self) -> float:
        """A score before every other."""
        return -inf if self is Order.OLDEST else inf


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a tree: a comment's path, and what its first-level comment is sorted by. *at* it, or behind it."""

    score: float
    path: str
    at: bool = False

    @property
    def root(self) -> str:
        """The first-level comment."""
        return self.path.partition("/")[0]


class Pages:
    """The published comments of every page."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def state(self, site: str, thread: str, *, closes_after: Millis = 0) -> State:
        """Return the page's state now; it closes *closes_after* its first comment, or never for 0."""
        keys = SiteKeys(site)
        revision, count, is_closed, pinned = self._redis.ask(
            _STATE,
            keys={"about": keys.about(thread), **page_keys(keys, thread)},
            args={"closes_after": closes_after, "longest_undo": LONGEST_UNDO},
        )
        return State(revision, count, bool(is_closed), pinned)

    def thread(self, site: str, thread: str) -> Thread:
        """Return the thread of that key. Raises NotFound where nobody has written yet."""
        keys = SiteKeys(site)
        state, about = self.state(site, thread), self._redis.do("HGETALL", keys.about(thread))
        if "url" not in about:
            raise NotFound("thread", thread)
        is_closed, pinned = about.get("closed") == "1", about.get("pinned", "")
        return Thread(thread, retold(about["url"]), retold(about["title"]), state.count, is_closed, pinned)

    def beside(self, site: str, comment: Comment, *, limit: int) -> tuple[list[Comment], list[Comment]]:
        """Return up to *limit* public comments before *comment*, and as many after it, as the thread reads from its
        oldest on."""
        key, at = SiteKeys(site).tree(comment.thread), f"({comment.path}"
        before, after = self._redis.pipe(
            [
                ("ZRANGE", key, at, "-", "BYLEX", "REV", "LIMIT", 0, limit),
                ("ZRANGE", key, at, "+", "BYLEX", "LIMIT", 0, limit),
            ]
        )
        return self._comments(site, before[::-1]), self._comments(site, after)

    def _comments(self, site: str, paths: Sequence[str]) -> list[Comment]:
        ids = [_id(path) for path in paths]
        hashes = self._redis.pipe([("HGETALL", SiteKeys(site).comment(id)) for id in ids])
        return [codec.comment(id, site, fields) for id, fields in zip(ids, hashes, strict=True) if fields]

    def published(self, site: str, thread: str, *, after: tuple[float, str] | None, limit: int) -> list[Comment]:
        """Return the comments that all may read, oldest first, equal times by id, from *after* on."""
        keys = SiteKeys(site)
        found = members_from(self._redis, keys.thread(thread), after=after, limit=limit)
        # Where a decision to take one down can still be undone, the public sees none.
        return [replace(each, outcome=Outcome.PUBLISHED) for each in self._comments(site, [id for id, _ in found])]

    def tree(
        self,
        site: str,
        thread: str,
        *,
        order: Order,
        start: Place | None,
        limit: int,
        pinned: str = "",
        fitting: Callable[[Iterable[str]], int] | None = None,
    ) -> tuple[list[Reading], Place | None]:
        """Return up to *limit* comments, each before its replies, from *start* on, and the place of the last if more
        follow. The *pinned* one comes first with its replies, whatever the order. Of long comments there are fewer:
        *fitting* says how many of the first texts one answer takes."""
        keys = SiteKeys(site)
        wanted = limit + 1
        if pinned and start is None:
            start = Place(order.first, pinned, at=True)
        roots = self._roots(keys, thread, order=order, start=start, limit=wanted, pinned=pinned)
        found: list[tuple[float, str]] = []
        answers = self._redis.pipe(
            [
                ("ZRANGE", keys.tree(thread), _from(root, start), f"({root}0", "BYLEX", "LIMIT", 0, wanted)
                for root, _ in roots
            ]
        )
        for (_, score), paths in zip(roots, answers, strict=True):
            found += [(score, path) for path in paths]
        page = found[:limit]
        stored = self._redis.pipe([("HMGET", keys.comment(_id(path)), *codec.READ) for _, path in page])
        readings = [
            (place, replace(codec.reading(place[1], values), is_pinned=place[1] == pinned))
            for place, values in zip(page, stored, strict=True)
            if None not in values
        ]
        fits = fitting(reading.body for _, reading in readings) if fitting else len(readings)
        following = Place(*page[-1]) if len(found) > limit else None
        if fits < len(readings):
            following = Place(*readings[fits - 1][0])
        return [reading for _, reading in readings[:fits]], following

    def place(self, site: str, thread: str, comment: str, *, order: Order, limit: int) -> Place | None:
        """Return where to start so that *comment* is among the first *limit*: at its first level, or at itself where
        that is too far above. None when it is not published on this page."""
        keys = SiteKeys(site)
        path = self._redis.do("HGET", keys.comment(comment), "path")
        if path is None or self._redis.do("ZSCORE", keys.tree(thread), path) is None:
            return None
        root = path.partition("/")[0]
        score = float(self._redis.do("ZSCORE", self._sorted(keys, thread, order), root))
        above = int(self._redis.do("ZLEXCOUNT", keys.tree(thread), f"[{root}", f"({path}"))
        return Place(score, root if above < limit else path, at=True)

    def _roots(
        self, keys: SiteKeys, thread: str, *, order: Order, start: Place | None, limit: int, pinned: str
    ) -> list[tuple[str, float]]:
        """Return the first-level comments that a page may reach. A pinned one stands where no score is, and is passed
        over at its own place."""
        after = (start.score, start.root) if start else None
        behind = members_from(
            self._redis,
            self._sorted(keys, thread, order),
            after=after,
            limit=limit,
            skip={pinned, start.root} if start else (),
            descending=order is not Order.OLDEST,
        )
        return [(start.root, start.score), *behind] if start else behind

    @staticmethod
    def _sorted(keys: SiteKeys, thread: str, order: Order) -> str:
        return keys.busy(thread) if order is Order.REPLIES else keys.roots(thread)


def page_keys(keys: SiteKeys, thread: str) -> dict[str, str | Sequence[str]]:
    """Return the keys of what a page shows, as scripts name them."""
    return {
        "thread": keys.thread(thread),
        "tree": keys.tree(thread),
        "roots": keys.roots(thread),
        "roots_by_replies": keys.busy(thread),
        "in_undo_window": keys.soon(thread),
    }


def _id(path: str) -> str:
    return path.rpartition("/")[2]


def _from(root: str, start: Place | None) -> str:
    """Return where the range of paths below *root* begins: "0" sorts behind "/", so that `root0` ends it."""
    if start is None or start.root != root:
        return f"[{root}"
    return f"[{start.path}" if start.at else f"({start.path}"
