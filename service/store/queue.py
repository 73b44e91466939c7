"""The comments themselves: taken in, decided, undone, reported. Each change is one script and one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.core.acts import Entry
from service.core.comment import (
    LONGEST_UNDO,
    Actor,
    Comment,
    Decision,
    Held,
    Lease,
    Mark,
    Millis,
    Outcome,
    Receipt,
    Report,
    Seen,
    Standing,
)
from service.core.errors import (
    Closed,
    Duplicate,
    KeyReused,
    Leased,
    NoRoom,
    NotFound,
    ParentMissing,
    ParleyError,
    Refused,
    ShareUsed,
    Superseded,
    TooFast,
    UndoTooLate,
)
from service.core.events import EventType
from service.core.listing import Sorting, facets_of
from service.core.masking import MaskedText, retold
from service.core.thread import DEEPEST
from service.core.verdict import Opinion, known
from service.store import codec
from service.store.acts import MOST_LOGGED
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.leases import LEASE_LENGTH
from service.store.pages import PUBLIC
from service.store.script import Argument, Script

DAY: Final = 24 * 3600 * 1000

#: How long an Idempotency-Key gives back its receipt, ms.
RECEIPT_LIFE: Final = DAY

#: How long the same words of the same author in the same thread count as said already, ms.
SAID_LIFE: Final = 30 * DAY

#: Of what may be held, one network may have one part in so many.
SHARES: Final = 50

#: Reports of one comment that are kept.
MOST_REPORTS: Final = 50

#: Networks whose reports of one comment are counted: a thousand say no more.
MOST_REPORTERS: Final = 500

#: Comments that the list of what was decided holds.
MOST_DECIDED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Door:
    """What is checked before a comment is stored: where it goes and who says to write, digests of what came, the pace,
    the ms after which a thread closes, and how much may be held. An *answer* is a moderator's to its parent."""

    said: str
    network: str
    per_minute: float
    burst: int
    thread: str = ""
    parent: str = ""
    known_as: str = ""
    fingerprint: str = ""
    closes_after: Millis = 0
    most_held: Held = Held(2**53, 2**53)  # noqa: RUF009 - frozen
    key: str = ""
    payload: str = ""
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class Welcome:
    """What `preflight` found: nothing against a comment but, where it is to be held, the error *if_held*."""

    standing: Standing
    if_held: NoRoom | ShareUsed | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """The event that goes with a change: its id, and its data as JSON."""

    id: str
    data: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a comment says from now on, with the *entry* that logs the change, and whether it shows what a mask hid."""

    body: MaskedText
    opinion: Opinion
    sealed_covers: str
    entry: Entry
    is_lifted: bool = False


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
        self._admit, self._decide, self._report, self._seen = (
            Script(name, given=PUBLIC) for name in ("admit", "decide", "report", "seen")
        )

    def preflight(self, site: str, door: Door) -> Receipt | Welcome:
        """Return the receipt that the key of *door* has, or what is known of who is there: before any work, and
        counting nothing. Raises what `admit` would raise whatever the comment says."""
        answer = self._redis.ask(self._admit, *_asked(site, door))
        if answer[0] == "seen":
            return _earlier(answer[1], door)
        if answer[0] != "welcome":
            raise _refusal(answer)
        _, published, refused, mark, address_mark, room = answer
        # The counts of no key at all are everybody's who has none.
        counts = (published, refused) if door.known_as else (0, 0)
        marks = (Mark(each) if each else None for each in (mark, address_mark))
        return Welcome(Standing(*counts, *marks), _NO_ROOM[room]() if room else None)

    def admit(
        self, comment: Comment, decision: Decision, *, door: Door, event: NewEvent, usefulness: float = 0.0
    ) -> Receipt:
        """Store *comment* with its first decision. Raises Closed, Duplicate, TooFast, ParentMissing, KeyReused, and
        NoRoom or ShareUsed where it is to be held."""
        keys, (asked, told) = SiteKeys(comment.site), _asked(comment.site, door, id=comment.id)
        verdict, author = known(comment.opinion), comment.author.identity
        answer = self._redis.run(
            self._admit,
            [
                *asked,
                keys.comment(comment.id),
                keys.decisions(comment.id),
                keys.waiting(Sorting.WORST),
                keys.waiting(Sorting.OLDEST),
                keys.thread(comment.thread),
                keys.event(event.id),
                keys.outbox,
                keys.tree(comment.thread),
                keys.roots(comment.thread),
                keys.busy(comment.thread),
                keys.waiting(Sorting.USEFUL),
                keys.written(author),
                keys.record(author),
                keys.soon(comment.thread),
                *map(keys.facet, facets_of(comment)),
            ],
            [
                *told,
                RECEIPT_LIFE,
                SAID_LIFE,
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
                "author" if author else "",
                round(usefulness, 6),
                *(part for pair in codec.comment_fields(comment).items() for part in pair),
            ],
        )
        match answer:
            case ["admitted", _]:
                return Receipt(comment.id, comment.outcome)
            case ["seen", receipt]:
                return _earlier(receipt, door)
        raise _refusal(answer)

    def held(self, site: str) -> Held:
        """Return how much is held."""
        comments, size = self._redis.do("HMGET", SiteKeys(site).held, "comments", "bytes")
        return Held(int(comments or 0), int(size or 0))

    def find(self, site: str, id: str) -> Comment:
        """Return the comment. Raises NotFound."""
        fields = self._redis.do("HGETALL", SiteKeys(site).comment(id))
        if not fields.get("outcome"):
            raise NotFound("comment", id)
        return codec.comment(id, site, fields)

    def seen(self, site: str, id: str) -> Seen:
        """Return the comment as the public and its author see it now. Raises NotFound."""
        keys = SiteKeys(site)
        answer = self._redis.ask(self._seen, [keys.comment(id), keys.decisions(id)], [LONGEST_UNDO])
        if not answer:
            raise NotFound("comment", id)
        outcome, decision, *fields = answer
        comment = codec.comment(id, site, dict(zip(fields[::2], fields[1::2], strict=True)))
        return Seen(comment, Outcome(outcome), codec.decision(decision).told or "")

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
                keys.held,
                keys.unsettled(comment.author.known_as),
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
                LEASE_LENGTH,
                LONGEST_UNDO,
                *(_wording_fields(wording) if wording else ()),
            ],
        )

    def report(self, comment: Comment, report: Report, *, door: Door, event: NewEvent) -> bool:
        """Note *report*; False if the same network, or very many, reported it before. Raises NotFound, TooFast."""
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
                MOST_REPORTERS,
                LONGEST_UNDO,
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
        "lifted": "1" if wording.is_lifted else "",
    }
    return [part for pair in fields.items() for part in pair]


def _asked(site: str, door: Door, *, id: str = "") -> tuple[list[str], list[Argument]]:
    """Return the keys and arguments by which `admit` asks what there is against a comment, or against that of *id*."""
    keys, pace, most = SiteKeys(site), 60_000 / door.per_minute, door.most_held
    return (
        [
            keys.receipt(door.key),
            keys.said(door.said),
            keys.pace(door.network),
            keys.comment(door.parent),
            keys.about(door.thread),
            keys.author(door.known_as),
            keys.marks,
            keys.held,
            keys.unsettled(door.known_as),
        ],
        [
            id,
            door.payload if door.key else "",
            "" if not door.parent else "answer" if door.is_answer else "reply",
            pace,
            pace * door.burst,
            door.closes_after,
            door.network,
            most.comments,
            most.bytes,
            most.comments // SHARES,
            most.bytes // SHARES,
            door.known_as,
            door.fingerprint,
            LONGEST_UNDO,
        ],
    )


def _earlier(seen: str, door: Door) -> Receipt:
    payload, id, outcome = seen.split()
    if payload != door.payload:
        raise KeyReused
    return Receipt(id, Outcome(outcome), replayed=True)


#: What the script answers where there is no room for what is to be held.
_NO_ROOM: Final[dict[str, type[NoRoom | ShareUsed]]] = {"full": NoRoom, "share": ShareUsed}


def _refusal(answer: list[Any]) -> Refused:
    match answer:
        case ["closed"]:
            return Closed()
        case ["orphan"]:
            return ParentMissing()
        case ["duplicate"]:
            return Duplicate()
        case ["fast", wait]:
            return TooFast(retry_after=max(1, -(-int(wait) // 1000)))
        case ["full" | "share" as room]:
            return _NO_ROOM[room]()
    raise AssertionError(answer)


def _decided(answer: list[Any], act: Act) -> Decision:
    match answer:
        case ["decided", text]:
            return codec.decision(text)
        case ["stale" | "lost", text]:
            raise Superseded(codec.decision(text))
        case ["taken", holder, name, ends]:
            raise Leased(Lease(act.comment.id, Actor(holder, retold(name)), "", int(ends)))
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
