"""What failing means: Redis away, full, without its replica, or named wrongly."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.core.errors import StartRefused, Unavailable
from service.store.connection import Connection, Script, connect
from service.store.registry import Registry
from service.wiring import default_policy
from tests.servers import ClusterForTests, Server, ValkeyForTests, free_port, valkey_binary

PACE = Script("pace")


def write(connection: Connection) -> object:
    return connection.run(PACE, ["parley:{registry}:attempts:test"], [1, 1_000_000])


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


def sentinel_of(server: Server, folder: Path) -> tuple[Server, str]:
    port = free_port()
    host, _, number = server.url.removeprefix("redis://").partition(":")
    config = folder / "sentinel.conf"
    config.write_text(f"port {port}\nsentinel monitor primary {host} {number} 1\n")
    command = [valkey_binary(), str(config), "--sentinel"]
    return Server(command, f"redis://127.0.0.1:{port}", data=folder), f"redis+sentinel://127.0.0.1:{port}/primary"


def test_more_threads_than_connections_wait_for_one_another(tmp_path: Path) -> None:
    data, sentinels, nodes = (tmp_path / name for name in ("data", "sentinel", "cluster"))
    for folder in (data, sentinels, nodes):
        folder.mkdir()
    port = free_port()
    server = Server([valkey_binary(), "--port", str(port)], f"redis://127.0.0.1:{port}", data=data)
    sentinel, by_sentinel = sentinel_of(server, sentinels)
    cluster = ClusterForTests(nodes)
    try:
        for url in (server.url, by_sentinel, cluster.url):
            connection = connect(url, connections=2, replicas=0)
            with ThreadPoolExecutor(8) as threads:
                blocked = [threads.submit(connection.do, "BLPOP", "{a}nothing", 0.2) for _ in range(8)]
            assert [each.result() for each in blocked] == [None] * 8, url
            connection.close()
    finally:
        for started in (server, sentinel, cluster):
            started.stop()


def test_a_full_server_takes_no_writes_and_is_read_all_the_same(server: ValkeyForTests) -> None:
    connection = server.connection()
    connection.do("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(Unavailable, match="takes no writes"):
        write(connection)
    assert connection.do("GET", "anything") is None
    connection.close()


def test_a_script_is_loaded_where_the_server_forgot_it(server: ValkeyForTests) -> None:
    connection = server.connection()
    write(connection)
    connection.do("SCRIPT", "FLUSH")
    assert write(connection) == 0
    connection.close()


def test_with_a_replica_a_write_is_acknowledged_only_when_it_has_it(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    nodes = []
    for port in ports:
        data = tmp_path / str(port)
        data.mkdir()
        nodes.append(Server([valkey_binary(), "--port", str(port)], f"redis://127.0.0.1:{port}", data=data))
    primary, replica = nodes
    connection = connect(primary.url, connections=4, replicas=1)
    try:
        with pytest.raises(Unavailable, match="0 of 1 replicas"):
            write(connection)
        with_replica = connect(replica.url, connections=4)
        with_replica.do("REPLICAOF", "127.0.0.1", ports[0])
        ends = time.monotonic() + 20
        while "master_link_status:up" not in str(with_replica.do("INFO", "replication")).replace("': '", ":"):
            assert time.monotonic() < ends, with_replica.do("INFO", "replication")
            time.sleep(0.1)
        assert write(connection) == 0
        with_replica.close()
    finally:
        connection.close()
        for node in nodes:
            node.kill()


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
