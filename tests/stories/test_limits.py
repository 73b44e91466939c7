"""What the door refuses whatever it says is refused before anything of it is read."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from service.adapters.classifier_scorer import LocalScorer
from service.adapters.sealing import FingerprintKey, KeyRing
from service.core.comment import Outcome, Receipt
from service.core.errors import Closed, Duplicate, KeyReused, NoRoom, ParentMissing, Refused, ShareUsed, TooFast
from service.core.site import Site
from service.core.submission import LONGEST_BODY
from service.core.thread import key_of
from service.core.verdict import Opinion
from service.store.connection import Connection
from service.store.keys import SiteKeys
from service.store.queue import Queue
from service.use_cases.submit import Intake
from tests.conftest import fresh
from tests.scorers import SafeScorer
from tests.submissions import NETWORK, PAGE, submission


class CountingScorer(SafeScorer):
    """A scorer that counts what it read."""

    read = 0

    def score(self, text: str) -> Opinion:
        self.read += 1
        return super().score(text)


@dataclass
class Door:
    """A door behind which everything that is read is counted."""

    queue: Queue
    connection: Connection
    site: Site
    scorer: CountingScorer = field(default_factory=CountingScorer)

    @property
    def intake(self) -> Intake:
        return Intake(self.queue, self.scorer, KeyRing([b"s" * 32]), FingerprintKey(b"f" * 32), fresh)

    def post(self, body: str, *, key: str = "", **typed: str) -> Receipt:
        return self.intake.receive(submission(body, **typed), site=self.site, network=NETWORK, idempotency_key=key)

    def change(self, **values: float) -> None:
        self.site = replace(self.site, policy=self.site.policy.changed(values))

    def close(self) -> None:
        self.connection.do("HSET", SiteKeys(self.site.id).about(key_of(url=PAGE, thread_id="")), "closed", "1")

    def hold(self, **counts: int) -> None:
        words = [word for pair in counts.items() for word in pair]
        self.connection.do("HSET", SiteKeys(self.site.id).held, *words)

    def fill_share(self) -> None:
        network = FingerprintKey(b"f" * 32).of(NETWORK, site=self.site.id, purpose="network")
        self.hold(**{network: self.site.policy.most_held})


@pytest.fixture
def door(queue: Queue, connection: Connection, careful: Site) -> Door:
    return Door(queue, connection, careful)


REFUSALS: dict[type[Refused], tuple[Callable[[Door], object], dict[str, str]]] = {
    Closed: (Door.close, {}),
    ParentMissing: (lambda door: None, {"parent_id": "c_nowhere"}),
    Duplicate: (lambda door: door.post("Well said."), {}),
    TooFast: (lambda door: (door.change(comments_per_minute=1, comments_burst=1), door.post("One.")), {}),
    KeyReused: (lambda door: door.post("Something else.", key="k" * 24), {"key": "k" * 24}),
    NoRoom: (lambda door: door.hold(comments=50_000), {}),
    ShareUsed: (Door.fill_share, {}),
}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda kind: kind.__name__)
def test_what_is_refused_anyway_is_not_read(door: Door, refusal: type[Refused]) -> None:
    before, typed = REFUSALS[refusal]
    before(door)
    door.scorer.read = 0
    with pytest.raises(refusal):
        door.post("Well said.", **typed)
    assert door.scorer.read == 0


def test_a_known_receipt_is_answered_before_everything_else(door: Door) -> None:
    key = secrets.token_urlsafe(24)
    first = door.post("Well said.", key=key)
    door.close()
    door.hold(comments=50_000)
    door.change(comments_per_minute=0.001, comments_burst=1)
    door.scorer.read = 0
    again = door.post("Well said.", key=key)
    assert (again.id, again.outcome, again.token, again.replayed) == (first.id, Outcome.HELD, first.token, True)
    with pytest.raises(KeyReused):
        door.post("Other words.", key=key)
    assert door.scorer.read == 0


def test_refusing_the_longest_comment_costs_a_tenth_of_reading_it(door: Door) -> None:
    door.scorer = LocalScorer()  # type: ignore[assignment]
    text = ("Nobody in their right mind would ever vote for such an idiot, would they? " * 1000)[: LONGEST_BODY - 1]
    taken = timed(partial(door.post, f"{text}."))
    door.close()

    def refused() -> None:
        with pytest.raises(Closed):
            door.post(f"{text}!")

    assert min(timed(refused) for _ in range(3)) < taken / 10


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds *call* takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
