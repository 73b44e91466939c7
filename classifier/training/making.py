"""Making the model: read, fit, quantise, calibrate, and write one file."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifier import artifact
from classifier.features import WORD_ROWS
from classifier.model import COLUMNS, LABELS, Model, Table
from classifier.text import fold
from classifier.training.calibrating import knots
from classifier.training.design import COLUMNS as FEATURES
from classifier.training.design import Design, Indices
from classifier.training.fitting import fit_head, quantised
from classifier.training.marks import fit_marker, fit_words, read_marked
from classifier.training.rows import SOURCES, Example, Slice, read
from classifier.training.tongues import fit_languages
from classifier.training.vocabulary import lexicon
from classifier.words import Reader

Say = Callable[[str], None]

#: What a part of a long text must add to be worse than the whole.
PART_BIAS: Final = -0.6

#: Log-odds by which a language must beat English.
LANGUAGE_BAR: Final = 8.0

_WEIGHTS: Final = {source.file: source.weight for source in SOURCES}
_RATES: Final = {rate: number for number, rate in enumerate(sorted({source.rate for source in SOURCES}))}
_RATE_OF: Final = {source.file: _RATES[source.rate] for source in SOURCES}

#: Spam stands out from ordinary comments; they count this much, and texts of other kinds of spam less than comments'.
_SPAM_WEIGHTS: Final = {"youtube_spam": 1.0, "telegram_spam": 1.0, "sms_spam": 0.5}
_HAM_WEIGHT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Corpus:
    """The examples, their design, and who is who."""

    examples: Sequence[Example]
    design: Design

    def known(self, label: str, *slices: Slice) -> Indices:
        """Return the places of examples of *slices* whose *label* is known."""
        found = [at for at, example in enumerate(self.examples) if label in example.labels and example.slice in slices]
        return np.array(found, np.int64)

    def truth(self, label: str, at: Indices) -> Any:
        """Return the label of each example of *at*."""
        return np.array([self.examples[place].labels[label] for place in at])

    def sources(self, at: Indices) -> list[str]:
        """Return the source of each example of *at*."""
        return [self.examples[place].source for place in at]


def make(folder: Path, out: Path, *, say: Say) -> None:
    """Make the model from the files of *folder* and write it to *out*."""
    # On one thread: sums in another order would round otherwise, and the model would not be the same bit for bit.
    with threadpool_limits(1):
        _make(folder, out, say)


def _make(folder: Path, out: Path, say: Say) -> None:
    examples = list(read(folder))
    say(f"{len(examples):,} texts read")
    words = lexicon(examples)
    reader = Reader(words)
    say(f"{len(words.common):,} common words, {len(words.loaded):,} loaded")
    corpus = Corpus(examples, Design(reader.texts(fold(example.text).text) for example in examples))
    say(f"{len(corpus.design.words):,} different words")
    fitted, bias = np.zeros((FEATURES, len(COLUMNS))), np.zeros(len(COLUMNS))
    for place, (weights, intercept) in enumerate(_heads(corpus, say)):
        fitted[:, place], bias[place] = weights, intercept
    marked = read_marked(folder, reader)
    fitted[:WORD_ROWS, COLUMNS.index("marked")] = fit_words(marked)
    table = _table(fitted, bias)
    marker, reached = fit_marker(marked, Model(table))
    say(f"spans: F1 {reached:.3f} on the calibration slice")
    languages, language, unit = fit_languages(words.common, bar=LANGUAGE_BAR)
    arrays = {
        "words": table.words,
        "pairs": table.pairs,
        "word_unit": table.word_unit,
        "pair_unit": table.pair_unit,
        "bias": table.bias,
        "calibration": _calibration(corpus, table),
        "marking": marker.weights,
        "language": language,
        "common": _lines(words.common),
        "loaded": _lines(words.loaded),
    }
    about: dict[str, Any] = {
        "part_bias": PART_BIAS,
        "languages": languages.names,
        "language_unit": unit,
        "language_bar": LANGUAGE_BAR,
    }
    about["id"] = f"english-{_digest(about, arrays)}"
    artifact.save(out, about=about, arrays=arrays)
    say(f"wrote {out}, {out.stat().st_size:,} bytes: {about['id']}")


def _heads(corpus: Corpus, say: Say) -> Any:
    """Yield each label's weights and bias; the others lean on toxicity's."""
    toxicity: tuple[Any, float] | None = None
    for label in LABELS:
        at = corpus.known(label, Slice.TRAINING)
        weights = _weights(label, corpus.sources(at))
        at, weights = at[weights > 0], weights[weights > 0]
        rates = np.array([_RATE_OF[source] for source in corpus.sources(at)])
        lean = toxicity is not None and label != "spam"
        margin = corpus.design.raw(*toxicity, at) if toxicity and lean else None
        fitted, bias, share = fit_head(
            corpus.design, at, corpus.truth(label, at), weights=weights, rates=rates - rates.min(), margin=margin
        )
        if toxicity and lean:
            fitted, bias = fitted + share * toxicity[0], bias + share * toxicity[1]
        toxicity = toxicity or (fitted, bias)
        say(f"{label}: fitted on {len(at):,} texts")
        yield fitted, bias


def _weights(label: str, sources: Sequence[str]) -> Any:
    if label == "toxicity":
        return np.array([_WEIGHTS[source] for source in sources])
    if label == "spam":
        return np.array([_SPAM_WEIGHTS.get(source, _HAM_WEIGHT) for source in sources])
    return np.ones(len(sources))


def _table(fitted: Any, bias: Any) -> Table:
    """Return the weights as small integers; row 0 of the words stands for no feature and weighs nothing."""
    fitted[0] = 0
    words, pairs = fitted[:WORD_ROWS], fitted[WORD_ROWS:]
    word_columns = [quantised(column) for column in words.T]
    pair_columns = [quantised(column) for column in pairs.T]
    return Table(
        np.stack([column for column, _ in word_columns], axis=1),
        np.stack([column for column, _ in pair_columns], axis=1),
        np.array([unit / 2 for _, unit in word_columns]),  # words and n-grams count in halves
        np.array([unit for _, unit in pair_columns]),
        bias,
    )


def _calibration(corpus: Corpus, table: Table) -> Any:
    """Return the knots of every label: its place, raw scores and log-odds."""
    weights = weights_of(table)
    rows = []
    for place, label in enumerate(LABELS):
        at = corpus.known(label, Slice.CALIBRATION)
        natural = [corpus.examples[row].natural or label == "spam" for row in at]
        at = at[natural]
        raw = corpus.design.raw(weights[:, place], table.bias[place], at)
        places, odds = knots(raw, corpus.truth(label, at))
        rows += [(float(place), *knot) for knot in zip(places, odds, strict=True)]
    return np.array(rows)


def weights_of(table: Table) -> Any:
    """Return the shipped weights of a table, words' rows before pairs', as the fitted ones were."""
    return np.vstack([table.words * (2 * table.word_unit), table.pairs * table.pair_unit])


def _lines(words: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _digest(about: Mapping[str, Any], arrays: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(repr(sorted(about.items())).encode())
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:12]
