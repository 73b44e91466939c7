"""Real neighbours for every test: an own Valkey, the shipped model, real keys."""

import itertools
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from service.adapters.sealing import FingerprintKey, KeyRing
from service.core.ids import new_id
from service.core.people import Member, Role
from service.core.site import Site
from service.processes.wiring import default_policy
from service.store.acts import Acts
from service.store.authors import Authors
from service.store.batches import Batches
from service.store.connection import Connection
from service.store.deliveries import Deliveries
from service.store.endpoints import Endpoints
from service.store.leases import Leases
from service.store.lists import Lists
from service.store.log import Log
from service.store.outbox import Outbox
from service.store.pace import Pace
from service.store.pages import Pages
from service.store.queue import DAY, Queue
from service.store.registry import Registry
from service.store.security import SecurityLog
from service.use_cases.access import Access
from service.use_cases.bulk_review import Bulk
from service.use_cases.casework import Casework
from service.use_cases.redact import Redaction
from service.use_cases.review import Review
from service.use_cases.security import Security
from service.use_cases.submit import Intake
from tests.desks import Desk
from tests.endpoints import Office
from tests.receivers import Receiver
from tests.running import RunningParley
from tests.scorers import SafeScorer
from tests.servers import KINDS, AnyServer, Servers

# The programs that tests start keep what Python compiles, as their users' do: without that each start takes seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# In CI the same examples each time: what chance finds at home must not turn somebody else's change red. No deadline:
# beside another process of a parallel run an example may take any time.
settings.register_profile("home", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if "CI" in os.environ else "home")

MONTH = 30 * DAY

#: The folder whose tests run on every kind of server, always.
STORE = Path(__file__).parent / "store"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-server", action="store_true", help="run each story on every kind of server, not on one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the servers: each kind for the store and for what is marked so, else Valkey alone."""
    if "server_kind" in metafunc.fixturenames:
        is_everywhere = (
            metafunc.config.getoption("every_server")
            or STORE in metafunc.definition.path.parents
            or metafunc.definition.get_closest_marker("every_server")
        )
        metafunc.parametrize("server_kind", KINDS if is_everywhere else ["valkey"], scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, in a parallel run, a file's tests of a running Parley: before xdist reads the marks."""
    for item in items:
        if "parley" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each folder took, summed over the processes of a parallel run."""
    seconds: Counter[str] = Counter()
    for report in itertools.chain(*terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            seconds[str(Path(report.location[0]).parent)] += report.duration
    terminalreporter.section("seconds by folder")
    for folder, taken in seconds.most_common():
        terminalreporter.write_line(f"{taken:7.1f} {folder}")


def fresh(kind: str) -> str:
    return new_id(kind, now=time.time(), entropy=secrets.token_bytes(10))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A server of each kind, for all tests of this process."""
    servers = Servers(tmp_path_factory.mktemp)
    yield servers
    servers.stop()


@pytest.fixture
def server(servers: Servers, server_kind: str) -> AnyServer:
    return servers.of(server_kind)


@pytest.fixture
def connection(server: AnyServer) -> Iterator[Connection]:
    """An empty store."""
    connection = server.connection()
    connection.do("FLUSHALL")
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def parley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningParley]:
    """All that `make run` starts, for what looks at it from outside; a test adds a site, threads, people of its own."""
    parley = RunningParley(tmp_path_factory.mktemp("parley") / "data")
    yield parley
    assert parley.stop() == 0


@pytest.fixture
def queue(connection: Connection) -> Queue:
    return Queue(connection, event_life=MONTH)


@pytest.fixture
def pages(connection: Connection) -> Pages:
    return Pages(connection)


@pytest.fixture
def outbox(connection: Connection) -> Outbox:
    outbox = Outbox(connection, event_life=MONTH)
    for group in outbox.groups():
        outbox.open(group)
    return outbox


@pytest.fixture
def deliveries(connection: Connection) -> Deliveries:
    return Deliveries(connection, event_life=MONTH, exchange=5000)


@pytest.fixture
def endpoints(connection: Connection) -> Endpoints:
    return Endpoints(connection, event_life=MONTH)


@pytest.fixture
def registry(connection: Connection) -> Registry:
    return Registry(connection, default_policy=default_policy())


@pytest.fixture
def office(connection: Connection, registry: Registry, careful: Site) -> Office:
    """The webhooks of the site that holds newcomers."""
    registry.add_site(careful)
    return Office(connection, registry, life=MONTH, fresh=fresh)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def access(registry: Registry, connection: Connection, security: Security) -> Access:
    return Access(registry, Pace(connection), security, fresh, lambda: secrets.token_urlsafe(32))


@pytest.fixture
def scorer() -> SafeScorer:
    return SafeScorer()


@pytest.fixture
def intake(queue: Queue, scorer: SafeScorer) -> Intake:
    return Intake(queue, scorer, KeyRing([b"s" * 32]), FingerprintKey(b"f" * 32), fresh)


@pytest.fixture
def lists(connection: Connection) -> Lists:
    return Lists(connection)


@pytest.fixture
def leases(connection: Connection) -> Leases:
    return Leases(connection)


@pytest.fixture
def review(queue: Queue, lists: Lists, leases: Leases) -> Review:
    return Review(queue, lists, leases, fresh)


@pytest.fixture
def bulk(review: Review, connection: Connection) -> Bulk:
    return Bulk(review, Batches(connection))


@pytest.fixture
def acts(connection: Connection) -> Acts:
    return Acts(connection)


@pytest.fixture
def casework(queue: Queue, lists: Lists, pages: Pages, acts: Acts, connection: Connection) -> Casework:
    return Casework(queue, lists, pages, Authors(connection), acts, fresh)


@pytest.fixture
def security(connection: Connection) -> Security:
    return Security(SecurityLog(connection))


@pytest.fixture
def redaction(queue: Queue, acts: Acts, scorer: SafeScorer, connection: Connection, security: Security) -> Redaction:
    return Redaction(queue, acts, Log(connection), scorer, KeyRing([b"s" * 32]), security, fresh)


@pytest.fixture
def site() -> Site:
    """A site that publishes what is safe at once, and is in no hurry to slow anyone down."""
    policy = default_policy().changed({"hold_newcomers": False, "comments_burst": 1000, "comments_per_minute": 6000})
    return Site("news", "The News", ("https://news.example.org",), policy)


@pytest.fixture
def careful(site: Site) -> Site:
    """The same site, where every newcomer waits."""
    return Site(site.id, site.name, site.origins, site.policy.changed({"hold_newcomers": True}))


@pytest.fixture
def desk(connection: Connection, queue: Queue, review: Review, careful: Site) -> Desk:
    scorer = SafeScorer()
    intake = Intake(queue, scorer, KeyRing([b"s" * 32]), FingerprintKey(b"f" * 32), fresh)
    return Desk(connection, intake, scorer, review, careful)


@pytest.fixture
def ana() -> Member:
    return Member("m_ana", "Ana", Role.MODERATOR)


@pytest.fixture
def ben() -> Member:
    return Member("m_ben", "Ben", Role.MODERATOR)


@pytest.fixture
def olga() -> Member:
    return Member("m_olga", "Olga", Role.OWNER)


@pytest.fixture
def repository() -> Path:
    return Path(__file__).resolve().parent.parent
