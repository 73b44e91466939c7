"""Many comments at once, through the door's own script but without a round trip for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.core.batch import CHUNK
from service.core.comment import Outcome
from service.core.site import Site
from service.core.submission import Submission
from service.store.connection import Connection
from service.store.queue import DAY, Queue
from service.store.script import Args, Keys, Script
from service.use_cases.submit import Intake
from tests.submissions import NETWORK


@dataclass(frozen=True, slots=True)
class _Calls:
    """Stands where the queue's connection stands: answers what is asked, and keeps what changes something."""

    connection: Connection
    kept: list[tuple[Script, Keys, Args]] = field(default_factory=list)

    def ask(self, script: Script, *, keys: Keys, args: Args) -> Any:
        return self.connection.ask(script, keys=keys, args=args)

    def run(self, script: Script, *, keys: Keys, args: Args) -> list[Any]:
        self.kept.append((script, keys, args))
        return ["admitted", 0]

    def send(self) -> None:
        for at in range(0, len(self.kept), CHUNK):
            calls = [(keys, args) for _, keys, args in self.kept[at : at + CHUNK]]
            answers = self.connection.run_each(self.kept[0][0], calls)
            assert all(answer[0] == "admitted" for answer in answers), answers


def hold(intake: Intake, connection: Connection, submissions: Sequence[Submission], *, site: Site) -> list[str]:
    """Let up to 4,000 *submissions* wait at *site*, which holds them all; return their ids in order."""
    unhurried = {"comments_burst": 6000, "comments_per_minute": 6000, "hold_newcomers": True, "most_held": 200_000}
    calls = _Calls(connection)
    door = replace(intake, queue=Queue(calls, event_life=30 * DAY))  # type: ignore[arg-type]
    patient = replace(site, policy=site.policy.changed(unhurried))
    receipts = [door.receive(submission, site=patient, network=NETWORK) for submission in submissions]
    assert {receipt.outcome for receipt in receipts} == {Outcome.HELD}
    calls.send()
    return [receipt.id for receipt in receipts]
