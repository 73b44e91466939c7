"""What moderators do beside deciding: each deed is an entry, kept with what it concerns and in the site's log."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.core.comment import Actor, Mark, Millis
from service.core.errors import Fault, InvalidChange
from service.core.masking import MaskedText, mask

#: Longest reason or note, in code points.
LONGEST_REASON: Final = 2000


class Deed(StrEnum):
    """What somebody did."""

    NOTE = "note"
    BLOCK = "block"
    MUTE = "mute"
    TRUST = "trust"
    UNMARK = "unmark"
    REVEAL = "reveal"
    LIFT = "lift"
    REDACT = "redact"
    CLOSE = "close"
    REOPEN = "reopen"
    PIN = "pin"
    UNPIN = "unpin"

    @classmethod
    def of(cls, mark: Mark | None) -> "Deed":
        """Return the deed that gives *mark*, or takes marks away."""
        return cls(mark.value) if mark else cls.UNMARK


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in the log. Append-only.

    Its *subject* is an author by identity, a thread by its key, or a comment; the *comment* is the one at hand, if any.
    """

    id: str
    deed: Deed
    actor: Actor
    subject: str
    comment: str
    reason: MaskedText
    at: Millis = 0

    @property
    def lists(self) -> tuple[str, ...]:
        """What it is kept with."""
        return (self.subject, self.comment) if self.comment not in ("", self.subject) else (self.subject,)


def reason_of(typed: str, *, field: str = "reason", is_needed: bool = False) -> MaskedText:
    """Return the reason that a moderator *typed*, as it is kept. Raises InvalidChange where it is too long, or empty
    though it *is_needed*."""
    tidy = typed.strip()
    if is_needed and not tidy:
        raise InvalidChange([Fault(field, "Say why: it is logged with your name.")])
    if len(tidy) > LONGEST_REASON:
        raise InvalidChange([Fault(field, f"This has at most {LONGEST_REASON:,} characters.")])
    return mask(tidy).text
