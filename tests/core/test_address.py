"""An address as it is typed and pasted: what can be folded is welcome, and is the same as the plain one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.address import LONGEST, Address, NotAnAddress

PLAIN = "ana@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        # full-width and other forms of the same characters
        *(
            "ana＠example.com",
            "ana﹫example.com",
            "ａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "ana@example。com",
            "ana@example｡com",
            "ana@example․com",
        ),
        *("ＡＮＡ＠example.com", "𝐚𝐧𝐚@example.com", "ⓐⓝⓐ@example.com"),
        # what nobody sees
        *("\u200bana@example.com", "ana\u200b@\u200bexample.com", "ana@exam\u00adple.com", "\ufeffana@example.com"),
        *(
            "\u202aana@example.com\u202c",
            "\u2066ana@example.com\u2069",
            "\u200eana@example.com\u200f",
            "ana@\u2060example.com",
        ),
        *(
            "a\u200cna@example.com",
            "ana@exam\u200dple.com",
            "ana@example.com\ufe0f",
            "ana\U000e0020@example.com",
            "ana\u3164@example.com",
        ),
        # spaces around it and around its sign
        *(
            " ana@example.com ",
            "\u00a0ana@example.com\u00a0",
            "\u3000ana@example.com",
            "ana @ example.com",
            "ana@\u00a0example.com",
        ),
        *("ana@example.com\n", "\tana@example.com"),
        # out of links, headers, sentences
        *(
            "mailto:ana@example.com",
            "MAILTO:ana@example.com",
            "mailto:ana@example.com?subject=Hello",
            "mailto:ana%40example.com",
        ),
        *(
            "<ana@example.com>",
            "<mailto:ana@example.com>",
            "＜ana＠example.com＞",
            "Ana <ana@example.com>",
            "Ana Bö. Çelik <ana@example.com>",
        ),
        *(
            '"Ana, B." <ana@example.com>',
            "ana@example.com <ana@example.com>",
            "'ana@example.com' <ana@example.com>;",
            "Ana<ana@example.com>,",
        ),
        *(
            "ana@example.com.",
            "ana@example.com,",
            "ana@example.com;",
            "ana@example.com、",
            "ana@example.com。",
            "(ana@example.com)",
            "[ana@example.com]",
        ),
        *(
            '"ana@example.com"',
            "“ana@example.com”",
            "‘ana@example.com’",
            "„ana@example.com“",
            "«ana@example.com»",
            "`ana@example.com`",
            "'ana@example.com'",
        ),
        *('"ana"@example.com', "ana@EXAMPLE.com", "Ana@Example.Com"),
    ],
    ids=ascii,
)
def test_what_can_be_folded_is_the_plain_address(typed: str) -> None:
    assert Address.parse(typed).folded() == PLAIN


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("a.@docomo.ne.jp", '"a."@docomo.ne.jp'),
        ("a..b.@DOCOMO.ne.jp", '"a..b."@docomo.ne.jp'),
        ("ａ．．ｂ＠ｄｏｃｏｍｏ．ｎｅ．ｊｐ", '"a..b"@docomo.ne.jp'),
        ('"a..b"@docomo.ne.jp', '"a..b"@docomo.ne.jp'),
        ("mailto:a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("太郎 <a.@ezweb.ne.jp>", '"a."@ezweb.ne.jp'),
        ('Ana <"a."@docomo.ne.jp>', '"a."@docomo.ne.jp'),
        ("mailto:%22a..b%22@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("a.b@docomo.ne.jp", "a.b@docomo.ne.jp"),
        ('"a b"@example.com', '"a b"@example.com'),
        ("o'neil@example.com", "o'neil@example.com"),
        ("'ana@example.com", "'ana@example.com"),
        ("ana+tag@example.com", "ana+tag@example.com"),
        ("ana@xn--bcher-kva.example", "ana@bücher.example"),
        ("ana＠BÜCHER。example", "ana@bücher.example"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("用户＠例子。广告", "用户@例子.广告"),
        ("用\u200d户@例\u200c子.广告", "用户@例子.广告"),
        ("\u200fana@نامهای.com\u200f", "ana@نامهای.com"),
        ("ana@نامهای.com", "ana@نامهای.com"),
        ("cafe\u0301@example.com", "café@example.com"),
    ],
    ids=ascii,
)
def test_an_address_is_kept_in_one_form(typed: str, address: str) -> None:
    parsed = Address.parse(typed)
    assert parsed.reveal() == address
    assert Address.parse(parsed.reveal()) == parsed
    assert address not in f"{parsed} {parsed!r}"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@localhost",
            "a b@example.com",
            "ana@example..com",
            "ana@@example.com",
        ),
        *("a..b@example.com", "a.@example.com", ".a@docomo.ne.jp", ".ana@example.com", "a..b@notdocomo.example"),
        *(
            "ana@example.com, ben@example.com",
            "ana@example.com ben@example.com",
            "Ana <ana@example.com>, Ben <ben@example.com>",
        ),
        *(
            "ana@example.com <ben@example.com>",
            "<<ana@example.com>>x",
            "mailto:",
            "<>",
            "Ana <>",
            "ana at example.com",
            "ana(at)example.com",
        ),
        *(
            "ana@example.com?subject=x y",
            "https://example.com",
            "\ue000\u200cana@example.com",
            "\x01\u200cana@example.com",
            "ana@[127.0.0.1]",
            "ana@نامه\u200cای.com",
            "نامه\u200cای@example.com",
            "a" * LONGEST + "@example.com",
        ),
    ],
    ids=lambda typed: ascii(typed)[:40],
)
def test_what_is_unclear_is_not_guessed(typed: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        Address.parse(typed)
    assert refused.value.__context__ is None


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [*"@.<>\"' ,;＠。", "ana", "example.com", "docomo.ne.jp", "mailto:", "\u200b", "\u200d", "é"]
            ),
            max_size=10,
        ).map("".join),
    )
)
def test_any_text_is_refused_or_has_one_form(text: str) -> None:
    try:
        parsed = Address.parse(text)
    except NotAnAddress:
        return
    assert Address.parse(parsed.reveal()) == parsed
    assert Address.parse(f"Ana <{parsed.reveal()}>") == parsed
