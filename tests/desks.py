"""A desk for tests: comments that wait for chosen reasons, and the lists in which each of them stands."""

import time
from dataclasses import dataclass
from typing import Final

from service.core.action import Action
from service.core.comment import Complaint, Outcome
from service.core.listing import Listing, View
from service.core.people import Member, Role
from service.core.site import Site
from service.core.verdict import Opinion, Unscored, Verdict
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.lists import Lists
from service.store.queue import Queue
from service.use_cases.review import Review, Ruling
from service.use_cases.submit import Intake
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, submission

ANA: Final = Member("m_ana", "Ana", Role.MODERATOR)
BEN: Final = Member("m_ben", "Ben", Role.MODERATOR)

UNSCORED: Final = Unscored("language")
MANY_LINKS: Final = " ".join(f"https://shop{n}.example/" for n in range(9))


def scored(worst: float) -> Verdict:
    return Verdict("test", "en", {"toxicity": worst, "spam": 0.0})


@dataclass(frozen=True)
class Desk:
    """A site's desk, at which newcomers wait, and known authors' safe comments do not."""

    connection: Connection
    intake: Intake
    scorer: SafeScorer
    review: Review
    site: Site

    @property
    def lists(self) -> Lists:
        return self.review.lists

    @property
    def queue(self) -> Queue:
        return self.review.queue

    @property
    def keys(self) -> SiteKeys:
        return SiteKeys(self.site.id)

    def hold(self, body: str, opinion: Opinion = scored(0.02), **typed: str) -> str:  # noqa: B008 - frozen
        """Let a comment wait, and return its id."""
        self.scorer.opinion = opinion
        receipt = self.intake.receive(submission(body, **typed), site=self.site, network=NETWORK)
        assert receipt.outcome is Outcome.HELD
        return receipt.id

    def publish(self, body: str) -> str:
        """Let the policy publish a comment, and return its id."""
        trusting = Site(self.site.id, "", self.site.origins, self.site.policy.changed({"hold_newcomers": False}))
        self.scorer.opinion = scored(0.02)
        receipt = self.intake.receive(submission(body), site=trusting, network=NETWORK)
        assert receipt.outcome is Outcome.PUBLISHED
        return receipt.id

    def report(self, id: str, *, readers: range = range(1)) -> None:
        """Let readers report a comment."""
        for n in readers:
            network = f"198.51.100.{n}/32"
            assert self.intake.report(self.site, id, complaint=Complaint.ABUSE, note="", network=network)

    def decide(self, id: str, action: Action, *, undo_seconds: int = 0, member: Member = ANA) -> int:
        """Decide a comment, in a millisecond of its own, and return its new version."""
        time.sleep(0.002)
        ruling = Ruling(action)
        return self.review.decide(self.site.id, id, ruling, member=member, undo_seconds=undo_seconds).version

    def decide_and_undo(self, id: str, action: Action) -> None:
        """Decide a comment, and take that back."""
        version = self.decide(id, action, undo_seconds=60)
        self.review.undo(self.site.id, id, member=ANA, version=version)

    def ids(self, view: View, *, limit: int = 100) -> list[str]:
        """Return the first comments of a view."""
        return [comment.id for _, comment in self.lists.page(self.site.id, view, limit=limit).items]

    def lists_of(self, id: str) -> set[Listing]:
        """Return the lists in which a comment stands; each says the same in its count."""
        found = {listing: self.ids(View(listing)) for listing in Listing}
        counted = self.lists.counts(self.site.id).lists
        assert counted == {listing: len(ids) for listing, ids in found.items()}
        return {listing for listing, ids in found.items() if id in ids}

    def walked(self, view: View, *, limit: int) -> list[str]:
        """Return every comment of a view, page by page."""
        found: list[str] = []
        page = self.lists.page(self.site.id, view, limit=limit)
        while True:
            found += [comment.id for _, comment in page.items]
            if page.next is None:
                return found
            page = self.lists.page(self.site.id, view, after=page.next, limit=limit)
