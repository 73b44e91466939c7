"""A server that is stopped, not dead: every call ends in time, and nothing waits in vain again and again."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.core.errors import Unavailable
from service.store.connection import Connection, Script, connect
from service.store.outbox import Outbox
from tests.processes import wait_for
from tests.servers import ClusterForTests, RedisWithTls, Server, ValkeyForTests, free_port, valkey_binary
from tests.store.test_connection import sentinel_of

#: Seconds within which whatever is asked of Redis is answered or given up.
IN_TIME = 3.0


@contextmanager
def stopped(*servers: Server) -> Iterator[None]:
    """Stop the servers' processes, and let them go on afterwards."""
    for server in servers:
        server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGCONT)


class Kind:
    """A way to reach Redis, and the processes behind it."""

    def __init__(self, url: str, servers: list[Server], stop: Callable[[], object]) -> None:
        self.url, self.servers, self.stop = url, servers, stop


def by_socket(folder: Path) -> Kind:
    server = ValkeyForTests(folder)
    return Kind(server.url, [server], server.stop)


def by_tls(folder: Path) -> Kind:
    server = RedisWithTls(folder)
    return Kind(server.url, [server], server.stop)


def with_sentinel(folder: Path) -> Kind:
    port = free_port()
    (folder / "data").mkdir()
    (folder / "sentinel").mkdir()
    server = Server([valkey_binary(), "--port", str(port)], f"redis://127.0.0.1:{port}", data=folder / "data")
    sentinel, url = sentinel_of(server, folder / "sentinel")
    return Kind(url, [server, sentinel], lambda: (server.stop(), sentinel.stop()))


def as_cluster(folder: Path) -> Kind:
    cluster = ClusterForTests(folder)
    return Kind(cluster.url, list(cluster._nodes), cluster.stop)


@pytest.fixture(params=[by_socket, by_tls, with_sentinel, as_cluster], ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    kind = request.param(tmp_path)
    yield kind
    kind.stop()


#: Where the kind makes no difference.
one_kind = pytest.mark.parametrize("kind", [by_socket], ids=["by_socket"], indirect=True)


@pytest.fixture
def connection(kind: Kind) -> Iterator[Connection]:
    connection = connect(kind.url, connections=4, replicas=0)
    yield connection
    connection.close()


def seconds(call: Callable[[], object]) -> float:
    """Return how long *call* took to be given up."""
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    return time.monotonic() - begun


def calls(connection: Connection) -> list[Callable[[], object]]:
    """Return each way to ask, of each part of the data."""
    keys = [f"parley:{{p{n:02}}}:x" for n in range(0, 16, 5)]
    pace = Script("pace")
    return [
        *(lambda key=key: connection.do("GET", key) for key in keys),  # type: ignore[misc]
        lambda: connection.pipe([("GET", key) for key in keys]),
        lambda: connection.run(pace, keys[:1], [1, 1000]),
        lambda: connection.ask(pace, keys[:1], [1, 1000]),
        lambda: connection.run_each(pace, [(keys[:1], [1, 1000])] * 3),
    ]


def answers(connection: Connection) -> bool:
    try:
        for call in calls(connection):
            call()
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("warm", [True, False], ids=["connected", "not yet connected"])
def test_every_call_ends_in_time_and_is_answered_again(kind: Kind, connection: Connection, warm: bool) -> None:  # noqa: FBT001
    if warm:
        assert answers(connection)
    with stopped(*kind.servers):
        took = [seconds(call) for call in calls(connection)]
        assert max(took) < IN_TIME
        with ThreadPoolExecutor(12) as threads:
            assert max(threads.map(seconds, calls(connection))) < IN_TIME
    wait_for(lambda: answers(connection))


@one_kind
def test_a_request_of_many_calls_waits_once(kind: Kind, connection: Connection) -> None:
    assert answers(connection)

    def request() -> None:
        faults = []
        for _ in range(10):
            try:
                connection.do("GET", "parley:{p00}:x")
            except Unavailable as error:
                faults.append(error)
        assert len(faults) == 10
        raise faults[0]

    with stopped(*kind.servers):
        assert seconds(request) < IN_TIME


@one_kind
def test_whoever_comes_later_is_not_kept_while_one_tries_it_again(kind: Kind, connection: Connection) -> None:
    assert answers(connection)
    with stopped(*kind.servers):
        seconds(lambda: connection.do("GET", "parley:{p00}:x"))
        took = []
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            took.append(seconds(lambda: connection.do("GET", "parley:{p00}:x")))
            # So that the loop asks often, and does not burn the machine.
            time.sleep(0.01)
        assert sum(each > 0.1 for each in took) <= 2
        assert len(took) > 50


def test_a_node_that_is_stopped_keeps_no_call_to_the_others(tmp_path: Path) -> None:
    kind = as_cluster(tmp_path)
    connection = connect(kind.url, connections=4, replicas=0)
    try:
        assert answers(connection)
        with stopped(kind.servers[0]):
            outcomes = []
            for n in range(16):
                begun = time.monotonic()
                try:
                    connection.do("GET", f"parley:{{p{n:02}}}:x")
                    outcomes.append(True)
                except Unavailable:
                    outcomes.append(False)
                assert time.monotonic() - begun < IN_TIME
            assert {True, False} == set(outcomes)
    finally:
        connection.close()
        kind.stop()


@one_kind
def test_reading_that_waits_for_what_is_to_come_may_take_longer(kind: Kind, connection: Connection) -> None:
    outbox = Outbox(connection, event_life=1000)
    partitions = outbox.groups()[0]
    outbox.open(partitions)
    begun = time.monotonic()
    assert outbox.read(partitions, worker="one", block=2500, count=1) == []
    assert time.monotonic() - begun > 2.4


def test_an_answer_that_came_too_late_is_read_by_nobody_else(kind: Kind, connection: Connection) -> None:
    key = "parley:{p00}:y"
    connection.do("SET", key, "mine")
    with stopped(*kind.servers):
        seconds(lambda: connection.pipe([("GET", key)] * 5))
    wait_for(lambda: answers(connection))
    assert [connection.do("INCR", "parley:{p00}:n") for _ in range(8)] == [*range(1, 9)]
