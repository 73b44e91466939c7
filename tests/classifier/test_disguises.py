"""What the model reads where the eye sees something else; and what people write in earnest, which is no disguise."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.scorer import Scorer
from tests.classifier.test_language import FOREIGN, SHORT

SCORER = Scorer.load()
TEXTS = st.text(
    st.sampled_from("stupidfuck 10$@!*.-'аіѕо\u0301\u200b\u00ad\u202e\u200d🖕ｕ/:w\n•") | st.characters(codec="utf-8"),
    max_size=60,
)


def read(text: str) -> list[tuple[str, str]]:
    return [(text[found.begin : found.end], found.reads) for found in SCORER.disguises(text)]


def hidden(text: str) -> list[str]:
    return [name for found in SCORER.disguises(text) for name in found.hidden]


@pytest.mark.parametrize(
    ("typed", "reads"),
    [
        ("іdіоt", "idiot"),
        ("ѕтυріԁ", "stupid"),
        ("ѕһіt", "shit"),
        ("ｓｔｕｐｉｄ", "stupid"),
        ("𝓼𝓽𝓾𝓹𝓲𝓭", "stupid"),
        ("ⓘⓓⓘⓞⓣ", "idiot"),
        ("🅸🅳🅸🅾🆃", "idiot"),
        ("ᴅᴜᴍʙ", "dumb"),
        ("s̷t̷u̷p̷i̷d̷", "stupid"),
        ("ïdïöt", "idiot"),
        ("$tupid", "stupid"),
        ("1d10t", "idiot"),
        ("m0r0n", "moron"),
        ("h4te", "hate"),
        ("st*pid", "stupid"),
        ("f***", "fuck"),
        ("i d i o t", "idiot"),
        ("s.t.u.p.i.d", "stupid"),
        ("s-h-i-t", "shit"),
        ("stu pid", "stupid"),
        ("f-uck", "fuck"),
        ("stuuupid", "stupid"),
        ("ѕtuuupіd", "stupid"),
    ],
)
def test_a_disguised_word_is_shown_with_what_it_reads_as(typed: str, reads: str) -> None:
    assert read(f"Well, {typed} it says.") == [(typed, reads)]


@pytest.mark.parametrize(
    ("typed", "reads", "names"),
    [
        ("stu\u200bpid", "stupid", ("zero width space",)),
        ("st\u00adup\u00adid", "stupid", ("soft hyphen",)),
        ("і\u200bd\u2060iot", "idiot", ("zero width space", "word joiner")),
        ("don\u00ad't", "don't", ("soft hyphen",)),
        ("при\u200bвет", "привет", ("zero width space",)),
    ],
)
def test_hidden_characters_in_a_word_are_named_with_the_word(typed: str, reads: str, names: tuple[str, ...]) -> None:
    (found,) = SCORER.disguises(f"Well, {typed}!")
    assert (found.begin, found.end) == (6, 6 + len(typed))
    assert (found.reads, found.hidden) == (reads, names)


def test_hidden_characters_outside_a_word_stand_alone() -> None:
    text = "\u202etoidi\u202c and 1\u200b\u200b\u00ad000 \U000e0068\U000e0069"
    assert read(text) == [("\u202e", ""), ("\u202c", ""), ("\u200b\u200b\u00ad", ""), ("\U000e0068\U000e0069", "")]
    assert hidden(text)[:4] == [
        "right-to-left override",
        "pop directional formatting",
        "zero width space",
        "soft hyphen",
    ]


def test_parts_far_apart_only_happen_to_make_a_word() -> None:
    assert read("stu" + " ." * 100 + " pid") == read("stu\n\npid") == []


def test_a_marked_letter_is_never_cut_from_its_mark() -> None:
    assert read("s\u0337t\u0337u\u0337p\u0337i\u0337d\u0337!") == [
        ("s\u0337t\u0337u\u0337p\u0337i\u0337d\u0337", "stupid")
    ]


ORDINARY = [
    "The café’s naïve owner said “don’t!” and left — we’re fine, aren’t we?",
    "HE IS NOT WRONG, SHE’LL SEE. He'll! You're! We'll (they'll).",
    "soooo goood, yesss! hmmm… hahahaha, grrr, noooo",
    "ﬁnd the oﬃce ﬂoor, Æsop, ſo",
    "In 2024 the 1st and 2nd cost $1,000 or €50, 3pm–4pm, 20% off, 5x, 4K, 50s, 1/2, ½, 3.5",
    "COVID-19, H2O, CO₂, CO2, B12, F16, MP3, 4x4, C++, C#, x86_64, R2D2, a11y, i18n, k8s, gr8, 2day, G20, m², 5 µm, Δt",
    "U.S.A., N.A.S.A., N.A.T.O., e.g., i.e., a.k.a. Ph.D., J.R.R. Tolkien, rock'n'roll, O'Brien",
    "Plan A B C, X Y Z, and/or, well-known, half-wit, dick-head, no-one, mother-in-law, well...known",
    "*wow* **bold** _it_ price* (see) a(n) program(s) @ana #metoo &c. Yahoo! AT&T",
    "See https://www.example.com/st00pid?a=1d10t and www.f00.org, or •••@••• (•••@•••).",
    "I love it 👍🏽 🧑🏽‍🚀 ❤️‍🔥 🏳️‍🌈 1️⃣ #️⃣ ©️ ™ ☺️ ‼️ 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🙂‍↔️",
    "Müller läßt die Straße in Köln räumen; die Schifffahrt ruht, der Brennnessel wegen. Rot oder die Farbe?",
    "Das dritte Mal, daß Bürger über öffentliche Gebäude und schöne Bäume reden: „Über“, sagt er.",
    "L’été dernier, à Noël, aujourd’hui, a-t-il dit, dis-tu : « ça suffit » ; œuvre, crétin, pénis, bâtard.",
    "Es geht (um genau zu sein) um Rap (rap music); custa R$1, US$5. Beta5, man5, RFC-455 (646).",
    "¿Qué pasó, señor? ¡Ánimo! El pingüino está allí. Ação, coração, João.",
    "Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl ďábelské ódy. Ağaç, İstanbul, ışık, çığ.",
    "Đất nước, rớt, cụm từ, đít, người Việt Nam đều bình đẳng, thường xuyên.",
    "Привет! Я живу в Москве, гот и рот, сосу леденец. Купил SMSки через VPNом, Wi-Fi и 3D-принтер, iPhone'ы.",
    "Це їжа, ґанок; він її бачив у місті.",
    "Καλημέρα, τι κάνεις; Η ΕΛΛΑΔΑ ΕΙΝΑΙ ΟΜΟΡΦΗ.",
    "هذا مقال جيد‏، شكراً (AFP)‏ لكم! قال 2024‏: نعم.",
    "می‌خواهم کتاب‌های شما را بخوانم؛ خانه‌ام، نمی‌شود، ۱۳۵۷ ه‍.ش",
    "מה שלומך? ‏(test)‎ שָׁלוֹם",
    "यह बहुत अच्छा है, क्‍ष और क्‌ष, श्रीमान्‌।",
    "ന്‍ മലയാളം അവന്‍ പറഞ്ഞു. বাংলা র‍্যাব। සිංහල ශ්‍රී ලංකා",
    "ภาษา\u200bไทย សួស្តី\u200bអ្នក မြန်မာ\u200bစာ",
    "今日はいい天気ですね。ＮＨＫとＪＲ、葛\U000e0100城 한국어 ﷺ",
]


@pytest.mark.parametrize("text", [*ORDINARY, *FOREIGN.values()])
def test_what_people_write_in_earnest_is_no_disguise(text: str) -> None:
    assert read(text) == []


def test_short_english_comments_have_no_disguise_but_their_stars() -> None:
    assert [found for text in SHORT for found in read(text)] == []


@given(TEXTS)
def test_disguises_are_in_order_apart_and_say_something(text: str) -> None:
    found = SCORER.disguises(text)
    assert all(0 <= each.begin < each.end <= len(text) and (each.reads or each.hidden) for each in found)
    assert all(before.end <= after.begin for before, after in pairwise(found))


@given(TEXTS, TEXTS)
def test_a_mask_is_never_part_of_a_disguise(before: str, after: str) -> None:
    text = f"{before}•••@•••{after}"
    begin = len(before)
    assert all(each.end <= begin or each.begin >= begin + 7 for each in SCORER.disguises(text))


@pytest.mark.parametrize(
    "part",
    ["\u200b", "a\u200b", "a\u200b ", "\u202eі\u00ad", "аb", "a\u0301", "f u ", "stu pid ", "$(", "ﷺ", "1\ufe0f", "u"],
)
def test_a_hostile_text_costs_little_more_than_its_length(part: str) -> None:
    def cost(length: int) -> float:
        text = (part * length)[:length]
        SCORER.forget()
        begun = time.process_time()
        SCORER.disguises(text)
        return time.process_time() - begun

    cost(100)
    short, long = (min(cost(length) for _ in range(2)) for length in (2_500, 20_000))
    assert long < 32 * short + 0.05
    assert long < 3
