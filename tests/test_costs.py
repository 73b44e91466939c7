"""What a text costs grows with its length and no faster, whatever it is made of: from the door to the desk's pages.

CPU seconds are measured, for most of the work is done inside regular expressions and numpy, whose steps nobody counts.
They are the process's own, the best of a few, and compared with the same work on half the text; what exceeds its bound
is measured anew, so that only what exceeds it each time fails.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.text import fold
from service.adapters.classifier_scorer import LocalScorer
from service.core.address import LONGEST as LONGEST_ADDRESS
from service.core.address import Address, NotAnAddress
from service.core.comment import Outcome
from service.core.listing import LONGEST_SEARCH, View
from service.core.masking import MaskedText, mask
from service.core.names import looks
from service.core.submission import LONGEST, LONGEST_BODY, website
from service.core.thread import LONGEST_URL, NotAPage, canonical
from service.core.verdict import Opinion
from service.web import markup
from service.web.excerpts import pieces_of
from service.web.why import MOST_SCORED, without_each
from tests.costs import (
    BOUND,
    BOUND_OF_LONGEST,
    BOUND_OF_URL,
    BOUND_UNFOLDED,
    LENGTH,
    SCORER,
    TRIES,
    Work,
    everything,
    is_within,
    masked,
    page_of,
    rendered,
    seconds,
    shown,
    spans_of,
    taken_in,
)
from tests.nasty import ALPHABETS, CHARACTERS, FOUND, PIECES, UNITS, URL_FRONTS, URL_UNITS, WORST, repeated, varied
from tests.scale import IS_LONG
from tests.web.test_shown import comment

#: Of twice the text. What takes less than so many seconds is not told from noise.
RATIO, TOO_SHORT = 2.3, 0.04

#: All of them take minutes.
CHOSEN, EXAMPLES = (UNITS, 40) if IS_LONG else ((*FOUND, *UNITS[::24]), 2)

#: Each step, with the longest text for which it is asked as it is.
STEPS: dict[str, tuple[Work, int]] = {
    "normaliser": (fold, LENGTH),
    "masker": (mask, LENGTH),
    "scorer": (lambda text: SCORER.without(MaskedText(text)), LENGTH),
    "disguises": (lambda text: SCORER.disguises(MaskedText(text)), LENGTH),
    "highlights": (shown, LENGTH),
    "markdown": (rendered, markup.LONGEST_FORMATTED),
    "paragraphs": (rendered, 4 * markup.LONGEST_FORMATTED),
}


def is_cheap(text: str) -> bool:
    """Tell whether all steps together take no longer on *text* than they may."""
    bound = BOUND if len(fold(text).text) <= 2 * len(text) else BOUND_UNFOLDED
    return is_within(everything, text, bound)


def grows_evenly(work: Work, text_of: Callable[[int], str], length: int) -> bool:
    """Tell whether twice the text costs at most `RATIO` times as much, at *length* or beyond: a step is no growth.

    Beyond what is formatted there is other work to do: that is asked at its *length* alone.
    """
    lengths = (length,) if length == markup.LONGEST_FORMATTED else (length, 2 * length)
    return any(_is_even(work, text_of(each // 2), text_of(each)) for each in lengths)


def _is_even(work: Work, half: str, whole: str) -> bool:
    first, second = seconds(work, half), seconds(work, whole)
    for _ in range(TRIES):
        if second < TOO_SHORT or second <= RATIO * first:
            return True
        first, second = max(first, seconds(work, half)), min(second, seconds(work, whole))
    return False


def uneven(work: Work, length: int, units: Iterable[str]) -> list[str]:
    return [unit for unit in units if not grows_evenly(work, partial(repeated, unit), length)]


@pytest.mark.parametrize("name", STEPS)
def test_twice_the_text_costs_each_step_twice_as_much(name: str) -> None:
    work, length = STEPS[name]
    # A quarter first: were it quadratic, what is faster there would be too short at the whole length.
    slow = [unit for unit in CHOSEN if seconds(work, repeated(unit, length // 4)) > TOO_SHORT / 8]
    assert uneven(work, length, slow) == []


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_so_it_does_where_no_word_comes_twice(name: str, alphabet: str) -> None:
    work, length = STEPS[name]
    for size in (3, 12, 40):
        text = varied(ALPHABETS[alphabet], size, 2 * length)
        assert grows_evenly(work, lambda most, text=text: text[:most], length), size  # type: ignore[misc]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*CHARACTERS, *PIECES]), min_size=2, max_size=5).map("".join))
def test_no_mixture_of_pieces_costs_more_than_its_length(unit: str) -> None:
    assert uneven(rendered, markup.LONGEST_FORMATTED, [unit]) == []
    assert uneven(everything, LENGTH, [unit]) == []
    assert is_cheap(repeated(unit, LENGTH))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_nor_does_any_text_after_another(first: str, then: str) -> None:
    assert grows_evenly(everything, lambda length: repeated(first, length // 2) + repeated(then, length // 2), LENGTH)


def test_all_steps_together_take_a_third_of_a_second_for_a_long_text() -> None:
    assert [unit for unit in CHOSEN if not is_cheap(repeated(unit, LENGTH))] == []


@pytest.mark.parametrize("size", [1, 12, 40])
def test_so_they_do_where_no_word_comes_twice(size: int) -> None:
    texts = {
        (name, end): varied(letters, size, LENGTH, ending=end) for name, letters in ALPHABETS.items() for end in " ,."
    }
    assert [kind for kind, text in texts.items() if not is_cheap(text)] == []


def test_words_that_are_glued_into_one_are_read_once_each() -> None:
    glued = "".join(f"{n}°C!!!!" for n in range(LENGTH))[:LENGTH]
    assert is_within(everything, glued, BOUND / 2)


class CountingScorer(LocalScorer):
    """The real one, which tells how many characters it was asked to score."""

    scored = 0

    def without(self, text: MaskedText, *places: tuple[int, int]) -> Opinion:
        self.scored += len(text)
        return super().without(text, *places)


@pytest.mark.parametrize("length", [300, 2_000, 5_000, 20_000, LONGEST_BODY])
def test_an_opened_comment_is_scored_anew_within_a_bound(length: int) -> None:
    scorer = CountingScorer()
    text = masked(repeated("You stupid idiot and then we all went home again to eat, you moron. ", length))
    pieces = pieces_of(text, spans_of(text), scorer.disguises)
    assert without_each(text, pieces, scorer)
    assert scorer.scored <= MOST_SCORED


@pytest.mark.parametrize("kind", WORST)
def test_the_longest_text_is_taken_in_within_a_second(kind: str) -> None:
    assert len(WORST[kind]) == LONGEST_BODY
    assert is_within(taken_in, WORST[kind], BOUND_OF_LONGEST)


def test_the_short_fields_cost_next_to_nothing() -> None:
    def parse(text: str, read: Callable[[str], object]) -> None:
        with suppress(NotAPage, NotAnAddress, ValueError):
            read(text)

    fields = {
        "website": (website, 200, ("", "https://a.example/")),
        "page": (canonical, LONGEST_URL, ("https://a.example/", "https://a.example/?", "https://")),
        "title": (mask, LONGEST["thread_title"], ("", "by @")),
        "name": (looks, LONGEST["name"], ("", "moderat")),
        "address": (Address.parse, LONGEST_ADDRESS, ("", "a@", "a@b.")),
    }
    for (read, most, begins), unit in product(fields.values(), CHOSEN):
        for begin in begins:
            assert is_within(lambda text, read=read: parse(text, read), (begin + repeated(unit, most))[:most], 0.06)  # type: ignore[misc]


def test_a_pages_url_is_read_for_a_few_milliseconds() -> None:
    for unit, front in product((*URL_UNITS, *CHOSEN), URL_FRONTS):
        url = (front + repeated(unit, LONGEST_URL))[:LONGEST_URL]
        assert is_within(page_of, url, BOUND_OF_URL), (front, unit)


def test_words_are_looked_for_as_fast_in_any_text() -> None:
    long = comment(repeated("ab", LONGEST_BODY), name="Ana")
    assert long.outcome is Outcome.HELD
    for words in ("a" * LONGEST_SEARCH, "ab" * (LONGEST_SEARCH // 2 - 1) + "c", " ".join("ab" * 33)[:LONGEST_SEARCH]):
        assert is_within(lambda _, words=words: View(words=words).admits(long), "", 0.02)  # type: ignore[misc]
