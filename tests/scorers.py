"""A scorer port for tests of what comes after scoring."""

from service.core.verdict import Disguise, Opinion, Verdict


class SafeScorer:
    """Everything is safe, or of the *opinion* that a test sets. The real one has tests of its own."""

    opinion: Opinion = Verdict("test", "en", {"toxicity": 0.02, "spam": 0.01})

    def score(self, text: str) -> Opinion:
        return self.opinion

    def without(self, text: str, *places: tuple[int, int]) -> Opinion:
        return self.opinion

    def disguises(self, text: str) -> tuple[Disguise, ...]:
        return ()
