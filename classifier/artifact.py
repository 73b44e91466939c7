"""The model's file: a JSON header, then plain arrays that are mapped into memory. Nothing in it is code.

"PARLEY-MODEL 1\\n"   the format and its version
header\\n             JSON: id, and for each array its type, shape and place
arrays                little-endian, each at a multiple of 64 bytes
SHA-256              of all that comes before, 32 bytes
"""

import hashlib
import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifier.model import BUCKETS, LABELS, Calibration, Model

MAGIC: Final = b"PARLEY-MODEL 1\n"
_ALIGNMENT: Final = 64
_DIGEST: Final = 32
_TYPES: Final[dict[str, Any]] = {"int8": np.dtype("<i1"), "float32": np.dtype("<f4")}

#: What a model of this version holds: type and shape.
_SHAPES: Final = {
    "table": ("int8", (BUCKETS, len(LABELS))),
    "scale": ("float32", (len(LABELS),)),
    "bias": ("float32", (len(LABELS),)),
    "slope": ("float32", (len(LABELS),)),
    "offset": ("float32", (len(LABELS),)),
}


class ArtifactError(ValueError):
    """The file is not a model that this version can use; the message says why and what to do."""


def save(path: Path, *, id: str, arrays: Mapping[str, Any]) -> None:
    """Write a model."""
    blocks, places, at = [], {}, 0
    for name, (kind, shape) in _SHAPES.items():
        block = np.ascontiguousarray(arrays[name], _TYPES[kind]).reshape(shape).tobytes()
        places[name] = at
        padding = -len(block) % _ALIGNMENT
        blocks.append(block + bytes(padding))
        at += len(block) + padding
    header = json.dumps({"id": id, "places": places}).encode()
    start = len(MAGIC) + len(header) + 1
    data = MAGIC + header + b" " * (-start % _ALIGNMENT) + b"\n" + b"".join(blocks)
    path.write_bytes(data + hashlib.sha256(data).digest())


def load(path: Path) -> Model:
    """Return the model in *path*, its weights mapped and shared with every process that maps them. Raises
    ArtifactError."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}). Restore it from the repository.") from error
    if data[: len(MAGIC)] != MAGIC:
        raise ArtifactError(f"{path} is not a model of this version of Parley. Restore it from the repository.")
    body = memoryview(data)[:-_DIGEST]
    if hashlib.sha256(body).digest() != data[-_DIGEST:]:
        raise ArtifactError(f"{path} is damaged: its checksum does not match. Restore it from the repository.")
    start = data.find(b"\n", len(MAGIC)) + 1
    header = json.loads(data[len(MAGIC) : start])
    arrays = {name: _array(body, start + header["places"][name], *_SHAPES[name]) for name in _SHAPES}
    calibration = Calibration(arrays["slope"], arrays["offset"])
    return Model(
        header["id"], table=arrays["table"], scale=arrays["scale"], bias=arrays["bias"], calibration=calibration
    )


def _array(body: memoryview, at: int, kind: str, shape: tuple[int, ...]) -> Any:
    count = int(np.prod(shape))
    return np.frombuffer(body, _TYPES[kind], count=count, offset=at).reshape(shape)
