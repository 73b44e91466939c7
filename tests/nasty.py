"""Texts that cost most: short units, repeated, by the hundred; and comments as long as may be, of the worst of them."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Final

from service.core.submission import LONGEST_BODY

#: What some syntax, some script or some of our own patterns give a meaning to.
SIGNS: Final = "@.:/-_*~`[]()<>!&;#%\\|\"'+=,?{}^$ \n\t"
CHARACTERS: Final = (
    *SIGNS,
    *"aA1éößа中。あกعﬁﷺſ…😀•█",
    "\u200b",
    "\u200d",
    "\u202e",
    "\u0301",
    "\u00ad",
    "\ufe0f",
    "\U000e0041",
)
PIECES: Final = (
    *('"a"@', "(a) (at) (", "a@b. ", "a@b_com ", "a + @ + b", "@\n- ", "moc tod a ta b", "&#38;#64;", "%26%2364%3B"),
    *(
        "<br>",
        "[b]",
        "=?a?q?a?=",
        "\\U00000040",
        "+AEA-",
        "ⓐⓣ",
        ".comA",
        "a@b.to(",
        "圈",
        "\u2067a\u2069",
        "\u202ea\u202c",
    ),
    *(
        "://",
        "http://",
        "https://a.b",
        "http://a.b ",
        "//",
        "www.",
        "www.a.b ",
        "http://a/((",
        "http://a)",
        "http://a(",
    ),
    *(
        "a@b.c ",
        "a@",
        "@b.c",
        "a@b.c,",
        '"a"@',
        "(at)",
        "[at]",
        "a (at) b ",
        "at ",
        "AT ",
        " . AT",
        " dot ",
        ".at",
        "at。",
    ),
    *(
        "moc.",
        "moc.a@b ",
        "ku.oc",
        "punkt ",
        "gmail ",
        "on gmail ",
        "point ",
        "full stop ",
        "•••@•••",
        "git@",
        "mailto:",
    ),
    *(
        "(remove this)",
        "[no spam]",
        "e x a m p l e ",
        "&amp;",
        "&#64;",
        "&#x40;",
        "&#",
        "%40",
        "%2540",
        "<b>",
        "<!-- -->",
    ),
    *(
        "f*ck ",
        "fuck ",
        "idiot ",
        "youidiot",
        "you idiot ",
        "f.u.c.k ",
        "f u c k ",
        "a b ",
        "st00pid ",
        "$tupid ",
        "not ",
    ),
    *(
        "fuck, ",
        "idiot, a b c d e f g ",
        "ab16!|ab16!|",
        "1a2b",
        "a1",
        "0 ",
        "1.2.3-",
        "123456",
        "R$1",
        "!!!",
        "a b c. ",
    ),
    *("[a](", "[a](b)", "](", "![", "[]()", "[]( ", "[](<", '[]("', "[a]: b\n", "[a][b]", "[[", "]]", "[[]]", "a]"),
    *("**a", "**a ", "*a*", "_a_", "*_", "~~a", "``a", "`a", "` ", "```\n", "\\a", "\\\n", "<a", "<a:", "<http://a>"),
    *(
        "> ",
        ">\n",
        "> a\n",
        "- a\n",
        "- a\n  ",
        "1. a\n",
        "- ",
        "-\n",
        "* * ",
        "---\n",
        "    a\n",
        "\t- a\n",
        "a\n\n",
        "  \n",
    ),
    *(
        "а a",
        "аa",
        "a\u200bb",
        "i\u200bdiot ",
        "fu\u200bck ",
        "\u200b ",
        "a\u0301",
        "\u200b\u200d",
        "ا\u200c",
        "a\u202e",
    ),
    *("👍🏽", "❤️", "👨‍👩‍👧", "🏴\U000e0067", "id\u200biot, ", "іdіоt ", "а\u200bб ", "ＡＢ", "é1", "é "),
)

#: What an attack found, and is tried each time.
FOUND: Final = ("\u202ba@b.to(", "25°C@1atm!!!!", "1°C!!!!")

#: Some hundreds: each character and piece, and each piece beside each sign.
UNITS: Final = tuple(
    dict.fromkeys([*CHARACTERS, *PIECES, *FOUND, *map("".join, product(("a", "1", "://", "a@b", "at", "fuck"), SIGNS))])
)

#: Those that cost most in a URL, its path or its query, however it is encoded.
URL_UNITS: Final = (
    *("at。_at.", "at.", "*a@b.c", "a@b.c/", "%2540", "a@b.c&", ";a@b.c", "_%61user:%20", "dot%20_", "%20собака", "…"),
    *("\U000e0041", "on%20gmail", "736f6d656f6e6540%20at%20`", "AT点_", "`at.", "=@", "ﷺ", "at。on%20gmail%252520_"),
)
URL_FRONTS: Final = ("https://a.example/", "https://a.example/?", "https://a.example/a;", "https://a.example/b@c.co?")


def repeated(unit: str, length: int) -> str:
    """Return *unit* again and again, *length* characters of it."""
    return (unit * (length // len(unit) + 1))[:length]


def varied(alphabet: str, size: int, length: int, *, ending: str = " ") -> str:
    """Return words that are all different, so that nothing remembered helps: *size* letters of *alphabet* each."""
    chance = Random(size)
    words: Iterator[str] = ("".join(chance.choices(alphabet, k=size)) + ending for _ in range(length // size + 1))
    return "".join(words)[:length]


#: What varies, by name: letters, digits and signs for letters, look-alikes, what nobody sees.
ALPHABETS: Final = {
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "ciphers": "ab16!|",
    "signs": SIGNS.strip(),
    "alike": "abсdеfо",
    "unseen": "abc\u200b\u200d\u00ad",
    "emoji": "😀❤️👍",
    "marks": "ae\u0301\u0323",
}

#: Comments as long as the door takes them, by what they do to whoever must read them.
WORST: Final = {
    "hidden characters": repeated("a\u200b", LONGEST_BODY),
    "hidden kinds": repeated("\u200b\u200d\u00ad\u2060", LONGEST_BODY),
    "hidden in swear words": repeated("id\u200biot, fu\u200bck ", LONGEST_BODY),
    "swear words": repeated("fuck x, idiot y, ", LONGEST_BODY),
    "disguises": repeated("st*pid 1diot f.u.c.k іdіоt ", LONGEST_BODY),
    "masks": repeated("a@b.co ", LONGEST_BODY),
    "quotes": repeated('"', LONGEST_BODY),
    "single words": repeated("a@b;", LONGEST_BODY),
    "links": repeated("http://a.b ", LONGEST_BODY),
    "long letters": repeated("ﷺ", LONGEST_BODY),
    "turned text": repeated("\u202eabc\u2067", LONGEST_BODY),
}
