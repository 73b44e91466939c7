"""Real neighbours for every test: an own Valkey, the shipped model, real keys."""

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from service.access import Access
from service.bulk import Bulk
from service.casework import Casework
from service.core.ids import new_id
from service.core.people import Member, Role
from service.core.site import Site
from service.intake import Intake
from service.outside.sealing import FingerprintKey, KeyRing
from service.redaction import Redaction
from service.review import Review
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
from service.wiring import default_policy
from tests.desks import Desk
from tests.endpoints import Office
from tests.receivers import Receiver
from tests.scorers import SafeScorer
from tests.servers import ClusterForTests, RedisWithTls, Server, ValkeyForTests

# In CI the same examples each time: what chance finds at home must not turn somebody else's change red.
settings.register_profile("ci", derandomize=True, deadline=None)
if "CI" in os.environ:
    settings.load_profile("ci")

MONTH = 30 * DAY

AnyServer = Server | ClusterForTests


def fresh(kind: str) -> str:
    return new_id(kind, now=time.time(), entropy=secrets.token_bytes(10))


@pytest.fixture(scope="session", params=["valkey", "redis with TLS", "cluster"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnyServer]:
    """Each kind of server that Parley runs on: whatever uses the store is tested on all of them."""
    data = tmp_path_factory.mktemp("server")
    kinds = {
        "valkey": lambda: ValkeyForTests(data, appendfsync="no"),
        "redis with TLS": lambda: RedisWithTls(data),
        "cluster": lambda: ClusterForTests(data),
    }
    server = kinds[request.param]()
    yield server
    server.stop()


@pytest.fixture
def connection(server: AnyServer) -> Iterator[Connection]:
    """An empty store."""
    connection = server.connection()
    connection.do("FLUSHALL")
    yield connection
    connection.close()


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
def access(registry: Registry, connection: Connection) -> Access:
    return Access(registry, Pace(connection), fresh, lambda: secrets.token_urlsafe(32))


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
def redaction(queue: Queue, acts: Acts, scorer: SafeScorer, connection: Connection) -> Redaction:
    return Redaction(queue, acts, Log(connection), scorer, KeyRing([b"s" * 32]), fresh)


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
