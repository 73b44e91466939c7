"""Everything with one command: the program that `make run` runs, with signals and kills."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.processes import Program, descendants, is_alive, linux, running, timed, wait_for
from tests.servers import ValkeyForTests, free_port

pytestmark = [linux, timed]

#: How each of the processes shows in the process list.
ROLES = {"server": "valkey-server", "worker": "service worker", "web": "gunicorn"}

START = 30.0


def environment(data: Path, port: int, **more: str) -> Mapping[str, str]:
    own = ("PARLEY_", "REDIS_", "WEBHOOK_", "HOST", "PUBLIC_URL", "PROMETHEUS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return kept | {"PARLEY_DATA": str(data), "PORT": str(port)} | more


def up(data: Path, port: int, *, folder: Path, **more: str) -> AbstractContextManager[Program]:
    """Run the command; *folder* keeps what it says."""
    command = [sys.executable, "-m", "service", "up"]
    return running(*command, folder=folder, environment=environment(data, port, **more))


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check(folder: Path, port: int, **more: str) -> int:
    """Return what the check of the web server says by its exit code."""
    command = [sys.executable, "-m", "service", "web", "--check"]
    return subprocess.run(command, env=environment(folder / "data", port, **more), check=False, timeout=30).returncode


def processes(program: Program) -> dict[str, int]:
    """Return the children of *program* by role: of the web server its master."""
    children = descendants(program.process.pid)
    return {role: min(each for each, command in children.items() if sign in command) for role, sign in ROLES.items()}


def how_many(program: Program, role: str) -> int:
    return sum(ROLES[role] in command for command in descendants(program.process.pid).values())


def wait_until_up(program: Program) -> None:
    wait_for(lambda: "become its owner" in program.said or program.process.poll() is not None, within=START)
    assert program.process.poll() is None, program.log


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def parley(tmp_path: Path, port: int) -> Iterator[Program]:
    """Parley, ready."""
    with up(tmp_path / "data", port, folder=tmp_path / "said") as program:
        wait_until_up(program)
        yield program


def test_it_says_where_everything_is_and_one_ctrl_c_ends_it_quietly(parley: Program, port: int) -> None:
    first, *others = parley.said.splitlines()
    assert first == f"Parley is ready: http://127.0.0.1:{port}/"
    assert [line.split()[-1] for line in others[:3]] == [
        f"http://127.0.0.1:{port}/{page}" for page in ("demo", "review/", "docs")
    ]
    children = descendants(parley.process.pid)
    said = parley.said
    parley.press_ctrl_c()
    assert parley.wait() == 0
    assert not any(is_alive(child) for child in children)
    assert parley.said == said
    assert "Traceback" not in parley.log
    assert "child_" not in parley.log


@pytest.mark.parametrize("workers", [2, 5])
def test_ctrl_c_while_the_web_server_starts_its_workers_is_heard_by_all_of_them(tmp_path: Path, workers: int) -> None:
    # A worker that did not hear is waited for until the master's patience ends: longer than any machine is slow.
    patience = {"WEB_WORKERS": "6", "GUNICORN_CMD_ARGS": "--graceful-timeout=600"}
    with up(tmp_path / "data", free_port(), folder=tmp_path / "said", **patience) as parley:
        wait_for(lambda: how_many(parley, "web") > workers, within=START)
        parley.press_ctrl_c()
        assert parley.wait(within=60) == 0
        assert "child_killed" not in parley.log


def test_the_invitation_is_for_the_terminal_and_never_in_the_log(parley: Program) -> None:
    invitation = next(line for line in parley.said.splitlines() if "invitations/" in line)
    secret = invitation.partition("invitations/")[2].split()[0]
    assert len(secret) >= 22
    assert secret not in parley.log


@pytest.mark.parametrize("role", ROLES)
def test_a_killed_process_is_replaced_and_parley_is_ready_again(parley: Program, port: int, role: str) -> None:
    before = processes(parley)
    os.kill(before[role], signal.SIGKILL)
    wait_for(lambda: not is_alive(before[role]))
    wait_for(lambda: how_many(parley, role) and is_ready(port), within=START)
    after = processes(parley)
    assert {each for each in ROLES if before[each] != after[each]} == {role}
    parley.press_ctrl_c()
    assert parley.wait() == 0


def test_nothing_survives_the_kill_of_the_parent_not_even_a_request_on_its_way(parley: Program, port: int) -> None:
    children = descendants(parley.process.pid)
    assert {role for role, mark in ROLES.items() if any(mark in command for command in children.values())} == set(ROLES)
    with socket.create_connection(("127.0.0.1", port)) as request:
        # A body that never comes keeps a thread of the web server busy.
        request.sendall(b"POST /v1/sites/demo/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        parley.process.kill()
        wait_for(lambda: not any(is_alive(child) for child in children), within=3)


def test_ctrl_c_does_not_wait_for_requests_that_never_end(parley: Program, port: int) -> None:
    with ExitStack() as slow:
        for _ in range(50):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHos")
        parley.press_ctrl_c()
        assert parley.wait(within=10) == 0
    assert "child_killed" not in parley.log


def test_the_next_start_after_a_kill_is_not_hindered(tmp_path: Path, parley: Program, port: int) -> None:
    children = descendants(parley.process.pid)
    parley.process.kill()
    parley.process.wait()
    wait_for(lambda: not any(is_alive(child) for child in children), within=3)
    with up(tmp_path / "data", port, folder=tmp_path / "again") as again:
        wait_until_up(again)


def test_a_port_in_use_is_said_in_one_sentence_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with up(tmp_path / "data", port, folder=tmp_path / "said") as program:
            assert program.wait() == 1
    assert program.log == f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or set PORT to another.\n"
    assert program.said == ""
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_said_in_one_sentence(tmp_path: Path, parley: Program, port: int) -> None:
    data = tmp_path / "data"
    with up(data, free_port(), folder=tmp_path / "second") as second:
        assert second.wait() == 1
    assert second.log == (
        f"The data folder {data} is in use by another Parley. Stop that one, or set PARLEY_DATA to another folder.\n"
    )
    assert is_ready(port)


def test_with_redis_url_no_server_is_embedded_and_it_listens_on_ipv6_as_well(tmp_path: Path, port: int) -> None:
    (tmp_path / "server").mkdir()
    server = ValkeyForTests(tmp_path / "server")
    try:
        with up(tmp_path / "data", port, folder=tmp_path / "said", REDIS_URL=server.url, HOST="[::1]") as program:
            wait_until_up(program)
            assert program.said.startswith(f"Parley is ready: http://[::1]:{port}/\n")
            assert [check(tmp_path, at, REDIS_URL=server.url, HOST="::1") for at in (port, free_port())] == [0, 1]
            assert not how_many(program, "server")
            assert not (tmp_path / "data" / "valkey").exists()
            program.press_ctrl_c()
            assert program.wait() == 0
    finally:
        server.stop()


def test_the_web_server_believes_no_forwarded_header_by_itself(parley: Program, port: int) -> None:
    # These contradict each other: whoever believes them refuses the request.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/healthz", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off"})
    answer = connection.getresponse()
    connection.close()
    assert answer.status == http.HTTPStatus.OK
    assert answer.headers.get_all("Server") == ["Parley"]


def test_what_is_wrong_with_a_malformed_request_is_not_in_the_log(parley: Program, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as malformed:
        malformed.sendall(b"GET /x someone@example.org HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while malformed.recv(4096):
            pass
    wait_for(lambda: '"status": 400' in parley.log)
    assert "example.org" not in parley.log
