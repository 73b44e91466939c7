"""Batches: their records, what each has still to do, and whose turn it is to do it.

A batch is claimed chunk by chunk, and what came of a chunk is recorded in one step with the end of its claim: a worker
that dies loses nothing, and the next one finds on the comments what it had decided.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from json import loads
from typing import Final

from service.core.batch import CHUNK, Batch, Pick, Refusal
from service.core.comment import Millis
from service.core.errors import Fault, InvalidChange, NotFound
from service.store import codec
from service.store.connection import Connection
from service.store.keys import PARTITIONS, SiteKeys, batches
from service.store.script import NOTHING, Script, flat

_BEGIN: Final = Script("begin_batch")
_CLAIM: Final = Script("claim_next")
_RECORD: Final = Script("record_batch")

#: How long one may take for a chunk before another does it, ms.
CLAIM: Final = 30_000

#: How long a batch that is done is kept, ms.
LIFE: Final[Millis] = 30 * 24 * 3600 * 1000

#: Batches of one site that are listed.
MOST_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Turn:
    """The next chunk of a batch, claimed: until the *claim* ends nobody else does it."""

    batch: Batch
    claim: str
    picks: tuple[Pick, ...]


class Batches:
    """The batches of every site."""

    def __init__(self, connection: Connection) -> None:
        self._redis = connection

    def begin(self, batch: Batch, picks: Sequence[Pick] = ()) -> tuple[Batch, str]:
        """Keep *batch*, which is to decide *picks*, or takes back what another made.

        Return it with the claim of whoever begins it, or with "" where it is larger than a chunk and left to a worker.
        Raises NotFound, InvalidChange where there is nothing to take back yet or at all.
        """
        keys = SiteKeys(batch.site)
        undone = {"undone": keys.batch(batch.undoes), "made": keys.batch(batch.undoes, "made")}
        answer = self._redis.run(
            _BEGIN,
            keys={
                "running": keys.running,
                "batch": keys.batch(batch.id),
                "todo": keys.batch(batch.id, "todo"),
                "batches": keys.batches,
                **(undone if batch.undoes else NOTHING),
            },
            args={
                "name": _name(batch),
                "id": batch.id,
                "chunk": CHUNK,
                "claim_length": CLAIM,
                "listed_for": LIFE,
                "most_listed": MOST_LISTED,
                "fields": flat(codec.batch_fields(batch)),
                "picks": [_word(pick) for pick in picks],
            },
        )
        match answer:
            case ["missing"]:
                raise NotFound("batch", batch.undoes)
            case ["running"]:
                raise InvalidChange([Fault("batch", "This batch is still running. Undo it when it is done.")])
            case ["nothing"]:
                raise InvalidChange([Fault("batch", "This batch decided nothing: there is nothing to undo.")])
        _, created_at, total, claim = answer
        return replace(batch, created_at=int(created_at), total=int(total)), claim

    def find(self, site: str, id: str) -> Batch:
        """Return the batch as it stands. Raises NotFound."""
        fields = self._redis.do("HGETALL", SiteKeys(site).batch(id))
        if not fields:
            raise NotFound("batch", id)
        return codec.batch(id, site, fields)

    def refusals(self, site: str, id: str, *, after: int = 0, limit: int) -> list[Refusal]:
        """Return up to *limit* refusals of the batch behind the first *after*."""
        texts = self._redis.do("LRANGE", SiteKeys(site).batch(id, "refused"), after, after + limit - 1)
        return [Refusal(**loads(text)) for text in texts]

    def recent(self, site: str, *, limit: int) -> list[Batch]:
        """Return the site's last batches, the newest first."""
        keys = SiteKeys(site)
        ids = self._redis.do("ZRANGE", keys.batches, 0, limit - 1, "REV")
        hashes = self._redis.pipe([("HGETALL", keys.batch(id)) for id in ids])
        return [codec.batch(id, site, fields) for id, fields in zip(ids, hashes, strict=True) if fields]

    def claim(self) -> Iterator[Turn]:
        """Yield the next chunk of one batch of each partition that has one to go on with, each claimed when its turn
        comes."""
        counts = self._redis.pipe([("ZCARD", batches(partition)) for partition in range(PARTITIONS)])
        for partition in range(PARTITIONS):
            if counts[partition] and (found := self._claim_in(partition)):
                claim, name = found
                site, id = name.split(" ")
                yield self.turn(site, id, claim=claim)

    def _claim_in(self, partition: int) -> list[str]:
        claim = self._redis.run(_CLAIM, keys={"under_way": batches(partition)}, args={"claim_length": CLAIM})
        return list(claim)

    def turn(self, site: str, id: str, *, claim: str) -> Turn:
        """Return the next chunk of the batch, on which *claim* is held. Raises NotFound."""
        words = self._redis.do("LRANGE", SiteKeys(site).batch(id, "todo"), 0, CHUNK - 1)
        return Turn(self.find(site, id), claim, tuple(map(_pick, words)))

    def record(self, turn: Turn, *, made: Sequence[Pick], refused: Sequence[Refusal]) -> bool:
        """Note what came of a chunk, each of it; False where the claim had ended and it is another's."""
        batch = turn.batch
        keys = SiteKeys(batch.site)
        parts = {part: keys.batch(batch.id, part) for part in ("todo", "made", "refused")}
        answer = self._redis.run(
            _RECORD,
            keys={"running": keys.running, "batch": keys.batch(batch.id), **parts},
            args={
                "name": _name(batch),
                "claim": turn.claim,
                "life": LIFE,
                "new_made": [_word(pick) for pick in made],
                "new_refused": [codec.dumps(asdict(refusal)) for refusal in refused],
            },
        )
        return bool(answer[0] == "recorded")


def _name(batch: Batch) -> str:
    return f"{batch.site} {batch.id}"


def _word(pick: Pick) -> str:
    return f"{pick.comment} {pick.version}"


def _pick(word: str) -> Pick:
    # Whoever asks for a batch names the comments: there may be a space in what they send.
    comment, _, version = word.rpartition(" ")
    return Pick(comment, int(version))
