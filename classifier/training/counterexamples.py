"""Sentences of our own in which an insult is no insult: denied, regretted, reported, objected to; with their opposites.

They teach pairs of words, which is how far an additive model can learn from them. The fairness list of the tests was
written apart from these.
"""

from collections.abc import Iterator
from itertools import product
from typing import Final

_ADJECTIVES: Final = (
    "stupid", "dumb", "pathetic", "ignorant", "lazy", "ugly", "crazy", "worthless", "useless", "disgusting",
    "ridiculous", "foolish", "selfish", "evil", "sick", "gross", "incompetent", "idiotic", "moronic", "weak", "fat",
    "insane", "cowardly", "dishonest", "childish", "annoying", "mean", "rude", "nasty", "awful",
)  # fmt: skip
_NOUNS: Final = (
    "idiot", "moron", "fool", "loser", "liar", "coward", "clown", "jerk", "bigot", "racist", "hypocrite", "troll",
    "pig", "creep", "monster", "thug", "traitor", "criminal", "terrorist", "nazi", "bitch", "asshole", "bastard",
    "scumbag", "cheat", "fraud", "snob", "brat", "failure", "disgrace",
)  # fmt: skip

_HARMLESS_ADJECTIVE: Final = (
    "you are not {}", "she is not {}", "that is not {} at all", "nobody here is {}", "we aren't {}", "he isn't {}",
    "they are not {} people", "sorry I was {}", "I was {} back then", "I feel {} today", "I am so {} sometimes",
    "my comment was {} sorry", "it was {} of me", "please don't call people {}", "stop calling her {}",
    "they called me {}", "he said I was {}", "don't say that people are {}", "is it {} to ask",
)  # fmt: skip
_HARMFUL_ADJECTIVE: Final = (
    "you are {}", "she is {}", "you are so {}", "what a {} person", "you {} people", "they are all {}",
    "you're just {}",
)  # fmt: skip
_HARMLESS_NOUN: Final = (
    "you are not a {}", "he is no {}", "she isn't a {}", "we are not {}s", "I was such a {} sorry", "I felt like a {}",
    "I am a {} for missing that", "please don't call anyone a {}", "stop calling him a {}", "someone called me a {}",
    "he wrote that I was a {}", "nobody deserves to be called a {}", "not every one of them is a {}",
)  # fmt: skip
_HARMFUL_NOUN: Final = ("you are a {}", "you {}", "what a {}", "he is a {}", "shut up you {}", "they are all {}s")


def counterexamples() -> Iterator[tuple[str, int]]:
    """Yield sentences, and whether each is toxic."""
    for frames, words, toxic in (
        (_HARMLESS_ADJECTIVE, _ADJECTIVES, 0),
        (_HARMFUL_ADJECTIVE, _ADJECTIVES, 1),
        (_HARMLESS_NOUN, _NOUNS, 0),
        (_HARMFUL_NOUN, _NOUNS, 1),
    ):
        for frame, word in product(frames, words):
            yield frame.format(word), toxic
