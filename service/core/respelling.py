"""Spell parts of a text anew, with the way back to what was typed."""

import re
from collections.abc import Callable

from classifier.text import Folded


def respelled(folded: Folded, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str]) -> Folded:
    """Spell each match of *pattern* anew; every new character stands for the whole match."""
    if not pattern.search(folded.text):
        return folded
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    done = 0
    for found in pattern.finditer(folded.text):
        begin, end = found.span()
        spelled = spell(found)
        pieces += folded.text[done:begin], spelled
        begins += [*folded.begins[done:begin], *[folded.begins[begin]] * len(spelled)]
        ends += [*folded.ends[done:begin], *[folded.ends[end - 1]] * len(spelled)]
        done = end
    pieces.append(folded.text[done:])
    return Folded("".join(pieces), [*begins, *folded.begins[done:]], [*ends, *folded.ends[done:]])


def dropped(_: re.Match[str]) -> str:
    """Spell a match as nothing."""
    return ""
