"""Find mailboxes that stand beside the name of a provider that everybody knows, with no sign: "wquist77 on gmail"."""

import re
from collections.abc import Iterator
from typing import Final

from service.core.hosts import MAIL
from service.core.sentences import MAIL_TALK, is_marked
from service.core.vocabulary import ORDINARY, PARTICLES

# "wquist77 on gmail", "wquist77 gmail.com", "gmail: wquist77": no sign at all.
_ANY_PROVIDER: Final = rf"{MAIL}|yahoo|outlook|aol|msn|yandex|zoho"
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
# What stands before a name that is no more than that: a sentence's beginning, or who is meant.
_BEFORE_NAME: Final = re.compile(r"(?:\A|[\n:;,.(!?]\s?|(?<![^\W_])(?:am|i'm|im|as|me|is|it's|user|name)\s)\Z")
_PRODUCT: Final = re.compile(
    r"(?:android|area|chrome|cop|covid|debian|edge|firefox|galaxy|i?pad|i?phone|ios|ipados|linux|mac_?os|mac|office|pixel|ps"
    r"|safari|thunderbird|top|ubuntu|user|vista|win|windows|xbox|web)[_.+-]?(?:s|v|x|pro)?[\d.]*\Z"
)
ANY_MAIL: Final = re.compile(_ANY_PROVIDER)
_MAILBOXES: Final = re.compile(MAIL)


def signless(text: str) -> Iterator[tuple[int, int]]:
    """Give the names of mailboxes that stand beside their provider's."""
    if not ANY_MAIL.search(text):
        return
    for found in _BESIDE.finditer(text):
        if _is_mailbox(text, found):
            yield found.start(), found.end("ending") if found["ending"] else found.end("provider")
    for found in _AFTER.finditer(text):
        if is_marked(found["name"]) or text.endswith(" me on ", 0, found.start()):
            yield found.span("name")


def _is_mailbox(text: str, found: re.Match[str]) -> bool:
    """Tell whether the name before a provider's is a mailbox's: unlike a word, or one where mail is meant."""
    name = found["name"]
    if not found["word"] and not found["ending"] and found["last"] is None:
        return False
    if is_marked(name):
        return not _is_product(text, found)
    is_word = name in ORDINARY or name in PARTICLES or not name.isalpha() or not _MAILBOXES.match(found["provider"])
    if not found["word"] or is_word:
        return False
    is_alone = found["last"] is not None or text[found.end()] in ".,;!?)"
    is_named = _BEFORE_NAME.search(text, max(0, found.start() - 12), found.start())
    return bool(is_alone and is_named) or _is_reached(text, found.start())


def _is_product(text: str, found: re.Match[str]) -> bool:
    """Tell whether a word with digits is a thing's or a year's, "Covid19 outlook", and no mailbox's."""
    name = found["name"]
    if _PRODUCT.match(name):
        return not found["ending"]
    if found["word"] or found["ending"] or "." in name or _MAILBOXES.match(found["provider"]):
        return False
    return not _is_reached(text, found.start())


def _is_reached(text: str, at: int) -> bool:
    return bool(MAIL_TALK.search(text, max(0, at - 60), at))
