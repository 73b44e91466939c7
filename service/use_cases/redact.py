"""What a comment hides: shown to an owner who says why, lifted where a mask is wrong; and what a moderator hides."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from service.core import covers, masking
from service.core.acts import Deed, Entry, reason_of
from service.core.address import Address
from service.core.comment import Comment, Decision, Reason
from service.core.errors import Fault, InvalidChange, Superseded
from service.core.events import described
from service.core.masking import Covered, Masked
from service.core.people import Member, Role
from service.core.ports import Scorer, Sealed, Sealing, address_context, covers_context
from service.core.security import SecurityEvent
from service.store.acts import Acts
from service.store.log import Log
from service.store.queue import Act, NewEvent, Queue, Wording
from service.use_cases.security import Security


@dataclass(frozen=True, slots=True)
class Revealed:
    """What an owner asked to see: the author's address, if there is one, and what masks cover, by field. It does not
    print, and is for that one answer."""

    address: Address | None
    covers: Mapping[str, tuple[Covered, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Masks, looked under, lifted and put on."""

    queue: Queue
    acts: Acts
    log: Log
    scorer: Scorer
    sealing: Sealing
    security: Security
    new_id: Callable[[str], str]

    def reveal(self, site: str, id: str, *, member: Member, reason: str) -> Revealed:
        """Return the author's address and what masks cover. Whoever asks, and why, is logged before.

        Raises NotAllowed, NotFound, InvalidChange without a reason.
        """
        member.require(Role.OWNER, site)
        why = reason_of(reason, is_needed=True)
        comment = self.queue.find(site, id)
        subject = comment.author.identity or id
        self.acts.record(site, Entry(self.new_id("act"), Deed.REVEAL, member.actor, subject, id, why))
        self.security.note(SecurityEvent.REVEALED, member, site=site, about=id)
        sealed = comment.author.sealed_address
        address = self.sealing.unseal(Sealed(sealed), context=address_context(site, id)) if sealed else ""
        return Revealed(Address(address) if address else None, self._covers(comment))

    def lift(self, site: str, id: str, begin: int, *, member: Member, reason: str, version: int) -> Decision:
        """Show for good what the mask at code point *begin* of the body covers: it was wrong, and is gone.

        Raises NotAllowed, NotFound, InvalidChange, Superseded when the comment is past *version*.
        """
        member.require(Role.OWNER, site)
        why = reason_of(reason, is_needed=True)
        comment = self._seen(site, id, version=version)
        hidden = self._covers(comment)
        try:
            lifted = masking.lift_one(Masked(comment.body, hidden.get("body", ())), begin)
        except ValueError:
            raise InvalidChange([Fault("begin", "No mask begins there.")]) from None
        entry = Entry(self.new_id("act"), Deed.LIFT, member.actor, id, id, why)
        return self._reword(comment, lifted, hidden, entry, reason=Reason.UNMASKED)

    def redact(
        self, site: str, id: str, begin: int, end: int, *, member: Member, reason: str = "", version: int
    ) -> Decision:
        """Cover the code points *begin* to *end* of the body, whole masks included; what they say stays sealed, and is
        not told again.

        Raises NotAllowed, NotFound, InvalidChange, Superseded when the comment is past *version*.
        """
        member.require(Role.MODERATOR, site)
        why = reason_of(reason)
        comment = self._seen(site, id, version=version)
        hidden = self._covers(comment)
        try:
            redacted = masking.redact(Masked(comment.body, hidden.get("body", ())), begin, end)
        except ValueError:
            message = f"Redact from one character to a later one, of {len(comment.body):,}."
            raise InvalidChange([Fault("end", message)]) from None
        entry = Entry(self.new_id("act"), Deed.REDACT, member.actor, id, id, why)
        made = self._reword(comment, redacted, hidden, entry, reason=Reason.REDACTED)
        # What was told before is kept for retries and replays: the words are not to come back by them.
        self.log.retell(comment, redacted.text)
        return made

    def _seen(self, site: str, id: str, *, version: int) -> Comment:
        comment = self.queue.find(site, id)
        if comment.version != version:
            raise Superseded(self.queue.decisions(site, id)[-1])
        return comment

    def _covers(self, comment: Comment) -> dict[str, tuple[Covered, ...]]:
        if not comment.sealed_covers:
            return {}
        context = covers_context(comment.site, comment.id)
        return covers.loads(self.sealing.unseal(Sealed(comment.sealed_covers), context=context))

    def _reword(
        self, comment: Comment, masked: Masked, hidden: covers.Covers, entry: Entry, *, reason: Reason
    ) -> Decision:
        """Store the new body with what it hides, scored anew, and tell of it; the comment stays where it stands."""
        left = covers.dumps({**hidden, "body": masked.covered})
        opinion = self.scorer.score(masked.text)
        is_lifted = comment.is_lifted or reason is Reason.UNMASKED
        reworded = replace(comment, body=masked.text, opinion=opinion, is_lifted=is_lifted)
        sealed = self.sealing.seal(left, context=covers_context(comment.site, comment.id)) if left else ""
        decision = Decision(comment.outcome, entry.actor, _reasons(comment, reason), note=entry.reason or None)
        event = NewEvent(self.new_id("evt"), json.dumps(described(reworded, decision), ensure_ascii=False))
        wording = Wording(masked.text, opinion, sealed, entry, is_lifted)
        return self.queue.decide(Act(reworded, decision, event, wording=wording))


def _reasons(comment: Comment, reason: Reason) -> tuple[Reason, ...]:
    """Return *reason*, and that the comment stays handed on if it was."""
    return (reason, Reason.ESCALATED) if comment.is_escalated else (reason,)
