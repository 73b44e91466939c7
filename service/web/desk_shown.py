"""What moderators see: the desk around its comments, a comment that waits, and its whole story once it is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from service.core.comment import Actor, Comment, Decision, Lease, Outcome, Report
from service.core.people import Member, Role
from service.core.ports import Scorer
from service.core.site import Site
from service.core.thread import link_to
from service.core.verdict import Label, Unscored, Verdict, known
from service.web import words
from service.web.excerpts import Reading, TextShown, pieces_of
from service.web.shown import AuthorShown
from service.web.why import Without, without_each
from service.web.words import Moment

#: Characters of a name and of a page's title in a list; an opened comment shows all of them.
LONGEST_NAME: Final = 60
LONGEST_TITLE: Final = 120

#: Decisions and reports that an opened comment lists, the last ones.
MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class ScoreShown:
    """A score in words, as a number, and as the *length* of its bar in hundredths."""

    label: str
    percent: str
    length: int

    @classmethod
    def of(cls, label: Label, score: float) -> "ScoreShown":
        """Show a probability."""
        return cls(words.label(label), words.percent(score), round(score * 100))


def scores(verdict: Verdict | None) -> tuple[ScoreShown, ...]:
    """Show every score, highest first; equal ones by name."""
    ranked = sorted((verdict.scores if verdict else {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ScoreShown.of(label, score) for label, score in ranked)


@dataclass(frozen=True, slots=True)
class QueueItemShown:
    """A comment on the desk. *unscored* says why it could not be judged; *scores* are then a guess. The *likeness* says
    whom its author may be taken for."""

    id: str
    site: str
    version: int
    author: AuthorShown
    identity: str
    when: Moment
    page_url: str
    page_title: str
    thread: str
    is_reply: bool
    outcome: Outcome
    reasons: tuple[str, ...]
    likeness: str
    text: TextShown
    scores: tuple[ScoreShown, ...]
    unscored: str
    reports: str
    is_escalated: bool = False
    decided: "DecisionShown | None" = None
    held_by: str = ""

    @classmethod
    def of(
        cls,
        comment: Comment,
        *,
        now: float,
        reports: int = 0,
        decided: "DecisionShown | None" = None,
        held_by: str = "",
        reading: Reading = lambda _: (),
        whole: TextShown | None = None,
    ) -> "QueueItemShown":
        """Show *comment* to a moderator at *now*, ms since the epoch, with how many *reports* of it wait.

        *decided* is the decision of a person that stands, *held_by* whoever else has it open. Its text is an excerpt,
        in which *reading* finds what is disguised, unless the *whole* is given.
        """
        outward = comment.outward
        verdict = known(outward.opinion)
        author = AuthorShown.of(comment.author)
        title = comment.thread_title or comment.thread_url or "an untitled page"
        return cls(
            id=comment.id,
            site=comment.site,
            version=comment.version,
            author=author if whole else replace(author, name=words.short(author.name, LONGEST_NAME)),
            identity=comment.author.identity,
            when=Moment.of(comment.created_at, now=now),
            page_url=link_to(comment.thread_url),
            page_title=title if whole else words.short(title, LONGEST_TITLE),
            thread=comment.thread,
            is_reply=bool(comment.parent),
            outcome=comment.outcome,
            reasons=tuple(words.REASONS[reason] for reason in comment.reasons),
            likeness=words.likeness(comment.likeness),
            text=whole or TextShown.excerpt(outward.body, verdict.spans if verdict else (), reading),
            scores=scores(verdict),
            unscored=words.unscored(comment.opinion.reason) if isinstance(comment.opinion, Unscored) else "",
            reports=words.reports(reports) if reports else "",
            is_escalated=comment.is_escalated,
            decided=decided,
            held_by=held_by,
        )

    @property
    def url(self) -> str:
        """Where it is opened, and what is done with it."""
        return f"/review/{self.site}/{self.id}"

    @property
    def state(self) -> str:
        """Where it stands, in a word."""
        return words.STATES[self.outcome]


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision as a line of the comment's story."""

    who: str
    act: str
    when: Moment
    outcome: Outcome
    reasons: tuple[str, ...]
    rule: str
    note: str

    @classmethod
    def of(cls, decision: Decision, *, reader: Actor, now: float) -> "DecisionShown":
        """Show *decision* to *reader* at *now*, ms since the epoch."""
        return cls(
            who="You" if decision.actor.id == reader.id else decision.actor.name,
            act=words.act(decision),
            when=Moment.of(decision.at, now=now),
            outcome=decision.outcome,
            reasons=tuple(words.REASONS[reason] for reason in decision.reasons),
            rule=decision.rule or "",
            note=decision.note or "",
        )


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A reader's report."""

    complaint: str
    note: str
    when: Moment

    @classmethod
    def of(cls, report: Report, *, now: float) -> "ReportShown":
        """Show *report* at *now*, ms since the epoch."""
        return cls(words.COMPLAINTS[report.complaint], report.note, Moment.of(report.at, now=now))


@dataclass(frozen=True, slots=True)
class OpenedShown:
    """A comment with its story. *held_by* names whoever else holds it, and *lease* is empty unless the reader does."""

    card: QueueItemShown
    phrases: tuple[Without, ...]
    model: str
    language: str
    decisions: tuple[DecisionShown, ...]
    reports: tuple[ReportShown, ...]
    lease: str
    held_by: str
    held_until: Moment | None

    @classmethod
    def of(
        cls,
        comment: Comment,
        decisions: Sequence[Decision],
        lease: Lease | None,
        *,
        reports: Sequence[Report] = (),
        scorer: Scorer,
        reader: Actor,
        now: float,
    ) -> "OpenedShown":
        """Show *comment* to *reader* at *now*, ms since the epoch; *scorer* tells what each phrase makes of it."""
        outward = comment.outward
        verdict = known(outward.opinion)
        pieces = pieces_of(outward.body, verdict.spans if verdict else (), scorer.disguises)
        whole = TextShown.whole(outward.body, pieces)
        card = QueueItemShown.of(comment, now=now, reports=len(reports), whole=whole)
        return cls(
            card=card,
            phrases=without_each(outward.body, pieces, scorer),
            model=verdict.model if verdict else "",
            language=words.language(verdict.language) if verdict else "",
            decisions=tuple(
                DecisionShown.of(decision, reader=reader, now=now) for decision in decisions[-MOST_LISTED:]
            ),
            reports=tuple(ReportShown.of(report, now=now) for report in reports[-MOST_LISTED:]),
            lease=lease.token if lease else "",
            held_by=lease.holder.name if lease and lease.holder.id != reader.id else "",
            held_until=Moment.of(lease.ends, now=now) if lease else None,
        )


@dataclass(frozen=True, slots=True)
class SiteShown:
    """A site in the switcher."""

    id: str
    name: str
    waiting: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class FlashShown:
    """What just happened; *is_late* when it was not what one wanted. An *undo_url* can still take it back."""

    text: str
    is_late: bool = False
    undo_url: str = ""
    undo_version: int = 0


def flashes(flashed: Sequence[tuple[str, str]], *, undo: Mapping[str, Any] | None, now: float) -> list[FlashShown]:
    """Show (kind, text) pairs. *undo* (site, id, version, until) goes with what was done while it is time."""
    if undo is None or undo["until"] <= now:
        return [FlashShown(text, kind == "late") for kind, text in flashed]
    url, version = f"/review/{undo['site']}/{undo['id']}/undo", undo["version"]
    return [
        FlashShown(text, is_late=True) if kind == "late" else FlashShown(text, undo_url=url, undo_version=version)
        for kind, text in flashed
    ]


@dataclass(frozen=True, slots=True)
class DeskShown:
    """Who sits at the desk, before which site, and what just happened."""

    name: str
    role: Role
    may_decide: bool
    site: SiteShown
    sites: tuple[SiteShown, ...]
    waiting: int
    csrf_token: str
    flashes: Sequence[FlashShown]

    @classmethod
    def of(
        cls,
        member: Member,
        sites: Sequence[Site],
        *,
        current: str,
        waiting: Mapping[str, int],
        csrf_token: str,
        flashes: Sequence[FlashShown] = (),
    ) -> "DeskShown":
        """Show the desk of *member*; *current* is one of *sites*, or "" for all of them; *waiting* counts for each."""
        shown = tuple(SiteShown(site.id, site.name, waiting[site.id], site.id == current) for site in sites)
        everything = SiteShown("", "All sites", sum(waiting.values()), not current)
        return cls(
            name=member.actor.name,
            role=member.role,
            may_decide=member.role is not Role.VIEWER,
            site=next((site for site in shown if site.is_current), everything),
            sites=(everything, *shown) if len(shown) > 1 else shown,
            waiting=everything.waiting,
            csrf_token=csrf_token,
            flashes=flashes,
        )
