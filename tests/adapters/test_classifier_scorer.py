"""The shipped model behind the Scorer port."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from service.adapters.classifier_scorer import LocalScorer
from service.core.masking import MASK, MaskedText, mask
from service.core.verdict import Disguise, Unscored, Verdict, known

SCORER = LocalScorer()
BROKEN = MaskedText(None)  # type: ignore[arg-type]


def failures() -> float:
    return REGISTRY.get_sample_value("parley_comments_unscored_total", {"reason": "failed"}) or 0


def test_without_its_phrases_a_text_scores_as_one_that_never_had_them() -> None:
    text = mask("You idiot, you know that you are an idiot.").text
    opinion = SCORER.without(text, (4, 9), (36, 41))
    assert opinion == SCORER.score(mask("You  , you know that you are an  .").text)
    assert isinstance(opinion, Verdict)
    whole = known(SCORER.score(text))
    assert whole is not None
    assert opinion.scores["insult"] < whole.scores["insult"]


def test_without_nothing_it_is_the_score() -> None:
    text = mask("You stupid idiot.").text
    assert SCORER.without(text) == SCORER.score(text)


def test_a_classifier_that_fails_is_counted_for_comments_alone() -> None:
    before = failures()
    assert SCORER.without(BROKEN, (0, 1)) == Unscored("failed")
    assert SCORER.disguises(BROKEN) == ()
    assert failures() == before
    assert SCORER.score(BROKEN) == Unscored("failed")
    assert failures() == before + 1


def test_disguises_stand_where_they_were_typed_and_a_mask_is_none() -> None:
    text = mask("Write to ana@example.com, you st\u200bu\u200bpid іdіоt").text
    assert MASK in text
    assert SCORER.disguises(text) == (
        Disguise(22, 30, "stupid", ("zero width space",)),
        Disguise(31, 36, "idiot"),
    )


@given(st.text("stupid f*$\u200b\u202eі@.•", max_size=20), st.text("stupid f*$\u200b\u202eі@.•", max_size=20))
def test_no_disguise_reaches_into_a_mask(before: str, after: str) -> None:
    text = mask(f"{before} ana@example.com {after}").text
    begin = text.index(MASK, max(len(before) - len(MASK), 0))
    assert all(each.end <= begin or each.begin >= begin + len(MASK) for each in SCORER.disguises(text))
