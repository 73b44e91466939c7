"""What stands around a charged word, and what it does to it."""

import pytest

from classifier.contexts import CHARGED, in_context

STUPID = frozenset({"stupid", "idiot", "idiots"})


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("you are stupid", {"<you>"}),
        ("you are not stupid", {"<you>", "<not>"}),
        ("i think you are stupid", {"<you>"}),
        ("i was so stupid", {"<i am>"}),
        ("i'm an idiot", {"<i am>"}),
        ("i see stupid", {"<me>"}),
        ("he called her stupid", {"<they>", "<say>"}),
        ('the sign says " stupid " in red', {"<say>", "<quoted>"}),
        ('what a stupid "', set()),
        ("idiots like you", {"<you after>"}),
        ("not that it matters to anybody but idiots", set()),
    ],
)
def test_the_kinds_of_words_near_a_charged_one(text: str, kinds: set[str]) -> None:
    words = text.split()
    _, contexts = in_context(words, STUPID)
    assert {context.kind for context in contexts} == kinds
    assert {context.word for context in contexts} <= {*STUPID, CHARGED}
    assert all(words[context.word_at] in STUPID for context in contexts)


@pytest.mark.parametrize("text", ["you are not stupid", "i was stupid", "they called me stupid"])
def test_a_word_that_is_denied_regretted_or_reported_is_softened(text: str) -> None:
    assert in_context(text.split(), STUPID)[0][-1] == "~stupid"


@pytest.mark.parametrize("text", ["you are stupid", "i see you are stupid", "is she stupid", "stupid"])
def test_a_word_that_is_meant_is_not(text: str) -> None:
    assert in_context(text.split(), STUPID)[0] == text.split()


def test_words_without_a_charge_are_left_alone() -> None:
    words = ["you", "are", "not", "kind"]
    assert in_context(words, STUPID) == (words, ())
