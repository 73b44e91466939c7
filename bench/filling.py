"""Waiting comments for the benchmarks, many at once, through the same script and keys as the door's.

Texts are synthetic, of 60 words. Three in ten have no score, so that as many share one; one in 400 has too many links.
"""

import json
import random
import secrets
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from bench.masking import ORDINARY
from service.adapters.sealing import FingerprintKey, KeyRing
from service.core import policy
from service.core.comment import POLICY, Author, Comment, Decision, Outcome, Standing
from service.core.events import described
from service.core.masking import MaskedText, mask
from service.core.thread import key_of
from service.core.verdict import Opinion, Span, Unscored, Verdict
from service.processes.wiring import default_policy, fresh_id
from service.store.connection import Connection, connect
from service.store.outbox import Outbox
from service.store.queue import DAY, Door, NewEvent, Queue
from service.store.script import Args, Keys, Script

SITE = "news"
LIFE = 30 * DAY
POLICY_HERE = default_policy().changed({"comments_per_minute": 6000, "comments_burst": 6000})

#: Comments in one round trip.
CHUNK = 500

#: Comments of one author, and on one page.
EACH_AUTHOR, EACH_PAGE = 10, 200

_LABELS = ("toxicity", "severe_toxicity", "profanity", "threat", "insult", "identity_attack", "spam")
_WORDS = mask(ORDINARY).text.lower().split()
_KEYS, _PRINTS = KeyRing([b"s" * 32]), FingerprintKey(b"f" * 32)


@dataclass(frozen=True, slots=True)
class Calls:
    """Stands where the queue's connection stands, and keeps its calls, to be sent many at once."""

    kept: list[tuple[Script, Keys, Args]] = field(default_factory=list)

    def run(self, script: Script, *, keys: Keys, args: Args) -> list[Any]:
        """Keep a call."""
        self.kept.append((script, keys, args))
        return ["admitted", 0]

    def send(self, connection: Connection) -> None:
        """Do what was kept."""
        if self.kept:
            answers = connection.run_each(self.kept[0][0], [(keys, args) for _, keys, args in self.kept])
            assert all(answer[0] == "admitted" for answer in answers), answers
            self.kept.clear()


def fill(url: str, count: int, *, processes: int = 2) -> None:
    """Let *count* comments wait at the server of *url*, and their events be fanned out to no endpoint."""
    parts = [range(count)[at::processes] for at in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(partial(admit, url), parts))
    connection = connect(url, connections=2)
    fan_out(connection)
    connection.close()


def admit(url: str, numbers: range, *, opinion: Opinion | None = None) -> None:
    """Admit the comments of these *numbers*, which choose authors and pages, with that *opinion* or one by chance."""
    connection, calls, chance = connect(url, connections=1), Calls(), random.Random(numbers.start)
    queue = Queue(calls, event_life=LIFE)  # type: ignore[arg-type]
    for n in numbers:
        comment = _comment(n, chance, opinion or _opinion(chance))
        decision = Decision(comment.outcome, POLICY, comment.reasons)
        told = json.dumps(described(comment, decision), ensure_ascii=False)
        useful = policy.usefulness(comment.opinion, policy=POLICY_HERE)
        queue.admit(comment, decision, door=_door(comment), event=NewEvent(fresh_id("evt"), told), usefulness=useful)
        if len(calls.kept) == CHUNK:
            calls.send(connection)
    calls.send(connection)
    connection.close()


def fan_out(connection: Connection) -> None:
    """Do the worker's part, for a site without endpoints."""
    outbox = Outbox(connection, event_life=LIFE)
    for group in outbox.groups():
        outbox.open(group)
        while entries := outbox.read(group, worker="bench", count=CHUNK):
            outbox.fan_out([(entry, ()) for entry in sorted(entries, key=lambda entry: entry.sequence)])


def _comment(n: int, chance: random.Random, opinion: Opinion) -> Comment:
    author, url = _author(n // EACH_AUTHOR), f"https://news.example.org/2026/article-{n // EACH_PAGE}"
    links = 9 if chance.random() < 1 / 400 else 0
    outcome, reasons = policy.decide(opinion, links=links, standing=Standing(), policy=POLICY_HERE)
    assert outcome is Outcome.HELD
    return Comment(
        id=fresh_id("c"),
        site=SITE,
        thread=key_of(url=url, thread_id=""),
        thread_url=mask(url).text,
        thread_title=mask("Council votes for night trams").text,
        parent="",
        author=author,
        body=chance.choice(_bodies()),
        sealed_covers="",
        opinion=opinion,
        outcome=outcome,
        reasons=reasons,
    )


@cache
def _bodies() -> tuple[MaskedText, ...]:
    chance = random.Random(0)
    return tuple(mask(" ".join(chance.choices(_WORDS, k=60))).text for _ in range(500))


def _author(n: int) -> Author:
    name = _PRINTS.of(f"reader{n}@example.com", site=SITE, purpose="address")
    return replace(_someone(), fingerprint=name, known_as=_PRINTS.of(name, site=SITE, purpose="author"))


@cache
def _someone() -> Author:
    return Author(mask("Ana").text, mask("").text, _KEYS.seal("reader@example.com", context="address"), "", "")


def _opinion(chance: random.Random) -> Opinion:
    if chance.random() < 0.3:
        return Unscored("language")
    spans = tuple(Span(at, at + 9, "toxicity", round(chance.random() * 5, 4)) for at in (20, 90, 180))
    return Verdict("english-0123456789ab", "en", {label: chance.random() ** 4 for label in _LABELS}, spans)


def _door(comment: Comment) -> Door:
    network = comment.author.known_as
    return Door(secrets.token_hex(13), network, 6000, 6000)
