"""Walking a sorted set by (score, member) cursors, which stay true while others come and go."""

from collections.abc import Container

from service.store.connection import Connection


def members_from(
    connection: Connection,
    key: str,
    *,
    after: tuple[float, str] | None,
    limit: int,
    skip: Container[str] = (),
    descending: bool = False,
) -> list[tuple[str, float]]:
    """Return up to *limit* members behind the cursor *after* with their scores, equal scores by member."""
    command, first, last = ("ZREVRANGEBYSCORE", "+inf", "-inf") if descending else ("ZRANGEBYSCORE", "-inf", "+inf")
    if after is not None:
        first = repr(after[0])
    found: list[tuple[str, float]] = []
    offset = 0
    while len(found) < limit:
        page: list[tuple[str, float]] = connection.do(
            command, key, first, last, "WITHSCORES", "LIMIT", offset, limit, withscores=True
        )
        found += [
            (member, score)
            for member, score in page
            if member not in skip and _is_behind((score, member), after, descending=descending)
        ]
        offset += len(page)
        if len(page) < limit:
            break
    return found[:limit]


def _is_behind(place: tuple[float, str], after: tuple[float, str] | None, *, descending: bool) -> bool:
    if after is None:
        return True
    return place < after if descending else place > after
