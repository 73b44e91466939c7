"""Make `classifier/confusables.txt` from the confusables that ICU has built in: UTS 39's own data.

    python -m classifier.training.confusables

ICU's spoof checker tells the skeleton of each character; the file keeps those that differ from it.
"""

import ctypes
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent.parent / "confusables.txt"

#: Bytes that a character's skeleton may have; the longest, of the ligature “ﷺ”, has 33.
_ROOM: Final = 400


class _Icu:
    """ICU's spoof checker, in whatever version the system has: each function's name ends with it."""

    def __init__(self) -> None:
        name = find_library("icui18n")
        if name is None:
            raise SystemExit("ICU is not installed: it is libicu76 or the like in Debian.")
        self._library, self._version = ctypes.CDLL(name), name.rpartition(".")[2]
        error = ctypes.c_int(0)
        opened = self._function("uspoof_open")
        opened.restype = ctypes.c_void_p
        self._checker = ctypes.c_void_p(opened(ctypes.byref(error)))
        self._skeleton = self._function("uspoof_getSkeletonUTF8")
        self._buffer = ctypes.create_string_buffer(_ROOM)
        _check(error)

    @property
    def unicode(self) -> str:
        """The version of Unicode."""
        version = (ctypes.c_uint8 * 4)()
        ctypes.CDLL(find_library("icuuc"))[f"u_getUnicodeVersion_{self._version}"](version)
        return f"{version[0]}.{version[1]}"

    def skeleton(self, text: str) -> str:
        """Return the skeleton of *text* as UTS 39 defines it."""
        typed, error = text.encode(), ctypes.c_int(0)
        size = self._skeleton(self._checker, 0, typed, len(typed), self._buffer, _ROOM, ctypes.byref(error))
        _check(error)
        return self._buffer.raw[:size].decode()

    def _function(self, name: str) -> Any:
        return self._library[f"{name}_{self._version}"]


def _check(error: ctypes.c_int) -> None:
    if error.value > 0:
        raise SystemExit(f"ICU failed with its error {error.value}.")


def _characters() -> Iterator[str]:
    """Yield every character that no decomposition takes apart."""
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        if unicodedata.normalize("NFD", chr(code)) == chr(code):
            yield chr(code)


def main() -> None:
    """Write the file: a skeleton, then what has it, all as code points."""
    icu = _Icu()
    found: dict[str, list[str]] = defaultdict(list)
    for character in _characters():
        if (skeleton := icu.skeleton(character)) and skeleton != character:
            found[skeleton].append(character)
    lines = [f"{_codes(skeleton)} = {_codes(characters)}\n" for skeleton, characters in sorted(found.items())]
    FILE.write_text(_HEAD.format(icu.unicode) + "".join(lines), "ascii")


def _codes(characters: list[str] | str) -> str:
    return " ".join(f"{ord(character):04X}" for character in characters)


_HEAD = """\
# Characters that look alike, from Unicode {} (UTS 39, confusables): a skeleton = the characters that have it.
# Made by `python -m classifier.training.confusables`; not to be edited.
#
# Copyright (c) 1991-2022 Unicode, Inc. All rights reserved. Used under the Unicode License V3:
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of data files and any associated
# documentation (the "Data Files") or software and any associated documentation (the "Software") to deal in the Data
# Files or Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
# distribute, and/or sell copies of the Data Files or Software, and to permit persons to whom the Data Files or Software
# are furnished to do so, provided that either (a) this copyright and permission notice appear with all copies of the
# Data Files or Software, or (b) this copyright and permission notice appear in associated Documentation.
#
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
# LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF THIRD PARTY
# RIGHTS. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM, OR ANY
# SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
# WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
# PERFORMANCE OF THE DATA FILES OR SOFTWARE.
#
# Except as contained in this notice, the name of a copyright holder shall not be used in advertising or otherwise to
# promote the sale, use or other dealings in these Data Files or Software without prior written authorization of the
# copyright holder.
"""


if __name__ == "__main__":
    main()
