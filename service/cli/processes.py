"""The processes: everything, or one of them."""

import os
import sys

import click

from config.settings import REPOSITORY, Settings
from service.cli.common import open_wiring

#: Seconds since its last sign of life after which a worker counts as gone.
LATELY = 30


@click.command()
def up() -> None:
    """Run everything: the embedded Valkey unless REDIS_URL is set, the web server and the worker."""
    from service.processes.up import run

    sys.exit(run(Settings.load()))


@click.command()
@click.option("--check", is_flag=True, help="Only tell, by the exit code, whether the web server here is ready.")
def web(*, check: bool) -> None:
    """Run the web server alone."""
    settings = Settings.load()
    if check:
        from service.processes.up import is_ready
        from service.processes.wiring import Wiring

        sys.exit(not is_ready(Wiring(settings).local_url))

    os.chdir(REPOSITORY)
    server = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "config/gunicorn.conf.py",
        "service.processes.web_app:application()",
    ]
    os.execv(sys.executable, server)


@click.command()
@click.option("--check", is_flag=True, help="Only tell, by the exit code, whether a worker was alive lately.")
def worker(*, check: bool) -> None:
    """Run the worker alone: it delivers webhooks."""
    if check:
        seconds = open_wiring().registry.since_beat()
        click.echo("No worker was ever alive." if seconds is None else f"A worker was alive {seconds} seconds ago.")
        sys.exit(seconds is None or seconds > LATELY)

    from service.processes.wiring import Wiring
    from service.processes.worker import run

    run(Wiring.from_settings())
