"""Cursors: a place in an order, as opaque text that survives a URL."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isnan, nan

from service.core.errors import Fault, InvalidChange


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
