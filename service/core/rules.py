"""The rules of the house: what a decision may name as broken, by one digit, and what its author is then told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.core.errors import Fault, InvalidChange
from service.core.public import address_in

#: As many as there are digits that pick one.
MOST_RULES: Final = 9

LONGEST_NAME: Final = 40
LONGEST_TOLD: Final = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its *name*, and what an author who broke it is *told*; empty: only that a moderator decided."""

    name: str
    told: str = ""

    @classmethod
    def parse(cls, text: str, *, field: str) -> "Rule":
        """Return the rule that "name | what the author is told" writes. Raises InvalidChange."""
        name, _, told = (" ".join(part.split()) for part in text.partition("|"))
        if not 1 <= len(name) <= LONGEST_NAME or len(told) > LONGEST_TOLD:
            wanted = f"a name of 1 to {LONGEST_NAME} characters, and after a “|” at most {LONGEST_TOLD} for the author"
            raise InvalidChange([Fault(field, f"A rule has {wanted}.")])
        if problem := address_in(text, what="A rule"):
            raise InvalidChange([Fault(field, problem)])
        return cls(name, told)

    def __str__(self) -> str:
        return f"{self.name} | {self.told}" if self.told else self.name


def changed(rules: Sequence[Rule], values: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return *rules* with those of *values*, digit → text, instead; an empty text takes one away. Raises
    InvalidChange."""
    numbered = dict(enumerate(rules, start=1))
    for digit, text in values.items():
        if digit not in map(str, range(1, MOST_RULES + 1)):
            raise InvalidChange([Fault(f"rule.{digit}", f"Rules are numbered from 1 to {MOST_RULES}.")])
        numbered.pop(int(digit), None)
        if text.strip():
            numbered[int(digit)] = Rule.parse(text, field=f"rule.{digit}")
    return tuple(numbered[number] for number in sorted(numbered))
