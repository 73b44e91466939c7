"""An e-mail address as a type that cannot be printed by accident."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

import idna
from email_validator import EmailNotValidError, validate_email

from classifier.text import is_unseen

#: RFC 5321's limit on a path less its two brackets, in characters.
LONGEST = 254


class NotAnAddress(ValueError):
    """Not a valid e-mail address. Never says which."""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A valid address. Printing it shows stars; whoever needs it calls `reveal`."""

    _text: str

    def __repr__(self) -> str:
        return "Address(•••)"

    __str__ = __repr__

    @classmethod
    def parse(cls, typed: str) -> "Address":
        """Return the address that was meant, as typed or pasted; its syntax is checked, never the DNS. Raises
        NotAnAddress."""
        if len(typed) > LONGEST:
            raise NotAnAddress
        for reading in _readings(typed):
            try:
                return cls(validate_email(reading, check_deliverability=False, allow_quoted_local=True).normalized)
            except EmailNotValidError:
                continue
        # Outside of the handler: the library's message, which would be its context, repeats what was typed.
        raise NotAnAddress

    def reveal(self) -> str:
        """Return the address itself, to seal or to fingerprint it."""
        return self._text

    def folded(self) -> str:
        """Return what two spellings of one mailbox share: case does not tell people apart."""
        return self._text.casefold()


_JOINERS: Final = "\u200c\u200d"
# "Ana <ana@example.com>", with whatever ends a list of such.
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<\s?(?P<address>[^<>]+?)\s?>[ ,;.]*")
_OPENING: Final = " \"'`“”„‟‘’«»‹›<([{"
_CLOSING: Final = _OPENING + ">)]},;:.!?、…"
# Japanese carriers gave out local parts that RFC 5322 wants quoted: "a..b", "a.".
_CARRIER: Final = re.compile(
    r"(?P<local>[\w-][\w.-]*)@(?P<domain>(?:[a-z0-9-]+\.)*(?:docomo\.ne\.jp|ezweb\.ne\.jp|au\.com))",
    re.ASCII | re.IGNORECASE,
)


def _readings(typed: str) -> Iterator[str]:
    """Give what *typed* may mean, the most literal first."""
    for each in _unwrapped(_folded(typed)):
        yield each
        if carried := _CARRIER.fullmatch(each):
            yield '"{local}"@{domain}'.format(**carried.groupdict())


def _folded(typed: str) -> str:
    """Return *typed* in plain characters, without those that nobody sees, and without spaces around its sign."""
    text = normalize("NFKC", typed).replace("。", ".")
    seen = "".join(each for each in text if each in _JOINERS or not is_unseen(each))
    kept = "".join(each for at, each in enumerate(seen) if each not in _JOINERS or _joins(seen, at))
    return re.sub(r"\s*@\s*", "@", kept).strip()


def _joins(text: str, at: int) -> bool:
    """Tell whether a joiner makes another word, which is not for us to change; elsewhere nobody typed it."""
    try:
        return idna.valid_contextj(text, at)
    except ValueError:  # beside what is no letter
        return False


def _unwrapped(text: str) -> Iterator[str]:
    """Give *text*, then what is in it after a name, in a link, in quotes or at the end of a sentence."""
    yield text
    named = _NAMED.fullmatch(text)
    if named and ("@" not in named["name"] or named["address"] in named["name"]):
        yield (text := named["address"])
    bare = text.lstrip(_OPENING)
    if bare[:7].casefold() == "mailto:":
        yield (text := unquote(bare[7:].partition("?")[0]))
    yield text.lstrip(_OPENING).rstrip(_CLOSING)
