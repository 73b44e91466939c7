"""What the desk costs where one reader's texts are as bad as may be: `python -m bench.desk`.

For each kind, 20 comments of the longest text wait, under the longest name. The list, a comment opened, its panel in
the list and the API's page of a hundred are asked for in one process over a real Valkey; the first line is the control:
20 ordinary comments of 300 characters, in the same run. Times are the best of some rounds, ms of the process's CPU, on
this machine: compare lines of one run.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from flask.testing import FlaskClient
from pydantic import SecretStr

from bench.masking import ORDINARY
from config.settings import Settings
from service.adapters.classifier_scorer import LocalScorer
from service.core.masking import MaskedText, mask
from service.core.people import Role
from service.core.submission import Submission
from service.core.verdict import Opinion
from service.processes.web_app import create_app
from service.processes.wiring import Wiring, fresh_id
from service.use_cases.submit import Intake
from tests.nasty import WORST
from tests.servers import ValkeyForTests

COMMENTS = 20

#: What one may wait for a list, ms, and load, bytes.
BOUND_MS, BOUND_BYTES = 150, 300_000

PASSWORD = "correct horse battery"


class Known:
    """A scorer that has read the text before, so that filling takes no longer than it must."""

    def __init__(self, opinion: Opinion) -> None:
        self._opinion = opinion

    def score(self, text: MaskedText) -> Opinion:
        """Return the opinion."""
        return self._opinion


class Desk:
    """A Parley in this process, its owner signed in, and a site for each kind of text."""

    def __init__(self, url: str, folder: Path) -> None:
        self.wiring = Wiring(Settings(redis_url=SecretStr(url), parley_data=folder))
        self.wiring.check()
        self.scorer = LocalScorer()
        self.client = create_app(self.wiring).test_client()
        link = self.wiring.invitation(Role.OWNER).removeprefix(self.wiring.url.rstrip("/"))
        token = self.client.get(link).text.split('name="csrf_token" value="')[1].split('"')[0]
        self.client.post(link, data={"name": "Olga", "password": PASSWORD, "csrf_token": token})

    def fill(self, site: str, body: str, *, name: str) -> None:
        """Let 20 comments of *body* wait at a new *site*."""
        here = self.wiring.sites.add(site, origins=(f"https://{site}.example.org",))
        opinion = self.scorer.score(mask(body).text)
        wiring = self.wiring
        intake = Intake(wiring.queue, Known(opinion), wiring.sealing, wiring.fingerprints, fresh_id)  # type: ignore[arg-type]
        eager = replace(here, policy=here.policy.changed({"comments_burst": 1000, "comments_per_minute": 6000}))
        for n in range(COMMENTS):
            typed = {
                "thread_url": f"https://{site}.example.org/{n}?{'a&' * 90}",
                "thread_title": '"' * 300,
                "name": f"{n}{name}"[:245],
                "email": f"reader{n}@example.com",
                "body": body,
            }
            submission = Submission.parse(typed, require_name_email=True)
            intake.receive(submission, site=eager, network=f"192.0.2.{n}/32")

    def bearer(self, site: str) -> dict[str, str]:
        """Return the header of a program that may moderate *site*."""
        return {"Authorization": f"Bearer {self.wiring.access.add_token('Robot', Role.MODERATOR, site=site)}"}

    def first(self, site: str) -> str:
        """Return the id of the first comment of *site*."""
        page = self.client.get(f"/review/{site}").text
        return page.split('<article class="desk-card" id="')[1].split('"')[0]


def measured(client: FlaskClient, path: str, headers: Mapping[str, str], rounds: int) -> tuple[float, int]:
    """Return the ms of CPU that *path* takes, best of *rounds*, and the bytes of its answer."""
    took, size = [], 0
    for _ in range(rounds):
        began = time.process_time()
        answer = client.get(path, headers=headers)
        took.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200, answer.text[:200]
        size = len(answer.data)
    return min(took), size


@dataclass(frozen=True, slots=True)
class Costs:
    """What each page and the API's answer take for one *kind* of text: ms of the process's CPU, and bytes."""

    kind: str
    pages: tuple[tuple[float, int], ...]

    @property
    def are_within(self) -> bool:
        """Whether the list stays in its bounds."""
        return self.pages[0][0] < BOUND_MS and self.pages[0][1] < BOUND_BYTES


def costs(rounds: int) -> Iterator[Costs]:
    """Measure each kind of text, the control first."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    kinds = {"ordinary text (control)": (ORDINARY[:300], "Ana"), **{kind: (WORST[kind], '"' * 245) for kind in WORST}}
    with tempfile.TemporaryDirectory(prefix="parley-") as name:
        server = ValkeyForTests(Path(name), appendfsync="no")
        desk = Desk(server.url, Path(name))
        for n, (kind, (text, writer)) in enumerate(kinds.items()):
            site = f"site{n}"
            desk.fill(site, text, name=writer)
            id = desk.first(site)
            asked: list[tuple[str, dict[str, str]]] = [
                (f"/review/{site}", {}),
                (f"/review/{site}/{id}", {}),
                (f"/review/{site}/{id}?fragment=1", {}),
                (f"/v1/sites/{site}/queue?limit=100", desk.bearer(site)),
            ]
            yield Costs(kind, tuple(measured(desk.client, path, headers, rounds) for path, headers in asked))
        desk.wiring.connection.close()
        server.stop()


def main() -> None:
    """Print a line for each kind of text, and whether the list stays in its bounds."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    columns = ("list", "opened", "panel", "API, 100")
    print(f"{'20 comments of':24}" + "".join(f"{column + ', ms':>14}{'kB':>8}" for column in columns))
    for each in costs(rounds):
        line = "".join(f"{ms:14.0f}{size / 1000:8.0f}" for ms, size in each.pages)
        print(f"{each.kind:24}{line}{'' if each.are_within else '   the list is out of its bounds'}", flush=True)


if __name__ == "__main__":
    main()
