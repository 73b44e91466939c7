"""What the desk lists: each list in its orders, filtered, counted, and what arrived in it since.

Indexes are kept by age, so that a filter which one answers is exact in that order, and in the others where the index is
SMALL. Else the list is walked in its order: as far as FAR comments where indexes tell which are meant, as LOOK where
each must be read. The answer says how far it looked, and from where to look further.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.core.comment import Comment, Decision, Millis, Reason
from service.core.listing import Listing, Sorting, View
from service.store import codec
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.ranges import Place, members_from

#: Comments that one look reads at most, and those that it passes over where indexes tell which are meant.
LOOK: Final = 2000
FAR: Final = 20_000

#: An index with no more comments than this is sorted as a whole, where the order is another and a walk is no better.
SMALL: Final = 5000

#: Comments for which a walk is made, about: it passes so many times the list's length by the index's.
SOUGHT: Final = 50

#: Comments looked at in one go.
STEP: Final = 500

#: Arrivals that are counted; what is more is "more than".
MOST_ARRIVALS: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Comments of a list with their places, how many were *looked* at for them, and where to go on if more follow."""

    items: tuple[tuple[float, Comment], ...]
    looked: int = 0
    next: Place | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many comments each list of a site has, for which reasons they wait, and since when the oldest does; 0: none
    does. *now* is the time of counting, by the server's clock."""

    lists: dict[Listing, int]
    reasons: dict[Reason, int]
    oldest: Millis
    now: Millis


class Lists:
    """The lists of every site."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def page(self, site: str, view: View, *, after: Place | None = None, limit: int) -> Found:
        """Return up to *limit* comments of *view* behind *after*, in its order, equal places by id."""
        found: list[tuple[float, Comment]] = []
        looked, reach = 0, FAR if view.is_indexed else LOOK
        for step in self._steps(site, view, after=after, size=STEP if view.is_filtered else limit + 1):
            looked += len(step)
            possible = self._in_facets(site, view, step)
            for at in range(0, len(possible), limit + 1):
                found += self._admitted(site, view, possible[at : at + limit + 1])
                if len(found) > limit:
                    last_place, last = found[limit - 1]
                    return Found(tuple(found[:limit]), looked, (last_place, last.id))
            if looked >= reach:
                return Found(tuple(found), looked, (step[-1][1], step[-1][0]))
        return Found(tuple(found), looked)

    def counts(self, site: str) -> Counts:
        """Count each list and each reason for which comments wait."""
        keys, reasons = SiteKeys(site), tuple(Reason)
        others = tuple(listing for listing in Listing if listing is not Listing.UNSCORED)
        counted = self._redis.pipe(
            [
                *(("ZCARD", keys.facet(f"reason:{reason}")) for reason in reasons),
                *(("ZCARD", _key(keys, View(listing))) for listing in others),
            ]
        )
        by_reason = dict(zip(reasons, counted, strict=False))
        lists = dict(zip(others, counted[len(reasons) :], strict=True)) | {Listing.UNSCORED: by_reason[Reason.UNSCORED]}
        oldest = members_from(self._redis, keys.waiting(Sorting.OLDEST), after=None, limit=1)
        seconds, micros = self._redis.do("TIME")
        return Counts(
            lists,
            {reason: count for reason, count in by_reason.items() if count},
            int(oldest[0][1]) if oldest else 0,
            int(seconds) * 1000 + int(micros) // 1000,
        )

    def arrived(self, site: str, view: View, *, since: Millis) -> int:
        """Return how many comments joined *view* after *since*, `MOST_ARRIVALS` at most, among the first LOOK that
        joined its list."""
        key, after, count = _arrivals(SiteKeys(site), view.listing), (float(since), "~"), 0
        for _ in range(0, LOOK, MOST_ARRIVALS):
            step = members_from(self._redis, key, after=after, limit=MOST_ARRIVALS)
            possible = self._in_facets(site, view, step)
            is_told = view.is_indexed or not view.is_filtered
            count += len(possible if is_told else self._admitted(site, view, possible))
            if count >= MOST_ARRIVALS or len(step) < MOST_ARRIVALS:
                break
            after = step[-1][1], step[-1][0]
        return min(count, MOST_ARRIVALS)

    def last_decisions(self, site: str, ids: Sequence[str]) -> dict[str, Decision]:
        """Return the decision that stands on each of the comments."""
        texts = self._redis.pipe([("LINDEX", SiteKeys(site).decisions(id), -1) for id in ids])
        return {id: codec.decision(text) for id, text in zip(ids, texts, strict=True) if text}

    def size(self, site: str, view: View) -> int | None:
        """Return how many comments *view* has, or None where only looking would tell."""
        keys = SiteKeys(site)
        if not view.is_filtered:
            return self.counts(site).lists[view.listing]
        if view.listing.waits and len(view.facets) == 1 and not view.words:
            return int(self._redis.do("ZCARD", keys.facet(view.facets[0])))
        return None

    def _steps(self, site: str, view: View, *, after: Place | None, size: int) -> Iterator[Sequence[tuple[str, float]]]:
        """Yield the list behind *after* in the view's order, in steps: of an index alone where that can be."""
        keys = SiteKeys(site)
        key = _key(keys, view)
        if view.listing.waits and view.facets:
            index, is_better_sorted = self._smallest(keys, view)
            if view.order is Sorting.OLDEST:
                key = index
            elif is_better_sorted:
                ranked = self._sorted(keys, view, index, after=after)
                yield from (ranked[at : at + size] for at in range(0, len(ranked), size))
                return
        while found := members_from(self._redis, key, after=after, limit=size, descending=view.is_descending):
            yield found
            after = found[-1][1], found[-1][0]

    def _smallest(self, keys: SiteKeys, view: View) -> tuple[str, bool]:
        """Return the view's smallest index, and whether to sort it: where a walk may give up, or pass over more."""
        indexes = [keys.facet(facet) for facet in view.facets]
        whole, *sizes = self._redis.pipe([("ZCARD", key) for key in (_key(keys, view)[0], *indexes)])
        size, index = min(zip(sizes, indexes, strict=True))
        return index, size <= SMALL and (whole > FAR or size * size < SOUGHT * whole)

    def _sorted(self, keys: SiteKeys, view: View, index: str, *, after: Place | None) -> list[tuple[str, float]]:
        ids = self._redis.do("ZRANGE", index, 0, -1)
        scores = self._redis.do("ZMSCORE", _key(keys, view), *ids) if ids else []
        places = sorted((float(score), id) for id, score in zip(ids, scores, strict=True) if score is not None)
        if view.is_descending:
            places.reverse()
        behind = [place for place in places if after is None or (place < after) is view.is_descending]
        return [(id, score) for score, id in behind if (score, id) != after]

    def _in_facets(self, site: str, view: View, found: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        if not (found and view.listing.waits and view.facets):
            return list(found)
        keys, ids = SiteKeys(site), [id for id, _ in found]
        answers = self._redis.pipe([("ZMSCORE", keys.facet(facet), *ids) for facet in view.facets])
        return [each for each, *ages in zip(found, *answers, strict=True) if None not in ages]

    def _admitted(self, site: str, view: View, found: Sequence[tuple[str, float]]) -> list[tuple[float, Comment]]:
        if not found:
            return []
        keys = SiteKeys(site)
        # Asked last: what was decided since it was found has left, and must not be shown as what it was found for.
        still = ("ZMSCORE", _key(keys, view), *(id for id, _ in found))
        *hashes, places = self._redis.pipe([*(("HGETALL", keys.comment(id)) for id, _ in found), still])
        read = [
            (place, codec.comment(id, site, fields))
            for (id, place), fields, is_there in zip(found, hashes, places, strict=True)
            if is_there is not None and fields
        ]
        return [(place, comment) for place, comment in read if view.admits(comment)]


def _key(keys: SiteKeys, view: View) -> str:
    """Return the sorted set of a list."""
    match view.listing:
        case Listing.UNSCORED:
            return keys.facet(f"reason:{Reason.UNSCORED}")
        case Listing.REPORTED:
            return keys.reported
        case Listing.ESCALATED:
            return keys.escalated
        case Listing.SPAM:
            return keys.spam
        case Listing.DECIDED:
            return keys.decided
    return keys.waiting(view.order)


def _arrivals(keys: SiteKeys, listing: Listing) -> str:
    """Return the sorted set of a list by when its comments joined it."""
    if listing is Listing.REPORTED:
        return keys.reported_latest
    return _key(keys, View(listing, Sorting.OLDEST))
