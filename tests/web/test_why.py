"""Why a score is what it is: what it would be without a phrase, and what disguised words read as."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from service.adapters.classifier_scorer import LocalScorer
from service.core.masking import MaskedText, mask
from service.core.verdict import Disguise, Span, known
from service.web import shading, words
from service.web.shading import Segment, segments
from service.web.unseen import Part
from service.web.why import Without, without_each
from tests.scorers import SafeScorer
from tests.web.test_shown import spans

SCORER = LocalScorer()
TEMPLATES = Environment(loader=FileSystemLoader(Path(shading.__file__).parent / "templates"), autoescape=True)

disguises = st.builds(
    Disguise,
    begin=st.integers(-5, 60),
    end=st.integers(-5, 60),
    reads=st.sampled_from(["", "idiot"]),
    hidden=st.sampled_from([(), ("zero width space",)]),
)


def pieces(text: str) -> list[Segment]:
    """Return *text* as the desk shows it."""
    verdict = known(SCORER.score(masked(text)))
    return segments(masked(text), verdict.spans if verdict else (), SCORER.disguises(masked(text)))


def masked(text: str) -> MaskedText:
    return mask(text).text


def why(text: str) -> tuple[Without, ...]:
    return without_each(masked(text), pieces(text), SCORER)


def page(*shown: Segment) -> str:
    return str(TEMPLATES.get_template("desk/_card.html").module.shaded(shown))  # type: ignore[attr-defined]


def test_each_phrase_says_what_the_score_would_be_without_it() -> None:
    (phrase,) = why("I read it twice and you are a stupid idiot, but thanks for the link.")
    assert phrase.text == "stupid idiot"
    assert phrase.says == f"{phrase.before} → {phrase.after} without this phrase"
    assert phrase.before == "over 0.99"
    assert float(phrase.after) < 0.5


def test_a_wording_goes_wherever_it_stands_and_stays_inside_other_words() -> None:
    text = "You ass! I said ASS, and I pass by the class, ass."
    found = {phrase.text.casefold(): phrase for phrase in why(text)}
    without = known(SCORER.score(masked("You  ! I said  , and I pass by the class,  .")))
    assert without is not None
    label = next(label for label, name in words.LABELS.items() if name == found["ass"].label)
    assert found["ass"].after == words.probability(without.scores[label])


def test_a_phrase_in_a_glued_word_goes_too() -> None:
    text = "oh youidiot, just go away please"
    glued = [Segment("oh you"), Segment("idiot", 5, "x", "insult"), Segment(", just go away please")]
    (phrase,) = without_each(masked(text), glued, SCORER)
    assert phrase.before != phrase.after


def test_a_disguised_phrase_is_one_with_the_words_beside_it() -> None:
    (phrase,) = why("what a stupid іdі\u200bоt you are, really")
    assert "".join(part.text for part in phrase.parts if not part.name).endswith("stupid іdіоt")
    assert [part.text for part in phrase.parts if part.name] == ["ZWSP"]


def test_both_scores_are_of_the_model_that_answers_now() -> None:
    scorer = SafeScorer()
    phrase = Segment("silly", 5, "x", "toxicity")
    (shown,) = without_each(masked("A silly goose"), [Segment("A "), phrase, Segment(" goose")], scorer)
    assert shown.says == "0.02 → 0.02 without this phrase"


def test_what_the_model_no_longer_knows_or_cannot_judge_is_left_out() -> None:
    silly = [Segment("silly", 5, "x", "sarcasm")]
    assert without_each(masked("silly"), silly, SCORER) == ()
    assert without_each(MaskedText(None), silly, SCORER) == ()  # type: ignore[arg-type]
    assert why("Thanks for the article.") == ()


def test_a_score_is_never_rounded_to_none_or_all() -> None:
    shown = [words.probability(value) for value in (0, 0.004, 0.016, 0.87, 0.996, 1)]
    assert shown == ["0.00", "under 0.01", "0.02", "0.87", "over 0.99", "1.00"]


@given(st.text(max_size=50), st.lists(spans, max_size=6), st.lists(disguises, max_size=6))
def test_the_pieces_of_a_disguised_text_are_the_text(text: str, found: list[Span], worn: list[Disguise]) -> None:
    shown = segments(text, found, worn)
    assert "".join(piece.text for piece in shown) == text
    assert "".join(phrase.text for phrase in shading.phrases(shown)) == text
    assert all(piece.text for piece in shown)


def test_a_disguise_is_cut_out_whole_and_shaded_whole() -> None:
    shown = segments("a st*pid one", [Span(4, 8, "insult", 1.0)], [Disguise(2, 8, "stupid")])
    assert [(piece.text, piece.level, piece.reads) for piece in shown] == [
        ("a ", 0, ""),
        ("st*pid", 5, "stupid"),
        (" one", 0, ""),
    ]


def test_hidden_characters_stand_as_their_abbreviations_where_they_were_typed() -> None:
    piece = Segment(
        "st\u200b\u200bup\u00adid\u206a\u200d", hidden=("zero width space", "soft hyphen", "inhibit symmetric swapping")
    )
    assert piece.parts == (
        Part("st"),
        Part("ZWSP ×2", "zero width space"),
        Part("up"),
        Part("SHY", "soft hyphen"),
        Part("id"),
        Part("U+206A", "inhibit symmetric swapping"),
        Part("\u200d"),
    )


def test_a_disguised_word_shows_what_it_reads_as_inside_its_mark() -> None:
    shown = page(Segment("st*pid", 5, "100% of the evidence for insult", reads="stupid"), Segment(" <b>"))
    assert shown == (
        '<mark class="share-5" title="100% of the evidence for insult">'
        "<ruby>st*pid<rp> (</rp><rt>stupid</rt><rp>)</rp></ruby></mark> &lt;b&gt;"
    )


@pytest.mark.parametrize("text", ["\u202etoidi\u202c you", "id\u202eiot", "mail ana@example.com \u2067now"])
def test_what_would_turn_the_page_around_is_not_on_it(text: str) -> None:
    shown = page(*pieces(text))
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(shown)
    assert 'class="desk-hidden" role="img"' in shown


def test_a_hidden_character_is_isolated_and_has_its_name() -> None:
    assert page(Segment("\u202e", hidden=("right-to-left override",))) == (
        '<span class="desk-hidden" role="img" aria-label="right-to-left override" title="right-to-left override">'
        "<bdi>RLO</bdi></span>"
    )
