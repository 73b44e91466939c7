"""The lexicon, drawn from the training slice: which words are common, and which ones people disguise."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
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

#: A charged word speaks of toxicity, but less surely, on news as well.
_CHARGED_SOURCES: Final = _SWEARING | {"civil_comments"}
_CHARGED_TEXTS: Final = 8
_CHARGED_SURELY: Final = 0.4

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


def charged(examples: Iterable[Example], readings: Iterable[Sequence[str]]) -> frozenset[str]:
    """Return the words that contexts turn, from the training slice of *examples* and its readings."""
    counts: dict[int, Counter[str]] = {0: Counter(), 1: Counter()}
    sizes = {0: 0, 1: 0}
    for example, words in zip(examples, readings, strict=True):
        label = example.labels.get("toxicity")
        fits = example.source in _CHARGED_SOURCES and example.slice is Slice.TRAINING and not example.is_mistyped
        if fits and label is not None:
            sizes[label] += 1
            counts[label].update(set(words))
    return frozenset(
        word
        for word, times in counts[1].items()
        if times >= _CHARGED_TEXTS
        and len(word) > 2
        and word.isalpha()
        and _surely(times, sizes[1], counts[0][word], sizes[0]) > _CHARGED_SURELY
    )


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _surely(toxic: int, toxic_texts: int, others: int, other_texts: int) -> float:
    """Return the log-odds ratio's lower bound."""
    a, b = toxic + 0.5, others + 0.5
    return log(a / (toxic_texts - a + 1)) - log(b / (other_texts - b + 1)) - 1.64 * sqrt(1 / a + 1 / b)
