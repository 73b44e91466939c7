"""The lexicon, drawn from the training slice: which words are common, and which ones people disguise."""

import re
from collections import Counter
from collections.abc import Iterable
from math import log, sqrt
from typing import Final

from classifier.lexicon import Lexicon
from classifier.text import fold
from classifier.training.rows import Example, Slice

#: How many words are common, and in how many texts each comes at least.
COMMON: Final = 20_000
SEEN: Final = 8

#: Where swearing tells toxic texts from others; news comments would add politicians' names.
_SWEARING: Final = frozenset({"jigsaw_wiki", "jigsaw_wiki_more", "jigsaw_wiki_lossy", "paradetox", "ruddit"})

#: A loaded word comes in so many toxic texts, and its log-odds ratio is surely (one-sided, 95 %) above this.
_TOXIC_TEXTS: Final = 5
_SURELY: Final = 1.35

_WORD: Final = re.compile(r"(?<![\w'*@$])[a-z]{1,16}(?:'[a-z]{1,3})?(?![\w'*@$])")


def lexicon(examples: Iterable[Example]) -> Lexicon:
    """Return the lexicon of the training slice of *examples*."""
    seen: Counter[str] = Counter()
    toxic: Counter[str] = Counter()
    others: Counter[str] = Counter()
    sizes = {0: 0, 1: 0}
    for example in examples:
        if example.slice is not Slice.TRAINING:
            continue
        words = set(_WORD.findall(fold(example.text).text))
        seen.update(words)
        if example.source in _SWEARING and "toxicity" in example.labels:
            label = example.labels["toxicity"]
            sizes[label] += 1
            (toxic if label else others).update(words)
    common = [word for word, times in _ranked(seen) if times >= SEEN][:COMMON]
    loaded = [
        word
        for word, times in _ranked(toxic)
        if times >= _TOXIC_TEXTS
        and len(word) > 2
        and word.isalpha()
        and _surely(times, sizes[1], others[word], sizes[0]) > _SURELY
    ]
    return Lexicon(common, loaded)


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _surely(toxic: int, toxic_texts: int, others: int, other_texts: int) -> float:
    """Return the log-odds ratio's lower bound."""
    a, b = toxic + 0.5, others + 0.5
    return log(a / (toxic_texts - a + 1)) - log(b / (other_texts - b + 1)) - 1.64 * sqrt(1 / a + 1 / b)
