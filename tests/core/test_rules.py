"""The rules of the house: written as a line, picked by a digit, changed one by one."""

import pytest

from service.core.errors import InvalidChange
from service.core.rules import MOST_RULES, Rule, changed
from service.processes.wiring import default_rules


def test_a_rule_is_a_name_and_what_its_author_is_told() -> None:
    rule = Rule.parse(" Insult |  It insults   somebody. ", field="rule.1")
    assert rule == Rule("Insult", "It insults somebody.")
    assert str(rule) == "Insult | It insults somebody."
    assert str(Rule.parse("Insult", field="rule.1")) == "Insult"


@pytest.mark.parametrize("text", ["|told", "x" * 41, "Insult | " + "x" * 301])
def test_a_rule_without_a_name_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(InvalidChange) as refused:
        Rule.parse(text, field="rule.3")
    assert refused.value.faults[0].field == "rule.3"


def test_rules_are_changed_taken_away_and_added_by_their_digit() -> None:
    rules = (Rule("A"), Rule("B"), Rule("C"))
    assert changed(rules, {"2": "", "1": "Z", "9": "New | Told."}) == (Rule("Z"), Rule("C"), Rule("New", "Told."))
    for digit in ("0", "10", "x"):
        with pytest.raises(InvalidChange):
            changed(rules, {digit: "D"})


def test_the_default_rules_fit_the_digits() -> None:
    rules = default_rules()
    assert 1 <= len(rules) <= MOST_RULES
    assert all(Rule.parse(str(rule), field="rule") == rule and rule.told for rule in rules)
