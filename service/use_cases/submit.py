"""The first story: a submission becomes a stored comment, or is refused at the door.

look → hide → score → decide → store, queue and event in one step. Every text that enters Parley comes this way, and
what the door refuses whatever it says is refused before any work.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import partial

from service.core import covers, links, policy
from service.core.comment import (
    POLICY,
    READER,
    Author,
    Comment,
    Complaint,
    Decision,
    Outcome,
    Reason,
    Receipt,
    Report,
)
from service.core.errors import Fault, InvalidChange, InvalidSubmission, ParentMissing
from service.core.events import described
from service.core.likeness import likeness
from service.core.masking import Masked, mask
from service.core.people import Member, Role
from service.core.ports import Fingerprint, Fingerprints, Scorer, Sealing, address_context, covers_context
from service.core.site import Site
from service.core.submission import Submission
from service.core.thread import shown, thread_key
from service.store.queue import DAY, Door, NewEvent, Queue

#: What is said of a page that belongs to another site.
NOT_OURS = "This page is not one of the site’s. Its owner can add its origin."

NewId = Callable[[str], str]

#: Longest note with a report, in code points.
LONGEST_REPORT = 1000

#: An Idempotency-Key has 128 random bits or more, which take 22 characters of base64.
KEY_LENGTHS = range(22, 256)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes submissions in."""

    queue: Queue
    scorer: Scorer
    sealing: Sealing
    fingerprints: Fingerprints
    new_id: NewId

    def receive(
        self,
        submission: Submission,
        *,
        site: Site,
        network: str,
        idempotency_key: str = "",
        is_automatic: bool = False,
        moderator: Member | None = None,
        thread: str = "",
    ) -> Receipt:
        """Store *submission* and say where it stands; *network* is where it came from, kept as a fingerprint alone.

        A submission *is_automatic* when its form was filled in as only a program does: a person looks at it first, as
        at one whose author's name may pass for a moderator's. What a *moderator* of the site writes is published under
        their name, with their badge. The *thread*'s key is given by who has it; else the submission names the thread.

        Raises InvalidSubmission for a page of another site or a weak key, Refused for what is turned away, Unavailable.
        """
        _check(submission, site=site, idempotency_key=idempotency_key)
        if moderator:
            moderator.require(Role.MODERATOR, site.id)
        door = self._door(submission, site=site, network=network, idempotency_key=idempotency_key, thread=thread)
        door = replace(door, is_answer=moderator is not None)
        found = self.queue.preflight(site.id, door)
        if isinstance(found, Receipt):
            return self._with_token(site, found)
        likened = None if moderator else likeness(submission.name, site)
        decide = partial(
            policy.decide,
            standing=found.standing,
            policy=site.policy,
            is_automatic=is_automatic,
            is_lookalike=likened is not None,
        )
        if found.if_held and not moderator and decide(policy.SPOTLESS, links=0)[0] is Outcome.HELD:
            raise found.if_held
        comment = self._hidden(submission, door, site=site)
        outcome, reasons = decide(comment.opinion, links=links.count(comment.body))
        actor = POLICY
        if moderator:
            comment = replace(comment, author=_badged(comment.author, moderator))
            outcome, reasons, actor = Outcome.PUBLISHED, (Reason.MODERATOR,), moderator.actor
        comment = replace(comment, outcome=outcome, reasons=reasons, likeness=likened)
        decision = Decision(outcome, actor, reasons)
        receipt = self.queue.admit(
            comment,
            decision,
            door=door,
            event=NewEvent(self.new_id("evt"), json.dumps(described(comment, decision), ensure_ascii=False)),
            usefulness=policy.usefulness(comment.opinion, policy=site.policy),
        )
        return self._with_token(site, receipt)

    def reply(
        self, parent: str, body: str, *, site: Site, moderator: Member, network: str, idempotency_key: str = ""
    ) -> Receipt:
        """Publish what a *moderator* answers to the comment *parent*, in its thread.

        Raises NotFound, ParentMissing for a parent that is not published, InvalidSubmission, NotAllowed, Refused.
        """
        moderator.require(Role.MODERATOR, site.id)
        above = self.queue.find(site.id, parent)
        if above.outcome is not Outcome.PUBLISHED:
            raise ParentMissing
        typed = {
            "thread_url": above.thread_url,
            "thread_id": above.thread,
            "thread_title": above.thread_title,
            "name": moderator.name,
            "body": body,
            "parent_id": parent,
        }
        submission = Submission.parse(typed, require_name_email=False)
        return self.receive(
            submission,
            site=site,
            network=network,
            idempotency_key=idempotency_key,
            moderator=moderator,
            thread=above.thread,
        )

    def report(self, site: Site, id: str, *, complaint: Complaint, note: str, network: str) -> bool:
        """Note a reader's report of a public comment, which stays public. False if *network* reported it before.

        Raises NotFound, InvalidChange for a long note, TooFast.
        """
        if len(note) > LONGEST_REPORT:
            raise InvalidChange([Fault("note", f"A report has at most {LONGEST_REPORT:,} characters.")])
        comment = self.queue.find(site.id, id)
        report = Report(complaint, mask(note).text)
        stands = Decision(Outcome.PUBLISHED, READER, note=report.note)
        told = described(comment, stands) | {"complaint": complaint.value}
        printed = self._print(site, "reporter", network)
        door = Door("", printed, site.policy.comments_per_minute, site.policy.comments_burst)
        event = NewEvent(self.new_id("evt"), json.dumps(told, ensure_ascii=False))
        return self.queue.report(comment, report, door=door, event=event)

    def opens(self, token: str, *, site: str, comment: str) -> bool:
        """Whether *token* is the author's of this comment; in constant time."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token(site, comment).encode())

    def _hidden(self, submission: Submission, door: Door, *, site: Site) -> Comment:
        masked = _masked(submission)
        id = self.new_id("c")
        address = submission.address
        hidden = covers.dumps({name: text.covered for name, text in masked.items()})
        return Comment(
            id=id,
            site=site.id,
            thread=door.thread,
            thread_url=masked["thread_url"].text,
            thread_title=masked["thread_title"].text,
            parent=submission.parent_id,
            author=Author(
                name=masked["name"].text,
                website=masked["website"].text,
                sealed_address=self.sealing.seal(address.reveal(), context=address_context(site.id, id))
                if address
                else "",
                fingerprint=door.fingerprint,
                known_as=door.known_as,
            ),
            body=masked["body"].text,
            sealed_covers=self.sealing.seal(hidden, context=covers_context(site.id, id)) if hidden else "",
            opinion=self.scorer.score(masked["body"].text),
            outcome=Outcome.HELD,
        )

    def _door(self, submission: Submission, *, site: Site, network: str, idempotency_key: str, thread: str) -> Door:
        url, name = submission.thread_url, submission.thread_id
        thread = thread or thread_key(site.id, url=url, thread_id=name, fingerprints=self.fingerprints)
        key, folded = submission.author_key, submission.address.folded() if submission.address else ""
        # Not by the address: a 409 would tell who guessed it that the guess was right.
        said = "\0".join((thread, submission.name.casefold(), " ".join(submission.body.casefold().split())))
        address = submission.address.reveal() if submission.address else ""
        payload = json.dumps([*astuple(replace(submission, address=None)), address])
        return Door(
            said=self._print(site, "said", said),
            network=self._print(site, "network", network),
            per_minute=site.policy.comments_per_minute,
            burst=site.policy.comments_burst,
            thread=thread,
            parent=submission.parent_id,
            known_as=self._print(site, "author", f"{key}\0{folded}") if key else "",
            fingerprint=self._print(site, "address", folded) if folded else "",
            closes_after=site.policy.close_after_days * DAY,
            most_held=site.policy.room,
            key=self._print(site, "receipt", idempotency_key) if idempotency_key else "",
            payload=self._print(site, "payload", payload),
        )

    def _with_token(self, site: Site, receipt: Receipt) -> Receipt:
        return replace(receipt, token=self._token(site.id, receipt.id))

    def _print(self, site: Site, purpose: str, secret: str) -> Fingerprint:
        return self.fingerprints.of(secret, site=site.id, purpose=purpose)

    def _token(self, site: str, comment: str) -> str:
        return self.fingerprints.of(comment, site=site, purpose="author token")


def _check(submission: Submission, *, site: Site, idempotency_key: str) -> None:
    faults = []
    if submission.thread_url and not site.has_page(submission.thread_url):
        faults.append(Fault("thread_url", NOT_OURS))
    if idempotency_key and len(idempotency_key) not in KEY_LENGTHS:
        faults.append(Fault("Idempotency-Key", "An Idempotency-Key has 22 to 255 random characters, like a UUID."))
    if faults:
        raise InvalidSubmission(faults)


def _badged(author: Author, moderator: Member) -> Author:
    return replace(author, name=moderator.actor.name, is_moderator=True)


def _masked(submission: Submission) -> dict[str, Masked]:
    return {
        "name": mask(submission.name),
        "website": shown(submission.website),
        "body": mask(submission.body),
        "thread_title": mask(submission.thread_title),
        "thread_url": shown(submission.thread_url),
    }
