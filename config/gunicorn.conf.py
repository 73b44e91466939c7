"""The web server: gunicorn for the processes, waitress in each (`processes/web_server.py`). gunicorn reads this."""

import logging
import os
import signal
from pathlib import Path
from typing import Any

import structlog
from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from config.settings import Settings
from service.adapters.parent_death_signal import die_with

_settings = Settings.load()
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
_memory = Path("/dev/shm")

bind = f"{_host}:{_settings.port}"
worker_class = "service.processes.web_server.WebWorker"
workers = _settings.web_workers
threads = _settings.web_threads

# The model is mapped once and shared by the forks; connections are opened after them.
preload_app = True

# Nothing of ours leaks, so nobody is retired early.
max_requests = 0

timeout = 30
graceful_timeout = 20

# Heartbeats belong in memory: on a slow disk they would look like hung workers.
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None

# A socket in the home folder with which gunicorn can be steered: nobody needs it, and two Parleys would share it.
control_socket_disable = True

accesslog = None
loglevel = "warning"


class _Structured(logging.Handler):
    """Writes what gunicorn and waitress say as our structured lines, never a request's words or whence it came."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write gunicorn's message without its arguments; of waitress, which puts them in, only where it spoke."""
        words = record.msg if record.name.startswith("gunicorn") else f"{record.module}.{record.funcName}"
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger("gunicorn").log(record.levelno, "web_server", said=words, exc_info=error)


class logger_class(Logger):
    """gunicorn's logger, writing to ours."""

    def setup(self, cfg: Any) -> None:
        """Replace the handlers that gunicorn set up."""
        super().setup(cfg)
        self.error_log.handlers = [_Structured()]
        waitress = logging.getLogger("waitress")
        waitress.handlers, waitress.propagate = [_Structured()], False
        # It warns of each request that waits for a thread.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)


# A worker is born with the handlers of its master, which only note what they are told: a SIGTERM that reaches it before
# it has its own would be lost, and the master would wait for it until its patience ends. So signals wait out the birth.
_ENDINGS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
os.register_at_fork(
    before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS),
    after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS),
)


def post_fork(server: Any, worker: Any) -> None:
    """A worker dies with its master."""
    die_with(server.pid)


def post_worker_init(worker: Any) -> None:
    """A worker that has its own handlers hears what was said meanwhile."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)


def child_exit(server: Any, worker: Any) -> None:
    """Clear the gauges of a worker that ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
