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
from service.store.pages import page_keys
from service.store.script import NOTHING, Args, Argument, Keys, Script, flat

_ADMIT: Final = Script("admit")
_DECIDE: Final = Script("decide")
_REPORT: Final = Script("report")
_SEEN: Final = Script("seen")

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

    @property
    def interval(self) -> float:
        """The ms between two comments, or reports."""
        return 60_000 / self.per_minute


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

    def preflight(self, site: str, door: Door) -> Receipt | Welcome:
        """Return the receipt that the key of *door* has, or what is known of who is there: before any work, and
        counting nothing. Raises what `admit` would raise whatever the comment says."""
        keys, args = _asked(site, door)
        answer = self._redis.ask(_ADMIT, keys=keys, args=args)
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
        keys, (asked, limits) = SiteKeys(comment.site), _asked(comment.site, door, id=comment.id)
        verdict, author = known(comment.opinion), comment.author.identity
        answer = self._redis.run(
            _ADMIT,
            keys={
                **asked,
                **_lists(keys, comment),
                **page_keys(keys, comment.thread),
                **_event_keys(keys, event),
                "comment": keys.comment(comment.id),
                "decisions": keys.decisions(comment.id),
                "author_comments": keys.written(author),
                "author_counts": keys.record(author),
            },
            args={
                **limits,
                **self._event_args(comment.site, event, EventType.of(comment.outcome)),
                "receipt_life": RECEIPT_LIFE,
                "duplicate_life": SAID_LIFE,
                "outcome": comment.outcome.value,
                "worst": round(verdict.worst, 6) if verdict else 0,
                "decision": codec.decision_json(decision),
                "url": comment.thread_url,
                "title": comment.thread_title,
                "deepest": DEEPEST,
                "is_known": "1" if author else "",
                "usefulness": round(usefulness, 6),
                "fields": flat(codec.comment_fields(comment)),
            },
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
        answer = self._redis.ask(
            _SEEN,
            keys={"comment": keys.comment(id), "decisions": keys.decisions(id)},
            args={"longest_undo": LONGEST_UNDO},
        )
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
        keys, args = self._call(act)
        return _decided(self._redis.run(_DECIDE, keys=keys, args=args), act)

    def decide_each(self, acts: Sequence[Act]) -> list[Decision | ParleyError]:
        """Do each of *acts* as `decide` does, in as few round trips as may be; return what came of each."""
        answers = self._redis.run_each(_DECIDE, [self._call(act) for act in acts])
        return [_caught(answer, act) for answer, act in zip(answers, acts, strict=True)]

    def _call(self, act: Act) -> tuple[Keys, Args]:
        comment, decision, wording = act.comment, act.decision, act.wording
        site, author, known_as = SiteKeys(comment.site), comment.author.identity, comment.author.known_as
        is_undoing = decision.undoes is not None
        keys: Keys = {
            **_lists(site, comment),
            **page_keys(site, comment.thread),
            **_event_keys(site, act.event),
            "comment": site.comment(comment.id),
            "decisions": site.decisions(comment.id),
            "lease": site.lease(comment.id),
            "leases": site.leases,
            "reported": site.reported,
            "reported_latest": site.reported_latest,
            "escalated": site.escalated,
            "spam": site.spam,
            "decided": site.decided,
            "held": site.held,
            "about": site.about(comment.thread),
            "author_key_counts": site.author(known_as),
            "unsettled": site.unsettled(known_as),
            "author_counts": site.record(author),
            **({"undone_event": site.event(comment.event)} if is_undoing else NOTHING),
            **({"moderation_log": site.moderation_log, "comment_log": site.acts(comment.id)} if wording else NOTHING),
        }
        event_type = EventType.UNDONE if is_undoing else EventType.of(decision.outcome)
        args: Args = {
            **self._event_args(comment.site, act.event, event_type),
            "id": comment.id,
            "version": comment.version,
            "token": act.lease,
            "outcome": decision.outcome.value,
            "decision": codec.decision_json(decision),
            "undo_window": act.undo_window,
            "longest_undo": LONGEST_UNDO,
            "escalated": "1" if decision.escalates else "",
            "gives_way": decision.actor.id if act.gives_way else "",
            "longest_lease": LEASE_LENGTH,
            "most_decided": MOST_DECIDED,
            "is_known": "1" if author else "",
            **(_wording_args(wording) if wording else NOTHING),
        }
        return keys, args

    def _event_args(self, site: str, event: NewEvent, type: EventType) -> dict[str, Argument]:
        return {
            "event_id": event.id,
            "event_type": type.value,
            "event_data": event.data,
            "event_life": self._event_life,
            "site": site,
        }

    def report(self, comment: Comment, report: Report, *, door: Door, event: NewEvent) -> bool:
        """Note *report*; False if the same network, or very many, reported it before. Raises NotFound, TooFast."""
        keys = SiteKeys(comment.site)
        answer = self._redis.run(
            _REPORT,
            keys={
                **_event_keys(keys, event),
                "comment": keys.comment(comment.id),
                "reports": keys.reports(comment.id),
                "reporters": keys.reporters(comment.id),
                "reported": keys.reported,
                "reported_latest": keys.reported_latest,
                "rate_limit": keys.pace(door.network),
            },
            args={
                **self._event_args(comment.site, event, EventType.REPORTED),
                "id": comment.id,
                "network": door.network,
                "report": codec.report_json(report),
                "most_reports": MOST_REPORTS,
                "most_reporters": MOST_REPORTERS,
                "interval": door.interval,
                "burst": door.interval * door.burst,
                "longest_undo": LONGEST_UNDO,
            },
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


def _wording_args(wording: Wording) -> Args:
    verdict = known(wording.opinion)
    fields = {
        "body": wording.body,
        "opinion": codec.opinion_json(wording.opinion),
        "sealed_covers": wording.sealed_covers,
        "lifted": "1" if wording.is_lifted else "",
    }
    return {
        "entry": codec.entry_json(wording.entry),
        "most_logged": MOST_LOGGED,
        "worst": round(verdict.worst, 6) if verdict else 0,
        "fields": flat(fields),
    }


def _lists(keys: SiteKeys, comment: Comment) -> Keys:
    """Return the lists in which *comment* waits, if it does."""
    return {
        "worst": keys.waiting(Sorting.WORST),
        "oldest": keys.waiting(Sorting.OLDEST),
        "useful": keys.waiting(Sorting.USEFUL),
        "facets": [keys.facet(facet) for facet in facets_of(comment)],
    }


def _event_keys(keys: SiteKeys, event: NewEvent) -> Keys:
    return {"event": keys.event(event.id), "outbox": keys.outbox}


def _asked(site: str, door: Door, *, id: str = "") -> tuple[Keys, Args]:
    """Return the keys and arguments by which `admit` asks what there is against a comment, or against that of *id*."""
    keys, most = SiteKeys(site), door.most_held
    return (
        {
            "receipt": keys.receipt(door.key),
            "duplicate": keys.said(door.said),
            "rate_limit": keys.pace(door.network),
            "parent": keys.comment(door.parent),
            "about": keys.about(door.thread),
            "author_key_counts": keys.author(door.known_as),
            "marks": keys.marks,
            "held": keys.held,
            "unsettled": keys.unsettled(door.known_as),
        },
        {
            "id": id,
            "payload": door.payload if door.key else "",
            "reply": "" if not door.parent else "answer" if door.is_answer else "reply",
            "interval": door.interval,
            "burst": door.interval * door.burst,
            "closes_after": door.closes_after,
            "network": door.network,
            "most_held": most.comments,
            "most_held_bytes": most.bytes,
            "share": most.comments // SHARES,
            "share_bytes": most.bytes // SHARES,
            "author_key": door.known_as,
            "address": door.fingerprint,
            "longest_undo": LONGEST_UNDO,
        },
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
