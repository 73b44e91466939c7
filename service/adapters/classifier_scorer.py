"""The classifier behind the Scorer port: whatever goes wrong with it, the comment goes to a person."""

from pathlib import Path

import structlog

from classifier.artifact import ArtifactError
from classifier.scorer import DEFAULT, Scored
from classifier.scorer import Scorer as Classifier
from service.adapters import metrics
from service.core.errors import StartRefused
from service.core.masking import MaskedText
from service.core.verdict import Disguise, Opinion, Span, Unscored, Verdict, heaviest

log = structlog.get_logger(__name__)


class LocalScorer:
    """Scores with the model that ships with Parley, in this process."""

    def __init__(self, path: Path = DEFAULT) -> None:
        """Load the model. Raises StartRefused when it is missing or corrupt."""
        try:
            self._classifier = Classifier.load(path)
        except ArtifactError as error:
            raise StartRefused(f"The classifier’s model cannot be used: {error}") from error

    @property
    def model(self) -> str:
        """The model's id."""
        return self._classifier.model

    def score(self, text: MaskedText) -> Opinion:
        """Give an opinion on *text*; a classifier that fails has none, and says so in the log."""
        opinion = self.without(text)
        if isinstance(opinion, Unscored):
            metrics.UNSCORED.labels(opinion.reason).inc()
        return opinion

    def without(self, text: MaskedText, *places: tuple[int, int]) -> Opinion:
        """Give the opinion on *text* as if what stands at *places* were not there; no metric counts it, for nothing
        becomes of it."""
        try:
            return _opinion(self._classifier.without(text, *places))
        except Exception:
            # Any failure at all: a comment must never be published unscored, nor lost, for a bug in the scorer.
            log.exception("scorer_failed")
            return Unscored("failed")

    def disguises(self, text: MaskedText) -> tuple[Disguise, ...]:
        """Return where *text* reads otherwise than it looks; a reader that fails finds nothing, and the log says so."""
        try:
            return tuple(
                Disguise(found.begin, found.end, found.reads, found.hidden)
                for found in self._classifier.disguises(text)
            )
        except Exception:
            # The moderator then reads the text as it was typed.
            log.exception("disguises_failed")
            return ()


def _opinion(scored: Scored) -> Opinion:
    spans = heaviest(Span(span.begin, span.end, span.label, span.weight) for span in scored.spans)
    verdict = Verdict(scored.model, scored.language, scored.scores, spans)
    return Unscored(scored.unscored, verdict) if scored.unscored else verdict
