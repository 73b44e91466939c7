"""Weigh the words around a sign: whether they are those of an ordinary sentence, "look at nytimes dot com"."""

import re
from typing import Final

from service.core.endings import REGISTERED
from service.core.hosts import PROVIDER
from service.core.vocabulary import ORDINARY, PARTICLES, SITES

#: Words for the sign that sentences have before a host as well.
_PREPOSITIONS: Final = ("at", "bei", "chez")

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
MAIL_TALK: Final = re.compile(
    r"(?<![^\W_])(?:e-?mails?|mails?|address|contact|reach|write|inbox)(?![^\W_])[^.!?\n]*\Z",
)
_MARKED_NAME: Final = re.compile(r"[^\W\d_][_.+]+[^\W\d_]|[^\W\d_]{2}[_.+-]?\d{2,}\Z")
# "mail order at", "contact form at": of mail, and no mailbox.
_COMPOUND: Final = re.compile(
    r"(?<![^\W_])(?:e-?mail|mail|contact|address|inbox)[ -](?:account|address|book|box|campaign|carrier|catalog|center"
    r"|client|delivery|details|form|fraud|house|info|information|lenses|list|marketing|newsletter|number|online|option"
    r"|orders?|ordering|ordered|page|people|person|program|provider|rebate|room|sale|section|server|services?|store"
    r"|support|system|tracing|us)\Z"
)


def is_ordinary(text: str, sign: re.Match[str], name: re.Match[str], domain: re.Match[str]) -> bool:
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
        or (in_a_sentence and not (is_spread(sign, domain) and not _is_shop(word, where)))
        or (sign["word"] in ("bei", "chez") and who.isalpha() and _is_site(where))
        or (sign["word"] in _PREPOSITIONS and _is_page(text, name, domain))
    )


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
