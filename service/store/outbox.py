"""From the outbox to deliveries: every event exactly once, in the order of its comment's events.

The outbox of each partition is a stream read by the group WORKERS. `fan_out` copies one event to its site's log and
makes a delivery for each endpoint; only then does the entry leave the stream. A worker that dies leaves its entries
pending, and another takes them over. The stream is never trimmed: that could drop an event that nobody was told of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.exceptions import ResponseError

from service.core.comment import LONGEST_UNDO, Millis
from service.core.events import Endpoint
from service.store.connection import Connection
from service.store.keys import PARTITIONS, SiteKeys, clock, due, outbox
from service.store.script import Args, Argument, Keys, Script

_FAN_OUT: Final = Script("fan_out")
_RECLAIM: Final = Script("reclaim")

WORKERS: Final = "workers"

#: Entries that a site's event log keeps at most, and deliveries that an endpoint's log does.
LOG_BOUND: Final = 1_000_000
DELIVERIES_BOUND: Final = 100_000

#: A pending entry is taken over when its worker has not finished it in this time, ms.
ABANDONED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in the outbox of *partition*, under its *id* in the stream."""

    partition: int
    id: str
    site: str
    event: str
    comment: str
    sequence: int


class Outbox:
    """The events on their way out."""

    def __init__(self, connection: Connection, *, event_life: Millis) -> None:
        self._redis = connection
        self._event_life = event_life

    def groups(self) -> list[tuple[int, ...]]:
        """Return the partitions that one reader can watch together: all of them, but in a Cluster each its own."""
        every = tuple(range(PARTITIONS))
        return [(partition,) for partition in every] if self._redis.is_cluster else [every]

    def open(self, partitions: Sequence[int]) -> None:
        """Make the reading group where it is missing."""
        for partition in partitions:
            try:
                self._redis.do("XGROUP", "CREATE", outbox(partition), WORKERS, "0", "MKSTREAM")
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def read(self, partitions: Sequence[int], *, worker: str, count: int, block: Millis | None = None) -> list[Entry]:
        """Return up to *count* new entries of each partition; with *block*, wait up to so long for the first."""
        streams = [outbox(partition) for partition in partitions]
        words: tuple[Argument, ...] = () if block is None else ("BLOCK", block)
        command = ("XREADGROUP", "GROUP", WORKERS, worker, "COUNT", count, *words)
        answer = self._redis.wait(*command, "STREAMS", *streams, *[">"] * len(streams), block=block or 0)
        found = dict(answer or {})
        return [
            _entry(partition, id, fields)
            for partition, stream in zip(partitions, streams, strict=True)
            for id, fields in _entries(found.get(stream, []))
        ]

    def abandoned(self, partition: int, *, worker: str, idle: Millis = ABANDONED) -> list[Entry]:
        """Return entries that another worker, or this one earlier, took and did not finish."""
        answer = self._redis.run(
            _RECLAIM,
            keys={"outbox": outbox(partition), "clock": clock(partition), "due": due(partition)},
            args={"group": WORKERS, "worker": worker, "idle": idle, "limit": 100},
        )
        # A script's answer is as it came: fields and values in one list.
        entries = [(id, dict(zip(words[::2], words[1::2], strict=True))) for id, words in _entries(answer[1])]
        return [_entry(partition, id, fields) for id, fields in entries]

    def fan_out(self, entries: Sequence[tuple[Entry, Sequence[Endpoint]]]) -> list[str]:
        """Make a delivery of each event for each of its endpoints, in this order; tell of each what became of it.

        "told", "gone" if it was told before, or "early" if another event of its comment comes first.
        """
        return [str(answer) for answer in self._redis.run_each(_FAN_OUT, [self._call(*each) for each in entries])]

    def _call(self, entry: Entry, endpoints: Sequence[Endpoint]) -> tuple[Keys, Args]:
        keys, event, comment = SiteKeys(entry.site), entry.event, entry.comment
        ids = [endpoint.id for endpoint in endpoints]
        return (
            {
                "outbox": keys.outbox,
                "subject": keys.health(comment) if comment.startswith("ep_") else keys.comment(comment),
                "event": keys.event(event),
                "event_log": keys.events,
                "history": keys.history(comment),
                "due": keys.due,
                "undelivered": keys.undelivered,
                "deliveries": [keys.delivery(event, id) for id in ids],
                "comment_orders": [keys.line(id, comment) for id in ids],
                "endpoint_queues": [keys.lane(id) for id in ids],
                "healths": [keys.health(id) for id in ids],
                "logs": [keys.log(id) for id in ids],
                "logs_waiting": [keys.log(id, "waiting") for id in ids],
            },
            {
                "group": WORKERS,
                "entry": entry.id,
                "event_id": event,
                "sequence": entry.sequence,
                "most_events": LOG_BOUND,
                "event_life": self._event_life,
                "most_deliveries": DELIVERIES_BOUND,
                "longest_undo": LONGEST_UNDO,
                "names": [f"{entry.site} {event} {id} {comment}" for id in ids],
                "queue_names": [f"{entry.site} {id}" for id in ids],
                "wanted": [f" {' '.join(endpoint.wanted)} " for endpoint in endpoints],
            },
        )

    def lag(self) -> Millis:
        """Return the age of the oldest event that waits to be fanned out, by the clock of the server that has it."""
        first = self._redis.pipe(
            [("XRANGE", outbox(partition), "-", "+", "COUNT", 1) for partition in range(PARTITIONS)]
        )
        oldest = [int(entries[0][0].partition("-")[0]) for entries in first if entries]
        seconds, micros = self._redis.do("TIME")
        return max(0, int(seconds) * 1000 + int(micros) // 1000 - min(oldest)) if oldest else 0

    def length(self) -> int:
        """Return how many events wait to be fanned out."""
        return sum(self._redis.pipe([("XLEN", outbox(partition)) for partition in range(PARTITIONS)]))


def _entries(answer: list[Any]) -> list[tuple[str, Any]]:
    # An entry that was deleted while it was pending comes back without fields.
    return [(id, fields) for id, fields in answer if fields]


def _entry(partition: int, id: str, fields: dict[str, str]) -> Entry:
    return Entry(partition, id, fields["site"], fields["event"], fields["comment"], int(fields["sequence"]))
