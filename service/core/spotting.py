"""Find the e-mail addresses in what people write, plain or disguised.

An address is a sign ("@", "(at)", " arroba ") with a domain after it and a name before it. A sign that is glued to its
name or stands in brackets is evidence enough. Any other may be an ordinary "at", and then the words around it must not
be those of an ordinary sentence.

No addresses, though their syntax would do: what has no registered ending (``unit@name.service``, ``react@18.2-beta``),
``git@host:path``, handles in a page's address (``example.com/@jane.doe``, ``example.com/@jane@host.tld``). A Fediverse
handle alone, ``@name@host.tld``, can't be told from an address and counts.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from typing import Final
from unicodedata import category

from service.core.hosts import (
    BROKEN_AT_ALL,
    BROKEN_DOMAIN,
    CLOSE,
    DOT,
    ENDING,
    FILLER,
    HOST,
    MARK,
    NO_DOMAIN,
    OPEN,
    PLAIN_DOMAINS,
    PROVIDER,
    WRITTEN_DOMAIN,
    is_known,
    labelled,
)
from service.core.providers import ANY_MAIL, signless
from service.core.reading import read, readings
from service.core.sentences import is_call, is_marked, is_ordinary, is_spread
from service.core.signs import AT_WORD, DOT_WORD, GLUED_AT, SIGN_WORD, SLIGHT_AT, UNSPACED
from service.core.vocabulary import ORDINARY, PARTICLES

Span = tuple[int, int]


def spot(text: str) -> list[Span]:
    """Give where each address in *text* begins and ends, in code points, in order and apart from each other."""
    spans = [
        (min(seen.begins[begin:end]), _past_marks(text, max(seen.ends[begin:end])))
        for seen in readings(text)
        for begin, end in _addresses(seen.text)
    ]
    return apart(sorted([*spans, *_encoded(text)]))


def may_hold(text: str) -> bool:
    """Tell whether *text* may hold an address, at a glance."""
    return any(_is_suspect(seen.text) for seen in readings(text))


def signs_in(text: str) -> int:
    """Count what may stand for "@" in *text*, on which the cost of `spot` depends."""
    seen = read(text).text
    return sum(1 for _ in _SIGN.finditer(seen)) if _is_suspect(seen) else 0


def is_code(text: str) -> bool:
    """Tell whether what reads like an address is a piece of code, by names that programs give."""
    return bool(_CODE.fullmatch(text))


def ends_in_sign(text: str) -> bool:
    """Tell whether the last word of *text* is one that stands for "@"."""
    return bool(_SIGN_LAST.search(read(text[-24:]).text))


def _past_marks(text: str, end: int) -> int:
    """Step over the marks that are drawn onto the last character."""
    while end < len(text) and category(text[end])[0] == "M":
        end += 1
    return end


def apart(spans: list[Span]) -> list[Span]:
    """Merge those of the sorted *spans* that overlap."""
    merged: list[Span] = []
    for begin, end in spans:
        if merged and begin < merged[-1][1]:
            begin, end = merged[-1][0], max(end, merged.pop()[1])
        merged.append((begin, end))
    return merged


# How each part is written ---------------------------------------------------------------------------------------------

_SIGN: Final = re.compile(
    rf"(?P<bracketed>{OPEN}(?:@{{1,3}}t?|(?:(?:sign|symbol) )?(?:{AT_WORD}|{GLUED_AT}))(?:[ -]?(?:{SIGN_WORD}))?{CLOSE}"
    rf"|[(\[{{<]{{1,3}}\s?(?:et|ad|hos|ved)\s?[)\]}}>]{{1,3}})"
    r"|(?P<glued>(?<!\s)@++)"
    rf"|@++(?:[ -]?(?:sign|symbol|rate|zeichen)(?![^\W_]))?|[(\[{{«「](?:{SLIGHT_AT})[)\]}}»」]"
    rf"|(?P<mark>{MARK})(?P=mark){{0,2}}(?P<inner>{MARK})?\s?(?:{AT_WORD}|{GLUED_AT})\s?(?(inner)(?P=inner))(?P=mark){{1,3}}"
    rf"|[/\\]\s?(?:{AT_WORD})\s?[/\\]"
    rf"|(?<=\s)(?P<word>(?:{AT_WORD}|{GLUED_AT})(?:[ -](?:{SIGN_WORD}))?)(?=\s)"
    rf"|(?<=\s)(?P<slight>et|ad|att|hos|hja)(?=\s)"
)
_SIGN_LAST: Final = re.compile(rf"(?<![^\W_])(?:{AT_WORD}|{GLUED_AT})\Z|(?:{GLUED_AT})\Z")
# "user: someone, domain: example.com"
_LISTED: Final = re.compile(
    r"(?<![^\W_])(?:user(?: ?name)?|name|local(?: ?part)?|login|mailbox|before)\s?[:=]\s?(?P<name>[^\W_][\w.+-]{1,63})"
    r"[\s,;/|]{1,3}(?:and )?(?:domain|host|server|provider|after|at)\s?[:=]\s?"
    rf"(?P<domain>(?:{HOST}{DOT}){{1,5}}{ENDING})"
)
# What an unquoted local part can't hold, and the mask's own bullet.
_NAME_STOPS: Final = frozenset('"(),:;<>@[\\]•')
# A plain dot is one of `DOT`: named twice, it would be tried twice, and four times twice.
_JOINT: Final = rf"(?:[_+-]|{DOT}|\s(?:underscore|dash|hyphen|minus|plus)\s)"
_ANY_NAME: Final = rf"(?<![^\W_])(?P<name>[^\W_]++(?:'[^\W_]++)?+(?:{_JOINT}[^\W_]++){{0,4}})"
_NAME: Final = re.compile(rf"{_ANY_NAME}{FILLER}\Z")
_NAME_ABOVE: Final = re.compile(rf"{_ANY_NAME}[\s*_~`]{{0,3}}\Z")
# The "some" of "some one @ example . com".
_FIRST_HALF: Final = re.compile(r"(?<![^\W_])(?P<word>[^\W_]++) \Z")
# Where a sentence without spaces ends and a name in Latin letters begins.
_RUN_INTO: Final = re.compile(rf"[{UNSPACED}](?=[a-z0-9][!-~]*+\Z)")
# The front of a page's address, up to the part that could hold a name: "//example.com/contact/".
_PAGE: Final = re.compile(rf"(?://|www\.|(?:{HOST}\.){{1,5}}{ENDING}/)(?:\S*[/?&=#])?")
# The page of a profile elsewhere: "https://example.com/@name@host.tld".
_PROFILE: Final = re.compile(rf"(?:://{HOST}(?:\.{HOST}){{0,5}}|(?<![\w.@-])(?:{HOST}\.){{1,5}}[a-z]+)/@\Z")
_PROFILE_NAME: Final = re.compile(r"[\w.+-]+")
_CODE: Final = re.compile(
    r"[a-z_]\w*@(?:attrs?|obj|self|this|cls|node|elem|ctx|req|res|args|kwargs|params|props?|vals?|vars?|func|fn|idx|tmp"
    r"|ptr|str|int|dict|tuple|struct|enum)"
    r"\.(?:name|id|info|app|dev|link|media|map|select|post|host|style|call|open|new|date|group|is|in|to|so|it|do|zip)"
)
# "git@example.com:owner/name.git"
_REPOSITORY: Final = re.compile(r"(?<![\w.+-])git@[a-z0-9.-]++[:/][\w~]")

# "moc.elpmaxe@enoemos"
_REVERSED: Final = re.compile(r"(?<![\w.-])(?:moc|ten|gro|ude|vog|ku\.oc|ed|rf|ur)\.[\w.-]{1,253}+@[\w.+-]{1,64}+")
# "moc tod elpmaxe ta enoemos"
_REVERSED_WORDS: Final = re.compile(
    r"(?<![\w.-])(?:moc\.|(?:moc|ten|gro|ude)\W{1,3}tod\W{1,3})[\w-]{1,63}+(?:\.[\w-]{1,63}+){0,3}?"
    r"\W{1,3}(?:ta|@)\W{1,3}[\w.+-]{1,64}+"
)

# A cheap look at a text without "@", which needs both: most that hold an "at" hold no dot to go with it.
_ANY_SIGN: Final = re.compile(
    rf"(?:{AT_WORD}|et|ad|att|hos|hja)(?![^\W_])|[(\[{{«「](?:{SLIGHT_AT})[)\]}}»」]|{GLUED_AT}"
)
_ANY_DOT: Final = re.compile(r"\.[^\s.]|\s\.\s|[.,]\s{0,2}(?:com|net|org)(?![^\W_])|[(\[{]\s?[.,]\s?[)\]}]")
_ANY_DOMAIN: Final = re.compile(rf"(?<![^\W_])(?:{DOT_WORD}|yahoo|outlook|aol|msn|yandex|proton|zoho)")


def _is_suspect(text: str) -> bool:
    """Tell at a glance whether *text*, which is as its reader sees it, may hold an address."""
    if "@" in text or ANY_MAIL.search(text):
        return True
    return bool(_ANY_SIGN.search(text) and (_ANY_DOT.search(text) or _ANY_DOMAIN.search(text)))


def _addresses(text: str) -> Iterator[Span]:
    """Give the addresses in *text*, which is as its reader sees it."""
    if "moc" in text or "tod" in text:
        yield from (found.span() for found in _REVERSED_WORDS.finditer(text))
    if "domain" in text or "host" in text or "provider" in text or "at:" in text:
        yield from ((found.start("name"), found.end()) for found in _LISTED.finditer(text))
    if not _is_suspect(text):
        return
    for sign in _SIGN.finditer(text):
        if _REPOSITORY.match(text, max(0, sign.start() - 3)):
            continue
        span = (_plain(text, sign) if sign["glued"] else None) or _written(text, sign)
        if span and not _is_profile(text, span[0], sign.start()) and not _is_quoted_code(text, *span):
            yield span
    yield from (found.span() for found in _REVERSED.finditer(text))
    yield from signless(text)


# Encoded whole --------------------------------------------------------------------------------------------------------

_BASE64: Final = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{12,400}+={0,2}(?![\w+/])")
_HEX: Final = re.compile(r"(?<![\w-])(?:[2-7][0-9A-Fa-f][ :]?){8,200}+(?!\w)")


def _encoded(text: str) -> Iterator[Span]:
    """Give the words of *text* that are an address in base64 or in hexadecimal digits."""
    for found in _BASE64.finditer(text):
        if _is_address(_decoded(found[0])):
            yield found.span()
    for found in _HEX.finditer(text):
        if _is_address(bytes.fromhex(found[0].replace(":", " "))):
            yield found.span()


def _decoded(word: str) -> bytes:
    letters = word.rstrip("=").translate({45: 43, 95: 47})
    try:
        return b64decode(letters + "=" * (-len(letters) % 4))
    except Error:
        return b""


def _is_address(decoded: bytes) -> bool:
    return b"@" in decoded and decoded.isascii() and any(_addresses(read(decoded.decode()).text))


def _plain(text: str, sign: re.Match[str]) -> Span | None:
    """Read an address that its syntax alone gives away."""
    domains = (domain.match(text, sign.end()) for domain in PLAIN_DOMAINS)
    domain = next((domain for domain in domains if domain and is_known(domain["domain"])), None)
    if not domain or NO_DOMAIN.fullmatch(domain["domain"]):
        return None
    begin, end = _local_part(text, sign.start()), domain.end()
    if is_call(text, text[begin : sign.start()], domain):
        return None
    while not _names(text[end - 1]) and text[end - 1] != "]":
        end -= 1
    return (begin, end) if begin < sign.start() else None


def _is_profile(text: str, begin: int, end: int) -> bool:
    """Tell whether the name from *begin* to *end* is somebody's in a page's address."""
    is_name = text.startswith("/@", begin - 2) and _PROFILE_NAME.fullmatch(text, begin, end)
    return bool(is_name and _PROFILE.search(text, max(0, begin - 260), begin))


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
    return next((at for at in range(begin, end) if _names(text[at])), end)


def _is_quoted_code(text: str, begin: int, end: int) -> bool:
    return text.startswith("`", end) and text.endswith("`", 0, begin) and is_code(text[begin:end])


def _shaped(text: str, sign: re.Match[str]) -> re.Match[str] | None:
    """Read a host after *sign*, if that or a dot of it is spelled beyond doubt, whatever registered ending it has."""
    if sign["glued"] or sign["bracketed"]:
        return labelled(text, sign.end())
    domain = labelled(text, sign.end()) if " dot " in text[sign.end() : sign.end() + 80] else None
    last = domain["domain"].rpartition(" dot ")[2] if domain else ""
    return domain if last and last not in ORDINARY and last not in PARTICLES else None


def _names(character: str) -> bool:
    """Tell letters, marks and digits, of which names are made, from the punctuation around them."""
    return category(character)[0] in "LMN"


def _written(text: str, sign: re.Match[str]) -> Span | None:
    """Read an address that is spelled out or set apart: known endings only, and evidence where the sign gives none."""
    if not _stands_between_words(text, sign):
        return None
    domain = (
        _shaped(text, sign)
        or WRITTEN_DOMAIN.match(text, sign.end())
        or (BROKEN_DOMAIN.match(text, sign.end()) if sign["glued"] or sign["bracketed"] else None)
        or PROVIDER.match(text, sign.end())
        or (BROKEN_AT_ALL.match(text, sign.end()) if sign["glued"] else None)
    )
    name = domain and (_NAME_ABOVE if sign["bracketed"] else _NAME).search(
        text, max(0, sign.start() - 72), sign.start()
    )
    if not domain or not name or is_ordinary(text, sign, name, domain):
        return None
    if sign["glued"] and any(map(str.isspace, text[name.end("name") : sign.start()])):
        return None
    if (domain.re is BROKEN_AT_ALL and not is_marked(name["name"])) or is_call(text, name["name"], domain):
        return None
    begin = name.start()
    if sentence := _RUN_INTO.search(text, begin, name.end("name")):
        begin = sentence.end()
    half = _FIRST_HALF.search(text, max(0, begin - 66), begin) if is_spread(sign, domain) else None
    if half and half["word"] not in ORDINARY and half["word"] not in PARTICLES:
        begin = half.start()
    return begin, domain.end()


def _stands_between_words(text: str, sign: re.Match[str]) -> bool:
    """Tell at a glance whether a name can end before *sign*, and a host begin behind it."""
    before = text[max(0, sign.start() - 4) : sign.start()].rstrip(" \n*_~`")
    after = text[sign.end() : sign.end() + 5].lstrip(" \n*_~`")
    return before[-1:].isalnum() and after[:1].isalnum()
