"""Tell the hosts that stand behind a sign: plain, spelled out or broken, and whether a mailbox may be there."""

import re
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final

from classifier.confusables import skeleton
from classifier.text import fold
from service.core.endings import REGISTERED
from service.core.signs import CLOSING, DOT_WORD, OPENING, SLIPS, SPELLED, UNSPACED
from service.core.vocabulary import AMBIGUOUS, COUNTRIES, ENDINGS, WORD_ENDINGS

MARK: Final = r"[|*~=/\"'_.,:;#+!?^%$&§¡¿\\—–-]"
OPEN, CLOSE = (
    rf"[{OPENING}>]{{1,3}}{MARK}?\s?",
    rf"\s?{MARK}?[{CLOSING}<]{{1,3}}",
)
# Between a sign and what stands beside it: spaces, or Markdown's emphasis around the sign; no empty line.
FILLER: Final = r"(?!\n\n)[\s*_~`]{0,3}"

_LABEL: Final = r"[^\x00-,./:-@\[-^`{-\x7f\s•]++"
_IN_ASCII: Final = rf"(?:[a-z0-9_-]++\.++)+(?=[\d_-]*[a-z])[a-z0-9_-]++(?![^\W\d_{UNSPACED}])"
_IN_ANY_SCRIPT: Final = rf"(?=\w)(?:{_LABEL}\.++)+(?=[\d_-]*[^\W\d_]){_LABEL}"
PLAIN_DOMAINS: Final = tuple(
    re.compile(rf"[*_~`]{{0,3}}(?P<domain>{domain})")
    for domain in (_IN_ASCII, _IN_ANY_SCRIPT, r"\[[\d.]{7,15}\]|\[ipv6:[\da-f:]{2,39}\]")
)
# Versions, measures and pictures for sharp screens: "1.2.3-beta", "3.4ghz", "2x.png".
NO_DOMAIN: Final = re.compile(r"v?\d+(?:\.(?:\d+|x))+[a-z]{0,4}(?:[-+].*)?|\dx\.(?:png|jpe?g|gif|webp|svg)")

# Grouped by their first letter, so that a word that is no ending costs little.
ENDING: Final = "(?:{}|{})(?![^\\W_])".format(
    SPELLED,
    "|".join(
        f"{letter}(?:{'|'.join(ending[1:] for ending in endings)})"
        for letter, endings in groupby(sorted(ENDINGS), key=itemgetter(0))
    ),
)
DOT: Final = (
    rf"(?:\s{{0,2}}{OPEN}(?:[.,·‧•∙⋅]|{DOT_WORD})(?:[\s-](?:sign|symbol))?{CLOSE}\s{{0,2}}"
    rf"|(?:\s{{1,3}}|\s?{MARK}{{1,3}}\s?)(?:{DOT_WORD})(?:\s{{1,3}}|\s?{MARK}{{1,3}}\s?|(?=(?:com|net|org)(?![^\W_])))"
    r"|\s{1,2}\.\s{1,2}|\.)"
)
HOST: Final = rf"[^\W_]++(?:-(?!(?:{DOT_WORD})\b)[^\W_]++){{0,8}}+"
WRITTEN_DOMAIN: Final = re.compile(rf"{FILLER}(?P<domain>(?:{HOST}{DOT}){{1,5}}{ENDING}(?!/))")
# "someone@example, com", "someone@exa mple.com": breaks that only a sign glued to its name makes likely. What is a word
# in some language, "amig@s, de", or the end of a file's name, needs a name that is none of a sentence.
_FAMED: Final = "com|net|org|edu|gov"
_CLEAR: Final = "|".join(sorted({*["info", "biz", "co.uk"], *COUNTRIES} - WORD_ENDINGS - AMBIGUOUS))
_BREAK: Final = r"\s{0,2}[.,;]\s{0,2}"
_TORN: Final = rf"(?:{HOST}\.){{0,3}}{HOST}\s{{1,2}}{HOST}"
BROKEN_DOMAIN: Final = re.compile(
    rf"{FILLER}(?P<domain>(?:(?:{HOST}{_BREAK}|{_TORN}\.)(?:{_FAMED}|co\s?[.,;]\s?uk)"
    rf"|(?=[^\W_]{{3}})(?:{HOST}{_BREAK}|{_TORN}\.)(?:{_CLEAR})"
    rf"|(?:[^\W_]++[.-])*?[^\W_]++(?:[^\w@.]|_)(?:{_FAMED}))(?!\w))"
)
BROKEN_AT_ALL: Final = re.compile(rf"{FILLER}(?P<domain>{HOST}{_BREAK}{ENDING})")
# A host of any shape, label by label, for signs that leave no doubt.
_FIRST_LABEL: Final = re.compile(rf"[\s*_~`]{{0,4}}(?P<label>{HOST})")
_NEXT_LABEL: Final = re.compile(rf"(?P<dot>{DOT}|\s?[·‧∙⋅•]\s?)(?P<label>{HOST})")
_LATIN_START: Final = re.compile(rf"[a-z0-9-]+(?=[{UNSPACED}])")
_IN_BRACKETS: Final = re.compile(rf"\s*{OPEN}(?:[.,·‧•∙⋅]|{DOT_WORD})(?:[\s-]\w+)?{CLOSE}\s*")
_SPELLED: Final = re.compile(rf"{SPELLED}|{SLIPS}")
_MOST_LABELS: Final = 6
_DOMAIN: Final = re.compile(r"[\s*_~`]{0,4}(?P<domain>.+)", re.DOTALL)

# The end of "e-x-a-m-p-l-e-.-c-o-m".
_SINGLE_LETTERS: Final = re.compile(r"[._-]+(?:c[._-]+o[._-]+m|n[._-]+e[._-]+t|o[._-]+r[._-]+g|d[._-]+e|u[._-]+k)\Z")
# Where a link follows without a space.
_LINK_BEHIND: Final = re.compile(r"(?:https?|mailto|www)\Z")
# The ends of files' names that begin as an ending does.
_FILE: Final = re.compile(r"mp[234]|m4[av]|7z|h26[45]")
# What an ending begins with before digits and the like: "com77".
_ENDING_FIRST: Final = re.compile(r"[a-z]+(?=[\d_-])")

# Providers whose name is enough; those in *firm* are also firms that sentences speak of.
MAIL: Final = (
    r"g[ -]?mail|gee[ -]?mail|googlemail|google mail|hot[ -]?mail|proton ?mail|gmx|icloud|ymail|fast ?mail|tutanota"
    r"|mail\.ru|ジーメール|جیمیل|гмейл|гмайл|джимейл|жмейл|яндекс|рамблер|지메일|네이버|जीमेल"
)
PROVIDER: Final = re.compile(
    rf"{FILLER}(?P<domain>(?:{MAIL}|(?P<firm>yahoo|outlook|aol|msn|yandex|proton|zoho))"
    rf"(?:[\s_-]?(?:com|de|fr|net|ru|co uk|닷컴)|{DOT}(?:com|net|ch|me|{SPELLED}))?)(?![^\W_])"
)


def is_known(domain: str) -> bool:
    """Tell whether a mailbox may be at *domain*: an address of the network, or with a label that may be an ending."""
    if domain.startswith("["):
        return True
    labels = re.split(r"\.+", domain)[1:]
    return any(map(_is_ending, labels)) or bool(PROVIDER.match(domain) or _SINGLE_LETTERS.search(domain))


#: No ending is longer, nor is what must be read to find one.
_LONGEST_ENDING: Final = 63


def _is_ending(label: str) -> bool:
    """Tell whether *label* is an ending, maybe with digits behind it or, in a script without spaces, with words."""
    return _begins_with_ending(label[:_LONGEST_ENDING])


#: The endings of Latin letters, as Unicode's table of confusables draws them.
_DRAWN: Final = frozenset(skeleton(ending) for ending in REGISTERED if ending.isascii())


@lru_cache(maxsize=4096)
def _begins_with_ending(label: str) -> bool:
    """Tell whether *label* is an ending, maybe with digits behind it or, in a script without spaces, with words."""
    label = _LINK_BEHIND.sub("", label.strip("-_"))
    if label in REGISTERED or _SPELLED.fullmatch(label):
        return True
    latin = _LATIN_START.match(label) or _ENDING_FIRST.match(label)
    if latin and latin[0] in REGISTERED and not _FILE.fullmatch(label):
        return True
    if label.isascii():
        return False
    # Beside a Latin letter those of other scripts that are drawn alike read as Latin ones, too: "сом", "c०m".
    return (
        fold("a" + label).text[1:] in REGISTERED
        or skeleton(label) in _DRAWN
        or any(label[:end] in REGISTERED for end in range(1, 16))
    )


def labelled(text: str, at: int) -> re.Match[str] | None:
    """Read a host label by label: one whose last is an ending, or the whole where its last dot is in brackets."""
    label = _FIRST_LABEL.match(text, at)
    end, labels = 0, 0
    while label and labels < _MOST_LABELS:
        following = _NEXT_LABEL.match(text, label.end())
        if following and (
            _is_ending(following["label"])
            or (_IN_BRACKETS.fullmatch(following["dot"]) and not following["label"].isdigit())
        ):
            latin = _LATIN_START.match(following["label"])
            end = following.start("label") + len(latin[0]) if latin else following.end()
        label, labels = following, labels + 1
    return _DOMAIN.match(text, at, end) if end else None
