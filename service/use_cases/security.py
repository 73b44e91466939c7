"""The security log, as it is written and read: each line is kept for the owners, and said in the operator's log."""

from dataclasses import dataclass

import structlog

from service.core.comment import Actor
from service.core.masking import MaskedText, mask
from service.core.people import ALL_SITES, Member, Role
from service.core.security import Record, SecurityEvent
from service.store.security import NEWEST, SecurityLog

log = structlog.get_logger(__name__)

#: Whoever nobody knows: a stranger who guesses.
NOBODY = Actor("", MaskedText(""))


@dataclass(frozen=True, slots=True)
class Security:
    """Writes down who did what, and shows it to owners of everything."""

    kept: SecurityLog

    def note(self, event: SecurityEvent, member: Member, *, site: str = "", about: str = "") -> None:
        """Write down what *member* did, on a *site* or on all, and what it was *about*."""
        self._write(Record(event, member.actor, member.network, "" if site == ALL_SITES else site, mask(about).text))

    def note_stranger(self, event: SecurityEvent, *, network: str, about: str = "") -> None:
        """Write down what a stranger did, from the *network* of that fingerprint."""
        self._write(Record(event, NOBODY, network, "", mask(about).text))

    def page(self, *, member: Member, before: str = NEWEST, limit: int = 50) -> list[tuple[str, Record]]:
        """Return up to *limit* lines with their places, newest first, from *before* on. Raises NotAllowed."""
        member.require(Role.OWNER, ALL_SITES)
        return self.kept.page(before=before, limit=limit)

    def _write(self, record: Record) -> None:
        self.kept.append(record)
        log.info(
            "security",
            kind=record.event.value,
            actor=record.actor.id,
            network=record.network,
            site=record.site,
            about=record.about,
        )
