"""The comments themselves: taken in, decided, undone, reported. Each change is one script and one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.core.acts import Entry
from service.core.comment import (
    Actor,
    Author,
    Comment,
    Decision,
    Lease,
    Mark,
    Millis,
    Outcome,
    Receipt,
    Report,
    Standing,
)
from service.core.errors import (
    Closed,
    Duplicate,
    KeyReused,
    Leased,
    NotFound,
    ParentMissing,
    ParleyError,
    Superseded,
    TooFast,
    UndoTooLate,
)
from service.core.events import EventType
from service.core.listing import Sorting, facets_of
from service.core.masking import MaskedText, restore
from service.core.thread import DEEPEST
from service.core.verdict import Opinion, known
from service.store import codec
from service.store.acts import MOST_LOGGED
from service.store.connection import Argument, Connection, Script
from service.store.keys import SiteKeys

DAY: Final = 24 * 3600 * 1000

#: How long an Idempotency-Key gives back its receipt, ms.
RECEIPT_LIFE: Final = DAY

#: How long the same words of the same author in the same thread count as said already, ms.
SAID_LIFE: Final = 30 * DAY

#: Reports of one comment that are kept.
MOST_REPORTS: Final = 50

#: Comments that the list of what was decided holds.
MOST_DECIDED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Door:
    """What `admit` checks before it stores: digests of what came, the pace, and the ms after which a thread closes."""

    said: str
    network: str
    address: str
    per_minute: float
    burst: int
    closes_after: Millis = 0
    key: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """The event that goes with a change: its id, and its data as JSON."""

    id: str
    data: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a comment says from now on, with the *entry* that logs the change."""

    body: MaskedText
    opinion: Opinion
    sealed_covers: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Act:
    """A decision to be made on the version of *comment* that was seen, and its event.

    *lease* is the token of the decider's own, if any. One that *gives_way* is refused where another has it open. A new
    *wording* leaves leases and reports as they are.
    """

    comment: Comment
    decision: Decision
    event: NewEvent
    lease: str = ""
    undo_window: Millis = 0
    gives_way: bool = False
    wording: Wording | None = None


class Queue:
    """The comments of every site."""

    def __init__(self, connection: Connection, *, event_life: Millis) -> None:
        self._redis = connection
        self._event_life = event_life
        self._admit, self._decide, self._report = Script("admit"), Script("decide"), Script("report")

    def standing(self, site: str, author: Author) -> Standing:
        """Return what is known of *author*: by the author key, and, apart from that, by the address."""
        keys, known_as = SiteKeys(site), author.known_as
        counts, marks = self._redis.pipe(
            [
                ("HMGET", keys.author(known_as), "published", "refused"),
                ("HMGET", keys.marks, known_as, author.fingerprint),
            ]
        )
        # The counts of no key at all are everybody's who has none.
        published, refused = (int(count or 0) if known_as else 0 for count in counts)
        mark, address_mark = (Mark(each) if each else None for each in marks)
        return Standing(published, refused, mark, address_mark)

    def admit(
        self, comment: Comment, decision: Decision, *, door: Door, event: NewEvent, usefulness: float = 0.0
    ) -> Receipt:
        """Store *comment* with its first decision. Raises Closed, Duplicate, TooFast, ParentMissing,
        KeyReused."""
        keys = SiteKeys(comment.site)
        verdict, author = known(comment.opinion), comment.author.identity
        answer = self._redis.run(
            self._admit,
            [
                keys.receipt(door.key),
                keys.said(door.said),
                keys.pace(door.network),
                keys.comment(comment.parent),
                keys.comment(comment.id),
                keys.decisions(comment.id),
                keys.waiting(Sorting.WORST),
                keys.waiting(Sorting.OLDEST),
                keys.thread(comment.thread),
                keys.about(comment.thread),
                keys.author(comment.author.known_as),
                keys.event(event.id),
                keys.outbox,
                keys.tree(comment.thread),
                keys.roots(comment.thread),
                keys.busy(comment.thread),
                keys.pace(door.address),
                keys.waiting(Sorting.USEFUL),
                keys.written(author),
                keys.record(author),
                *map(keys.facet, facets_of(comment)),
            ],
            [
                door.payload if door.key else "",
                RECEIPT_LIFE,
                "reply" if comment.parent else "",
                SAID_LIFE,
                60_000 / door.per_minute,
                60_000 / door.per_minute * door.burst,
                comment.id,
                comment.outcome.value,
                round(verdict.worst, 6) if verdict else 0,
                codec.decision_json(decision),
                event.id,
                EventType.of(comment.outcome).value,
                event.data,
                self._event_life,
                comment.site,
                comment.thread_url,
                comment.thread_title,
                DEEPEST,
                door.closes_after,
                "address" if door.address else "",
                "author" if author else "",
                round(usefulness, 6),
                *(part for pair in codec.comment_fields(comment).items() for part in pair),
            ],
        )
        return _receipt(answer, comment, payload=door.payload)

    def find(self, site: str, id: str) -> Comment:
        """Return the comment. Raises NotFound."""
        fields = self._redis.do("HGETALL", SiteKeys(site).comment(id))
        if not fields.get("outcome"):
            raise NotFound("comment", id)
        return codec.comment(id, site, fields)

    def find_each(self, site: str, ids: Sequence[str]) -> dict[str, Comment]:
        """Return those of the comments that are there, by id."""
        hashes = self._redis.pipe([("HGETALL", SiteKeys(site).comment(id)) for id in ids])
        found = zip(ids, hashes, strict=True)
        return {id: codec.comment(id, site, fields) for id, fields in found if "outcome" in fields}

    def decisions_each(self, site: str, ids: Sequence[str]) -> dict[str, list[Decision]]:
        """Return every decision on each of the comments, oldest first."""
        lists = self._redis.pipe([("LRANGE", SiteKeys(site).decisions(id), 0, -1) for id in ids])
        return {id: [codec.decision(text) for text in texts] for id, texts in zip(ids, lists, strict=True)}

    def decisions(self, site: str, id: str) -> list[Decision]:
        """Return every decision on the comment, oldest first."""
        return [codec.decision(text) for text in self._redis.do("LRANGE", SiteKeys(site).decisions(id), 0, -1)]

    def decide(self, act: Act) -> Decision:
        """Append a decision to the version of its comment that was seen. Raises Superseded, Leased, NotFound,
        UndoTooLate."""
        return _decided(self._redis.run(self._decide, *self._call(act)), act)

    def decide_each(self, acts: Sequence[Act]) -> list[Decision | ParleyError]:
        """Do each of *acts* as `decide` does, in as few round trips as may be; return what came of each."""
        answers = self._redis.run_each(self._decide, [self._call(act) for act in acts])
        return [_caught(answer, act) for answer, act in zip(answers, acts, strict=True)]

    def _call(self, act: Act) -> tuple[list[str], list[Argument]]:
        comment, decision, event, wording = act.comment, act.decision, act.event, act.wording
        keys, author = SiteKeys(comment.site), comment.author.identity
        return (
            [
                keys.comment(comment.id),
                keys.decisions(comment.id),
                keys.lease(comment.id),
                keys.waiting(Sorting.WORST),
                keys.waiting(Sorting.OLDEST),
                keys.thread(comment.thread),
                keys.soon(comment.thread),
                keys.about(comment.thread),
                keys.author(comment.author.known_as),
                keys.event(event.id),
                keys.outbox,
                keys.event(comment.event),
                keys.tree(comment.thread),
                keys.roots(comment.thread),
                keys.busy(comment.thread),
                keys.reported,
                keys.reported_latest,
                keys.waiting(Sorting.USEFUL),
                keys.escalated,
                keys.spam,
                keys.decided,
                keys.leases,
                keys.record(author),
                keys.moderation_log,
                keys.acts(comment.id),
                *map(keys.facet, facets_of(comment)),
            ],
            [
                comment.id,
                comment.version,
                act.lease,
                decision.outcome.value,
                codec.decision_json(decision),
                act.undo_window,
                "" if decision.undoes is None else "undo",
                event.id,
                (EventType.of(decision.outcome) if decision.undoes is None else EventType.UNDONE).value,
                event.data,
                self._event_life,
                comment.site,
                "escalated" if decision.escalates else "",
                decision.actor.id if act.gives_way else "",
                "author" if author else "",
                MOST_DECIDED,
                codec.entry_json(wording.entry) if wording else "",
                MOST_LOGGED,
                *(_wording_fields(wording) if wording else ()),
            ],
        )

    def report(self, comment: Comment, report: Report, *, door: Door, event: NewEvent) -> bool:
        """Note *report*; False if the same network reported this comment before. Raises NotFound, TooFast."""
        keys = SiteKeys(comment.site)
        answer = self._redis.run(
            self._report,
            [
                keys.comment(comment.id),
                keys.reports(comment.id),
                keys.reporters(comment.id),
                keys.reported,
                keys.pace(door.network),
                keys.event(event.id),
                keys.outbox,
                keys.reported_latest,
            ],
            [
                comment.id,
                door.network,
                codec.report_json(report),
                MOST_REPORTS,
                60_000 / door.per_minute,
                60_000 / door.per_minute * door.burst,
                event.id,
                EventType.REPORTED.value,
                event.data,
                self._event_life,
                comment.site,
            ],
        )
        match answer:
            case ["missing"]:
                raise NotFound("comment", comment.id)
            case ["fast", wait]:
                raise TooFast(retry_after=max(1, -(-int(wait) // 1000)))
        return bool(answer == ["reported"])

    def reports(self, site: str, id: str) -> list[Report]:
        """Return what readers reported of the comment, oldest first."""
        return [codec.report(text) for text in self._redis.do("LRANGE", SiteKeys(site).reports(id), 0, -1)]


def _wording_fields(wording: Wording) -> list[Argument]:
    verdict = known(wording.opinion)
    fields = {
        "worst": round(verdict.worst, 6) if verdict else 0,
        "body": wording.body,
        "opinion": codec.opinion_json(wording.opinion),
        "sealed_covers": wording.sealed_covers,
    }
    return [part for pair in fields.items() for part in pair]


def _receipt(answer: list[Any], comment: Comment, *, payload: str) -> Receipt:
    match answer:
        case ["admitted", _]:
            return Receipt(comment.id, comment.outcome)
        case ["seen", seen]:
            earlier, id, outcome = seen.split()
            if earlier != payload:
                raise KeyReused
            return Receipt(id, Outcome(outcome), replayed=True)
        case ["closed"]:
            raise Closed
        case ["orphan"]:
            raise ParentMissing
        case ["duplicate"]:
            raise Duplicate
        case ["fast", wait]:
            raise TooFast(retry_after=max(1, -(-int(wait) // 1000)))
    raise AssertionError(answer)


def _decided(answer: list[Any], act: Act) -> Decision:
    match answer:
        case ["decided", text]:
            return codec.decision(text)
        case ["stale" | "lost", text]:
            raise Superseded(codec.decision(text))
        case ["taken", holder, name, ends]:
            raise Leased(Lease(act.comment.id, Actor(holder, restore(name)), "", int(ends)))
        case ["missing"]:
            raise NotFound("comment", act.comment.id)
        case ["late"]:
            raise UndoTooLate
    raise AssertionError(answer)


def _caught(answer: list[Any], act: Act) -> Decision | ParleyError:
    try:
        return _decided(answer, act)
    except ParleyError as error:
        return error
