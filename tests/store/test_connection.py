"""What failing means: Redis away, full, without its replica, or named wrongly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.core.errors import StartRefused, Unavailable
from service.processes.wiring import default_policy
from service.store.connection import Connection, connect
from service.store.registry import Registry
from service.store.script import Script
from tests.servers import KINDS, Servers, ValkeyForTests, ValkeyOnPort, free_port

PACE = Script("pace")


def write(connection: Connection) -> object:
    return connection.run(
        PACE, keys={"rate_limit": "parley:{registry}:attempts:test"}, args={"interval": 1, "burst": 1_000_000}
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyForTests]:
    server = ValkeyForTests(tmp_path)
    yield server
    server.stop()


def test_what_is_away_is_unavailable_and_works_again_when_it_is_back(server: ValkeyForTests) -> None:
    connection = server.connection()
    assert write(connection) == 0
    server.kill()
    with pytest.raises(Unavailable):
        write(connection)
    server.start()
    assert write(connection) == 0
    connection.close()


def test_more_threads_than_connections_wait_for_one_another(servers: Servers) -> None:
    for kind in KINDS:
        connection = connect(servers.of(kind).url, connections=2, replicas=0)
        with ThreadPoolExecutor(4) as threads:
            blocked = [threads.submit(connection.do, "BLPOP", "{a}nothing", 0.2) for _ in range(4)]
        assert [each.result() for each in blocked] == [None] * 4, kind
        connection.close()


def test_a_full_server_takes_no_writes_and_is_read_all_the_same(server: ValkeyForTests) -> None:
    connection = server.connection()
    connection.do("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(Unavailable, match="takes no writes"):
        write(connection)
    assert connection.do("GET", "anything") is None
    connection.close()


def test_a_server_that_takes_no_writes_says_so_however_it_is_asked(server: ValkeyForTests) -> None:
    connection = server.connection()
    registry = Registry(connection, default_policy=default_policy())
    registry.try_to_write()
    for setting, value in (("maxmemory", "1"), ("min-replicas-to-write", "1")):
        connection.do("CONFIG", "SET", setting, value)
        for ask in (
            lambda: connection.do("SET", "a", "b"),
            lambda: connection.pipe([("GET", "a"), ("SET", "a", "b")]),
            Registry(connection, default_policy=default_policy()).try_to_write,
        ):
            with pytest.raises(Unavailable, match="takes no writes"):
                ask()
        connection.do("CONFIG", "SET", setting, "0")
    connection.close()


def test_whether_writes_are_taken_is_tried_once_in_a_while(
    server: ValkeyForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = server.connection()
    registry = Registry(connection, default_policy=default_policy())

    def writes() -> int:
        return int(connection.do("INFO", "commandstats").get("cmdstat_set", {}).get("calls", 0))

    for _ in range(20):
        registry.try_to_write()
    assert writes() == 1
    connection.do("CONFIG", "SET", "maxmemory", "1")
    registry.try_to_write()
    monkeypatch.setattr("service.store.registry.TRY_EVERY", 0)
    registry._tried_until = 0
    for _ in range(2):
        with pytest.raises(Unavailable):
            registry.try_to_write()
    connection.do("CONFIG", "SET", "maxmemory", "0")
    registry.try_to_write()
    connection.close()


def test_a_script_is_loaded_where_the_server_forgot_it(server: ValkeyForTests) -> None:
    connection = server.connection()
    write(connection)
    connection.do("SCRIPT", "FLUSH")
    assert write(connection) == 0
    connection.close()


def test_without_its_replica_a_write_is_not_acknowledged(tmp_path: Path) -> None:
    alone = ValkeyOnPort(tmp_path / "alone")
    connection = connect(alone.url, connections=4, replicas=1)
    with pytest.raises(Unavailable, match="0 of 1 replicas"):
        write(connection)
    connection.close()
    alone.stop()


def test_a_write_is_acknowledged_when_its_replica_has_it(servers: Servers) -> None:
    connection = servers.of("sentinel").connection()
    assert write(connection) == 0
    connection.close()


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", "redis+sentinel://localhost", ""])
def test_a_wrong_url_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(StartRefused, match="REDIS_URL is not valid"):
        connect(url, connections=4)


def test_a_cluster_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        connect(f"redis+cluster://127.0.0.1:{free_port()}", connections=4)


def test_what_could_lose_comments_is_told(server: ValkeyForTests) -> None:
    connection = server.connection()
    registry = Registry(connection, default_policy=default_policy())
    assert registry.unsafe_settings() == []
    connection.do("CONFIG", "SET", "appendfsync", "everysec")
    connection.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert len(registry.unsafe_settings()) == 2
    connection.close()


def test_data_of_another_layout_is_refused(server: ValkeyForTests) -> None:
    connection = server.connection()
    registry = Registry(connection, default_policy=default_policy())
    registry.check_layout()
    registry.check_layout()
    connection.do("HSET", "parley:{registry}:meta", "partitions", 8)
    with pytest.raises(StartRefused, match="partitions 8"):
        registry.check_layout()
    connection.close()
