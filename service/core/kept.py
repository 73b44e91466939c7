"""What is costly to make and asked for again: kept in this process while it is, within a bound of bytes."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def digest(text: str) -> bytes:
    """Return what *text* is known by: as short whatever its length, and it tells nobody what was typed."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Kept(Generic[_Key, _Value]):
    """Values by key, *most_bytes* at most by what *size* says of each; the longest unasked are thrown away first."""

    def __init__(self, most_bytes: int, size: Callable[[_Value], int]) -> None:
        self.most_bytes, self._size_of = most_bytes, size
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()
        self._making: dict[_Key, Lock] = {}
        self._size = 0
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._size

    def forget(self) -> None:
        """Throw all of them away."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def of(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """Return the value of *key*, made when there is none: by the first who asks, and the others wait for it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            making = self._making.setdefault(key, Lock())
        with making:
            found = self._kept.get(key)
            return self._made(key, make) if found is None else found

    def _made(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        try:
            value = make()
        finally:
            with self._lock:
                self._making.pop(key, None)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self._size += self._size_of(value)
            while self._size > self.most_bytes:
                self._size -= self._size_of(self._kept.popitem(last=False)[1])
        return value
