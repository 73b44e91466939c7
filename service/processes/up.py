"""Everything with one command: the embedded server, the worker and the web server as children of this process.

They stop in the other order, web, worker, server, so that nothing is accepted that cannot be stored.
"""

import errno
import http.client
import os
import shutil
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from config.settings import Settings
from service.adapters.embedded_valkey import EmbeddedServer, url_of
from service.adapters.supervisor import Child, Supervisor, spawn
from service.core.errors import StartRefused

if TYPE_CHECKING:
    from service.processes.wiring import Wiring

#: Seconds that the web server has to finish its requests, and Valkey to write what it has.
GRACE: Final = 25.0

#: Seconds in which the web server must be ready.
PATIENCE: Final = 60.0

#: Seconds between looks whether it is.
LOOK: Final = 0.05


def run(settings: Settings) -> int:
    """Run Parley until SIGINT, SIGTERM or SIGHUP. Raises StartRefused when it cannot start."""
    _check_address(settings.host, settings.port)
    with Supervisor() as supervisor:
        url = settings.redis_url.get_secret_value() if settings.redis_url else url_of(settings.parley_data)
        if not settings.redis_url:
            server = EmbeddedServer(settings.parley_data)
            supervisor.keep(Child("embedded Valkey", server.start, grace=GRACE, cause=server.cause))
            server.wait_until_ready(pause=supervisor.pause)
        start = partial(spawn, environment=_environment(settings, redis_url=url))
        # A webhook that is on its way gets its whole time.
        grace = settings.webhook_timeout + 5
        supervisor.keep(Child("worker", lambda: start([sys.executable, "-m", "service", "worker"]), grace=grace))
        supervisor.keep(Child("web server", lambda: start([sys.executable, "-m", "service", "web"]), grace=GRACE))
        # Imported while the children start, who take longer.
        from service.processes.wiring import Wiring

        wiring = Wiring.from_settings()
        wiring.check()
        wiring.sites.add_demo()
        _wait_until_ready(wiring.local_url, supervisor)
        _announce(wiring)
        while True:
            supervisor.pause(supervisor.tend())
    return 0


def _environment(settings: Settings, *, redis_url: str) -> dict[str, str]:
    data = settings.parley_data.resolve()
    return os.environ | {
        "REDIS_URL": redis_url,
        "PARLEY_DATA": str(data),
        "PROMETHEUS_MULTIPROC_DIR": str(_emptied(data / "metrics")),
    }


def _emptied(folder: Path) -> Path:
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StartRefused(
            f"The folder {folder} can’t be made: {error.strerror}. Make room, or set PARLEY_DATA."
        ) from error
    return folder


def _check_address(host: str, port: int) -> None:
    """Raise StartRefused if the web server could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} on {host} is in use. Stop what uses it, or set PORT to another."
            ) from error
        raise StartRefused(f"Port {port} on {host} can’t be had: {error.strerror}. Set PORT or HOST.") from error


def _wait_until_ready(url: str, supervisor: Supervisor) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_ready(url):
        supervisor.insist()
        if time.monotonic() > ends:
            raise StartRefused("The web server did not get ready. The lines above say why.")
        supervisor.pause(LOOK)


def is_ready(url: str) -> bool:
    """Whether the web server at *url* takes comments in."""
    # Not urllib: it would ask the proxy that the environment may name.
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announce(wiring: "Wiring") -> None:
    """Say where everything is. The invitation goes to the terminal alone, never into the log."""
    from service.core.people import Role

    url = wiring.url
    lines = [
        f"Parley is ready: {url}",
        f"  a page with comments   {url}demo",
        f"  the review desk        {url}review/",
        f"  the API's docs         {url}docs",
    ]
    if not wiring.access.has_owner():
        lines.append(f"  become its owner       {wiring.invitation(Role.OWNER)}  (once, within 15 minutes)")
    print("\n".join(lines), flush=True)
