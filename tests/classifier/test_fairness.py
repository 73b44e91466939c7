"""The fairness list holds what it promises; how the model does on it is measured, and gated, by `make evaluate`."""

from pathlib import Path

from classifier.scorer import Scorer
from classifier.training.counterexamples import counterexamples
from classifier.training.evaluating import HELD_AT, grouped
from classifier.training.rows import letters

LISTS = Path(__file__).parent
GROUPS = grouped(LISTS / "fairness.txt")


def test_the_list_has_several_hundred_comments_of_every_kind() -> None:
    assert sum(map(len, GROUPS.values())) >= 300
    assert len(GROUPS) == 9
    assert min(map(len, GROUPS.values())) >= 20


def test_nothing_of_the_list_was_learned() -> None:
    learned = {letters(text) for text, _ in counterexamples()}
    assert not [text for texts in GROUPS.values() for text in texts if letters(text) in learned]


def test_identity_alone_holds_hardly_any_comment_and_attacks_are_held() -> None:
    scorer = Scorer.load()

    def held(group: str) -> float:
        return sum(max(scorer.score(text).scores.values()) >= HELD_AT for text in GROUPS[group]) / len(GROUPS[group])

    assert held("identity") <= 0.25
    assert held("attack") >= 0.9
