"""Holding the shipped model against its figures: on slices that it never saw, attacked text, and lists of our own."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from classifier.lexicon import Lexicon
from classifier.model import LABELS
from classifier.scorer import Scorer
from classifier.text import fold
from classifier.training.apart import Apart, apart
from classifier.training.attacks import ATTACKS, attacked
from classifier.training.marks import f1, read_marked
from classifier.training.measuring import Numbers, area, ask_peers, calibration_error, false_positives, slices
from classifier.training.rows import Example, Slice, read, table
from classifier.words import Reader

Say = Callable[[str], None]

#: What the default policy holds a comment at, in probability.
HELD_AT: Final = 0.35

#: Rows of a slice that all peers are asked for: the slowest takes 50 ms a text. The quick ones get all rows elsewhere.
ASKED: Final = 300
QUICK: Final = ("alt-profanity-check", "hatesonar")

#: Templates that a term must have to be counted.
_TERM_ROWS: Final = 8

#: Attacks are tried on texts up to this many characters, so that the attacked words decide.
_SHORT: Final = 600


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, the figure to reach (*least* or *most*), and the *gate* that a release must pass."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None
    gate: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the value reaches its figure."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def passes(self) -> bool:
        """Whether the value passes the gate, if there is one."""
        return self.gate is None or (self.value >= self.gate if self.least is not None else self.value <= self.gate)


@dataclass(slots=True)
class Evaluation:
    """The figures in groups; the peers' areas by slice; and what the plots draw: (truth, probability) by slice."""

    model: str
    groups: dict[str, list[Figure]] = field(default_factory=dict)
    peers: dict[str, Mapping[str, float]] = field(default_factory=dict)
    curves: dict[str, tuple[Numbers, Numbers]] = field(default_factory=dict)

    @property
    def missed(self) -> list[Figure]:
        """What is not reached."""
        return [figure for group in self.groups.values() for figure in group if not figure.holds]

    @property
    def barred(self) -> list[Figure]:
        """What bars a release."""
        return [figure for group in self.groups.values() for figure in group if not figure.passes]


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
        found.curves[name] = _truth(rows), judge.probabilities(rows)
        if peers:
            found.peers[name] = _beside(judge, rows, peers)
            say(f"peers on {name}: {', '.join(f'{peer} {value:.3f}' for peer, value in found.peers[name].items())}")
    found.groups["In domain (AUC)"] = [
        Figure(name, area(*found.curves[name]), least=_LEAST.get(name)) for name in found.curves
    ]
    others = apart(folder, say)
    found.groups["Other domains (AUC, all rows; models made without them)"] = list(_elsewhere(others, peers, found))
    found.groups["Calibration error"] = [_calibrated(found.curves["Wikipedia, natural rate"])]
    found.groups["Each head (AUC)"] = list(_heads(judge, examples))
    found.groups["Spam"] = list(_spam(judge, examples, others))
    say("attacking")
    found.groups["Attacked text (AUC; the normaliser's list lacks half of the attacked words)"] = list(
        _attacks(judge, [*cuts["Wikipedia, all"], *cuts["News (`civil_comments`)"]])
    )
    found.groups["Identity templates: false positives at 80 % recall"] = list(_templates(judge, examples))
    found.groups["Marked words (character F1)"] = [_marked(scorer, folder)]
    found.groups["Unscored"] = list(_unscored(scorer, cuts["Wikipedia, natural rate"], lists, folder))
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


def _beside(judge: Judge, rows: Sequence[Example], peers: Path) -> Mapping[str, float]:
    """Return our area and the peers' on some of *rows*, drawn by their hash."""
    some = sorted(rows, key=lambda row: hashlib.sha256(row.text.encode("utf-8", "replace")).digest())[:ASKED]
    truth = _truth(some)
    told = ask_peers(peers, [row.text for row in some])
    return {"ours": area(truth, judge.raw(some)), **{peer: area(truth, scores) for peer, scores in told.items()}}


def _elsewhere(others: Apart, peers: Path | None, found: Evaluation) -> Iterator[Figure]:
    """Judge what models made without a source make of it, beside the quick peers."""
    ahead = []
    for name, (texts, truth, raw) in others.elsewhere.items():
        ours = area(truth, raw)
        yield Figure(f"`{name}`", ours)
        if peers:
            told = {peer: area(truth, scores) for peer, scores in ask_peers(peers, texts, QUICK).items()}
            found.peers[f"`{name}`, a model made without it, all rows"] = {"ours": ours, **told}
            ahead.append(ours - told[QUICK[0]])
    if ahead:
        yield Figure(f"mean, ahead of {QUICK[0]}", float(np.mean(ahead)), least=0.04)


def _spam(judge: Judge, examples: Sequence[Example], others: Apart) -> Iterator[Figure]:
    for video, reached in others.spam.items():
        yield Figure(f"AUC, made without the video {video!r}", reached)
    yield Figure("AUC, leave one video out, mean", float(np.mean(list(others.spam.values()))), least=0.98)
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


#: The terms whose templates are counted one by one.
_TERMS: Final = (
    "gay", "lesbian", "bisexual", "transgender", "queer", "straight", "muslim", "jewish", "christian", "catholic",
    "black", "white", "asian", "african", "mexican", "american", "male", "female", "old", "young", "blind", "deaf",
)  # fmt: skip


def _templates(judge: Judge, examples: Sequence[Example]) -> Iterator[Figure]:
    rows = [row for row in examples if row.source == "bias_madlibs"]
    truth, raw = _truth(rows), judge.raw(rows)
    bar = float(np.quantile(raw[truth == 1], 0.2))
    yield Figure("all", false_positives(truth, raw, recall=0.8), most=0.035, gate=0.035)
    for term in _TERMS:
        of_term = np.array([term in row.text.lower().split() for row in rows]) & (truth == 0)
        if of_term.sum() >= _TERM_ROWS:
            yield Figure(f"{term} ({of_term.sum()} harmless ones)", float((raw[of_term] >= bar).mean()))


def _marked(scorer: Scorer, folder: Path) -> Figure:
    texts = [text for text in read_marked(folder, scorer.reader) if text.slice is Slice.TEST]
    return Figure("SemEval-2021 task 5, test slice", f1(texts, scorer.additive, scorer.marker), least=0.65)


def _unscored(scorer: Scorer, natural: Sequence[Example], lists: Path, folder: Path) -> Iterator[Figure]:
    def share(texts: Sequence[str]) -> float:
        return float(np.mean([scorer.score(text).unscored is not None for text in texts]))

    short = (lists / "short_comments.txt").read_text("utf-8").splitlines()
    yield Figure("Wikipedia, natural rate", share([row.text for row in natural]), most=0.01)
    yield Figure(f"{len(short)} short comments", share(short), most=0.01)
    for name, file in _FOREIGN.items():
        texts = [row["text"] for row in islice(table(folder, file), _FOREIGN_ROWS)]
        yield Figure(f"{name} (should be)", share(texts), least=0.9)


#: Comments in other languages, and how many of each are looked at.
_FOREIGN: Final = {
    "German tweets": "germeval2018_de",
    "Portuguese tweets": "told_br_pt",
    "Korean news comments": "korean_news_comments",
    "Chinese posts": "cold_zh",
}
_FOREIGN_ROWS: Final = 1000


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


#: Shares of each group to be held at most, for "attack" at least; and, by group, what a release must not be worse than.
_HELD: Final = {"attack": 0.95}
_MAY_BE_HELD: Final = 0.25
GATES: Final = {
    "identity": 0.2,
    "negation": 0.45,
    "quotation": 0.6,
    "first person": 0.5,
    "counter-speech": 0.4,
    "dialect": 0.1,
    "reclaimed": 0.35,
    "ordinary": 0.3,
    "attack": 0.88,
}


def _fairness(scorer: Scorer, lists: Path) -> Iterator[Figure]:
    for group, texts in grouped(lists / "fairness.txt").items():
        held = float(np.mean([max(scorer.score(text).scores.values()) >= HELD_AT for text in texts]))
        if group in _HELD:
            yield Figure(
                f"{group} ({len(texts)} comments; these should be)", held, least=_HELD[group], gate=GATES[group]
            )
        else:
            yield Figure(f"{group} ({len(texts)} comments)", held, most=_MAY_BE_HELD, gate=GATES[group])
