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
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final
from unicodedata import category

from classifier.text import fold
from service.core.endings import REGISTERED
from service.core.reading import UNSPACED, read
from service.core.signs import AT_WORD, DOT_WORD, GLUED_AT, SIGN_WORD, SLIGHT_AT, SLIPS, SPELLED
from service.core.vocabulary import ENDINGS, ORDINARY, PARTICLES, SITES

Span = tuple[int, int]


def spot(text: str) -> list[Span]:
    """Give where each address in *text* begins and ends, in code points, in order and apart from each other."""
    seen = read(text)
    spans = [(seen.begins[begin], _past_marks(text, seen.ends[end - 1])) for begin, end in _addresses(seen.text)]
    return apart(sorted([*spans, *_encoded(text)]))


def may_hold(text: str) -> bool:
    """Tell whether *text* may hold an address, at a glance."""
    return _is_suspect(read(text).text)


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

_MARK: Final = r"[|*~=/\"'_.,:;#+!?^%$&§¡¿\\—–-]"
_OPEN, _CLOSE = (
    rf"[(\[{{<>«»「『《｢⦅⟪〖❴]{{1,3}}{_MARK}?\s?",
    rf"\s?{_MARK}?[)\]}}><»«」』》｣⦆⟫〗❵]{{1,3}}",
)
# Between a sign and what stands beside it: spaces, or Markdown's emphasis around the sign; no empty line.
_FILLER: Final = r"(?!\n\n)[\s*_~`]{0,3}"

_SIGN: Final = re.compile(
    rf"(?P<bracketed>{_OPEN}(?:@t?|(?:{AT_WORD}|{GLUED_AT})(?:[ -]?(?:{SIGN_WORD}))?){_CLOSE}"
    rf"|[(\[{{<]{{1,3}}\s?(?:et|ad|hos|ved)\s?[)\]}}>]{{1,3}})"
    r"|(?P<glued>(?<!\s)@++)"
    rf"|@++|[(\[{{«「](?:{SLIGHT_AT})[)\]}}»」]"
    rf"|(?P<mark>{_MARK})(?P=mark){{0,2}}(?P<inner>{_MARK})?\s?(?:{AT_WORD})\s?(?(inner)(?P=inner))(?P=mark){{1,3}}"
    rf"|[/\\]\s?(?:{AT_WORD})\s?[/\\]"
    rf"|(?<=\s)(?P<word>(?:{AT_WORD})(?:[ -](?:{SIGN_WORD}))?)(?=\s)"
    rf"|(?<=\s)(?P<slight>et|ad|att|hos)(?=\s)"
)
_SIGN_LAST: Final = re.compile(rf"(?<![^\W_])(?:{AT_WORD}|{GLUED_AT})\Z|(?:{GLUED_AT})\Z")
_LABEL: Final = r"[^\x00-,./:-@\[-^`{-\x7f\s•]++"
_IN_ASCII: Final = rf"(?:[a-z0-9_-]++\.++)+(?=[\d_-]*[a-z])[a-z0-9_-]++(?![^\W\d_{UNSPACED}])"
_IN_ANY_SCRIPT: Final = rf"(?=\w)(?:{_LABEL}\.++)+(?=[\d_-]*[^\W\d_]){_LABEL}"
_PLAIN_DOMAINS: Final = tuple(
    re.compile(rf"[*_~`]{{0,3}}(?P<domain>{domain})")
    for domain in (_IN_ASCII, _IN_ANY_SCRIPT, r"\[[\d.]{7,15}\]|\[ipv6:[\da-f:]{2,39}\]")
)
# Versions, measures and pictures for sharp screens: "1.2.3-beta", "3.4ghz", "2x.png".
_NO_DOMAIN: Final = re.compile(r"v?\d+(?:\.(?:\d+|x))+[a-z]{0,4}(?:[-+].*)?|\dx\.(?:png|jpe?g|gif|webp|svg)")

# Grouped by their first letter, so that a word that is no ending costs little.
_ENDING: Final = "(?:{}|{})(?![^\\W_])".format(
    SPELLED,
    "|".join(
        f"{letter}(?:{'|'.join(ending[1:] for ending in endings)})"
        for letter, endings in groupby(sorted(ENDINGS), key=itemgetter(0))
    ),
)
_DOT: Final = (
    rf"(?:\s{{0,2}}{_OPEN}(?:[.,·‧•∙⋅]|(?:{DOT_WORD})(?:\s(?:sign|symbol))?){_CLOSE}\s{{0,2}}"
    rf"|(?:\s{{1,3}}|\s?{_MARK}{{1,3}}\s?)(?:{DOT_WORD})(?:\s{{1,3}}|\s?{_MARK}{{1,3}}\s?|(?=(?:com|net|org)(?![^\W_])))"
    r"|\s{1,2}\.\s{1,2}|\.)"
)
_HOST: Final = rf"[^\W_]++(?:-(?!(?:{DOT_WORD})\b)[^\W_]++){{0,8}}+"
_WRITTEN_DOMAIN: Final = re.compile(rf"{_FILLER}(?P<domain>(?:{_HOST}{_DOT}){{1,5}}{_ENDING}(?!/))")
# "someone@example, com", "someone@exa mple.com": breaks that only a sign glued to its name makes likely.
_BROKEN_DOMAIN: Final = re.compile(
    rf"{_FILLER}(?P<domain>(?:{_HOST}\s{{0,2}}[.,;]\s{{0,2}}|{_HOST}\s{{1,2}}{_HOST}\.)"
    r"(?:com|net|org|edu|gov|info|co\s?[.,;]\s?uk)(?![^\W_]))"
)
# A host of any shape, label by label, for signs that leave no doubt.
_FIRST_LABEL: Final = re.compile(rf"[\s*_~`]{{0,4}}(?P<label>{_HOST})")
_NEXT_LABEL: Final = re.compile(rf"(?P<dot>{_DOT}|\s?[·‧∙⋅•]\s?)(?P<label>{_HOST})")
_LATIN_START: Final = re.compile(rf"[a-z0-9-]+(?=[{UNSPACED}])")
_IN_BRACKETS: Final = re.compile(rf"\s*{_OPEN}(?:[.,·‧•∙⋅]|(?:{DOT_WORD})(?:\s\w+)?){_CLOSE}\s*")
_SPELLED: Final = re.compile(rf"{SPELLED}|{SLIPS}")
_MOST_LABELS: Final = 6
_DOMAIN: Final = re.compile(r"[\s*_~`]{0,4}(?P<domain>.+)", re.DOTALL)

# Providers whose name is enough; those in *firm* are also firms that sentences speak of.
_MAIL: Final = (
    r"g[ -]?mail|gee[ -]?mail|googlemail|google mail|hot[ -]?mail|proton ?mail|gmx|icloud|ymail|fast ?mail|tutanota"
    r"|mail\.ru|гмейл|гмайл|джимейл|жмейл|яндекс|рамблер|지메일|네이버|जीमेल"
)
_PROVIDER: Final = re.compile(
    rf"{_FILLER}(?P<domain>(?:{_MAIL}|(?P<firm>yahoo|outlook|aol|msn|yandex|proton|zoho))"
    rf"(?:\s(?:com|de|fr|net|ru|co uk|닷컴)|{_DOT}(?:com|net|ch|me|{SPELLED}))?)(?![^\W_])"
)
# "wquist77 on gmail", "wquist77 gmail.com", "gmail: wquist77": no sign at all.
_ANY_PROVIDER: Final = rf"{_MAIL}|yahoo|outlook|aol|msn|yandex|zoho"
_BESIDE: Final = re.compile(
    r"(?<![\w@.+-])(?P<name>[^\W_][\w.+-]{1,63}?)"
    r"(?P<between>\s(?:is |am )?(?P<word>on|via|over|using|with|auf|bei|en|em|sur|su|op|på|pa|na|в|через)\s(?:my )?"
    r"|\s?[|/,:~>→➜⇒–—-]{1,3}\s?|\s?[(\[]|\s)"
    rf"(?P<provider>{_ANY_PROVIDER})(?P<ending>[\s.](?:com|de|fr|net|ru)(?![^\W_]))?(?P<last>[\s)\].,!?;]*(?:\n|\Z))?(?![^\W_])"
)
_AFTER: Final = re.compile(
    rf"(?<![\w@.-])(?:{_ANY_PROVIDER})(?:[\s.]com)?(?: (?:account|address|id|handle|user ?name))?"
    r"(?:\s?[:=]\s?|\s(?:is|ist|es|est|to|at|as) |\s(?=\S+\s*(?:\n|\Z)))(?P<name>[^\W_][\w.+-]{2,63})(?![\w@])"
)
_MARKED_NAME: Final = re.compile(r"[^\W\d_][_.+]+[^\W\d_]|[^\W\d_]{2}[_.+-]?\d{2,}\Z")
# What stands before a name that is no more than that: a sentence's beginning, or who is meant.
_BEFORE_NAME: Final = re.compile(r"(?:\A|[\n:;,.(!?]\s?|(?<![^\W_])(?:am|i'm|im|as|me|is|it's|user|name)\s)\Z")
# "user: someone, domain: example.com"
_LISTED: Final = re.compile(
    r"(?<![^\W_])(?:user(?: ?name)?|name|local(?: ?part)?|login|mailbox|before)\s?[:=]\s?(?P<name>[^\W_][\w.+-]{1,63})"
    r"[\s,;/|]{1,3}(?:and )?(?:domain|host|server|provider|after|at)\s?[:=]\s?"
    rf"(?P<domain>(?:{_HOST}{_DOT}){{1,5}}{_ENDING})"
)
# What an unquoted local part can't hold, and the mask's own bullet.
_NAME_STOPS: Final = frozenset('"(),:;<>@[\\]•')
# A plain dot is one of `_DOT`: named twice, it would be tried twice, and four times twice.
_JOINT: Final = rf"(?:[_+-]|{_DOT}|\s(?:underscore|dash|hyphen|minus|plus)\s)"
_ANY_NAME: Final = rf"(?<![^\W_])(?P<name>[^\W_]++(?:'[^\W_]++)?+(?:{_JOINT}[^\W_]++){{0,4}})"
_NAME: Final = re.compile(rf"{_ANY_NAME}{_FILLER}\Z")
_NAME_ABOVE: Final = re.compile(rf"{_ANY_NAME}[\s*_~`]{{0,3}}\Z")
# The "some" of "some one @ example . com".
_FIRST_HALF: Final = re.compile(r"(?<![^\W_])(?P<word>[^\W_]++) \Z")
# Where a sentence without spaces ends and a name in Latin letters begins.
_RUN_INTO: Final = re.compile(rf"[{UNSPACED}](?=[a-z0-9][!-~]*+\Z)")
# The front of a page's address, up to the part that could hold a name: "//example.com/contact/".
_PAGE: Final = re.compile(rf"(?://|www\.|(?:{_HOST}\.){{1,5}}{_ENDING}/)(?:\S*[/?&=#])?")
# The end of "e-x-a-m-p-l-e-.-c-o-m".
_SINGLE_LETTERS: Final = re.compile(r"[._-]+(?:c[._-]+o[._-]+m|n[._-]+e[._-]+t|o[._-]+r[._-]+g|d[._-]+e|u[._-]+k)\Z")
# Where a link follows without a space.
_LINK_BEHIND: Final = re.compile(r"https?\Z")
# What an ending begins with before digits and the like: "com77".
_ENDING_FIRST: Final = re.compile(r"[a-z]+(?=[\d_-])")
# The page of a profile elsewhere: "https://example.com/@name@host.tld".
_PROFILE: Final = re.compile(rf"(?:://{_HOST}(?:\.{_HOST}){{0,5}}|(?<![\w.@-])(?:{_HOST}\.){{1,5}}[a-z]+)/@\Z")
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

# A cheap look at a text without "@", which needs both: most that hold an "at" hold no dot to go with it.
_ANY_SIGN: Final = re.compile(rf"(?:{AT_WORD}|et|ad|att|hos)(?![^\W_])|[(\[{{«「](?:{SLIGHT_AT})[)\]}}»」]|{GLUED_AT}")
_ANY_DOT: Final = re.compile(r"\.[^\s.]|\s\.\s|[.,]\s{0,2}(?:com|net|org)(?![^\W_])|[(\[{]\s?[.,]\s?[)\]}]")
_ANY_DOMAIN: Final = re.compile(rf"(?<![^\W_])(?:{DOT_WORD}|yahoo|outlook|aol|msn|yandex|proton|zoho)")
_ANY_MAIL: Final = re.compile(_ANY_PROVIDER)
_MAILBOXES: Final = re.compile(_MAIL)


def _is_suspect(text: str) -> bool:
    """Tell at a glance whether *text*, which is as its reader sees it, may hold an address."""
    if "@" in text or _ANY_MAIL.search(text):
        return True
    return bool(_ANY_SIGN.search(text) and (_ANY_DOT.search(text) or _ANY_DOMAIN.search(text)))


def _addresses(text: str) -> Iterator[Span]:
    """Give the addresses in *text*, which is as its reader sees it."""
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
    yield from _signless(text)


def _signless(text: str) -> Iterator[Span]:
    """Give the names of mailboxes that stand beside their provider's."""
    if not _ANY_MAIL.search(text):
        return
    for found in _BESIDE.finditer(text):
        if _is_mailbox(text, found):
            yield found.start(), found.end("ending") if found["ending"] else found.end("provider")
    for found in _AFTER.finditer(text):
        if _is_marked(found["name"]) or text.endswith(" me on ", 0, found.start()):
            yield found.span("name")


def _is_mailbox(text: str, found: re.Match[str]) -> bool:
    """Tell whether the name before a provider's is a mailbox's: unlike a word, or one where mail is meant."""
    name = found["name"]
    if not found["word"] and not found["ending"] and found["last"] is None:
        return False
    if _is_marked(name):
        return True
    is_word = name in ORDINARY or name in PARTICLES or not name.isalpha() or not _MAILBOXES.match(found["provider"])
    if not found["word"] or is_word:
        return False
    is_alone = found["last"] is not None or text[found.end()] in ".,;!?)"
    is_named = _BEFORE_NAME.search(text, max(0, found.start() - 12), found.start())
    return bool(is_alone and is_named) or _is_reached(text, found.start())


def _is_reached(text: str, at: int) -> bool:
    return bool(_MAIL_TALK.search(text, max(0, at - 60), at))


def _is_marked(name: str) -> bool:
    """Tell whether *name* is one as mailboxes have and words have not: "w.quist", "w_quist", "quist77"."""
    if not _MARKED_NAME.search(name):
        return False
    last = name.rpartition(".")[2]
    return "." not in name or not (len(last) < 2 or last in REGISTERED or last.isdigit())


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
    domains = (domain.match(text, sign.end()) for domain in _PLAIN_DOMAINS)
    domain = next((domain for domain in domains if domain and _is_known(domain["domain"])), None)
    if not domain or _NO_DOMAIN.fullmatch(domain["domain"]):
        return None
    begin, end = _local_part(text, sign.start()), domain.end()
    while not _names(text[end - 1]) and text[end - 1] != "]":
        end -= 1
    return (begin, end) if begin < sign.start() else None


def _is_known(domain: str) -> bool:
    """Tell whether a mailbox may be at *domain*: an address of the network, or with a label that may be an ending."""
    if domain.startswith("["):
        return True
    labels = re.split(r"\.+", domain)[1:]
    return any(map(_is_ending, labels)) or bool(_PROVIDER.match(domain) or _SINGLE_LETTERS.search(domain))


#: No ending is longer, nor is what must be read to find one.
_LONGEST_ENDING: Final = 63


def _is_ending(label: str) -> bool:
    """Tell whether *label* is an ending, maybe with digits behind it or, in a script without spaces, with words."""
    return _begins_with_ending(label[:_LONGEST_ENDING])


@lru_cache(maxsize=4096)
def _begins_with_ending(label: str) -> bool:
    label = _LINK_BEHIND.sub("", label.strip("-_"))
    if label in REGISTERED or _SPELLED.fullmatch(label):
        return True
    latin = _LATIN_START.match(label) or _ENDING_FIRST.match(label)
    if latin and latin[0] in REGISTERED:
        return True
    if label.isascii():
        return False
    # Beside a Latin letter those of other scripts that are drawn alike read as Latin ones, too: "сом".
    return fold("a" + label).text[1:] in REGISTERED or any(label[:end] in REGISTERED for end in range(1, 16))


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
    first = next((at for at in range(begin, end) if _names(text[at])), begin)
    return end if text[first:end].strip(".") == "" else first


def _is_quoted_code(text: str, begin: int, end: int) -> bool:
    return text.startswith("`", end) and text.endswith("`", 0, begin) and is_code(text[begin:end])


def _shaped(text: str, sign: re.Match[str]) -> re.Match[str] | None:
    """Read a host after *sign*, if that or a dot of it is spelled beyond doubt, whatever registered ending it has."""
    if sign["glued"] or sign["bracketed"]:
        return _labelled(text, sign.end())
    domain = _labelled(text, sign.end()) if " dot " in text[sign.end() : sign.end() + 80] else None
    last = domain["domain"].rpartition(" dot ")[2] if domain else ""
    return domain if last and last not in ORDINARY and last not in PARTICLES else None


def _labelled(text: str, at: int) -> re.Match[str] | None:
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


def _names(character: str) -> bool:
    """Tell letters, marks and digits, of which names are made, from the punctuation around them."""
    return category(character)[0] in "LMN"


def _written(text: str, sign: re.Match[str]) -> Span | None:
    """Read an address that is spelled out or set apart: known endings only, and evidence where the sign gives none."""
    if not _stands_between_words(text, sign):
        return None
    domain = (
        _shaped(text, sign)
        or _WRITTEN_DOMAIN.match(text, sign.end())
        or (_BROKEN_DOMAIN.match(text, sign.end()) if sign["glued"] or sign["bracketed"] else None)
        or _PROVIDER.match(text, sign.end())
    )
    name = domain and (_NAME_ABOVE if sign["bracketed"] else _NAME).search(
        text, max(0, sign.start() - 72), sign.start()
    )
    if not domain or not name or _is_ordinary(text, sign, name, domain):
        return None
    begin = name.start()
    if sentence := _RUN_INTO.search(text, begin, name.end("name")):
        begin = sentence.end()
    half = _FIRST_HALF.search(text, max(0, begin - 66), begin) if _is_spread(sign, domain) else None
    if half and half["word"] not in ORDINARY and half["word"] not in PARTICLES:
        begin = half.start()
    return begin, domain.end()


#: Words for the sign that sentences have before a host as well.
_PREPOSITIONS: Final = ("at", "bei", "chez")


def _stands_between_words(text: str, sign: re.Match[str]) -> bool:
    """Tell at a glance whether a name can end before *sign*, and a host begin behind it."""
    before = text[max(0, sign.start() - 4) : sign.start()].rstrip(" \n*_~`")
    after = text[sign.end() : sign.end() + 5].lstrip(" \n*_~`")
    return before[-1:].isalnum() and after[:1].isalnum()


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
# "mail order at", "contact form at": of mail, and no mailbox.
_COMPOUND: Final = re.compile(
    r"(?<![^\W_])(?:e-?mail|mail|contact|address|inbox)[ -](?:account|address|book|box|campaign|carrier|catalog|center"
    r"|client|delivery|details|form|fraud|house|info|information|lenses|list|marketing|newsletter|number|online|option"
    r"|orders?|ordering|ordered|page|people|person|program|provider|rebate|room|sale|section|server|services?|store"
    r"|support|system|tracing|us)\Z"
)


def _is_ordinary(text: str, sign: re.Match[str], name: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether the words around a sign are those of a sentence, "look at nytimes dot com"."""
    if sign["glued"] or sign["bracketed"]:
        return False
    who, where = name["name"], domain["domain"]
    if sign["slight"] and "." in where:
        return True
    word = re.split("[_-]", who)[-1]
    in_a_sentence = (
        word in PARTICLES
        or (word in ORDINARY and not _mail_is_meant(text, name))
        or _BEFORE_NOUN.search(text, max(0, name.start() - 12), name.start())
        or _is_compound(text, name)
    )
    return bool(
        len(who) == 1
        or not any(character.isalpha() for character in who)
        or _NO_HOST.match(where)
        or _WORD_ENDING.search(where)
        or (in_a_sentence and not (_is_spread(sign, domain) and not _is_shop(word, where)))
        or (sign["word"] in ("bei", "chez") and who.isalpha() and _is_site(where))
        or (sign["word"] in _PREPOSITIONS and _is_page(text, name, domain))
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


def _is_site(where: str) -> bool:
    """Tell whether *where* is one of the sites that everybody shops at or reads."""
    return re.split(r"[^\w-]", where, maxsplit=1)[0] in SITES


def _is_shop(word: str, where: str) -> bool:
    """Tell whether a sentence speaks of buying or reading at a known site, "deal @ amazon . com"."""
    return word in ORDINARY and _is_site(where)


def _mail_is_meant(text: str, name: re.Match[str]) -> bool:
    return not _is_compound(text, name) and bool(_MAIL_TALK.search(text, max(0, name.start() - 60), name.start()))


def _is_compound(text: str, name: re.Match[str]) -> bool:
    return bool(_COMPOUND.search(text, max(0, name.start() - 20), name.end("name")))
