"""Weigh the words around a sign: whether they are those of an ordinary sentence, "look at nytimes dot com"."""

import re
from typing import Final

from service.core.endings import REGISTERED
from service.core.hosts import PROVIDER
from service.core.vocabulary import ORDINARY, PARTICLES, SITES, WORD_ENDINGS

#: Words for the sign that sentences have before a host as well.
_PREPOSITIONS: Final = ("at", "bei", "chez")

_BEFORE_NOUN: Final = re.compile(
    r"(?:\A|\s)(?:an?|the|this|that|these|those|some|any|all|every|each|no|my|our|your|his|her|its|their|another|other"
    r"|many|most|several|few|both|such)\s+\Z"
)
# What follows "at" in ordinary sentences and is no host.
_NO_HOST: Final = re.compile(
    r"(?:an?|the|this|that|these|those|my|our|your|his|her|its|their|me|him|us|them|it|all|least|last|first|once|one"
    r"|some|home|work|noon|night|no)(?![\w-])"
)
# A matrix, "kappa @ B.mT".
_TRANSPOSED: Final = re.compile(r"[a-z]\.mt")
# Endings that are words too: "at some point in", and "mad at work.it was", which has only lost a space.
_WORD_ENDING: Final = re.compile(rf"(?:\.\s{{0,2}}|\bpoint\s)(?:{'|'.join(sorted(WORD_ENDINGS))})\Z")
MAIL_TALK: Final = re.compile(
    r"(?<![^\W_])(?:e-?mails?|mails?|address|contact|reach|write|inbox)(?![^\W_])[^.!?\n]*\Z",
)
_MARKED_NAME: Final = re.compile(r"[^\W\d_][_.+]+[^\W\d_]|[^\W\d_]{2}[_.+-]?\d{2,}\Z")
_ANNOUNCED: Final = re.compile(
    r"(?<![^\W_])(?:e-?mail|mail|contact|reach|write|address|inbox)(?: [a-z']{1,12}){0,3}:\s\Z"
)
# "mail order at", "contact form at": of mail, and no mailbox.
_COMPOUND: Final = re.compile(
    r"(?<![^\W_])(?:e-?mail|mail|contact|address|inbox)[ -](?:account|address|book|box|campaign|carrier|catalog|center"
    r"|client|delivery|details|form|fraud|house|info|information|lenses|list|marketing|newsletter|number|online|option"
    r"|orders?|ordering|ordered|page|people|person|program|provider|rebate|room|sale|section|server|services?|store"
    r"|support|system|tracing|us)\Z"
)


def is_ordinary(text: str, sign: re.Match[str], name: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether the words around a sign are those of a sentence, "look at nytimes dot com"."""
    who, where = name["name"], domain["domain"]
    if sign["glued"]:
        return False
    if sign["bracketed"]:
        return _is_aside(text, sign, who, where)
    if sign["slight"] and "." in where:
        return True
    if _is_announced(text, name):
        return False
    word = re.split("[_-]", who)[-1]
    is_small = _NO_HOST.match(where) is not None
    ends_in_word = _WORD_ENDING.search(where) is not None
    if is_marked(who) and not (is_small and ends_in_word):
        is_small = ends_in_word = False
    in_a_sentence = (
        word in PARTICLES
        or (word in ORDINARY and not _mail_is_meant(text, name))
        or _BEFORE_NOUN.search(text, max(0, name.start() - 12), name.start())
        or _is_compound(text, name)
    )
    return bool(
        (len(who) == 1 and not (who.isalpha() and " dot " in where))
        or not any(character.isalpha() for character in who)
        or (is_small and where.count(" dot ") < 2)
        or ends_in_word
        or _TRANSPOSED.fullmatch(where)
        or (in_a_sentence and not (is_spread(sign, domain) and not _is_shop(word, where)))
        or (sign["word"] in ("bei", "chez") and who.isalpha() and _is_site(where))
        or (sign["word"] in _PREPOSITIONS and _is_page(text, name, domain))
    )


def _is_announced(text: str, name: re.Match[str]) -> bool:
    """Tell whether *name* comes right after the word that it is mail: "e-mail: hello @ example.com"."""
    return bool(name["name"].isalpha() and _ANNOUNCED.search(text, max(0, name.start() - 40), name.start()))


def _is_aside(text: str, sign: re.Match[str], who: str, where: str) -> bool:
    """Tell whether a sign in brackets is an aside, "I was (at) work.be nice", or a call's argument, "foo(a) bar.id"."""
    if not _WORD_ENDING.search(where) or is_marked(who):
        return False
    is_argument = sign[0] == "(a)" and not text[sign.start() - 1].isspace() and text[sign.end()].isspace()
    return bool(is_argument or _NO_HOST.match(where) or who in PARTICLES or who.isdigit())


def is_call(text: str, who: str, domain: re.Match[str]) -> bool:
    """Tell whether what looks like a host is a function's name, "x@w.to(device)"."""
    last = domain["domain"].rpartition(".")[2]
    return text.startswith("(", domain.end()) and last in WORD_ENDINGS and not is_marked(who)


def is_spread(sign: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether the parts stand apart as no sentence has them, "example . com"."""
    return sign[0] == "@" and " . " in domain["domain"]


def _is_page(text: str, name: re.Match[str], domain: re.Match[str]) -> bool:
    """Tell whether a word, "at" and a domain speak of a page, "Mathworld at example.com", and nothing of mail."""
    where = domain["domain"]
    if not name["name"].isalpha():
        return False
    if domain.re is PROVIDER:
        return bool(domain["firm"])
    unspelled = where.replace(".", "").isalnum() and not PROVIDER.match(where)
    return unspelled and not _mail_is_meant(text, name)


def _is_site(where: str) -> bool:
    """Tell whether *where* is one of the sites that everybody shops at or reads."""
    return re.split(r"[^\w-]", where, maxsplit=1)[0] in SITES


def _is_shop(word: str, where: str) -> bool:
    """Tell whether a sentence speaks of buying or reading at a known site, "deal @ amazon . com"."""
    return word in ORDINARY and _is_site(where)


def _mail_is_meant(text: str, name: re.Match[str]) -> bool:
    return not _is_compound(text, name) and bool(MAIL_TALK.search(text, max(0, name.start() - 60), name.start()))


def _is_compound(text: str, name: re.Match[str]) -> bool:
    return bool(_COMPOUND.search(text, max(0, name.start() - 20), name.end("name")))


def is_marked(name: str) -> bool:
    """Tell whether *name* is one as mailboxes have and words have not: "w.quist", "w_quist", "quist77"."""
    if not _MARKED_NAME.search(name):
        return False
    last = name.rpartition(".")[2]
    return "." not in name or not (len(last) < 2 or last in REGISTERED or last.isdigit())
