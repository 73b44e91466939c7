"""What stands around a charged word and turns its sense: who is meant, whether it is denied, reported or quoted.

An additive model reads words and pairs of neighbours; "not", "I" and "called" work from further away. So a charged word
also makes pairs with the kinds of words around it: one with the word itself, and one with any charged word's stand-in,
which teaches what such a kind does to words that were never seen beside it. Where it is denied, reported or said of
oneself it is softened: a quarter as heavy as elsewhere.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from classifier.features import SOFT

#: Any charged word, in a pair.
CHARGED: Final = "<charged>"

QUOTE: Final = '"'

#: How many words before and after a charged one are looked at; a denial reaches less far.
_BEFORE: Final = 5
_AFTER: Final = 4
_DENIAL: Final = 3

_KINDS: Final[Mapping[str, str]] = {
    "<not>": "not no never nothing nobody none neither nor hardly without cannot isn't aren't wasn't weren't don't "
    "doesn't didn't ain't won't wouldn't can't couldn't shouldn't isnt arent wasnt dont doesnt didnt cant",
    "<be>": "am was were be been being feel felt feeling look looked sound sounded became got made acted",
    "<me>": "i me my myself we us our ours ourselves",
    "<i am>": "i'm im we're i've i'd we've",
    "<you>": "you your you're youre u ur yours yourself yourselves ya yall y'all",
    "<they>": "he she they he's she's they're theyre his her hers their theirs him them himself herself these those",
    "<say>": "call called calls calling say says saying said write wrote written writes word words term phrase quote "
    "quoted quotes shout shouted shouting headline titled title heard told tells claim claims claimed insult insults "
    "insulted insulting slur slurs song film movie book novel play show named",
    "<object>": "stop please wrong unfair sorry shame against hurt hurts hurtful cruel hate hatred victim victims "
    "apology apologise apologize apologized apologised apologies reported false myth stereotype bullying respect "
    "deserve deserves",
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_SOFTENING: Final = frozenset({"<not>", "<say>", "<i am>"})
_PERSONS: Final = frozenset({"<me>", "<i am>", "<you>", "<they>"})


class Context(NamedTuple):
    """A kind of word near a charged one, and the pair's other half: that word, or any. Each with its place."""

    kind: str
    kind_at: int
    word: str
    word_at: int


def in_context(words: Sequence[str], charged: AbstractSet[str]) -> tuple[Sequence[str], Sequence[Context]]:
    """Return *words*, softened where their contexts soften them, and the contexts of the *charged* ones: of each kind
    the nearest, of persons only one."""
    if charged.isdisjoint(words):
        return words, ()
    softened, found = list(words), []
    for at, word in enumerate(words):
        if word in charged:
            around = _around(words, at)
            if any(kind in _SOFTENING for kind, _ in around):
                softened[at] = SOFT + word
            found += [Context(kind, place, one, at) for kind, place in around for one in (word, CHARGED)]
    return softened, found


def _around(words: Sequence[str], at: int) -> list[tuple[str, int]]:
    before = _near(words, range(at - 1, max(at - _BEFORE, 0) - 1, -1))
    after = _near(words, range(at + 1, min(at + _AFTER + 1, len(words))))
    found = dict(before)
    quote, be = found.pop(QUOTE, None), found.pop("<be>", None)
    if quote is not None and QUOTE in after:
        found["<quoted>"] = quote
    if be is not None and found.get("<me>", at) < be:
        found["<i am>"] = found.pop("<me>")
    if at - found.get("<not>", at) > _DENIAL:
        del found["<not>"]
    return [*found.items(), *((f"{kind[:-1]} after>", place) for kind, place in after.items() if kind[-1] == ">")]


def _near(words: Sequence[str], places: range) -> dict[str, int]:
    """Return the nearest place of each kind; one person at most."""
    found: dict[str, int] = {}
    person = False
    for place in places:
        kind = QUOTE if words[place] == QUOTE else _KIND_OF.get(words[place])
        if kind is None or kind in found or (person and kind in _PERSONS):
            continue
        person = person or kind in _PERSONS
        found[kind] = place
    return found
