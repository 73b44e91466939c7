import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.text import fold

TEXTS = st.text(st.characters(codec=None) | st.sampled_from("abcАВСаβ\u0301\u200b\u202e\ufe0f🅵Ŀ½ß \n"), max_size=60)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("HELLO", "hello"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("𝓼𝓬𝓻𝓲𝓹𝓽 𝔣𝔯𝔞𝔨𝔱𝔲𝔯 ⓒⓘⓡⓒⓛⓔ 🅱🅻🅾🅲🅺", "script fraktur circle block"),
        ("z\u0334a\u0337l\u0338g\u0335o\u0301", "zalgo"),
        ("naïve café Łódź smørrebrød straße", "naive cafe lodz smorrebrod strasse"),
        ("hid\u200bden\u00ad let\u2060ters\ufe0f \u202eback\u202c", "hidden letters back"),
        ("ѕtυріԁ Ηеllо ΝIGΗΤ", "stupid hello night"),
        ("sᴍᴀʟʟ ᴄᴀᴘs", "small caps"),
        ("no\u00a0break\u3000wide\tTab", "no break wide tab"),
        ("one\ntwo", "one\ntwo"),
        ("“quoted” ‹so› 【and】 〔so〕 a＠b。c", '"quoted" <so> [and] (so) a@b.c'),
        ("l33t, soooo  spaced f**k", "l33t, soooo  spaced f**k"),
    ],
)
def test_a_text_reads_as_its_reader_sees_it(typed: str, seen: str) -> None:
    assert fold(typed).text == seen


@pytest.mark.parametrize(
    "text", ["москва слезам не верит", "й ё и\u0306", "αθήνα", "한국어", "ประเทศ", "हिन्दी", "בית", "中文字"]
)
def test_a_word_of_another_script_stays_what_it_is(text: str) -> None:
    assert fold(text).text == unicodedata.normalize("NFKC", text) or fold(text).text == text


def test_each_folded_character_points_at_what_was_typed() -> None:
    typed = "A\u200bb ﬁ½ ѕo\u0301"
    folded = fold(typed)
    assert folded.text == "ab fi1⁄2 so"
    assert [typed[b:e] for b, e in zip(folded.begins, folded.ends, strict=True)] == list("Ab") + [" ", "ﬁ", "ﬁ"] + [
        "½"
    ] * 3 + [" ", "ѕ", "o"]


@given(TEXTS)
@example("я㎂")
@example("Ŀя½я")
@example("a\x00\ud800b")
def test_folding_keeps_an_exact_way_back_and_changes_nothing_twice(typed: str) -> None:
    folded = fold(typed)
    assert len(folded.text) == len(folded.begins) == len(folded.ends)
    places = list(zip(folded.begins, folded.ends, strict=True))
    assert all(0 <= begin < end <= len(typed) for begin, end in places)
    assert places == sorted(places)
    assert fold(folded.text).text == folded.text


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_keeps_its_places(typed: str) -> None:
    folded = fold(typed)
    assert list(folded.begins) == list(range(len(typed)))
    assert folded.text.replace("\n", " ").split() == typed.lower().split()


@pytest.mark.parametrize("part", ["a", "请@", "a\u0301", "\u0301", "\u200b", "аb", "ﷺ", "\ud800"])
def test_folding_is_linear(part: str) -> None:
    def cost(text: str) -> float:
        begun = time.process_time()
        fold(text)
        return time.process_time() - begun

    fold(part)
    short, long = (min(cost(part * times) for _ in range(3)) for times in (2_000, 20_000))
    assert long < 40 * short + 0.01
