"""The training rows: texts with the labels that their authors gave, and nothing where they gave none."""

import csv
import gzip
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

csv.field_size_limit(sys.maxsize)

Row = Mapping[str, str]
Reading = Callable[[Row], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its known labels, 0 or 1; *natural* rows were drawn at their site's own rate."""

    text: str
    labels: dict[str, int]
    source: str
    weight: float = 1.0
    natural: bool = False


def _jigsaw(row: Row) -> dict[str, int]:
    columns = {
        "toxicity": "toxic",
        "severe_toxicity": "severe_toxic",
        "profanity": "obscene",
        "threat": "threat",
        "insult": "insult",
        "identity_attack": "identity_hate",
    }
    return {label: int(float(row[column])) for label, column in columns.items() if row.get(column, "") != ""}


def _civil(row: Row) -> dict[str, int]:
    columns = {"toxicity": "toxic_strict", "threat": "threat", "insult": "insult", "identity_attack": "identity_attack"}
    return {label: int(float(row[column])) for label, column in columns.items() if row.get(column, "") != ""}


def _spam(row: Row) -> dict[str, int]:
    return {"spam": int(float(row["spam"]))}


#: File, how its labels are read, weight of a row.
SOURCES: Final[tuple[tuple[str, Reading, float], ...]] = (
    ("jigsaw_wiki", _jigsaw, 1.0),
    ("jigsaw_wiki_more", _jigsaw, 1.0),
    ("civil_comments", _civil, 1.0),
    ("civil_toxic", lambda row: {"toxicity": 1}, 1.0),
    ("civil_toxic_spans", lambda row: {"toxicity": 1}, 1.0),
    ("paradetox", lambda row: {"toxicity": int(float(row["toxic"]))}, 0.5),
    ("ruddit", lambda row: {"toxicity": int(float(row["offensiveness_score"]) > 0.2)}, 0.5),
    ("goemotions", lambda row: {"spam": 0}, 0.3),
    ("youtube_spam", _spam, 1.0),
    ("sms_spam", _spam, 0.5),
    ("telegram_spam", _spam, 1.0),
)


def read(folder: Path) -> Iterator[Example]:
    """Yield every example of the folder, each text once."""
    seen: set[str] = set()
    for name, reading, weight in SOURCES:
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                letters = "".join(filter(str.isalpha, row["text"].lower()))
                if letters in seen:
                    continue
                seen.add(letters)
                labels = reading(row)
                if name.startswith("civil") or name == "jigsaw_wiki":
                    # Ordinary comments of a site are what spam stands out from.
                    labels = {**labels, "spam": 0}
                yield Example(row["text"], labels, name, weight, row.get("natural") == "1")


def share(text: str) -> float:
    """Return where *text* falls in [0, 1) by its hash: slices are cut by it, never by row order."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
