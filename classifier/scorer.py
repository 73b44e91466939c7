"""Scoring a text: probabilities for seven labels, and the words behind them. Imports numpy, and nothing that trains."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifier import artifact
from classifier.calibration import Calibration
from classifier.disguises import Disguise, disguises
from classifier.features import PAIR_ROWS, WORD_ROWS
from classifier.language import ROWS, Languages
from classifier.lexicon import Lexicon
from classifier.marking import SHOWN, SPAM_SHOWN, Marker, Span
from classifier.model import COLUMNS, LABELS, Floats, Model, Table
from classifier.text import fold
from classifier.words import Reader, Word

__all__ = ["DEFAULT", "LABELS", "Disguise", "Explanation", "Scored", "Scorer", "Span"]

DEFAULT: Final = Path(__file__).parent / "models" / "english.model"

_SPAM: Final = LABELS.index("spam")


@dataclass(frozen=True, slots=True)
class Scored:
    """A judged text. *unscored* says why it could not be judged, "language" or "no_words"; scores are given all the
    same."""

    model: str
    language: str
    unscored: str | None
    scores: Mapping[str, float]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a label's raw score is what it is: *bias* + the sum of the words' *shares*, exactly.

    The words are those of the whole text, or of its worst part where that decided.
    """

    label: str
    raw: float
    bias: float
    words: tuple[Word, ...]
    shares: tuple[float, ...]


class Scorer:
    """Scores texts with one model. Threads may share it."""

    def __init__(self, found: artifact.Artifact) -> None:
        self.model: str = found.about["id"]
        self.reader = Reader(Lexicon(found.words("common"), found.words("loaded")))
        self.table = _table(found)
        self.additive = Model(self.table, frozenset(found.words("charged")))
        self.calibrations = _calibrations(found)
        self.marker = Marker(found.array("marking", "float64", None))
        self._languages = Languages(
            found.about["languages"],
            found.array("language", "int8", ROWS, len(found.about["languages"])),
            float(found.about["language_unit"]),
            float(found.about["language_bar"]),
        )

    @classmethod
    def load(cls, path: Path = DEFAULT) -> "Scorer":
        """Load the model in *path*. Raises ArtifactError."""
        found = artifact.load(path)
        try:
            return cls(found)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, artifact.ArtifactError):
                raise
            raise artifact.ArtifactError(path, f"lacks what this version needs ({error})") from error

    def score(self, text: str) -> Scored:
        """Score *text*."""
        folded = fold(text).text
        words = self.reader.texts(folded)
        raw, part = self.additive.decided(words)
        scores = [calibrate(value) for calibrate, value in zip(self.calibrations, raw.tolist(), strict=False)]
        language = self._languages.identify(folded, words, self.reader.lexicon.ranks)
        unscored = "no_words" if not any(map(_is_word, words)) else None if language == "en" else "language"
        shows = words and (max(scores[:_SPAM]) >= SHOWN or scores[_SPAM] >= SPAM_SHOWN)
        spans = self._spans(text, part, raw, scores) if shows else ()
        return Scored(self.model, language, unscored, dict(zip(LABELS, scores, strict=True)), spans)

    def score_all(self, texts: Iterable[str]) -> list[Scored]:
        """Score *texts*, in order."""
        return [self.score(text) for text in texts]

    def forget(self) -> None:
        """Forget the words met lately: what a first comment costs."""
        self.reader.forget()
        self.additive.forget()

    def raw(self, text: str) -> Floats:
        """Return the raw scores of the whole *text*, before parts and calibration, one for each column."""
        return self.additive.raw(self.reader.texts(fold(text).text))

    def decided(self, text: str) -> Floats:
        """Return the raw scores that count: of the whole *text* or of its worst part."""
        return self.additive.decided(self.reader.texts(fold(text).text))[0]

    def explain(self, text: str, label: str = "toxicity") -> Explanation:
        """Say exactly which words make *label*'s raw score."""
        place = LABELS.index(label)
        words = self.reader.words(text)
        _, part = self.additive.decided([word.text for word in words])
        shares = self.additive.shares([word.text for word in words[part]])
        bias = float(shares.bias[place]) + (self.table.part_bias if part != slice(None) else 0.0)
        return Explanation(
            label,
            float(shares.raw[place]) + bias - float(shares.bias[place]),
            bias,
            tuple(words[part]),
            tuple(shares.by_place()[:, place].tolist()),
        )

    def without(self, text: str, *places: tuple[int, int]) -> Scored:
        """Score *text* as if what stands at *places* (begin, end; in order, apart from each other) were a space."""
        edges = [0, *(edge for place in places for edge in place), len(text)]
        return self.score(" ".join(text[begin:end] for begin, end in zip(edges[::2], edges[1::2], strict=True)))

    def disguises(self, text: str) -> tuple[Disguise, ...]:
        """Return where the model reads something else in *text* than the eye sees, in order."""
        return disguises(self.reader, text)

    def _spans(self, text: str, part: slice, raw: Floats, scores: Sequence[float]) -> tuple[Span, ...]:
        words = self.reader.words(text)[part]
        shares = self.additive.shares([word.text for word in words])
        vectors = shares.vectors[shares.word_at]
        return self.marker.spans(words, vectors, shares.by_place(), raw, scores)


def _is_word(word: str) -> bool:
    return word[0].isalpha() or word[-1].isalpha()


def _table(found: artifact.Artifact) -> Table:
    width = len(COLUMNS)
    return Table(
        found.array("words", "int8", WORD_ROWS, width),
        found.array("pairs", "int8", PAIR_ROWS, width),
        found.array("word_unit", "float64", width),
        found.array("pair_unit", "float64", width),
        found.array("bias", "float64", width),
        float(found.about["part_bias"]),
    )


def _calibrations(found: artifact.Artifact) -> list[Calibration]:
    knots = found.array("calibration", "float64", None, 3)
    return [Calibration(*knots[knots[:, 0] == place][:, 1:].T) for place in range(len(LABELS))]
