"""Making the model: read, fit, quantise, calibrate, and write one file."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifier import artifact
from classifier.features import EIGHTHS, WORD_ROWS
from classifier.lexicon import Lexicon
from classifier.model import COLUMNS, LABELS, Model, Table
from classifier.text import fold
from classifier.training import estimators
from classifier.training.calibrating import knots
from classifier.training.design import COLUMNS as FEATURES
from classifier.training.design import Design, Indices
from classifier.training.estimators import weights_of
from classifier.training.fitting import fit_head, quantised
from classifier.training.marks import fit_marker, fit_words, read_marked, training
from classifier.training.measuring import area
from classifier.training.rows import COUNTEREXAMPLES, SOURCES, Example, Slice, read, with_typos
from classifier.training.tongues import fit_languages
from classifier.training.vocabulary import charged, lexicon
from classifier.words import Reader

Say = Callable[[str], None]

#: What a part of a long text must add to be worse than the whole.
PART_BIAS: Final = -2.5

#: Log-odds by which a language must beat English.
LANGUAGE_BAR: Final = 4.0

_WEIGHTS: Final = {source.file: source.weight for source in SOURCES} | {COUNTEREXAMPLES: 1.0}

#: What sentences of our own and identity templates count in the other heads, where fewer rows are labelled.
_OWN_WEIGHTS: Final = {COUNTEREXAMPLES: 2.0, "bias_madlibs": 0.5}

#: A mistyped copy counts this much beside its text.
_MISTYPED: Final = 0.5

#: Sentences of our own share a site's rate: with one of their own they would teach it instead of what words do.
_RATE_NAMES: Final = sorted({source.rate for source in SOURCES})
_RATES: Final = {source.file: _RATE_NAMES.index(source.rate) for source in SOURCES} | {
    COUNTEREXAMPLES: _RATE_NAMES.index("site")
}

#: The share of toxic comments on Wikipedia: labelled rows, picked to be toxic, are weighed back to it.
_NATURAL: Final = 0.097

#: Spam stands out from ordinary comments; they count this much, and texts of other kinds of spam less than comments'.
_SPAM_WEIGHTS: Final = {"youtube_spam": 3.0, "telegram_spam": 0.5, "sms_spam": 0.3}
_HAM_WEIGHT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Corpus:
    """The examples, their design, who is who, and the words that they were read with."""

    examples: Sequence[Example]
    design: Design
    lexicon: Lexicon
    charged: AbstractSet[str]

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


def make(folder: Path, out: Path, *, say: Say, estimator: Path | None = None) -> None:
    """Make the model from the files of *folder* and write it to *out*, and scikit-learn's heads to *estimator*."""
    # On one thread: sums in another order would round otherwise, and the model would not be the same bit for bit.
    with threadpool_limits(1):
        _make(folder, out, estimator, say)


def gather(folder: Path, say: Say) -> Corpus:
    """Read the files of *folder*."""
    examples = list(read(folder))
    say(f"{len(examples):,} texts read")
    words = lexicon(examples)
    reader = Reader(words)
    say(f"{len(words.common):,} common words, {len(words.loaded):,} loaded")
    examples += list(with_typos(examples))
    readings = [reader.texts(fold(example.text).text) for example in examples]
    charges = charged(examples, readings)
    say(f"{len(charges):,} charged words")
    corpus = Corpus(examples, Design(readings, charges), words, charges)
    say(f"{len(corpus.design.words):,} different words")
    return corpus


def _make(folder: Path, out: Path, estimator: Path | None, say: Say) -> None:
    corpus = gather(folder, say)
    words, reader = corpus.lexicon, Reader(corpus.lexicon)
    fitted, bias = np.zeros((FEATURES, len(COLUMNS))), np.zeros(len(COLUMNS))
    for place, (weights, intercept) in enumerate(_heads(corpus, say)):
        fitted[:, place], bias[place] = weights, intercept
    marked = read_marked(folder, reader)
    fitted[:WORD_ROWS, COLUMNS.index("marked")] = fit_words(training(marked))
    table = _table(fitted, bias)
    model = Model(table, corpus.charged)
    marker, reached = fit_marker(marked, model)
    if estimator:
        estimators.write(estimator, fitted, bias)
        say(f"wrote {estimator}")
    say(f"spans: F1 {reached:.3f} on the calibration slice")
    languages, language, unit = fit_languages(words.common, bar=LANGUAGE_BAR)
    arrays = {
        "words": table.words,
        "pairs": table.pairs,
        "word_unit": table.word_unit,
        "pair_unit": table.pair_unit,
        "bias": table.bias,
        "calibration": _calibration(corpus, model, reader),
        "marking": marker.weights,
        "language": language,
        "common": _lines(words.common),
        "loaded": _lines(words.loaded),
        "charged": _lines(sorted(corpus.charged)),
    }
    about: dict[str, Any] = {
        "part_bias": PART_BIAS,
        "languages": languages.names,
        "language_unit": unit,
        "language_bar": LANGUAGE_BAR,
        "quantising": _cost_of_quantising(corpus, fitted, table),
    }
    about["id"] = f"english-{_digest(about, arrays)}"
    artifact.save(out, about=about, arrays=arrays)
    say(f"wrote {out}, {out.stat().st_size:,} bytes: {about['id']}")


def _heads(corpus: Corpus, say: Say) -> Any:
    """Yield each label's weights and bias; the others lean on toxicity's."""
    toxicity: tuple[Any, float] | None = None
    for label in LABELS:
        at = corpus.known(label, Slice.TRAINING)
        lean = toxicity if label != "spam" else None
        fitted, bias, share = fit_label(corpus, label, at, margin=corpus.design.raw(*lean) if lean else None)
        if lean:
            fitted, bias = fitted + share * lean[0], bias + share * lean[1]
        toxicity = toxicity or (fitted, bias)
        say(f"{label}: fitted on {len(at):,} texts")
        yield fitted, bias


def fit_label(corpus: Corpus, label: str, at: Indices, *, margin: Any | None = None) -> tuple[Any, float, float]:
    """Fit one label on the examples *at*; *margin* is another head's raw scores of all of them."""
    weights = _weights(label, corpus, at)
    at, weights = at[weights > 0], weights[weights > 0]
    rates = np.array([_RATES[source] for source in corpus.sources(at)])
    return fit_head(
        corpus.design,
        at,
        corpus.truth(label, at),
        weights=weights,
        rates=rates - rates.min(),
        margin=None if margin is None else margin[at],
    )


def _weights(label: str, corpus: Corpus, at: Indices) -> Any:
    """Return what each example of *at* counts in fitting *label*."""
    sources = corpus.sources(at)
    if label == "toxicity":
        typos = np.array([_MISTYPED if corpus.examples[place].is_mistyped else 1.0 for place in at])
        return typos * [_WEIGHTS[source] for source in sources]
    if label == "spam":
        return np.array([_SPAM_WEIGHTS.get(source, _HAM_WEIGHT) for source in sources])
    return np.array([_OWN_WEIGHTS.get(source, 1.0) for source in sources])


def _table(fitted: Any, bias: Any) -> Table:
    """Return the weights as small integers; row 0 of the words stands for no feature and weighs nothing."""
    fitted[0] = 0
    words, pairs = fitted[:WORD_ROWS], fitted[WORD_ROWS:]
    word_columns = [quantised(column) for column in words.T]
    pair_columns = [quantised(column) for column in pairs.T]
    return Table(
        np.stack([column for column, _ in word_columns], axis=1),
        np.stack([column for column, _ in pair_columns], axis=1),
        np.array([unit / EIGHTHS for _, unit in word_columns]),
        np.array([unit for _, unit in pair_columns]),
        bias,
        PART_BIAS,
    )


def _calibration(corpus: Corpus, model: Model, reader: Reader) -> Any:
    """Return the knots of every label: its place, raw scores and log-odds."""
    rows: list[tuple[float, ...]] = []
    for place, label in enumerate(LABELS):
        found = [corpus.examples[at] for at in corpus.known(label, Slice.CALIBRATION)]
        if label != "spam":
            found = [example for example in found if example.source == "jigsaw_wiki"]
        raw = np.array([model.decided(reader.texts(fold(example.text).text))[0][place] for example in found])
        truth = np.array([example.labels[label] for example in found])
        places, odds = knots(raw, truth, _natural(found) if label != "spam" else None)
        rows += [(float(place), *knot) for knot in zip(places, odds, strict=True)]
    return np.array(rows)


def _natural(examples: Sequence[Example]) -> Any:
    """Return weights that bring the share of toxic texts to a site's own."""
    toxic = np.array([example.labels["toxicity"] for example in examples])
    share = toxic.mean()
    return np.where(toxic, _NATURAL / share, (1 - _NATURAL) / (1 - share))


def _cost_of_quantising(corpus: Corpus, fitted: Any, table: Table) -> dict[str, list[float]]:
    """Return by label: the fitted and the shipped weights' area on the test slice, and the greatest difference of raw
    scores."""
    weights, costs = weights_of(table), {}
    for place, label in enumerate(LABELS):
        at = corpus.known(label, Slice.TEST)
        truth = corpus.truth(label, at)
        raws = [corpus.design.raw(columns[:, place], table.bias[place], at) for columns in (fitted, weights)]
        costs[label] = [*(round(area(truth, raw), 5) for raw in raws), round(float(np.abs(raws[0] - raws[1]).max()), 4)]
    return costs


def _lines(words: Sequence[str]) -> Any:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _digest(about: Mapping[str, Any], arrays: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(repr(sorted(about.items())).encode())
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:12]
