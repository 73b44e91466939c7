"""The scorer: exact, explained, honest about what it does not know."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.calibration import Calibration
from classifier.model import LABELS, PART, Model
from classifier.scorer import Scorer
from classifier.text import fold
from classifier.training.design import Design
from classifier.training.estimators import shipped

SCORER = Scorer.load()
TEXTS = [
    "Thanks for the article, a good read.",
    "You are a stupid idiot, shut up!",
    "f u c k  y0u, a$$h0le",
    "naïve 🙂 ѕtυріԁ “quoted” — it’s",
    "the the the cat and the cat and the dog",
    "You are not stupid, he called you stupid, I was stupid and stupid people say so.",
    'The headline says "idiot" and "idiot" again, you idiot!',
    "a",
    "",
    "•••@•••",
    "word " * 100 + "you stupid bastard " + "word " * 100,
]


def test_serving_is_the_estimator_with_the_shipped_weights() -> None:
    readings = [SCORER.reader.texts(fold(text).text) for text in TEXTS]
    features = Design(readings, SCORER.additive.charged).matrix(np.arange(len(TEXTS))).astype(np.float64)
    served = np.array([SCORER.raw(text) for text in TEXTS])
    for place, (label, estimator) in enumerate(shipped(SCORER.table).items()):
        assert label == LABELS[place]
        assert np.abs(estimator.decision_function(features) - served[:, place]).max() < 1e-6


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("label", LABELS)
def test_a_score_is_its_bias_and_its_words_shares(text: str, label: str) -> None:
    why = SCORER.explain(text, label)
    assert math.isclose(why.bias + sum(why.shares), why.raw, abs_tol=1e-9)
    place = LABELS.index(label)
    assert math.isclose(why.raw, SCORER.decided(text)[place], abs_tol=1e-9)
    assert math.isclose(SCORER.calibrations[place](why.raw), SCORER.score(text).scores[label], abs_tol=1e-12)


def test_without_the_words_behind_it_a_score_falls() -> None:
    text = "I read it twice and you are a stupid idiot, but thanks for the link."
    (span,) = SCORER.score(text).spans
    assert text[span.begin : span.end] == "stupid idiot"
    assert SCORER.without(text, (span.begin, span.end)).scores["toxicity"] < 0.5 < SCORER.score(text).scores["toxicity"]


def test_a_long_comment_is_judged_by_its_worst_part() -> None:
    kind = "I walked along the river and looked at the boats and the birds in the evening light. " * 12
    rude = f"{kind}You are a fucking idiot and a pathetic liar. {kind}"
    assert len(kind.split()) > PART
    assert SCORER.score(kind).scores["toxicity"] < 0.2
    assert SCORER.score(rude).scores["toxicity"] > 0.7
    assert any("idiot" in rude[span.begin : span.end] for span in SCORER.score(rude).spans)


def test_disguises_score_like_the_plain_words_and_point_at_what_was_typed() -> None:
    plain = SCORER.score("what a stupid idiot").scores["toxicity"]
    for typed in (
        "what a ѕtυріԁ іdіоt",
        "what a s t u p i d idiot",
        "what a st*pid 1d10t",
        "what a stu\u200bpid idi0t",
    ):
        scored = SCORER.score(typed)
        assert abs(scored.scores["toxicity"] - plain) < 0.05
        assert typed[scored.spans[0].begin : scored.spans[-1].end].startswith("s") or "ѕ" in typed


@given(st.text(max_size=200))
@settings(max_examples=150)
def test_any_text_gets_seven_probabilities_and_spans_within_it(text: str) -> None:
    scored = SCORER.score(text)
    assert list(scored.scores) == list(LABELS)
    assert all(0 <= value <= 1 for value in scored.scores.values())
    for before, after in pairwise(scored.spans):
        assert before.begin <= after.begin
    assert all(0 <= span.begin < span.end <= len(text) and span.weight > 0 for span in scored.spans)


def test_a_masked_address_scores_as_nothing() -> None:
    with_mask, without = SCORER.raw("write to •••@••• please"), SCORER.raw("write to please")
    assert (with_mask == without).all()


def test_little_memory_changes_no_score() -> None:
    forgetful = Model(SCORER.table, SCORER.additive.charged, remembered=8)
    for text in TEXTS * 2:
        words = SCORER.reader.texts(fold(text).text)
        assert (forgetful.raw(words) == SCORER.additive.raw(words)).all()


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2, unique=True), st.sampled_from(range(len(LABELS))))
def test_a_higher_raw_score_is_a_higher_probability(raws: list[float], place: int) -> None:
    low, high = sorted(raws)
    calibrate = SCORER.calibrations[place]
    if high - low > 1e-6:
        assert calibrate.log_odds(low) < calibrate.log_odds(high)
    assert calibrate(low) <= calibrate(high)


def test_a_calibration_with_a_plateau_is_refused() -> None:
    with pytest.raises(ValueError, match="increase"):
        Calibration([0, 1, 2], [0, 1, 1])
