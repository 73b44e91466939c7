"""The policy publishes what is safe and holds the rest. It rejects only who was blocked."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import REPOSITORY
from service.core.comment import Mark, Outcome, Reason, Standing
from service.core.errors import InvalidChange
from service.core.policy import Policy, decide
from service.core.verdict import Unscored, Verdict

DEFAULT = Policy.model_validate(tomllib.loads((REPOSITORY / "config" / "policy.toml").read_text("utf-8")))
KNOWN = Standing(published=3)


def verdict(**scores: float) -> Verdict:
    return Verdict("test", "en", {"toxicity": 0.01, "spam": 0.01} | scores)


def test_a_safe_comment_of_a_known_author_is_published() -> None:
    assert decide(verdict(), links=0, standing=KNOWN, policy=DEFAULT) == (Outcome.PUBLISHED, (Reason.SAFE,))


def test_a_score_at_the_threshold_is_held() -> None:
    at = verdict(insult=DEFAULT.publish_below)
    assert decide(at, links=0, standing=KNOWN, policy=DEFAULT) == (Outcome.HELD, (Reason.TOXIC,))


def test_a_score_that_is_no_number_is_held() -> None:
    assert decide(verdict(insult=float("nan")), links=0, standing=KNOWN, policy=DEFAULT)[0] is Outcome.HELD


def test_every_reason_to_hold_is_told() -> None:
    outcome, reasons = decide(verdict(toxicity=0.9, spam=0.9), links=5, standing=Standing(), policy=DEFAULT)
    assert outcome is Outcome.HELD
    assert set(reasons) == {Reason.TOXIC, Reason.SPAM, Reason.LINKS, Reason.NEWCOMER}


def test_a_newcomer_is_published_where_the_site_says_so() -> None:
    policy = DEFAULT.changed({"hold_newcomers": False})
    assert decide(verdict(), links=0, standing=Standing(), policy=policy)[0] is Outcome.PUBLISHED


def test_whoever_may_pass_for_a_moderator_is_held_however_well_they_are_known() -> None:
    policy = DEFAULT.changed({"hold_newcomers": False})
    for standing in (KNOWN, Standing(published=3, mark=Mark.TRUST)):
        held = decide(verdict(), links=0, standing=standing, policy=policy, is_lookalike=True)
        assert held == (Outcome.HELD, (Reason.LOOKALIKE,))
    blocked = Standing(mark=Mark.BLOCK)
    assert decide(verdict(), links=0, standing=blocked, policy=policy, is_lookalike=True)[1] == (Reason.BLOCKED,)


probability = st.floats(0, 1)
policies = st.builds(
    lambda below, newcomers, links: DEFAULT.changed(
        {"publish_below": below, "hold_newcomers": newcomers, "hold_links_above": links}
    ),
    probability,
    st.booleans(),
    st.integers(0, 100),
)


marks = st.none() | st.sampled_from(Mark)


@given(policies, st.integers(0, 9), st.integers(0, 2), marks, st.floats(0, 1))
def test_the_mark_of_an_address_never_changes_what_becomes_of_a_strangers_comment(
    policy: Policy, links: int, refused: int, mark: Mark | None, score: float
) -> None:
    def outcome(standing: Standing) -> Outcome:
        return decide(verdict(insult=score), links=links, standing=standing, policy=policy)[0]

    assert outcome(Standing(0, refused, address_mark=mark)) is outcome(Standing(0, refused))


@given(policies, st.integers(0, 9), marks, st.integers(0, 9))
def test_only_a_blocked_key_is_rejected(policy: Policy, links: int, mark: Mark | None, published: int) -> None:
    for standing in (Standing(published, mark=mark), Standing(published, address_mark=mark)):
        outcome, _ = decide(verdict(), links=links, standing=standing, policy=policy)
        assert (outcome is Outcome.REJECTED) == (standing.mark is Mark.BLOCK)


@pytest.mark.parametrize("mark", [None, Mark.MUTE, Mark.TRUST])
def test_what_could_not_be_scored_is_held_whatever_the_mark(mark: Mark | None) -> None:
    standing = Standing(published=3, mark=mark)
    assert decide(Unscored("language"), links=0, standing=standing, policy=DEFAULT)[0] is Outcome.HELD


@given(policies, st.integers(0, 1000), st.integers(0, 100))
def test_what_could_not_be_scored_is_never_published(policy: Policy, links: int, published: int) -> None:
    outcome, reasons = decide(Unscored("language"), links=links, standing=Standing(published), policy=policy)
    assert outcome is Outcome.HELD
    assert Reason.UNSCORED in reasons


@given(policies, st.dictionaries(st.sampled_from(["toxicity", "threat", "spam"]), probability), st.integers(0, 200))
def test_the_machine_publishes_or_holds_and_always_says_why(
    policy: Policy, scores: dict[str, float], links: int
) -> None:
    outcome, reasons = decide(Verdict("test", "en", scores), links=links, standing=KNOWN, policy=policy)
    assert outcome in (Outcome.PUBLISHED, Outcome.HELD)
    assert reasons
    if outcome is Outcome.PUBLISHED:
        assert all(score < policy.publish_below for score in scores.values())


def test_a_wrong_value_is_refused_with_what_there_is() -> None:
    with pytest.raises(InvalidChange, match="publish_below"):
        DEFAULT.changed({"publish_belov": 0.2})
    with pytest.raises(InvalidChange, match="publish_below is not valid"):
        DEFAULT.changed({"publish_below": "often"})
