"""Threads: closed, and opened again."""

import click

from service.cli.common import fail, open_wiring
from service.core.people import OPERATOR


@click.group()
def thread() -> None:
    """Threads: the pages that comments belong to."""


@thread.command("close")
@click.argument("site")
@click.argument("url")
def thread_close(site: str, url: str) -> None:
    """Let the thread of the page at URL take no more comments."""
    _close(site, url, is_closed=True)


@thread.command("open")
@click.argument("site")
@click.argument("url")
def thread_open(site: str, url: str) -> None:
    """Let the thread of the page at URL take comments again."""
    _close(site, url, is_closed=False)


def _close(site: str, url: str, *, is_closed: bool) -> None:
    from service.core.thread import NotAPage, canonical, shown, thread_key

    wiring = open_wiring()
    try:
        page = canonical(url)
    except NotAPage as error:
        fail(str(error))
    key = thread_key(site, url=page, thread_id="", fingerprints=wiring.fingerprints)
    change = wiring.casework.close if is_closed else wiring.casework.reopen
    change(wiring.registry.site(site).id, key, member=OPERATOR)
    click.echo(f"{'Closed' if is_closed else 'Opened'} the thread of {shown(page).text}")
