"""Cursors: a place in an order, as opaque text that survives a URL; and where a page ends before it has its number."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from itertools import accumulate, takewhile
from math import isnan, nan
from typing import Final

from service.core.errors import Fault, InvalidChange

#: Bytes of comments' texts in one answer, in UTF-8: where they are long, a page has fewer of them.
MOST_BYTES: Final = 400_000


def fitting(texts: Iterable[str], *, most: int = MOST_BYTES) -> int:
    """Return how many of the first *texts* fit into one answer of *most* bytes: one at least."""
    sums = accumulate(len(text.encode()) for text in texts)
    return max(sum(1 for _ in takewhile(lambda total: total <= most, sums)), 1)


def encode(score: float, id: str) -> str:
    """Return the place of *id* as a cursor."""
    return urlsafe_b64encode(f"{score!r} {id}".encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[float, str] | None:
    """Return the place that *cursor* names, None for the first page. Raises InvalidChange."""
    if not cursor:
        return None
    try:
        score, id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        place = float(score), id
    except ValueError:
        place = nan, ""
    if isnan(place[0]):
        raise InvalidChange([Fault("cursor", "This is not a cursor: use `next` as it came.")])
    return place
