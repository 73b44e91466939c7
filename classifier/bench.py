"""`python -m classifier bench`: what scoring costs, beside the scikit-learn pipeline that one would write first.

Everything in one run, on one core, interleaved; only ratios within a run count. The comments are made of common words
of the model's own lexicon, about 300 characters long, a tenth of them rude, so that no data folder is needed.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from classifier.scorer import DEFAULT, LABELS, Scorer

_COMMENTS: Final = 200
_LENGTH: Final = 300
_ROUNDS: Final = 10

#: Every so many comments have a loaded word, as on a site where a tenth is rude.
_RUDE: Final = 10

_FOOTPRINT: Final = """
import resource, sys
def used(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
import json, re, hashlib, mmap, unicodedata
before = used()
from classifier.scorer import Scorer
import time
begun = time.perf_counter()
scorer = Scorer.load()
loaded = time.perf_counter() - begun
for line in sys.stdin: scorer.score(line)
print(loaded * 1000, used() - before)
"""

_PEER: Final = """
import statistics, sys, time
from profanity_check import predict_prob
texts = sys.stdin.read().split("\\n")
def cost(run):
    run()
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        run()
        rounds.append((time.process_time() - begun) / len(texts) * 1e6)
    return statistics.median(rounds)
print(cost(lambda: [predict_prob([text]) for text in texts]), cost(lambda: predict_prob(texts)))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of processor time for one comment: the median round."""

    name: str
    microseconds: float


def main(peers: Path | None = None) -> int:
    """Measure, and print a table with ratios to scikit-learn's single call; *peers* is a Python that has
    alt-profanity-check."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    # Each has a scorer of its own: what is cold would else make the next one cold.
    warm, cold, batch = Scorer.load(), Scorer.load(), Scorer.load()
    texts = _comments(warm)
    contenders: list[tuple[str, Callable[[], Any]]] = [
        ("Parley, warm", lambda: [warm.score(text) for text in texts]),
        ("Parley, cold (nothing remembered)", lambda: [_forgotten(cold).score(text) for text in texts]),
        ("Parley, batch", lambda: batch.score_all(texts)),
        *_pipeline(texts),
    ]
    rounds: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for _, run in contenders:
        run()
    for number in range(_ROUNDS):
        # Each in turn comes first: whoever follows a large one finds the processor's caches emptied.
        turn = number % len(contenders)
        for name, run in contenders[turn:] + contenders[:turn]:
            rounds[name].append(_microseconds(run, len(texts)))
    costs = [Cost(name, statistics.median(measured)) for name, measured in rounds.items()]
    costs += _peer(peers, texts) if peers else []
    _print(costs, texts)
    load, memory = _footprint(texts)
    shared = DEFAULT.stat().st_size / 1e6
    print(f"\nload {load:.0f} ms; memory beyond Python's own {memory:.0f} MiB, {shared:.1f} MB of it shared")
    return 0


def _forgotten(scorer: Scorer) -> Scorer:
    scorer.forget()
    return scorer


def _microseconds(run: Callable[[], Any], texts: int) -> float:
    begun = time.process_time()
    run()
    return (time.process_time() - begun) / texts * 1e6


def _comments(scorer: Scorer) -> list[str]:
    """Return comments of common words, the more frequent the more often."""
    chance = Random(3)  # noqa: S311 - no secret is drawn
    charged, loaded = scorer.additive.charged, scorer.reader.lexicon.loaded
    common = [word for word in scorer.reader.lexicon.common if word not in charged]
    weights = [1 / rank for rank in range(1, len(common) + 1)]
    comments = []
    for number in range(_COMMENTS):
        words = chance.choices(common, weights, k=_LENGTH // 4)
        if number % _RUDE == 0:
            words[chance.randrange(40)] = loaded[chance.randrange(20)]
        comments.append(" ".join(words).capitalize()[: _LENGTH - 1] + ".")
    return comments


def _pipeline(texts: Sequence[str]) -> list[tuple[str, Callable[[], Any]]]:
    """Return scikit-learn's own, with seven labels: TF-IDF of words and of characters inside words, and logistic
    regression. Its weights are fitted to nothing; they cost what true ones would."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline, make_union
    except ImportError:
        return []
    pipeline = make_pipeline(
        make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))),
        OneVsRestClassifier(LogisticRegression(max_iter=3)),
    )
    truth = [[(place + number) % 3 == 0 for place in range(len(LABELS))] for number in range(len(texts))]
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(texts, [[int(value) for value in row] for row in truth])
    return [
        ("scikit-learn, single", lambda: [pipeline.predict_proba([text]) for text in texts]),
        ("scikit-learn, batch", lambda: pipeline.predict_proba(texts)),
    ]


def _peer(python: Path, texts: Sequence[str]) -> list[Cost]:
    """Return what alt-profanity-check costs, in its own environment, in the same run."""
    done = subprocess.run(
        [str(python), "-c", _PEER], input="\n".join(texts), capture_output=True, text=True, check=True
    )
    single, batch = map(float, done.stdout.split())
    return [Cost("alt-profanity-check, single", single), Cost("alt-profanity-check, batch", batch)]


def _print(costs: Sequence[Cost], texts: Sequence[str]) -> None:
    base = next((cost.microseconds for cost in costs if cost.name == "scikit-learn, single"), None)
    print(f"{len(texts)} comments of {sum(map(len, texts)) / len(texts):.0f} characters, {_ROUNDS} rounds, one core\n")
    print("| | µs a comment | × faster than scikit-learn, single |\n| --- | --- | --- |")
    for cost in costs:
        ratio = f"{base / cost.microseconds:.1f}" if base else ""
        print(f"| {cost.name} | {cost.microseconds:.0f} | {ratio} |")


def _footprint(texts: Sequence[str]) -> tuple[float, float]:
    """Return milliseconds to load and MiB taken, measured in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-c", _FOOTPRINT], input="\n".join(texts), capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    load, memory = map(float, done.stdout.split())
    return load, memory
