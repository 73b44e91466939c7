"""Every language has every word, with the same placeholders and the plural forms that it needs."""

import re
import tomllib
from pathlib import Path

import pytest

from service.core.errors import Fault, InvalidChange, TooFast
from service.web.locale import LANGUAGES, LONGEST_TEXT, Words, checked_texts, placeholders, words_for

EVERY = [words_for(language) for language in LANGUAGES]
ENGLISH = words_for("en")


def test_the_languages() -> None:
    assert {"ar", "de", "en"} <= set(LANGUAGES)


@pytest.mark.parametrize("words", EVERY, ids=LANGUAGES)
def test_no_word_is_missing_and_none_too_many(words: Words) -> None:
    assert set(words.texts) == set(ENGLISH.texts)
    for key, text in words.texts.items():
        english = ENGLISH.texts[key]
        assert isinstance(text, str) == isinstance(english, str), key
        if isinstance(text, str):
            assert placeholders(text) == placeholders(english), key
        else:
            assert set(text) == set(words.locale.plural_form.tags) | {"other"}, key
            assert "{count}" in text["other"], key


def test_every_word_that_is_asked_for_is_there(repository: Path) -> None:
    web = repository / "service" / "web"
    sources = [*web.glob("templates/**/*.html"), *web.glob("*.py")]
    asked = {key for path in sources for key in re.findall(r"words\(['\"](\w+)['\"][,)]", path.read_text("utf-8"))}
    assert len(asked) > 30
    assert asked <= set(ENGLISH.texts)


def test_numbers_and_plurals_follow_the_language() -> None:
    assert ENGLISH("comments", count=1) == "One comment"
    assert ENGLISH("comments", count=1200) == "1,200 comments"
    assert words_for("de-AT")("comments", count=1200) == "1.200 Kommentare"
    arabic = words_for("ar")
    assert [arabic("comments", count=count) for count in (2, 3, 11, 100)] == [
        "تعليقان",
        "3 تعليقات",
        "11 تعليقًا",
        "100 تعليق",
    ]


def test_directions_and_dates() -> None:
    at = 1_793_700_000_000
    assert [words_for(language).direction for language in ("en", "de", "ar")] == ["ltr", "ltr", "rtl"]
    assert ENGLISH.date(at) == "3 November 2026, 10:00 UTC"
    assert words_for("de").date(at) == "3. November 2026, 10:00 UTC"
    assert "نوفمبر" in words_for("ar").date(at)


def test_an_unknown_language_gets_english() -> None:
    for tag in ("", "xx", "tlh-Latn", "../../etc"):
        assert words_for(tag).language == "en"


def test_faults_and_problems_are_said_in_the_readers_language() -> None:
    german = words_for("de")
    assert german.faults([Fault("body", "…", "too_long", 65_525)]) == {
        "body": "Das ist zu lang: höchstens 65.525 Zeichen."
    }
    assert german.faults([Fault("thread_url", "Say which.")]) == {"thread_url": "Say which."}
    assert german.problem(TooFast(3)) == "Du schreibst zu schnell hintereinander. Mach langsamer."


def test_a_site_may_say_it_in_its_own_words() -> None:
    own = checked_texts({"leave_comment": "Leave a Reply", "first": "No one has commented on {title} yet"})
    words = words_for("en", own)
    assert words("leave_comment") == "Leave a Reply"
    assert words("first", title="X") == "No one has commented on X yet"
    assert ENGLISH("leave_comment") == "Leave a comment"


@pytest.mark.parametrize(
    "texts",
    [
        {"nothing": "x"},
        {"comments": "x"},
        {"first": "{name}"},
        {"first": "{title"},
        {"first": "{title.__class__}"},
        {"post": ""},
        {"post": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_a_text_that_would_not_work_is_refused(texts: dict[str, str]) -> None:
    with pytest.raises(InvalidChange):
        checked_texts(texts)


def test_the_files_are_utf8_toml(repository: Path) -> None:
    for path in (repository / "service" / "web" / "locales").iterdir():
        assert tomllib.loads(path.read_text("utf-8")), path
