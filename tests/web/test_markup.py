"""What people type becomes HTML that cannot do more than look like what they typed."""

import re
import time
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.masking import MASK, holds_address, mask, restore
from service.core.spotting import spot
from service.web.markup import LONGEST_FORMATTED, rendered

REL = "ugc nofollow noopener"
ALLOWED = {
    "a": {"href", "rel"},
    "blockquote": {"dir"},
    "br": set(),
    "code": set(),
    "em": set(),
    "li": set(),
    "ol": {"dir", "start"},
    "p": {"dir"},
    "pre": {"dir"},
    "s": set(),
    "span": {"class", "role", "aria-label", "title"},
    "strong": set(),
    "ul": {"dir"},
}

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example/)",
    "[x](/local)",
    "<javascript:alert(1)>",
    '<https://a.example/"onmouseover=alert(1)>',
    'https://a.example/"onmouseover=alert(1)',
    '[x](https://a.example/ "t" onclick=alert(1))',
    "[x](https://a.example/'\"><script>alert(1)</script>)",
    "![x](https://a.example/x.png)",
    "```html\n<script>alert(1)</script>\n```",
    '``` "><script>\nx\n```',
    "`<img src=x onerror=alert(1)>`",
    "> <iframe src=javascript:alert(1)>",
    "- <style>@import 'https://a.example'</style>",
    "<!-- --><script>",
    "<![CDATA[<script>]]>",
    "&lt;script&gt;",
    "&#x3c;script&#x3e;",
    f"{MASK}<script>",
    f"[{MASK}](https://a.example/{MASK})",
    "a\u202e<script>",
    "\ufeff<script>",
    "<a href=https://a.example target=_top>x</a>",
    "<base href=https://a.example/>",
    "<form action=https://a.example>",
    '<math><mi//xlink:href="data:x,<script>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
)


class Strict(HTMLParser):
    """Reads HTML, and fails on anything that a comment may not hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        self.text += "\n" if tag in ("p", "pre", "li") else ""
        for name, value in attributes:
            assert name in ALLOWED[tag], (tag, name)
            if name == "href":
                self.links.append(value or "")
                assert re.match(r"https?://", value or "", re.IGNORECASE), value
            if name == "dir":
                assert value == "auto"
            if name == "rel":
                assert value == REL
        if tag == "a":
            assert dict(attributes).get("rel") == REL

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_pi = unknown_decl = handle_comment


def read(text: str) -> str:
    """Return what shows of *text*."""
    return shown(mask(text).text).text


def shown(text: str) -> Strict:
    """Read the page that *text* makes, without masking it before."""
    reader = Strict()
    reader.feed(str(rendered(restore(text))))
    reader.close()
    return reader


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_text(attack: str) -> None:
    read(attack)


pieces = st.sampled_from(
    [
        *ATTACKS,
        "<",
        ">",
        '"',
        "'",
        "&",
        "`",
        "*",
        "_",
        "[",
        "](",
        ")",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "~~",
        "\\",
        "http://a.example/",
        "javascript:",
    ]
)


@given(st.lists(pieces | st.text(max_size=8), max_size=12).map("".join))
def test_no_text_becomes_more_than_a_comment_may_hold(text: str) -> None:
    read(text)


@given(st.text(st.characters(categories=("L", "N", "Zs"), exclude_characters="\u200b"), max_size=80))
def test_plain_words_show_as_they_were_typed(text: str) -> None:
    assert read(text).split() == text.split()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("One.\nStill one.\n\nTwo.", '<p dir="auto">One.<br>\nStill one.</p>\n<p dir="auto">Two.</p>'),
        ("**a** *b* `c` ~~d~~", '<p dir="auto"><strong>a</strong> <em>b</em> <code>c</code> <s>d</s></p>'),
        ("> q", '<blockquote dir="auto">\n<p dir="auto">q</p>\n</blockquote>'),
        ("- a\n- b", '<ul dir="auto">\n<li>a</li>\n<li>b</li>\n</ul>'),
        ("# no heading", '<p dir="auto"># no heading</p>'),
        ("<b>typed</b> &amp; shown", '<p dir="auto">&lt;b&gt;typed&lt;/b&gt; &amp;amp; shown</p>'),
        ("```\na < b\n```", '<pre dir="auto"><code>a &lt; b\n</code></pre>'),
        (
            "see https://a.example/b.",
            f'<p dir="auto">see <a href="https://a.example/b" rel="{REL}">https://a.example/b</a>.</p>',
        ),
        ("a.example and www.a.example", '<p dir="auto">a.example and www.a.example</p>'),
        (
            "(**https://a.example/b_(c)**)",
            f'<p dir="auto">(<strong><a href="https://a.example/b_(c)" rel="{REL}">https://a.example/b_(c)</a>'
            "</strong>)</p>",
        ),
        ("http:// xhttps://a.example", '<p dir="auto">http:// xhttps://a.example</p>'),
    ],
)
def test_the_subset(typed: str, shown: str) -> None:
    assert rendered(mask(typed).text).strip() == shown


def test_a_mask_says_what_it_is_and_never_stands_in_a_link() -> None:
    html = rendered(mask("Write to ana@example.com or [me](https://a.example/?q=ana@example.com).").text, "verborgen")
    assert html.count("parley-mask") == 1
    assert 'aria-label="verborgen"' in html
    assert "href" not in html


FORMATTED = st.sampled_from(
    [
        *(
            "someone",
            "@",
            " at ",
            "(at)",
            "[at]",
            "example",
            ".",
            " dot ",
            "(dot)",
            "com",
            ".com",
            "example.com",
            "org",
        ),
        *("someone@", "@example.com", "me@example.org", "%40", "%EF%BC%A0", "&#64;", "\\u0040", "=40", "\\@", "＠"),
        *(
            "*",
            "**",
            "_",
            "~~",
            "`",
            "``",
            "\\",
            "\\\n",
            "  \n",
            "\n",
            "\n\n",
            "\n> ",
            "\n- ",
            "\n1. ",
            "\n```\n",
            "> ",
        ),
        *(
            "[",
            "](https://a.example/",
            "](https://",
            "](<https://",
            ">)",
            ")",
            "<https://",
            "https://",
            ">",
            "/",
            "?to=",
        ),
        *(
            "a",
            "t",
            MASK,
            "•",
            "é",
            "请",
            "\u200b",
            "gmail",
            " on gmail",
            "wquist77",
            "b",
            '"',
            "'",
            "(",
            "!",
            "1",
            "·",
        ),
        *(" ", "- "),
    ]
)


formatted = st.lists(FORMATTED, max_size=24).map("".join)


@given(formatted)
@settings(max_examples=1500, deadline=None)
def test_no_page_shows_an_address_that_was_not_masked(text: str) -> None:
    masked = mask(text).text
    assert mask(masked).text == masked, "what programs read holds none either"
    page = shown(masked)
    assert not [page.text[begin:end] for begin, end in spot(page.text)]
    assert not any(holds_address(unquote(link)) for link in page.links)


@given(formatted)
@settings(max_examples=500, deadline=None)
def test_a_page_puts_together_nothing_that_its_text_does_not_hold(text: str) -> None:
    """The last step of rendering holds by itself: of a text that nobody masked, only what stands in it is shown."""
    assert letters_of_addresses(shown(text).text) <= letters_of_addresses(text)


def letters_of_addresses(text: str) -> set[str]:
    """Return the letters and digits of each address that stands in *text*."""
    return {"".join(filter(str.isalnum, unquote(text[begin:end]))) for begin, end in spot(text)}


@pytest.mark.parametrize(
    "unit", ["://", "http://a)", "[", "[a](", "**a", "``a", "<", "http://a.", "![", "[](", "http://a/((", "- a\n  "]
)
def test_long_texts_take_their_length_in_time(unit: str) -> None:
    def seconds(length: int) -> float:
        text = mask((unit * length)[:length]).text
        began = time.process_time()
        rendered(text)
        return time.process_time() - began

    half, whole = (min(seconds(length) for _ in range(3)) for length in (LONGEST_FORMATTED // 2, LONGEST_FORMATTED))
    assert whole < 3 * half + 0.05
    assert seconds(65_525) < whole + 0.5


def test_a_link_to_nowhere_is_none() -> None:
    for text in ("[here]()", "[here]( )", '[here]("title")'):
        assert "href" not in rendered(mask(text).text)
