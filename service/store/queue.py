"""The comments themselves: taken in, leased, decided, undone, listed. Each change is one script and one event."""

from dataclasses import dataclass
from typing import Any, Final

from service.core.comment import Actor, Comment, Decision, Lease, Millis, Outcome, Receipt, Report, Standing
from service.core.errors import Closed, Duplicate, KeyReused, NotFound, ParentMissing, Superseded, TooFast, UndoTooLate
from service.core.events import EventType
from service.core.thread import DEEPEST
from service.core.verdict import known
from service.store import codec
from service.store.connection import Connection, Script
from service.store.keys import SiteKeys
from service.store.ranges import members_from

DAY: Final = 24 * 3600 * 1000

#: How long an Idempotency-Key gives back its receipt, ms.
RECEIPT_LIFE: Final = DAY

#: How long the same words of the same author in the same thread count as said already, ms.
SAID_LIFE: Final = 30 * DAY

#: How long a moderator holds a comment that they do not touch, ms.
LEASE_LENGTH: Final = 10 * 60 * 1000

#: Reports of one comment that are kept.
MOST_REPORTS: Final = 50

_NO_LEASE = ""


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


class Queue:
    """The comments of every site."""

    def __init__(self, connection: Connection, *, event_life: Millis) -> None:
        self._redis = connection
        self._event_life = event_life
        self._admit, self._decide, self._lease = Script("admit"), Script("decide"), Script("lease")
        self._report = Script("report")

    def standing(self, site: str, known_as: str) -> Standing:
        """Return what is known of the holder of an author key; of nobody, nothing."""
        if not known_as:
            return Standing()
        published, refused = self._redis.do("HMGET", SiteKeys(site).author(known_as), "published", "refused")
        return Standing(int(published or 0), int(refused or 0))

    def admit(self, comment: Comment, decision: Decision, *, door: Door, event: NewEvent) -> Receipt:
        """Store *comment* with its first decision. Raises Closed, Duplicate, TooFast, ParentMissing,
        KeyReused."""
        keys = SiteKeys(comment.site)
        verdict = known(comment.opinion)
        answer = self._redis.run(
            self._admit,
            [
                keys.receipt(door.key),
                keys.said(door.said),
                keys.pace(door.network),
                keys.comment(comment.parent),
                keys.comment(comment.id),
                keys.decisions(comment.id),
                keys.waiting,
                keys.waiting_age,
                keys.thread(comment.thread),
                keys.about(comment.thread),
                keys.author(comment.author.known_as),
                keys.event(event.id),
                keys.outbox,
                keys.tree(comment.thread),
                keys.roots(comment.thread),
                keys.busy(comment.thread),
                keys.pace(door.address),
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

    def decisions(self, site: str, id: str) -> list[Decision]:
        """Return every decision on the comment, oldest first."""
        return [codec.decision(text) for text in self._redis.do("LRANGE", SiteKeys(site).decisions(id), 0, -1)]

    def waiting(self, site: str, *, after: tuple[float, str] | None, limit: int) -> list[tuple[float, Comment]]:
        """Return the held comments with their worst score, worst first, equal ones by id, from *after* on."""
        keys = SiteKeys(site)
        found = members_from(self._redis, keys.waiting, after=after, limit=limit, descending=True)
        hashes = self._redis.pipe([("HGETALL", keys.comment(id)) for id, _ in found])
        return [
            (score, codec.comment(id, site, fields))
            for (id, score), fields in zip(found, hashes, strict=True)
            if fields.get("outcome") == Outcome.HELD
        ]

    def count_reported(self, site: str) -> int:
        """Return how many reported comments wait for a decision."""
        return int(self._redis.do("ZCARD", SiteKeys(site).reported))

    def count_waiting(self, site: str) -> int:
        """Return how many comments wait."""
        return int(self._redis.do("ZCARD", SiteKeys(site).waiting))

    def lease(self, site: str, id: str, *, holder: Actor, token: str) -> Lease:
        """Hold the comment for *holder*; the answer names whoever holds it already. Raises NotFound."""
        keys = SiteKeys(site)
        answer = self._redis.run(
            self._lease, [keys.comment(id), keys.lease(id)], [holder.id, holder.name, token, LEASE_LENGTH]
        )
        if answer[0] == "missing":
            raise NotFound("comment", id)
        if answer[0] == "taken":
            return Lease(id, Actor(answer[1], answer[2]), "", int(answer[3]))
        return Lease(id, holder, answer[1], int(answer[2]))

    def decide(
        self,
        comment: Comment,
        decision: Decision,
        *,
        event: NewEvent,
        lease: str = _NO_LEASE,
        undo_window: Millis = 0,
    ) -> Decision:
        """Append *decision* to the version of *comment* that was seen. Raises Superseded, NotFound, UndoTooLate."""
        keys = SiteKeys(comment.site)
        answer = self._redis.run(
            self._decide,
            [
                keys.comment(comment.id),
                keys.decisions(comment.id),
                keys.lease(comment.id),
                keys.waiting,
                keys.waiting_age,
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
            ],
            [
                comment.id,
                comment.version,
                lease,
                decision.outcome.value,
                codec.decision_json(decision),
                undo_window,
                "" if decision.undoes is None else "undo",
                event.id,
                (EventType.of(decision.outcome) if decision.undoes is None else EventType.UNDONE).value,
                event.data,
                self._event_life,
                comment.site,
            ],
        )
        return _decided(answer, comment)

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

    def reported(self, site: str, *, after: tuple[float, str] | None, limit: int) -> list[tuple[float, Comment]]:
        """Return the reported comments with how many reports wait, most first, from *after* on."""
        keys = SiteKeys(site)
        found = members_from(self._redis, keys.reported, after=after, limit=limit, descending=True)
        hashes = self._redis.pipe([("HGETALL", keys.comment(id)) for id, _ in found])
        return [(count, codec.comment(id, site, fields)) for (id, count), fields in zip(found, hashes, strict=True)]

    def close_thread(self, site: str, thread: str, *, is_closed: bool) -> None:
        """Let a thread take no more comments, or take them again."""
        about = SiteKeys(site).about(thread)
        self._redis.pipe([("HSET", about, "closed", int(is_closed)), ("HINCRBY", about, "revision", 1)])


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


def _decided(answer: list[Any], comment: Comment) -> Decision:
    match answer:
        case ["decided", text]:
            return codec.decision(text)
        case ["stale" | "lost", text]:
            raise Superseded(codec.decision(text))
        case ["missing"]:
            raise NotFound("comment", comment.id)
        case ["late"]:
            raise UndoTooLate
    raise AssertionError(answer)
