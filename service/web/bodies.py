"""Answers that many ask for: made once, packed once, kept while they are asked for."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from flask import Response, request

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
        self._most = most_bytes
        self._kept: OrderedDict[str, Body] = OrderedDict()
        self._making: dict[str, Lock] = {}
        self._size = 0
        self._lock = Lock()

    def of(self, key: str, make: Callable[[], str]) -> Body:
        """Return the body of *key*, made when there is none: by the first who asks, and the others wait for it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            making = self._making.setdefault(key, Lock())
        with making:
            return self._kept.get(key) or self._made(key, make)

    def _made(self, key: str, make: Callable[[], str]) -> Body:
        try:
            body = Body.of(make())
        finally:
            with self._lock:
                self._making.pop(key, None)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = body
                self._size += body.size
            while self._size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._size -= dropped.size
        return body


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
