"""A whole Parley for tests, started as `make run` starts it."""

import json
import os
import re
import signal
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import urllib3
from pydantic import SecretStr

from config.settings import Settings
from service.adapters.embedded_valkey import url_of
from service.processes.wiring import Wiring
from tests.servers import free_port

REPOSITORY = Path(__file__).resolve().parent.parent


class RunningParley:
    """`python -m service up` on data of its own; ready when the constructor returns."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "REDIS_URL"},
            "PARLEY_DATA": str(data),
            "PORT": str(self.port),
            "WEBHOOK_ALLOW_NETWORKS": "127.0.0.0/8",
            **settings,
        }
        self.process: Any = None
        self.log = data.parent / f"{data.name}.log"
        self._http = urllib3.PoolManager(maxsize=32, retries=False, timeout=20)
        self.start()

    def start(self) -> None:
        """Start it, also again after it was stopped or killed."""
        self._close()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service", "up"],
                cwd=REPOSITORY,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        self.banner = self.process.stdout.readline()
        assert "Parley is ready" in self.banner, self.log.read_text()
        while "docs" not in self.banner:
            assert self.process.poll() is None, self.log.read_text()
            self.banner += self.process.stdout.readline()
        if not (self.data / "joined").exists():
            self.banner += self.process.stdout.readline()
            (self.data / "joined").touch()

    @property
    def invitation(self) -> str:
        """The first owner's link, as the terminal showed it."""
        found = re.search(r"http\S+/review/invitations/\S+", self.banner)
        assert found is not None, self.banner
        return found[0]

    @cached_property
    def wiring(self) -> Wiring:
        """Its data from within, for what tests only need: a process of the command line takes a second."""
        return Wiring(Settings(redis_url=SecretStr(url_of(self.data)), parley_data=self.data, port=self.port))

    def cli(self, *words: str) -> str:
        """Run the command line beside it, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "service", *words],
            cwd=REPOSITORY,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def call(self, method: str, path: str, document: Any = None, **headers: str) -> tuple[int, Any]:
        """Call the API; return the status and the JSON that came back. Header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None if document is None else json.dumps(document)
        kind = {"Content-Type": "application/json"} if document is not None else {}
        answer = self._http.request(method, self.url + path, body=body, headers=kind | named)
        return answer.status, json.loads(answer.data) if "json" in answer.headers.get(
            "Content-Type", ""
        ) else answer.data

    def children(self) -> dict[str, int]:
        """Return the process ids of the web server, the worker and the embedded server."""
        marks = {"web": "gunicorn", "worker": "service worker", "server": "valkey-server"}
        listed = subprocess.run(["ps", "-ewwo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
        own = [(int(pid), command) for pid, parent, command in rows if int(parent) == self.process.pid]
        return {name: pid for name, mark in marks.items() for pid, command in own if mark in command}

    def stop(self) -> int:
        """Stop it as Ctrl-C does; return its exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(40)
        self._close()
        return code

    def _close(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
