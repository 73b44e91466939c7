"""Walking a sorted set by (score, member) cursors, which stay true while others come and go."""

from collections.abc import Container
from typing import Final

from service.store.connection import Connection
from service.store.script import Args, Script

#: A place in a sorted set: a score and the member that has it.
Place = tuple[float, str]

_BEHIND: Final = Script("behind")


def members_from(
    connection: Connection,
    key: str,
    *,
    after: Place | None,
    limit: int,
    skip: Container[str] = (),
    descending: bool = False,
) -> list[tuple[str, float]]:
    """Return up to *limit* members behind the cursor *after* with their scores, equal scores by member."""
    found: list[tuple[str, float]] = []
    while len(found) < limit:
        page = _page(connection, key, after=after, limit=limit, descending=descending)
        found += [(member, score) for member, score in page if member not in skip]
        if len(page) < limit:
            break
        after = page[-1][1], page[-1][0]
    return found[:limit]


def _page(
    connection: Connection, key: str, *, after: Place | None, limit: int, descending: bool
) -> list[tuple[str, float]]:
    score, member = (repr(after[0]), after[1]) if after else ("", "")
    place: Args = {"score": score, "member": member, "limit": limit, "direction": "down" if descending else "up"}
    answer = connection.ask(_BEHIND, keys={"members": key}, args=place)
    return [(member, float(score)) for member, score in zip(answer[::2], answer[1::2], strict=True)]
