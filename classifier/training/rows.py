"""The training rows: texts with the labels that their authors gave, and nothing where they gave none."""

import csv
import gzip
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from classifier.training.attacks import mistyped
from classifier.training.counterexamples import counterexamples

csv.field_size_limit(sys.maxsize)

#: Share of the identity templates that is read: they are many, and alike.
_TEMPLATES: Final = 0.15

Row = Mapping[str, str]
Labels = Mapping[str, int]


class Slice(Enum):
    """What a text serves for, cut by its letters' hash: near-copies fall into the same slice."""

    TEST = "test"
    CALIBRATION = "calibration"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its known labels, 0 or 1; *natural* rows were drawn at their site's own rate."""

    text: str
    labels: Labels
    source: str
    slice: Slice
    natural: bool = False
    is_mistyped: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the folder: how its labels are read, what its rows weigh in the toxicity head (0: not used there), and
    whose *rate* of toxic rows it shares: within one rate the share of toxic rows tells something."""

    file: str
    labels: Callable[[Row], Labels | None]
    weight: float
    rate: str


_JIGSAW: Final = {
    "toxicity": "toxic",
    "severe_toxicity": "severe_toxic",
    "profanity": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_attack": "identity_hate",
}
_CIVIL: Final = {
    "toxicity": "toxic_strict",
    "severe_toxicity": "severe_toxicity",
    "profanity": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_attack": "identity_attack",
}


def _known(columns: Mapping[str, str], row: Row) -> dict[str, int]:
    return {label: int(float(row[column])) for label, column in columns.items() if row.get(column, "") != ""}


def _jigsaw(row: Row) -> Labels:
    return _known(_JIGSAW, row)


def _wiki(row: Row) -> Labels:
    # Ordinary comments of a site are what spam stands out from.
    return {**_known(_JIGSAW, row), "spam": 0}


def _civil(row: Row) -> Labels:
    return {**_known(_CIVIL, row), "spam": 0}


def _subtypes(row: Row) -> Labels:
    return {label: value for label, value in _known(_CIVIL, row).items() if label != "toxicity"}


def _scored(row: Row) -> Labels:
    columns = {**_CIVIL, "toxicity": "toxicity"}
    return {label: int(float(row[column]) >= 0.5) for label, column in columns.items()}


def _toxic(row: Row) -> Labels:
    return {"toxicity": 1}


def _spans(row: Row) -> Labels | None:
    # Comments picked because they looked toxic: where hardly anybody marked a word, they are neither.
    return {"toxicity": 1} if float(row["span_frac"]) >= 0.3 else None


def _ruddit(row: Row) -> Labels | None:
    score = float(row["offensiveness_score"])
    return {"toxicity": int(score > 0)} if not 0 < score < 0.3 else None


def _annotators(row: Row) -> Labels:
    columns = ("identity_hate", "obscene", "threat", "insult")
    return {"toxicity": int(max(float(row[column] or 0) for column in columns) >= 0.5)}


def _yes(column: str) -> Callable[[Row], Labels | None]:
    return lambda row: {"toxicity": int(float(row[column]))} if row[column] != "" else None


def _templates(row: Row) -> Labels:
    return {"toxicity": 1} if float(row["toxic"]) else {"toxicity": 0, "identity_attack": 0}


def _spam(row: Row) -> Labels:
    return {"spam": int(float(row["spam"]))}


MEASURED: Final = frozenset({"civil_scored"})

_MISTYPED: Final = frozenset(
    {"jigsaw_wiki", "jigsaw_wiki_more", "civil_comments", "civil_toxic", "civil_toxic_spans", "paradetox"}
)

#: The source's name of sentences of our own.
COUNTEREXAMPLES: Final = "counterexamples"

SOURCES: Final = (
    Source("jigsaw_wiki", _wiki, 1.0, "site"),
    Source("jigsaw_wiki_more", _jigsaw, 1.0, "more"),
    Source("jigsaw_wiki_lossy", _jigsaw, 0.5, "lossy"),
    Source("civil_comments", _civil, 1.0, "site"),
    Source("civil_scored", _scored, 0.0, "site"),
    Source("civil_toxic", _toxic, 1.0, "site"),
    Source("civil_toxic_spans", _spans, 1.0, "site"),
    Source("civil_subtypes", _subtypes, 0.0, "subtypes"),
    Source("paradetox", _yes("toxic"), 0.7, "site"),
    Source("ruddit", _ruddit, 0.5, "site"),
    Source("wiki_annotators", _annotators, 1.0, "site"),
    Source("cad_reddit", _yes("abusive"), 0.3, "cad"),
    Source("hatexplain", lambda row: {"toxicity": int(row["hate_or_offensive_raw"] != "0")}, 0.15, "hatexplain"),
    Source("edos_sexism", _yes("sexist"), 0.1, "edos"),
    Source("stormfront", lambda row: {"toxicity": int(row["label"] == "hate")}, 0.3, "stormfront"),
    Source("dynahate", _yes("hateful"), 0.3, "dynahate"),
    Source("convabuse", _yes("abusive"), 0.5, "convabuse"),
    Source("davidson_2017", lambda row: {"toxicity": int(row["class_name"] != "neither")}, 0.1, "davidson"),
    Source("bias_madlibs", _templates, 0.15, "madlibs"),
    Source("goemotions", lambda row: {"spam": 0}, 0.0, "site"),
    Source("youtube_spam", _spam, 0.0, "spam"),
    Source("sms_spam", _spam, 0.0, "spam"),
    Source("telegram_spam", _spam, 0.0, "spam"),
)


def read(folder: Path) -> Iterator[Example]:
    """Yield every labelled text of the folder once, however it is spelled."""
    seen: set[str] = set()
    for source in SOURCES:
        for row in table(folder, source.file):
            if source.file == "bias_madlibs" and _place(row["text"], "sample") > _TEMPLATES:
                continue
            labels = source.labels(row)
            spelled = letters(row["text"])
            if labels is not None and spelled not in seen:
                seen.add(spelled)
                # What is there to measure on alone is never learned from.
                place = Slice.TEST if source.file in MEASURED else slice_of(row["text"])
                yield Example(row["text"], labels, source.file, place, row.get("natural") == "1")
    for text, kind in counterexamples():
        if letters(text) not in seen:
            seen.add(letters(text))
            # What is harmless is so by every label; what is not, may be more than is said of it.
            labels = {"toxicity": 1, kind: 1} if kind else dict.fromkeys(_JIGSAW, 0)
            yield Example(text, labels, COUNTEREXAMPLES, slice_of(text))


def table(folder: Path, file: str) -> Iterator[Row]:
    """Yield the rows of one of the folder's files."""
    with gzip.open(folder / f"{file}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def with_typos(examples: Iterable[Example]) -> Iterator[Example]:
    """Yield mistyped copies of those of *examples* that toxicity is learned from, but for the hate sets'."""
    for example in examples:
        if example.slice is Slice.TRAINING and example.source in _MISTYPED and "toxicity" in example.labels:
            labels = {"toxicity": example.labels["toxicity"]}
            yield Example(mistyped(example.text), labels, example.source, example.slice, is_mistyped=True)


def slice_of(text: str) -> Slice:
    """Return the slice that *text* falls into."""
    place = _place(text)
    return Slice.TEST if place < 0.10 else Slice.CALIBRATION if place < 0.17 else Slice.TRAINING


def _place(text: str, salt: str = "") -> float:
    """Return where *text* falls in [0, 1) by its letters' hash."""
    digest = hashlib.sha256((salt + letters(text)).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def letters(text: str) -> str:
    """Return what two spellings of one text share: its Latin letters, or all of it where it has none."""
    return re.sub("[^a-z]", "", text.lower()) or text
