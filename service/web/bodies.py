"""Answers that many ask for: made once, packed once, kept while they are asked for."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, request

from service.core.kept import Kept

#: Bytes that one process keeps at most.
MOST_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """A text as it travels: *plain*, and *packed* by gzip; *digest* changes with it."""

    plain: bytes
    packed: bytes
    digest: str

    @classmethod
    def of(cls, text: str) -> "Body":
        """Pack *text*."""
        plain = text.encode()
        return cls(plain, gzip.compress(plain, compresslevel=6, mtime=0), hashlib.sha256(plain).hexdigest()[:24])

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.plain) + len(self.packed)


class Bodies:
    """Bodies by key, the longest unasked thrown away first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: Kept[str, Body] = Kept(most_bytes, lambda body: body.size)

    def of(self, key: str, make: Callable[[], str]) -> Body:
        """Return the body of *key*, made when there is none."""
        return self._kept.of(key, lambda: Body.of(make()))


def answer_with(body: Body, etag: str, *, mimetype: str) -> Response:
    """Answer with *body*, packed for whoever takes that, or with 304 for whoever has it."""
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    elif request.accept_encodings["gzip"]:
        response = Response(body.packed, mimetype=mimetype, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(body.plain, mimetype=mimetype)
    response.set_etag(etag, weak=True)
    response.vary.add("Accept-Encoding")
    return response
