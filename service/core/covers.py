"""What the masks of a comment's fields hide, as the text that is sealed beside it."""

import json
from collections.abc import Mapping
from typing import Any

from service.core.masking import MASK, Covered

#: Field → its covers, in their order; fields without one are left out.
Covers = Mapping[str, tuple[Covered, ...]]


def dumps(covers: Covers) -> str:
    """Return *covers* as text, to be sealed and nothing else; empty where there are none."""
    found = {name: [_listed(cover) for cover in each] for name, each in covers.items() if each}
    return json.dumps(found) if found else ""


def loads(text: str) -> dict[str, tuple[Covered, ...]]:
    """Return the covers that *text* holds."""
    found: dict[str, list[list[Any]]] = json.loads(text) if text else {}
    return {name: tuple(_cover(*each) for each in covers) for name, covers in found.items()}


def _listed(cover: Covered) -> list[Any]:
    if cover.mask == MASK:
        return [cover.begin, cover.original]
    return [cover.begin, cover.original, cover.mask, [_listed(each) for each in cover.within]]


def _cover(begin: int, original: str, mask: str = MASK, within: list[list[Any]] | None = None) -> Covered:
    return Covered(begin, original, mask, tuple(_cover(*each) for each in within or []))
