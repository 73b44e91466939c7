import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.lexicon import Lexicon
from classifier.text import fold
from classifier.words import Reader

COMMON = (
    *("the", "a", "i", "you", "are", "is", "it", "am", "an", "to", "not", "and", "of", "my", "such", "no", "look"),
    *("good", "people", "well", "known", "fun", "what"),
)
LOADED = ["fuck", "shit", "stupid", "idiot", "asshole", "fucking", "bitch", "ass"]
READER = Reader(Lexicon(COMMON, LOADED))
TEXTS = st.text(st.sampled_from("abcsfuckhit1$@!*.-_ '#(|éаѕ\u200b🖕/:w\n") | st.characters(codec="utf-8"), max_size=80)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("You ARE stuuuuupid", "you are stupid"),
        ("fuuuck asssshole", "fuck asshole"),
        ("f u c k you", "fuck you"),
        ("y o u a r e s t u p i d", "you are stupid"),
        ("f.u.c.k s-h-i-t b_i_t_c_h", "fuck shit bitch"),
        ("stu pid f uck", "stupid fuck"),
        ("st00pid", "stoopid"),
        ("$hit a$$ @ss sh1t 1d10t b!tch", "shit ass ass shit idiot bitch"),
        ("f**k sh*t f***ing s***", "fuck shit fucking shit"),
        ("youareanidiot", "you are an idiot"),
        ("ѕһіt fυсk", "shit fuck"),
        ("w*nker", "w*nker"),
        ("**well** known", "well known"),
        ("don’t, U.S.A. and/or well-known", "don't usa and or well known"),
        ("1,000 people", "0 000 people"),
        ("https://www.example.com/a?b", "<link> example com"),
        ("🖕🖕", "🖕 🖕"),
        ("•••@•••", ""),
        ("@someone #metoo", "someone metoo"),
        ("no...no", "no no"),
    ],
)
def test_a_disguised_word_reads_as_what_it_says(typed: str, read: str) -> None:
    assert " ".join(word.text for word in READER.words(typed)) == read


def test_a_word_points_at_what_was_typed() -> None:
    typed = "No: s t u p i d, \u200bf**k & iԁіоt!"
    places = {word.text: typed[word.begin : word.end] for word in READER.words(typed)}
    assert places == {"no": "No", "stupid": "s t u p i d", "fuck": "f**k", "idiot": "iԁіоt"}


def test_an_unknown_word_in_digits_is_still_deciphered() -> None:
    assert READER.words("m0r0n")[0].text == "moron"


@given(TEXTS)
def test_words_come_in_order_within_the_text_and_without_places_the_same(typed: str) -> None:
    words = READER.words(typed)
    assert all(0 <= word.begin < word.end <= len(typed) and word.text for word in words)
    assert [word.begin for word in words] == sorted(word.begin for word in words)
    assert READER.texts(fold(typed).text) == [word.text for word in words]


@pytest.mark.parametrize(
    "part", ["!", "(", "a.", "a(", "f*", "f u ", "1.", "x1", "$(", "a'", "www.", "idiot", "stu pid ", "ﷺ"]
)
def test_reading_is_linear(part: str) -> None:
    def cost(text: str) -> float:
        begun = time.process_time()
        Reader(READER.lexicon).words(text)
        return time.process_time() - begun

    cost(part)
    short, long = (min(cost(part * times) for _ in range(3)) for times in (1_000, 8_000))
    assert long < 32 * short + 0.02
