"""A session at the desk: who sits there, since when, and where. Its secret is the browser's alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from service.core.people import Member

#: Messages that wait for a session's next page, and the characters of each.
MOST_MESSAGES: Final = 5
LONGEST_MESSAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What the next page shows: (kind, text) of what happened, and what can still be taken back."""

    messages: tuple[tuple[str, str], ...] = ()
    undo: Mapping[str, Any] | None = None

    def with_message(self, kind: str, text: str) -> "Told":
        """Return these with one more; the oldest give way."""
        return Told((*self.messages, (kind, text[:LONGEST_MESSAGE]))[-MOST_MESSAGES:], self.undo)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that has not ended, by its secret's *digest*. *began* and *seen* are ms since the epoch, *seen* about
    a minute old at most; *network* is the network's fingerprint."""

    digest: str
    member: Member
    began: int
    seen: int
    browser: str
    network: str
    told: Told = field(default_factory=Told)

    @property
    def handle(self) -> str:
        """By what its person names it."""
        return self.digest[:16]
