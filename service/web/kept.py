"""What is costly to make and asked for again: kept in this process while it is, within a bound of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Kept(Generic[_Key, _Value]):
    """Values by key, *most_bytes* at most by what *size* says of each; the longest unasked are thrown away first."""

    def __init__(self, most_bytes: int, size: Callable[[_Value], int]) -> None:
        self._most, self._size_of = most_bytes, size
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._size

    def of(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """Return the value of *key*, made when there is none; two that ask at once may both make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self._size += self._size_of(value)
            while self._size > self._most:
                self._size -= self._size_of(self._kept.popitem(last=False)[1])
        return value
