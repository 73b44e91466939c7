"""The web server: gunicorn with threads. Read by gunicorn itself."""

import os
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

from config.settings import Settings
from service.outside.leash import hold

_settings = Settings.load()
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads

# The model is mapped once and shared by the forks; connections are opened after them.
preload_app = True

timeout = 30
graceful_timeout = 20
keepalive = 5
limit_request_line = 8190
limit_request_fields = 60

# Heartbeats belong in memory: on a slow disk they would look like hung workers.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# Ours are structured; these would hold paths.
accesslog = None
loglevel = "warning"


def post_fork(server: Any, worker: Any) -> None:
    """A worker dies with its master."""
    hold(server.pid)


def child_exit(server: Any, worker: Any) -> None:
    """Clear the gauges of a worker that ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
