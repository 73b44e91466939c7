"""Delivering again: one event, everything since a time, or what is missing. A worker does it batch by batch.

A replay is claimed like a delivery, and its batch and its next place are one step: a worker that dies loses nothing.
"""

import json
from dataclasses import dataclass
from typing import Final, Literal

from service.core.comment import LONGEST_UNDO, Millis
from service.core.events import Endpoint, Event, EventType
from service.store.connection import Connection
from service.store.keys import PARTITIONS, SiteKeys, replays
from service.store.log import Log
from service.store.script import Script

#: Events that one step delivers again.
BATCH: Final = 200

#: How long a worker may take for a batch before another does it, ms.
CLAIM: Final = 30_000

Mode = Literal["all", "missing", "catch_up"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay under way: of the events of *site* to *endpoint*, behind *cursor*, up to *until*."""

    site: str
    endpoint: str
    mode: Mode
    cursor: str
    until: str
    claim: str = ""

    @property
    def name(self) -> str:
        """How the store names it."""
        return f"{self.site} {self.endpoint} {self.mode} {self.cursor} {self.until}"


class Replays:
    """The replays of every site."""

    def __init__(self, connection: Connection, log: Log, *, event_life: Millis) -> None:
        self._redis = connection
        self._log = log
        self._event_life = event_life
        self._claim, self._redeliver = Script("claim_next"), Script("redeliver")

    def begin(self, replay: Replay) -> None:
        """Let a worker do *replay*."""
        self._redis.do("ZADD", SiteKeys(replay.site).replays, 0, replay.name)

    def under_way(self, site: str, endpoint: str) -> int:
        """Return how many replays to the endpoint are not finished."""
        names = self._redis.do("ZRANGE", SiteKeys(site).replays, 0, -1)
        return sum(name.startswith(f"{site} {endpoint} ") for name in names)

    def claim(self) -> list[Replay]:
        """Claim a replay of each partition that has one to go on with."""
        counts = self._redis.pipe([("ZCARD", replays(partition)) for partition in range(PARTITIONS)])
        found = [
            self._redis.run(self._claim, [replays(partition)], [CLAIM])
            for partition in range(PARTITIONS)
            if counts[partition]
        ]
        return [_replay(name, claim) for claim, name in filter(None, found)]

    def step(self, replay: Replay, endpoint: Endpoint) -> None:
        """Deliver the next batch of *replay* again."""
        entries = self._log.entries(replay.site, after=replay.cursor, until=replay.until, limit=BATCH)
        read = entries[-1][0] if entries else replay.cursor
        is_last = replay.mode != "catch_up" and len(entries) < BATCH
        following = Replay(replay.site, replay.endpoint, replay.mode, read, replay.until)
        events = [event for _, event in entries if event and event.type in endpoint.wanted]
        self._run(
            endpoint, events, mode=replay.mode, replay=replay, following="" if is_last else following.name, read=read
        )

    def drop(self, replay: Replay) -> None:
        """Forget a replay whose endpoint is gone."""
        self._redis.do("ZREM", SiteKeys(replay.site).replays, replay.name)

    def again(self, endpoint: Endpoint, event: Event) -> None:
        """Deliver one event again, or for the first time."""
        self._run(endpoint, [event], mode="all")

    def test(self, endpoint: Endpoint, id: str) -> None:
        """Deliver the test event *id* to *endpoint* alone. It is in no log but its delivery's."""
        keys = SiteKeys(endpoint.site)
        seconds, micros = self._redis.do("TIME")
        now = int(seconds) * 1000 + int(micros) // 1000
        sequence = int(self._redis.do("HINCRBY", keys.health(endpoint.id), "tests", 1))
        data = {"site": endpoint.site, "endpoint": {"id": endpoint.id, "description": endpoint.description or None}}
        event = Event(id, EventType.TEST, endpoint.site, endpoint.id, sequence, now, now, data)
        fields = {"type": event.type.value, "comment": endpoint.id, "sequence": sequence, "at": now, "not_before": now}
        stored = fields | {"data": json.dumps(data, ensure_ascii=False)}
        self._redis.pipe(
            [
                ("HSET", keys.event(id), *(word for pair in stored.items() for word in pair)),
                ("PEXPIRE", keys.event(id), self._event_life),
            ]
        )
        self.again(endpoint, event)

    def _run(
        self,
        endpoint: Endpoint,
        events: list[Event],
        *,
        mode: Mode,
        replay: Replay | None = None,
        following: str = "",
        read: str = "",
    ) -> None:
        keys, id = SiteKeys(endpoint.site), endpoint.id
        self._redis.run(
            self._redeliver,
            [
                keys.due,
                keys.lane(id),
                keys.flying(id),
                keys.health(id),
                keys.undelivered,
                keys.log(id),
                *(keys.log(id, state) for state in ("waiting", "delivered", "dead")),
                keys.replays,
                keys.events,
                *(
                    key
                    for event in events
                    for key in (keys.event(event.id), keys.delivery(event.id, id), keys.line(id, event.comment))
                ),
            ],
            [
                f"{endpoint.site} {id}",
                self._event_life,
                mode,
                replay.name if replay else "",
                replay.claim if replay else "",
                following,
                read,
                LONGEST_UNDO,
                *(f"{event.site} {event.id} {id} {event.comment}" for event in events),
            ],
        )


def _replay(name: str, claim: str) -> Replay:
    site, endpoint, mode, cursor, until = name.split(" ")
    return Replay(site, endpoint, mode, cursor, until, claim)  # type: ignore[arg-type]
