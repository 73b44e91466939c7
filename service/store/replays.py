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
from service.store.script import NOTHING, Args, Keys, Script, flat

_CLAIM: Final = Script("claim_next")
_REDELIVER: Final = Script("redeliver")

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
            self._redis.run(_CLAIM, keys={"under_way": replays(partition)}, args={"claim_length": CLAIM})
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
        keys = SiteKeys(replay.site)
        self._run(
            endpoint,
            events,
            replay.mode,
            {"replays": keys.replays, "event_log": keys.events, "health": keys.health(endpoint.id)},
            {
                "replay": replay.name,
                "claim": replay.claim,
                "following": "" if is_last else following.name,
                "last_read": read,
            },
        )

    def drop(self, replay: Replay) -> None:
        """Forget a replay whose endpoint is gone."""
        self._redis.do("ZREM", SiteKeys(replay.site).replays, replay.name)

    def again(self, endpoint: Endpoint, event: Event) -> None:
        """Deliver one event again, or for the first time."""
        self._run(endpoint, [event], "all")

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
                ("HSET", keys.event(id), *flat(stored)),
                ("PEXPIRE", keys.event(id), self._event_life),
            ]
        )
        self.again(endpoint, event)

    def _run(
        self,
        endpoint: Endpoint,
        events: list[Event],
        mode: Mode,
        more_keys: Keys = NOTHING,
        more_args: Args = NOTHING,
    ) -> None:
        """Deliver *events* again, as a step of a replay with what that takes, or by themselves."""
        keys, id = SiteKeys(endpoint.site), endpoint.id
        self._redis.run(
            _REDELIVER,
            keys={
                "due": keys.due,
                "endpoint_queue": keys.lane(id),
                "undelivered": keys.undelivered,
                "log": keys.log(id),
                "log_waiting": keys.log(id, "waiting"),
                "log_delivered": keys.log(id, "delivered"),
                "log_dead": keys.log(id, "dead"),
                "events": [keys.event(event.id) for event in events],
                "deliveries": [keys.delivery(event.id, id) for event in events],
                "comment_orders": [keys.line(id, event.comment) for event in events],
                **more_keys,
            },
            args={
                "queue_name": f"{endpoint.site} {id}",
                "event_life": self._event_life,
                "mode": mode,
                "longest_undo": LONGEST_UNDO,
                "names": [f"{event.site} {event.id} {id} {event.comment}" for event in events],
                **more_args,
            },
        )


def _replay(name: str, claim: str) -> Replay:
    site, endpoint, mode, cursor, until = name.split(" ")
    return Replay(site, endpoint, mode, cursor, until, claim)  # type: ignore[arg-type]
