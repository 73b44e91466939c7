"""Holding the shipped model against its figures: on slices that it never saw, attacked text, and lists of our own."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifier.lexicon import Lexicon
from classifier.model import LABELS
from classifier.scorer import Scorer
from classifier.text import fold
from classifier.training.attacks import ATTACKS, attacked
from classifier.training.marks import f1, read_marked
from classifier.training.measuring import Numbers, area, ask_peers, calibration_error, false_positives, slices
from classifier.training.rows import Example, Slice, read
from classifier.words import Reader

Say = Callable[[str], None]

#: What the default policy holds a comment at, in probability.
HELD_AT: Final = 0.35

#: Attacks are tried on texts up to this many characters, so that the attacked words decide.
_SHORT: Final = 600


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and the bound that a release must keep."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the value keeps its bound."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)


@dataclass(slots=True)
class Evaluation:
    """The figures in groups; the peers' areas by slice; and what the plots draw: (truth, probability) by slice."""

    model: str
    groups: dict[str, list[Figure]] = field(default_factory=dict)
    peers: dict[str, Mapping[str, float]] = field(default_factory=dict)
    curves: dict[str, tuple[Numbers, Numbers]] = field(default_factory=dict)

    @property
    def missed(self) -> list[Figure]:
        """The figures that do not keep their bounds."""
        return [figure for group in self.groups.values() for figure in group if not figure.holds]


class Judge:
    """The scorer, remembering what it said."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def raw(self, rows: Sequence[Example], label: str = "toxicity") -> Numbers:
        """Return the raw scores that count."""
        return np.array([self.scorer.decided(row.text)[LABELS.index(label)] for row in rows])

    def probabilities(self, rows: Sequence[Example], label: str = "toxicity") -> Numbers:
        """Return the probabilities."""
        calibrate = self.scorer.calibrations[LABELS.index(label)]
        return np.array([calibrate(raw) for raw in self.raw(rows, label)])


def evaluate(folder: Path, scorer: Scorer, lists: Path, *, peers: Path | None, say: Say) -> Evaluation:
    """Measure *scorer* on the files of *folder* and the texts of *lists*, beside the peers of that Python, if any."""
    judge, found = Judge(scorer), Evaluation(scorer.model)
    examples = [example for example in read(folder) if example.slice is Slice.TEST]
    say(f"{len(examples):,} texts that were never fitted on")
    cuts = slices(examples)
    for name, rows in cuts.items():
        truth = _truth(rows)
        found.curves[name] = truth, judge.probabilities(rows)
        if peers:
            found.peers[name] = ask_peers(peers, rows)
            say(f"peers on {name}: {', '.join(f'{peer} {value:.3f}' for peer, value in found.peers[name].items())}")
    found.groups["In domain (AUC)"] = [
        Figure(name, area(*found.curves[name]), least=_LEAST.get(name)) for name in found.curves
    ]
    found.groups["Calibration error"] = [_calibrated(found.curves["Wikipedia, natural rate"])]
    found.groups["Each head (AUC)"] = list(_heads(judge, examples))
    found.groups["Spam"] = list(_spam(judge, examples))
    say("attacking")
    found.groups["Attacked text (AUC; the normaliser's list lacks half of the attacked words)"] = list(
        _attacks(judge, [*cuts["Wikipedia, all"], *cuts["News (`civil_comments`)"]])
    )
    found.groups["Identity templates"] = [_templates(judge, examples)]
    found.groups["Marked words (character F1)"] = [_marked(scorer, folder)]
    found.groups["Unscored"] = list(_unscored(scorer, cuts["Wikipedia, natural rate"], lists))
    found.groups["Fairness list: held by the default policy"] = list(_fairness(scorer, lists))
    return found


_LEAST: Final = {
    "Wikipedia, natural rate": 0.968,
    "Wikipedia, all": 0.968,
    "News (`civil_comments`)": 0.93,
    "News (`civil_scored`)": 0.93,
}


def _truth(rows: Sequence[Example], label: str = "toxicity") -> Numbers:
    return np.array([row.labels[label] for row in rows], float)


def _calibrated(curve: tuple[Numbers, Numbers]) -> Figure:
    return Figure("Wikipedia, natural rate: toxicity", calibration_error(*curve), most=0.01)


def _heads(judge: Judge, examples: Sequence[Example]) -> Iterator[Figure]:
    jigsaw = {"jigsaw_wiki", "jigsaw_wiki_more", "jigsaw_wiki_lossy"}
    for label in LABELS[1:-1]:
        rows = [row for row in examples if row.source in jigsaw and label in row.labels]
        yield Figure(f"{label}, Wikipedia", area(_truth(rows, label), judge.raw(rows, label)), least=0.945)
    for label in ("profanity", "threat", "insult", "identity_attack"):
        rows = [row for row in examples if row.source.startswith("civil_") and row.source != "civil_scored"]
        rows = [row for row in rows if label in row.labels]
        yield Figure(f"{label}, news", area(_truth(rows, label), judge.raw(rows, label)), least=0.945)


def _spam(judge: Judge, examples: Sequence[Example]) -> Iterator[Figure]:
    rows = [row for row in examples if "spam" in row.labels]
    yield Figure("AUC, all sources", area(_truth(rows, "spam"), judge.raw(rows, "spam")), least=0.98)
    news = [row for row in rows if row.source == "civil_comments"]
    yield Figure("news comments called spam", float((judge.probabilities(news, "spam") >= 0.5).mean()), most=0.02)


def _attacks(judge: Judge, rows: Sequence[Example]) -> Iterator[Figure]:
    """Attack every loaded word, which the shipped weights may know and the normaliser's list half does."""
    lexicon, model = judge.scorer.reader.lexicon, judge.scorer.additive
    loaded = set(lexicon.loaded)
    unknown = {word for word in loaded if hashlib.sha256(word.encode()).digest()[0] % 2}
    reader = Reader(
        Lexicon(
            [word for word in lexicon.common if word not in unknown],
            [word for word in lexicon.loaded if word not in unknown],
        )
    )
    short = [row for row in rows if len(row.text) <= _SHORT]
    short = [row for row in short if not row.labels["toxicity"] or attacked(row.text, _struck, loaded) != row.text]
    truth = _truth(short)

    def reached(attack: Callable[[str, Any], str]) -> float:
        texts = (attacked(row.text, attack, loaded) for row in short)
        return area(truth, [model.raw(reader.texts(fold(text).text))[0] for text in texts])

    yield Figure("none", reached(lambda word, _: word))
    for name, attack in ATTACKS.items():
        least = {"leet": 0.88, "masked": 0.88, "typos": 0.92}.get(name, 0.94)
        yield Figure(name, reached(attack), least=least)


def _struck(word: str, _: Any) -> str:
    return "#" * len(word)


def _templates(judge: Judge, examples: Sequence[Example]) -> Figure:
    rows = [row for row in examples if row.source == "bias_madlibs"]
    share = false_positives(_truth(rows), judge.raw(rows), recall=0.8)
    return Figure("false positives at 80 % recall", share, most=0.035)


def _marked(scorer: Scorer, folder: Path) -> Figure:
    texts = [text for text in read_marked(folder, scorer.reader) if text.slice is Slice.TEST]
    return Figure("SemEval-2021 task 5, test slice", f1(texts, scorer.additive, scorer.marker), least=0.65)


def _unscored(scorer: Scorer, natural: Sequence[Example], lists: Path) -> Iterator[Figure]:
    short = (lists / "short_comments.txt").read_text("utf-8").splitlines()
    for name, texts in (("Wikipedia, natural rate", [row.text for row in natural]), ("short comments", short)):
        yield Figure(name, float(np.mean([scorer.score(text).unscored is not None for text in texts])), most=0.01)


def grouped(path: Path) -> dict[str, list[str]]:
    """Return the texts of a list by the [group] that they stand under."""
    groups: dict[str, list[str]] = {}
    group: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            group = groups.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            group.append(line)
    return groups


#: Shares of each group that may be held; for "attack", that must be. What is missed is said in the card.
_HELD: Final = {"attack": 0.95}
_MAY_BE_HELD: Final = 0.25


def _fairness(scorer: Scorer, lists: Path) -> Iterator[Figure]:
    for group, texts in grouped(lists / "fairness.txt").items():
        held = float(np.mean([max(scorer.score(text).scores.values()) >= HELD_AT for text in texts]))
        if group in _HELD:
            yield Figure(f"{group} (should be)", held, least=_HELD[group])
        else:
            yield Figure(group, held, most=_MAY_BE_HELD)
