"""Unicode's confusables: the skeleton of a text, which two texts share that look alike (UTS 39, section 4)."""

import unicodedata
from pathlib import Path
from typing import Final

from classifier.text import is_unseen

_FILE: Final = Path(__file__).with_suffix(".txt")


def skeleton(text: str) -> str:
    """Return the skeleton of *text*: for comparing, not for people."""
    seen = (character for character in unicodedata.normalize("NFD", text) if not is_unseen(character))
    return unicodedata.normalize("NFD", "".join(_SKELETONS.get(character, character) for character in seen))


def _read() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _FILE.read_text("ascii").splitlines():
        if not line.startswith("#"):
            skeleton, _, characters = line.partition(" = ")
            found |= dict.fromkeys(_decoded(characters), _decoded(skeleton))
    return found


def _decoded(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split())


_SKELETONS: Final = _read()
