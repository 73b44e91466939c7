"""Names that others see: what stays of them, which are empty, and which look like one another."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier import confusables
from service.core.comment import Likened
from service.core.errors import InvalidSubmission
from service.core.likeness import SIGNS, likeness
from service.core.names import MOST_MARKS, look_alike, looks, public
from service.core.site import Site
from service.core.submission import Submission
from service.processes.wiring import default_policy
from service.web.locale import LANGUAGES, words_for

#: Names that people have, and none of which may change.
KEPT = (
    # Latin with marks that are composed, or have no composed form
    "Ana María Núñez", "Nguyễn Thị Ngọc Ánh", "Ðặng Hữu Phước", "Łukasz Żółć", "Jón Þór Björnsson", "Çağrı Gümüş",
    "Adébáyọ̀", "Ọlájùmọ̀kẹ́", "Mąjjų́", "Sean O’Brien", "D’Angelo-Smith", "Ng̃uyen", "Ǹdèǹ",
    # Joiners between letters: Persian, Urdu, Kurdish, Bengali, Hindi, Marathi, Malayalam, Sinhala, Kannada, Khmer
    "علی‌رضا", "نرگس می‌خواهد", "بی‌بی گل", "شەوگار", "মর্‍যাদা", "ক্‌ষ", "क्‍षितिज", "अर्‍हता", "രമ്യ കൃഷ്‌ണന്‍",
    "ශ්‍රියානි", "ಶ್ರೀ‌ನಿವಾಸ", "សុខ‌ស៊ីន",
    # Marks of their own scripts: Hebrew with points and accents, Arabic, Thai, Lao, Burmese, Tibetan, Khmer, Syriac
    "בְּרֵאשִׁ֖ית", "שָׁלוֹם כֹּהֵן", "مُحَمَّدٌ", "عبدُ الرَّحْمٰن", "น้ำทิพย์ ที่รัก", "ຄຳຫຼ້າ", "ညွှန့်ဝင်း",
    "ဖြိုးမြင့်", "སྒྲོལ་མ", "བསྟན་འཛིན་རྒྱ་མཚོ",
    "ស្រីស្រស់", "ܐܰܦܪܶܝܡ", "சிவகுமார்", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "తెలుగు", "ᠮᠣᠩᠭᠣᠯ", "ދިވެހި",
    # East Asian, with a variant of a character that its bearer insists on, and kana with marks
    "山田 太郎", "葛󠄀城", "辻󠄁", "ガブリエル", "김민준", "王小明",
    # Others
    "Ελένη Παπαδοπούλου", "Андрій Їжакевич", "Йоҳан", "Գոհար", "გიორგი", "አበበ", "ᏣᎳᎩ",
    # Emoji: joined, coloured, as flags and keys, in emoji and text style
    "👩🏽‍💻 Ana", "🏳️‍🌈", "👨‍👩‍👧‍👦", "❤️‍🔥", "🧔🏽‍♂️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Ewan", "🇺🇦 Оля", "#️⃣1️⃣", "☀︎", "🙂‍↕️",
    "Ana ❤️",
    # What else names are made of
    "x_X_42", "R2-D2", "J.R.R.", "@home", "—", "…", "¯\\_(ツ)_/¯", "№1", "ª",
)  # fmt: skip

#: What nobody sees, or what turns the line around; and what is left of it.
CHANGED = {
    "Ol\u200bga": "Olga",
    "\u202eagLO\u202c": "agLO",
    "\u2066Olga\u2069": "Olga",
    "Ol\u00adga\u2060": "Olga",
    "\ufeffOlga\u200e\u200f\u061c": "Olga",
    "Ol\u200cga": "Olga",
    "Ol\u200dga": "Olga",
    "Олег\u200d\u200cОлег": "ОлегОлег",
    "علی\u200c\u200c\u200cرضا": "علی\u200cرضا",
    "علی\u200c": "علی",
    "\u200dعلی": "علی",
    "Olga\u3164": "Olga",
    "Olga\u2800\u115f\u1160\uffa0": "Olga",
    "Olga\ufe0f\ufe00\U000e0100": "Olga",
    "Olga\U000e0041\U000e0042": "Olga",
    "\U0001f3f4\U000e0067": "\U0001f3f4",
    "👩\u200d Ana": "👩 Ana",
    "👩\u200d\u200d💻": "👩\u200d💻",
    "🙂\ufe0f\ufe0f": "🙂\ufe0f",
    "1\ufe0f2": "12",
    "Ol\x00g\x1b\x9ba": "Olga",
    "Ol\ue000g\U000f0000a\ufffc": "Olga",
    "Ol\ud800ga\uffff": "Olga",
    "  Olga \n\t\u3000 Berg\u2028": "Olga Berg",
    "O\u0301lga": "Ólga",
    "\u0301Olga \u0338Berg": "Olga Berg",
    "O\u20ddlga\u0488": "Olga",
    "Z\u0310\u0311\u0312\u0313\u0314\u0315a\u0316\u0316\u0316lgo": "Z\u0310\u0311a\u0316lgo",
    "ก\u0e47\u0e47\u0e47\u0e47\u0e47": "ก\u0e47",
}

#: What draws nothing at all, alone and together.
EMPTY = (
    "", " ", "\u3164", "\u2800", "\u200b", "\u115f", "\u1160", "\uffa0", "\u00ad", "\u034f", "\u061c", "\u180e",
    "\u200c", "\u200d",
    "\u2060", "\u2064", "\u206f", "\ufeff", "\ufe0f", "\ufe00", "\U000e0100", "\U000e0041", "\U000e007f", "\u17b4",
    "\u3000", "\u1680",
    "\u00a0", "\u2028", "\u180b", "\ufff9", "\ufffc", "\U0001d159", "\U0001d173", "\U0001bca0", "\U00013441",
    "\ue000", "\u0301",
    "\u0338\u0338", "\u20e3", "\u0e47", "\u2065", "\U000e0fff", "\ufff0", "\u202e\u202c",
    "\u1160\u3164 \u200d\ufe0f\u2800",
)  # fmt: skip

ALIKE = (
    ("Olga", "OLGA"), ("Olga", "0lga"), ("Olga", "оlgа"), ("Olga", "Οlɡа"), ("Olga", "О1gа"), ("Olga", "OIga"),
    ("Olga", "O|ga"),
    ("Olga", "Ólga"), ("Olga", "Ol\u0323ga"), ("Olga", "Ｏｌｇａ"), ("Olga", "𝓞𝓵𝓰𝓪"), ("Olga", "ᴏʟɢᴀ"),
    ("Olga", "Ⓞⓛⓖⓐ"), ("Olga", "🅞🅛🅖🅐"),
    ("Olga", "🇴🇱🇬🇦"), ("Olga", "O l g a"), ("Olga", "Olga."), ("Olga", "_Olga_"), ("Olga", "O\u200blga\u2800"),
    ("Olga", "ᴼˡᵍᵃ"), ("Olga", "◯lga"), ("Olga", "⓪lga"), ("Olga", "Olga™"), ("Mila", "M!la"),
    ("Olga", "Olga!"), ("Karl Lorre", "ᴷᵃʳˡ ᴸᵒʳʳᵉ"), ("Moderator", "Moderatoʳ"), ("Olga", "Olga ✓"), ("Olga", "Olgа ❤️"),
    ("Max", "МАХ"), ("MAX", "Мах"), ("Maria", "rnaria"), ("Ilya", "ilya"), ("Ilya", "1lya"), ("Ilya", "lLYA"),
    ("Нина", "Hинa"),
    ("Ben Berg", "BenBerg"), ("Ben Berg", "ben.berg"), ("Ben Berg", "Веn Веrg"), ("Jurgen", "Jürgen"), ("Ёлка", "Елка"),
    ("paypal", "раураӏ"), ("Модест", "МОДЕСТ"), ("Мария", "мария"), ("Ελένη", "ΕΛΕΝΗ"), ("Max", "мах"),
    ("علی رضا", "علی\u200cرضا"), ("🦊", "🦊\ufe0f"), ("Groß", "Gross"),
)  # fmt: skip

DIFFERENT = (
    ("Olga", "Helga"), ("Olga", "Olaf"), ("Ana", "Anna"), ("Ben Berg", "Ben Burg"), ("山田", "山本"),
    ("राम", "रामी"), ("はは", "ばば"),
    ("🦊", "🐺"), ("محمد", "محمود"), ("Ольга", "Олег"), ("김민준", "김민수"), ("Mia", "Max"), ("Ana 1", "Ana 2"),
)  # fmt: skip

SITE = Site(
    "post",
    "The Harbour Post",
    (),
    default_policy(),
    texts={"moderator": "Hausmeister"},
    moderators={look: name for name in ("Olga", "Ben Berg", "علی") for look in looks(name)},
)

LIKENED = {
    Likened.MEMBER: (
        "Olga", "оlgа", "OLGA ✓", "O.l.g.a", "Ben Berg", "ben berg (really)", "The real Ben Berg", "BenBerg", "علی",
        "Ol\u0323ga",
    ),
    Likened.SITE: ("The Harbour Post", "THE HARB0UR POST", "The Harbour Post Team", "TheHarbourPost"),
    Likened.TITLE: (
        "Moderator", "MODERAT0R", "Моdеrаtоr", "The Moderator", "xXmoderatorXx", "Ana, Moderation", "M o d",
        "Mod Ana", "[mod] Ana", "Ana (MOD)",
        "Admin", "Adm1n", "SiteAdmin", "Admin1", "admin_ana", "administratör", "Ⓜⓞⓓⓔⓡⓐⓣⓞⓡ", "модератор",
        "Модераторша", "админ", "مشرفة",
        "管理員", "サイト管理者", "관리자입니다", "Staff", "Hausmeister", "Der Hausmeister",
        "Editor", "The Editors", "Support Team", "Parley Team", "The operator", "Site Owner", "Moderatoʳ",
    ),
    Likened.SIGN: ("Ana 🛡", "Ana 🛡️", "Ana ✓", "✔️ Ana", "Ana ✅", "☑ Ana", "Ana √"),
}  # fmt: skip

NOT_LIKENED = (
    "Supporter", "Support Kobane", "Team Ana", "Owner of a dog",
    "Ana", "Olaf", "Olga Berg", "Ben", "Berg", "Harbour Master", "Post", "Modesto", "Modrow", "Modest Mouse",
    "Moderate Mike", "Badminton Fan",
    "Staffan", "Staffordshire", "Mo D. Ern", "Commodore", "Anonymous", "علي رضا", "山田", "★ Ana ★", "Ana ❤️",
    "👩🏽‍💻", "🇺🇦 Оля", "Admiral",
    "Adam", "Nguyễn Thị Ngọc Ánh", "Модест", "Master of Webs", "—",
)  # fmt: skip


def test_names_that_people_have_stay_as_they_are() -> None:
    for name in KEPT:
        composed = unicodedata.normalize("NFC", name)
        assert public(name) == composed, ascii(name)
        assert public(unicodedata.normalize("NFD", name)) == composed, ascii(name)


def test_what_nobody_sees_and_what_is_piled_up_is_left_out() -> None:
    for typed, left in CHANGED.items():
        assert public(typed) == left, ascii(typed)


def test_what_draws_nothing_is_empty_and_is_refused_as_empty() -> None:
    sentence = "Please enter your name."
    for name in EMPTY:
        assert public(name) == "", ascii(name)
        typed = {"thread_id": "a", "name": name, "email": "ana@example.com", "body": "Well said."}
        with pytest.raises(InvalidSubmission) as refused:
            Submission.parse(typed, require_name_email=True)
        assert [fault.message for fault in refused.value.faults] == [sentence], ascii(name)
        assert Submission.parse(typed, require_name_email=False).name == "Anonymous"
    assert public("\x00\x07\ud800") == ""


def test_a_names_bound_is_that_of_what_was_typed() -> None:
    typed = {"thread_id": "a", "name": "x" + "\u200b" * 245, "body": "Well said."}
    with pytest.raises(InvalidSubmission, match="Your name is too long"):
        Submission.parse(typed, require_name_email=False)


@given(
    st.text(max_size=40)
    | st.text("a O\u0301\u0316\u200c\u200d\ufe0f👩💻علیक्ष🏴\U000e0067\U000e007f1\u20e3", max_size=12)
)
@example("0\u0300\x1b\u094d\u200c")
def test_a_public_name_is_bounded_clean_and_stays_what_it_is(typed: str) -> None:
    name = public(typed)
    assert public(name) == name
    assert name == " ".join(name.split())
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cs", "Co"}
    assert not {unicodedata.bidirectional(character) for character in name} & {"LRO", "RLO", "LRE", "RLE", "LRI", "RLI"}
    assert unicodedata.category(f"{name}x"[0]) not in ("Mn", "Me", "Cf")
    row = ""
    for character in name:
        row = row + character if unicodedata.category(character) == "Mn" and character not in "\ufe0f\ufe0e" else ""
        assert len(row) <= MOST_MARKS
        assert len(row) == len(set(row))
    assert bool(name) == any(looks(name))


def test_a_long_name_is_read_up_to_a_bound() -> None:
    assert len(public("é" * 1_000_000)) == 1000


def test_names_that_are_taken_for_each_other_look_alike_and_others_do_not() -> None:
    for one, other in ALIKE:
        assert look_alike(public(one), public(other)), (one, other, looks(one), looks(other))
    for one, other in DIFFERENT:
        assert not look_alike(one, other), (one, other, looks(one))


def test_skeletons_are_those_of_uts_39() -> None:
    # From its section 4, and from its data.
    assert confusables.skeleton("ѕсоре") == confusables.skeleton("scope") == "scope"
    assert confusables.skeleton("ｐａｙｐａｌ") == confusables.skeleton("раураl") == "paypal"
    assert confusables.skeleton("m") == "rn"
    assert confusables.skeleton("I1|lⅠ") == "lllll"
    assert confusables.skeleton("s\u200bo\ufe0f") == "so"


def test_a_guest_is_likened_to_whom_readers_would_take_them_for() -> None:
    for kind, names in LIKENED.items():
        for name in names:
            found = likeness(public(name), SITE)
            assert found is not None and found.kind is kind, (name, found)
    assert likeness("оlgа", SITE).what == "Olga"  # type: ignore[union-attr]
    for name in NOT_LIKENED:
        assert likeness(public(name), SITE) is None, name


def test_the_badges_word_is_a_title_in_every_language() -> None:
    for language in LANGUAGES:
        for name in (words_for(language)("moderator"), f"Ana – {words_for(language)('moderator')}"):
            found = likeness(name, SITE)
            assert found is not None and found.kind is Likened.TITLE, name
    assert all(public(sign) for sign in SIGNS)
