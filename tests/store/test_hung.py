"""A server that is stopped, not dead: every call ends in time, and nothing waits in vain again and again."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from service.core.errors import Unavailable
from service.store.connection import Connection, connect
from service.store.outbox import Outbox
from service.store.script import Script
from tests.processes import timed, wait_for
from tests.servers import AnyServer, Server, Servers

# What is tested is how long something takes.
pytestmark = timed

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


@contextmanager
def connected(server: AnyServer) -> Iterator[Connection]:
    connection = connect(server.url, connections=4, replicas=0)
    try:
        yield connection
    finally:
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
    call = {"rate_limit": keys[0]}, {"interval": 1, "burst": 1000}
    return [
        *(lambda key=key: connection.do("GET", key) for key in keys),  # type: ignore[misc]
        lambda: connection.pipe([("GET", key) for key in keys]),
        lambda: connection.run(pace, keys=call[0], args=call[1]),
        lambda: connection.ask(pace, keys=call[0], args=call[1]),
        lambda: connection.run_each(pace, [call] * 3),
    ]


def answers(connection: Connection) -> bool:
    try:
        for call in calls(connection):
            call()
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("warm", [True, False], ids=["connected", "not yet connected"])
def test_every_call_ends_in_time_and_is_answered_again(server: AnyServer, warm: bool) -> None:  # noqa: FBT001
    with connected(server) as connection:
        if warm:
            assert answers(connection)
        with stopped(*server.nodes):
            took = [seconds(call) for call in calls(connection)]
            assert max(took) < IN_TIME
            with ThreadPoolExecutor(12) as threads:
                assert max(threads.map(seconds, calls(connection))) < IN_TIME
        wait_for(lambda: answers(connection))


def test_a_request_of_many_calls_waits_once(servers: Servers) -> None:
    server = servers.of("valkey")

    def request() -> None:
        faults = []
        for _ in range(10):
            try:
                connection.do("GET", "parley:{p00}:x")
            except Unavailable as error:
                faults.append(error)
        assert len(faults) == 10
        raise faults[0]

    with connected(server) as connection:
        assert answers(connection)
        with stopped(*server.nodes):
            assert seconds(request) < IN_TIME


def test_whoever_comes_later_is_not_kept_while_one_tries_it_again(servers: Servers) -> None:
    server = servers.of("valkey")
    with connected(server) as connection:
        assert answers(connection)
        with stopped(*server.nodes):
            seconds(lambda: connection.do("GET", "parley:{p00}:x"))
            took = []
            begun = time.monotonic()
            while time.monotonic() - begun < 4:
                took.append(seconds(lambda: connection.do("GET", "parley:{p00}:x")))
                # So that the loop asks often, and does not burn the machine.
                time.sleep(0.01)
    assert sum(each > 0.1 for each in took) <= 2
    assert len(took) > 50


def test_a_node_that_is_stopped_keeps_no_call_to_the_others(servers: Servers) -> None:
    server = servers.of("cluster")
    with connected(server) as connection:
        assert answers(connection)
        with stopped(server.nodes[0]):
            outcomes = set()
            for n in range(16):
                begun = time.monotonic()
                try:
                    connection.do("GET", f"parley:{{p{n:02}}}:x")
                    outcomes.add("answered")
                except Unavailable:
                    outcomes.add("refused")
                assert time.monotonic() - begun < IN_TIME
    assert outcomes == {"answered", "refused"}


def test_reading_that_waits_for_what_is_to_come_may_take_longer(servers: Servers) -> None:
    with connected(servers.of("valkey")) as connection:
        connection.do("FLUSHALL")
        outbox = Outbox(connection, event_life=1000)
        partitions = outbox.groups()[0]
        outbox.open(partitions)
        begun = time.monotonic()
        assert outbox.read(partitions, worker="one", block=2500, count=1) == []
        assert time.monotonic() - begun > 2.4


def test_an_answer_that_came_too_late_is_read_by_nobody_else(server: AnyServer) -> None:
    key = "parley:{p00}:y"
    with connected(server) as connection:
        connection.do("SET", key, "mine")
        with stopped(*server.nodes):
            seconds(lambda: connection.pipe([("GET", key)] * 5))
        wait_for(lambda: answers(connection))
        connection.do("DEL", "parley:{p00}:n")
        assert [connection.do("INCR", "parley:{p00}:n") for _ in range(8)] == [*range(1, 9)]
