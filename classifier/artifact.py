"""The model's file: a header in JSON, then plain arrays that are mapped into memory. Nothing in it is code.

PARLEY-MODEL 2\\n     the format and its version
header\\n             JSON: what the model is, and each array's type, shape and place (from the header's end)
arrays                little-endian, each at a multiple of 64 bytes
SHA-256               of all that comes before, 32 bytes
"""

import hashlib
import json
import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

_NAME: Final = b"PARLEY-MODEL "
_VERSION: Final = b"2\n"
_ALIGNMENT: Final = 64
_DIGEST: Final = 32
_LONGEST_HEADER: Final = 1 << 16
_TYPES: Final[Mapping[str, Any]] = {"int8": np.dtype("<i1"), "uint8": np.dtype("<u1"), "float64": np.dtype("<f8")}

#: A model's file is at most this long, in bytes.
LARGEST: Final = 6_000_000


class ArtifactError(ValueError):
    """The file is not a model that this version can use; the message says why and what to do."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path} {fault}. Restore it from the repository, or make it anew with `make train`.")
        self.path, self.fault = path, fault


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a model's file holds: *about*, plain values, and *arrays*, read-only and shared with all who map them."""

    path: Path
    about: Mapping[str, Any]
    arrays: Mapping[str, Any]

    def array(self, name: str, kind: str, *shape: int | None) -> Any:
        """Return an array, whose shape must be *shape*, None for any size. Raises ArtifactError."""
        array = self.arrays.get(name)
        if (
            array is None
            or array.dtype != _TYPES[kind]
            or len(array.shape) != len(shape)
            or any(size not in (None, actual) for size, actual in zip(shape, array.shape, strict=True))
        ):
            raise ArtifactError(self.path, f"is no model of this version: its {name!r} is missing or of another form")
        return array

    def words(self, name: str) -> list[str]:
        """Return a list of words, held one a line. Raises ArtifactError."""
        lines: bytes = self.array(name, "uint8", None).tobytes()
        return lines.decode("utf-8", "replace").split("\n")


def save(path: Path, *, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write a model's file. Raises ValueError where it would be too large to ship."""
    blocks: list[bytes] = []
    places, at = {}, 0
    for name, array in sorted(arrays.items()):
        kind = next(kind for kind, dtype in _TYPES.items() if dtype == array.dtype)
        places[name] = [kind, list(array.shape), at]
        block = np.ascontiguousarray(array, _TYPES[kind]).tobytes()
        blocks.append(block + bytes(-len(block) % _ALIGNMENT))
        at += len(blocks[-1])
    header = json.dumps({"about": about, "arrays": places}, sort_keys=True).encode()
    begin = _NAME + _VERSION + header
    data = begin + b" " * (-(len(begin) + 1) % _ALIGNMENT) + b"\n" + b"".join(blocks)
    if len(data) + _DIGEST > LARGEST:
        raise ValueError(f"the model takes {len(data):,} bytes, {LARGEST:,} are allowed")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data + hashlib.sha256(data).digest())


def load(path: Path) -> Artifact:
    """Map the model's file at *path*. Raises ArtifactError for one that is missing, foreign, damaged or cut short."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ArtifactError(path, f"cannot be read ({error})") from error
    if data[: len(_NAME)] != _NAME:
        raise ArtifactError(path, "is not a model of Parley's")
    if data[len(_NAME) : len(_NAME) + len(_VERSION)] != _VERSION:
        raise ArtifactError(path, "is a model for another version of Parley")
    body = memoryview(data)[:-_DIGEST]
    if hashlib.sha256(body).digest() != data[-_DIGEST:]:
        raise ArtifactError(path, "is damaged or cut short: its checksum does not match")
    begin = data.find(b"\n", len(_NAME) + len(_VERSION), _LONGEST_HEADER) + 1
    try:
        header = json.loads(data[len(_NAME) + len(_VERSION) : begin])
        arrays = {name: _array(body[begin:], *place) for name, place in header["arrays"].items()}
        return Artifact(path, dict(header["about"]), arrays)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(path, f"has a header that makes no sense ({error})") from error


def _array(data: memoryview, kind: str, shape: list[int], at: int) -> Any:
    dtype = _TYPES[kind]
    return np.frombuffer(data[at : at + math.prod(shape) * dtype.itemsize], dtype).reshape(shape)
