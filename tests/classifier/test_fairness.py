"""The fairness list holds what it promises; how the model does on it is measured, and gated, by `make evaluate`."""

import re
from pathlib import Path

from classifier.scorer import Scorer
from classifier.training.counterexamples import counterexamples
from classifier.training.evaluating import HELD_AT, grouped
from classifier.training.rows import letters

LISTS = Path(__file__).parent
GROUPS = grouped(LISTS / "fairness.txt")


def test_the_list_has_several_hundred_comments_of_every_kind() -> None:
    assert sum(map(len, GROUPS.values())) >= 450
    assert len(GROUPS) == 9
    assert min(map(len, GROUPS.values())) >= 20


def fours(text: str) -> set[tuple[str, ...]]:
    words = re.findall("[a-z']+", text.lower())
    return {tuple(words[at : at + 4]) for at in range(len(words) - 3)}


def test_nothing_of_the_list_was_learned_not_even_four_words_in_a_row() -> None:
    learned = {four for text, _ in counterexamples() for four in fours(text)}
    assert not [text for texts in GROUPS.values() for text in texts if fours(text) & learned]
    whole = {letters(text) for text, _ in counterexamples()}
    assert not [text for texts in GROUPS.values() for text in texts if letters(text) in whole]


def test_identity_alone_holds_hardly_any_comment_and_attacks_are_held() -> None:
    scorer = Scorer.load()

    def held(group: str) -> float:
        return sum(max(scorer.score(text).scores.values()) >= HELD_AT for text in GROUPS[group]) / len(GROUPS[group])

    assert held("identity") <= 0.25
    assert held("attack") >= 0.9
