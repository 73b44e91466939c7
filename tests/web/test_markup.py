"""What people type becomes HTML that cannot do more than look like what they typed."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.masking import MASK, mask
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

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attributes:
            assert name in ALLOWED[tag], (tag, name)
            if name == "href":
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
    reader = Strict()
    reader.feed(rendered(mask(text).text))
    reader.close()
    return reader.text


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
