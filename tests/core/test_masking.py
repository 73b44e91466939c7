"""What is hidden, what is left, and what it costs."""

import re
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from unicodedata import normalize

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from classifier.text import is_unseen
from service.core.endings import REGISTERED
from service.core.masking import MASK, Masked, holds_address, lift, mask, restore
from service.core.rendering import LONGEST_FORMATTED

LONGEST = 65_525


def listed(name: str) -> list[str]:
    """Read a list of texts, without its comments, its escapes resolved."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [unescaped(line) for line in lines if line and not line.startswith("#")]


def unescaped(line: str) -> str:
    named = {r"\n": "\n", r"\t": "\t", "\\\\": "\\"}
    return re.sub(
        r"\\[nt\\]|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})",
        lambda found: named.get(found[0]) or chr(int(found[1] or found[2], 16)),
        line,
    )


DISGUISES = listed("disguises.txt")
LOOKALIKES = listed("lookalikes.txt")


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert len(set(DISGUISES)) >= 650
    assert len(set(LOOKALIKES)) >= 550


@pytest.mark.parametrize("marked", DISGUISES, ids=ascii)
def test_a_disguised_address_is_hidden_whole_and_nothing_else_is(marked: str) -> None:
    typed = marked.replace("⟦", "").replace("⟧", "")
    assert mask(typed).text == re.sub("⟦.*?⟧", MASK, marked, flags=re.DOTALL)
    assert holds_address(typed)


@pytest.mark.parametrize("text", LOOKALIKES, ids=ascii)
def test_a_look_alike_is_left_as_it_is(text: str) -> None:
    assert mask(text) == Masked(restore(text), ())
    assert not holds_address(text)


def test_what_marks_take_apart_is_hidden_in_a_long_text_too() -> None:
    """No page formats so long a text, but its reader sees what the marks are, and a program may format it."""
    pad = "lorem ipsum dolor sit amet " * (LONGEST_FORMATTED // 27 + 1)
    marked = [
        *("some**one@exam**ple.com", "someone@ex*amp*le.com", "`someone`@`example.com`", "some~~one~~@example.com"),
        *("[someone@](https://example.org/x)example.com", "[someone](https://example.org/x)@example.com"),
        *(
            "someone\\@example.com",
            "some\\one@example.com",
            "someone@example.~~com",
            "_some_ one **(at)** *example*.com",
        ),
        *("\n> someone@\n> example.com", "\n- someone\n- @\n- example.com", "\n1. someone\n2. at\n3. example dot com"),
        *("\n> someone\n> (at)\n> example.com", "someone@exam__ple.com__"),
        "[x](https://example.org/?to=someone%EF%BC%A0example.com)",
    ]
    for each in marked:
        text = mask(f"{pad}\n\n{each}\n\n{pad}").text
        assert MASK in text and "ple.c" not in text, each
    for each in (
        "a **bold** word at *noon*. Do it",
        "snake_case_at_dot",
        "[look at](https://nytimes.com)",
        "- at\n- noon",
    ):
        assert MASK not in mask(f"{pad}{each} {pad}").text, each


def test_what_a_mask_covers_is_told_with_its_place_in_the_masked_text() -> None:
    masked = mask("Ask one@example.com or two (at) example (dot) org.")
    assert masked.text == f"Ask {MASK} or {MASK}."
    assert [cover.original for cover in masked.covered] == ["one@example.com", "two (at) example (dot) org"]
    assert all(masked.text.startswith(MASK, cover.begin) for cover in masked.covered)


def test_a_mask_that_somebody_typed_is_their_own_text() -> None:
    typed = f"{MASK} and me@example.com and {MASK}"
    assert len(mask(typed).covered) == 1
    assert lift(mask(typed)) == typed


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/?to=someone%40example.org",
        "https://someone@example.org:pw@example.com/",
        "//a/someone&#64;b.org",
    ],
)
def test_an_address_in_a_url_is_seen(url: str) -> None:
    assert holds_address(url)


def test_an_address_of_a_page_is_not_taken_for_a_mailbox() -> None:
    assert not holds_address("https://example.com/@some.one/a%20story?at=noon&dot=com#top")


FRAGMENTS = (
    *(
        "@",
        " at ",
        "(at)",
        "[at]",
        "_at_",
        " . ",
        ".",
        " dot ",
        "(dot)",
        ",",
        " ",
        "\n",
        "/",
        "//",
        "-",
        '"',
        "'",
        "<",
        ">",
        "*",
    ),
    *(
        "&#64;",
        "%40",
        "%25",
        "&amp;",
        "\\",
        "<b>",
        "</b>",
        "(nospam)",
        "\u200b",
        "\u202e",
        "\u202c",
        "\u2067",
        "\u2069",
        "\U000e0040",
        "\U000e0061",
        "&#38;#64;",
        "<br>",
        "\u0301",
        "\ud800",
        "\x00",
        "＠",
        "。",
    ),
    *(
        "a",
        "me",
        "the",
        "some",
        "someone",
        "example",
        "gmail",
        "com",
        "net",
        "git",
        "moc.",
        "AT",
        "DOT",
        "1",
        "2.0",
        "请",
        "é",
        "к",
    ),
    MASK,
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
)


@given(texts)
def test_lifting_a_mask_gives_back_the_text(text: str) -> None:
    assert lift(mask(text)) == text


@given(texts)
@settings(max_examples=500)
def test_masking_a_masked_text_covers_nothing_new(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(texts, st.integers(1, 4000))
@settings(max_examples=50, deadline=None)
def test_no_text_is_too_strange_or_too_long(text: str, times: int) -> None:
    long = (text * times)[:LONGEST]
    assert lift(mask(long)) == long


letters = st.characters(categories=["L", "N"])
atoms = st.text(st.one_of(letters, st.sampled_from("!#$%&'*+-/=?^_`{|}~")), min_size=1, max_size=16)
labels = st.text(st.one_of(st.sampled_from("abcxyz0189-"), letters), min_size=1, max_size=12)

endings = st.sampled_from(sorted(ending for ending in REGISTERED if ending.isascii()))


@st.composite
def addresses(draw: st.DrawFn) -> tuple[str, str]:
    """Draw the local part and the domain of an address that email-validator accepts and nobody takes for a version."""
    local = ".".join(draw(st.lists(atoms, min_size=1, max_size=3)))
    domain = ".".join([*draw(st.lists(labels, min_size=1, max_size=3)), draw(endings)])
    try:
        checked = validate_email(f"{local}@{domain}", check_deliverability=False)
    except EmailNotValidError:
        reject()
    if re.match(r"v?\d+\.[\dx]", checked.ascii_domain):
        reject()
    # A name of signs alone is no mailbox's that anybody has, but Markdown's or code's around a handle.
    if not any(character.isalnum() for character in local):
        reject()
    # Signs that are drawn as marks over a space: whoever reads them sees no name there.
    if " " in normalize("NFKC", local):
        reject()
    # Letters that stand for several ("ŉ" is an apostrophe and an n): no registry takes them, whatever the syntax says.
    if len(normalize("NFKC", domain)) != len(domain):
        reject()
    return local, domain


@given(st.text(max_size=40), addresses(), st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_no_valid_address_stays_in_clear(before: str, address: tuple[str, str], after: str) -> None:
    local, domain = address
    assert f"{local}@{domain}" not in mask(f"{before} {local}@{domain} {after}").text


#: Unicode's Default_Ignorable_Code_Point (17.0): nobody draws these, whether they are characters yet or not.
IGNORABLE = [
    chr(code)
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
]  # fmt: skip
WRITTEN = ("jane.doe@example.com", "quist77 (at) mail dot example dot org", "ana@müller.de")


def test_nothing_that_nobody_sees_breaks_an_address() -> None:
    address = WRITTEN[0]
    assert [each for each in IGNORABLE if not is_unseen(each)] == []
    some = [each for each in IGNORABLE if each < "\U000e0000" or ord(each) % 61 == 0]
    for at in range(1, len(address)):
        text = "\n".join(address[:at] + each + address[at:] for each in some)
        assert set(mask(text).text.split("\n")) == {MASK}, at


#: Controls that turn what follows, and what ends each.
TURNING = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")


@st.composite
def turned(draw: st.DrawFn) -> str:
    """Draw an address that is typed in an order of its own and shown in its usual one."""
    address = draw(st.sampled_from(WRITTEN))
    cuts = sorted(draw(st.lists(st.integers(1, len(address) - 1), max_size=4)))
    pieces = [address[begin:end] for begin, end in pairwise([0, *cuts, len(address)])]
    return "".join(draw(st.sampled_from([piece, _turned(piece)])) for piece in pieces)


def _turned(piece: str) -> str:
    """Isolated, for two that touch would be turned as one."""
    return "\u2066\u202e" + piece[::-1].translate(str.maketrans("()", ")(")) + "\u202c\u2069"


@given(turned(), st.sampled_from(["", "\u2066", "\u202a"]))
@settings(max_examples=300, deadline=None)
def test_an_address_is_read_as_it_is_drawn_not_as_it_is_typed(address: str, isolated: str) -> None:
    text = f"Write to {isolated}{address}{TURNING.get(isolated, '')} please"
    assert not re.search("[a-z]", mask(text).text.removeprefix("Write to ").removesuffix("please").replace(MASK, ""))


PAIRS = ('""', "''", "()", "[]", "{}", "<>", "“”", "„“", "``", "«»")
SIGNED = (
    *(lambda sign: f"&#{ord(sign)};", lambda sign: f"&#x{ord(sign):x};", lambda sign: f"%{ord(sign):02X}"),
    *(lambda sign: f"\\u{ord(sign):04x}", lambda sign: f"\\x{ord(sign):02x}", lambda sign: f"\\U{ord(sign):08X}"),
)


@given(st.sampled_from(["jane.doe", "jane", "quist77"]), st.sampled_from(["example.com", "mail.example.de"]), st.data())
@settings(max_examples=200, deadline=None)
def test_neither_quotes_nor_brackets_nor_encodings_keep_an_address_apart(
    local: str, host: str, data: st.DataObject
) -> None:
    sign = data.draw(st.sampled_from(["@", " (at) ", "(at)", " [at] ", "@https://", " (at) http://www."]))
    before, behind = (data.draw(st.sampled_from([*PAIRS, ("", "")])) for _ in range(2))
    wrapped = f"{before[0]}{local}{before[1]}{sign}{behind[0]}{host}{behind[1]}"
    first, second = (data.draw(st.sampled_from(SIGNED)) for _ in range(2))
    once = first("@")
    encoded = f"{local}{once}{host}", f"{local}{second(once[0])}{once[1:]}{host}"
    for text in (wrapped, *encoded):
        assert not re.search(r"jane|quist|example\.|\.de", mask(f"So write: {text} !").text), text


@pytest.mark.parametrize("tail", ["", "@b.com", " at b dot com"])
@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            "a@",
            "a at ",
            "a.",
            "a dot ",
            "a at b dot ",
            "a-at-",
            "(",
            "[at]",
            "&amp;",
            "%25",
            "<",
            '"@',
            "请@",
            "\\",
        ),
        *("a@b.c ", "@a.请", "aAT", "AT", "a ", "//a/?@", "git@", "moc.a", "•••@•••", "\ud800", "a\u0301@", " . AT"),
    ],
)
def test_no_text_costs_more_than_its_length(unit: str, tail: str) -> None:
    """A rule that looks back over the text for each sign would take minutes here; this bound is for any machine."""
    text = (unit * LONGEST)[: LONGEST - len(tail)] + tail
    began = perf_counter()
    mask(text)
    assert perf_counter() - began < 5
