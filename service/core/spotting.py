"""Find the e-mail addresses in what people write, plain or disguised.

An address is a sign ("@", "(at)", " arroba ") with a domain after it and a name before it. A sign that is glued to its
name or stands in brackets is evidence enough. Any other may be an ordinary "at", and then the words around it must not
be those of an ordinary sentence.

No addresses, though their syntax would do: ``git@host:path``, versions (``react@18.2-beta``), handles in a page's
address (``example.com/@jane.doe``). A Fediverse handle, ``@name@host``, can't be told from an address and counts.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final
from unicodedata import category

from service.core.reading import UNSPACED, read
from service.core.vocabulary import ENDINGS, ORDINARY, PARTICLES

Span = tuple[int, int]


def spot(text: str) -> list[Span]:
    """Give where each address in *text* begins and ends, in code points, in order and apart from each other."""
    seen = read(text)
    return _apart(
        sorted((seen.begins[begin], _past_marks(text, seen.ends[end - 1])) for begin, end in _addresses(seen.text))
    )


def _past_marks(text: str, end: int) -> int:
    """Step over the marks that are drawn onto the last character."""
    while end < len(text) and category(text[end])[0] == "M":
        end += 1
    return end


def _apart(spans: list[Span]) -> list[Span]:
    """Merge those of the sorted *spans* that overlap."""
    apart: list[Span] = []
    for begin, end in spans:
        if apart and begin < apart[-1][1]:
            begin, end = apart[-1][0], max(end, apart.pop()[1])
        apart.append((begin, end))
    return apart


# How each part is written ---------------------------------------------------------------------------------------------

_AT_WORD: Final = "at|aet|arroba|arobase?|chiocciola|klammeraffe|apenstaartje|malpa|chez|bei|собака"
_DOT_WORD: Final = r"dot|d0t|period|full\s?stop|punkt|punto|point|ponto|punt|kropka|точка"
_OPEN, _CLOSE = r"[(\[{<]{1,3}\s?", r"\s?[)\]}>]{1,3}"
_MARK: Final = r"[|*~=/\"'_.:;#+—–-]{1,2}"
# Between a sign and what stands beside it: spaces, or Markdown's emphasis around the sign; no empty line.
_FILLER: Final = r"(?!\n\n)[\s*_~`]{0,3}"

_SIGN: Final = re.compile(
    rf"(?P<bracketed>{_OPEN}(?:@|(?:{_AT_WORD})(?:[ -]?(?:sign|symbol))?){_CLOSE})"
    r"|(?P<glued>(?<!\s)@++)"
    rf"|@++|[(\[{{]a[)\]}}]|(?P<mark>{_MARK})\s?(?:{_AT_WORD})\s?(?P=mark)"
    rf"|(?<=\s)(?P<word>(?:{_AT_WORD})(?:[ -](?:sign|symbol))?)(?=\s)"
)
_LABEL: Final = r"[^\x00-,./:-@\[-^`{-\x7f\s•]++"
_PLAIN_DOMAIN: Final = re.compile(
    r"[*_~`]{0,3}(?P<domain>"
    rf"(?:[a-z0-9_-]++\.++)+(?=[\d_-]*[a-z])[a-z0-9_-]++(?![^\W\d_{UNSPACED}])"
    rf"|(?=\w)(?:{_LABEL}\.++)+(?=[\d_-]*[^\W\d_]){_LABEL}"
    r"|\[[\d.]{7,15}\]|\[ipv6:[\da-f:]{2,39}\])"
)
# Versions, measures and pictures for sharp screens: "1.2.3-beta", "3.4ghz", "2x.png".
_NO_DOMAIN: Final = re.compile(r"v?\d+(?:\.(?:\d+|x))+[a-z]{0,4}(?:[-+].*)?|\dx\.(?:png|jpe?g|gif|webp|svg)")

# Grouped by their first letter, so that a word that is no ending costs little.
_ENDING: Final = "(?:{})(?![^\\W_])".format(
    "|".join(
        f"{letter}(?:{'|'.join(ending[1:] for ending in endings)})"
        for letter, endings in groupby(sorted(ENDINGS), key=itemgetter(0))
    )
)
_DOT: Final = (
    rf"(?:\s?{_OPEN}(?:\.|{_DOT_WORD}){_CLOSE}\s?"
    rf"|(?:\s{{1,3}}|\s?{_MARK}\s?)(?:{_DOT_WORD})(?:\s{{1,3}}|\s?{_MARK}\s?)"
    r"|\s{1,2}\.\s{1,2}|\.)"
)
_HOST: Final = rf"[^\W_]++(?:-(?!(?:{_DOT_WORD})\b)[^\W_]++){{0,8}}+"
_WRITTEN_DOMAIN: Final = re.compile(rf"{_FILLER}(?P<domain>(?:{_HOST}{_DOT}){{1,5}}{_ENDING}(?!/))")
# "someone@example, com", "someone@exa mple.com": breaks that only a sign glued to its name makes likely.
_BROKEN_DOMAIN: Final = re.compile(
    rf"{_FILLER}(?P<domain>(?:{_HOST}\s{{0,2}}[.,;]\s{{0,2}}|{_HOST}\s{{1,2}}{_HOST}\.)"
    r"(?:com|net|org|edu|gov|info|co\s?[.,;]\s?uk)(?![^\W_]))"
)
# Providers whose name is enough; those in *firm* are also firms that sentences speak of.
_PROVIDER: Final = re.compile(
    rf"{_FILLER}(?P<domain>gmail|googlemail|hotmail|protonmail|gmx|icloud|ymail|fastmail|tutanota"
    r"|(?P<firm>yahoo|outlook|aol|msn|yandex|proton|zoho))(?![^\W_])"
)
# What an unquoted local part can't hold, and the mask's own bullet.
_NAME_STOPS: Final = frozenset('"(),:;<>@[\\]•')
# A plain dot is one of `_DOT`: named twice, it would be tried twice, and four times twice.
_JOINT: Final = rf"(?:[_+-]|{_DOT}|\s(?:underscore|dash|hyphen|minus|plus)\s)"
_NAME: Final = re.compile(rf"(?<![^\W_])(?P<name>[^\W_]++(?:'[^\W_]++)?+(?:{_JOINT}[^\W_]++){{0,4}}){_FILLER}\Z")
# The "some" of "some one @ example . com".
_FIRST_HALF: Final = re.compile(r"(?<![^\W_])(?P<word>[^\W_]++) \Z")
# Where a sentence without spaces ends and a name in Latin letters begins.
_RUN_INTO: Final = re.compile(rf"[{UNSPACED}](?=[a-z0-9][!-~]*+\Z)")
# The front of a page's address, up to the part that could hold a name: "//example.com/contact/".
_PAGE: Final = re.compile(rf"(?://|www\.|(?:{_HOST}\.){{1,5}}{_ENDING}/)(?:\S*[/?&=#])?")
# "git@example.com:owner/name.git"
_REPOSITORY: Final = re.compile(r"(?<![\w.+-])git@[a-z0-9.-]++[:/][\w~]")

# "moc.elpmaxe@enoemos"
_REVERSED: Final = re.compile(r"(?<![\w.-])(?:moc|ten|gro|ude|vog|ku\.oc|ed|rf|ur)\.[\w.-]{1,253}+@[\w.+-]{1,64}+")

# A cheap look at a text without "@", which needs both: most that hold an "at" hold no dot to go with it.
_ANY_SIGN: Final = re.compile(rf"(?:{_AT_WORD})(?![^\W_])|[(\[{{]a[)\]}}]")
_ANY_DOMAIN: Final = re.compile(rf"\.[^\s.]|\s\.\s|{_DOT_WORD}|{_PROVIDER.pattern}")


def _addresses(text: str) -> Iterator[Span]:
    """Give the addresses in *text*, which is as its reader sees it."""
    if not ("@" in text or (_ANY_SIGN.search(text) and _ANY_DOMAIN.search(text))):
        return
    for sign in _SIGN.finditer(text):
        if _REPOSITORY.match(text, max(0, sign.start() - 3)):
            continue
        if span := (_plain(text, sign) if sign["glued"] else None) or _written(text, sign):
            yield span
    yield from (found.span() for found in _REVERSED.finditer(text))


def _plain(text: str, sign: re.Match[str]) -> Span | None:
    """Read an address that its syntax alone gives away, whatever its domain's ending."""
    domain = _PLAIN_DOMAIN.match(text, sign.end())
    if not domain or _NO_DOMAIN.fullmatch(domain["domain"]):
        return None
    begin, end = _local_part(text, sign.start()), domain.end()
    while not _names(text[end - 1]) and text[end - 1] != "]":
        end -= 1
    return (begin, end) if begin < sign.start() else None


def _local_part(text: str, end: int) -> int:
    """Find where the local part that stops at *end* begins; at *end* itself where there is none."""
    if text.endswith('"', 0, end):
        opening = text.rfind('"', max(0, end - 66), end - 1)
        return end if opening < 0 else opening
    begin = end
    while begin and text[begin - 1] not in _NAME_STOPS and not text[begin - 1].isspace():
        begin -= 1
    if front := _PAGE.match(text, begin, end) or _RUN_INTO.search(text, begin, end):
        begin = front.end()
    first = next((at for at in range(begin, end) if _names(text[at])), begin)
    return end if text[first:end].strip(".") == "" else first


def _names(character: str) -> bool:
    """Tell letters, marks and digits, of which names are made, from the punctuation around them."""
    return category(character)[0] in "LMN"


def _written(text: str, sign: re.Match[str]) -> Span | None:
    """Read an address that is spelled out or set apart: known endings only, and evidence where the sign gives none."""
    domain = (
        _WRITTEN_DOMAIN.match(text, sign.end())
        or (_BROKEN_DOMAIN.match(text, sign.end()) if sign["glued"] else None)
        or _PROVIDER.match(text, sign.end())
    )
    name = domain and _NAME.search(text, max(0, sign.start() - 72), sign.start())
    if not domain or not name or _is_ordinary(text, sign, name, domain):
        return None
    begin = name.start()
    half = _FIRST_HALF.search(text, max(0, begin - 66), begin) if _is_spread(sign, domain) else None
    if half and half["word"] not in ORDINARY and half["word"] not in PARTICLES:
        begin = half.start()
    return begin, domain.end()


# Evidence -------------------------------------------------------------------------------------------------------------

_BEFORE_NOUN: Final = re.compile(
    r"(?:\A|\s)(?:an?|the|this|that|these|those|some|any|all|every|each|no|my|our|your|his|her|its|their|another|other"
    r"|many|most|several|few|both|such)\s+\Z"
)
# What follows "at" in ordinary sentences and is no host.
_NO_HOST: Final = re.compile(
    r"(?:an?|the|this|that|these|those|my|our|your|his|her|its|their|me|him|us|them|it|all|least|last|first|once|one"
    r"|some|home|work|noon|night|no)(?![^\W_])"
)
# Endings that are words too: "at some point in", and "mad at work.it was", which has only lost a space.
_WORD_ENDING: Final = re.compile(r"(?:\.\s{0,2}|\bpoint\s)(?:am|as|at|be|by|do|in|is|it|me|my|no|so|to|us)\Z")
_MAIL_TALK: Final = re.compile(
    r"(?<![^\W_])(?:e-?mails?|mails?|address|contact|reach|write|inbox)(?![^\W_])[^.!?\n]*\Z",
)


def _is_ordinary(text: str, sign: re.Match[str], name: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether the words around a sign are those of a sentence, "look at nytimes dot com"."""
    if sign["glued"] or sign["bracketed"]:
        return False
    who, where = name["name"], domain["domain"]
    word = re.split("[_-]", who)[-1]
    in_a_sentence = (
        word in PARTICLES
        or (word in ORDINARY and not _mail_is_meant(text, name))
        or _BEFORE_NOUN.search(text, max(0, name.start() - 12), name.start())
    )
    return bool(
        len(who) == 1
        or not any(character.isalpha() for character in who)
        or _NO_HOST.match(where)
        or _WORD_ENDING.search(where)
        or (in_a_sentence and not _is_spread(sign, domain))
        or (sign["word"] and _is_page(text, name, domain))
    )


def _is_spread(sign: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether the parts stand apart as no sentence has them, "example . com"."""
    return sign[0] == "@" and " . " in domain["domain"]


def _is_page(text: str, name: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether a word, "at" and a domain speak of a page, "Mathworld at example.com", and nothing of mail."""
    where = domain["domain"]
    if not name["name"].isalpha():
        return False
    if domain.re is _PROVIDER:
        return bool(domain["firm"])
    unspelled = where.replace(".", "").isalnum() and not _PROVIDER.match(where)
    return unspelled and not _mail_is_meant(text, name)


def _mail_is_meant(text: str, name: re.Match[str]) -> bool:
    return bool(_MAIL_TALK.search(text, max(0, name.start() - 60), name.start()))
