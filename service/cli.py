"""The command line: `python -m service COMMAND`, each with --help.

Commands import what they run: a start must not wait for parts that it will not use.
"""

import os
import sys
from typing import TYPE_CHECKING

import click

from config.settings import REPOSITORY, InvalidSettings, Settings
from service.core.errors import InvalidSubmission, ParleyError
from service.core.people import ALL_SITES, Role

if TYPE_CHECKING:
    from service.wiring import Wiring

#: Seconds since its last sign of life after which a worker counts as gone.
LATELY = 30

ROLES = click.Choice([role.value for role in Role])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Parley, the comment section's moderation desk."""


@cli.command()
def up() -> None:
    """Run everything: the embedded Valkey unless REDIS_URL is set, the web server and the worker."""
    from service.up import run

    sys.exit(run(Settings.load()))


@cli.command()
def web() -> None:
    """Run the web server alone."""
    Settings.load()
    os.chdir(REPOSITORY)
    server = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py", "service.app:application()"]
    os.execv(sys.executable, server)


@cli.command()
@click.option("--check", is_flag=True, help="Only tell, by the exit code, whether a worker was alive lately.")
def worker(*, check: bool) -> None:
    """Run the worker alone: it delivers webhooks."""
    if check:
        seconds = _wiring().registry.since_beat()
        click.echo("No worker was ever alive." if seconds is None else f"A worker was alive {seconds} seconds ago.")
        sys.exit(seconds is None or seconds > LATELY)

    from service.wiring import Wiring
    from service.worker import run

    run(Wiring.from_settings())


@cli.group()
def site() -> None:
    """Sites: whose pages may embed Parley, and by which policy."""


@site.command("add")
@click.argument("id")
@click.option("--name", default="", help="What people call it.")
@click.option("--origin", "origins", multiple=True, required=True, help="https://news.example.org; may be repeated.")
def site_add(id: str, name: str, origins: tuple[str, ...]) -> None:
    """Make the site ID."""
    added = _wiring().sites.add(id, name=name, origins=origins)
    click.echo(f"Added the site {added.id} for {', '.join(added.origins)}")


@site.command("list")
def site_list() -> None:
    """List the sites."""
    for each in _wiring().registry.sites():
        click.echo(f"{each.id}\t{each.name}\t{', '.join(each.origins) or 'any page'}")


@site.command("show")
@click.argument("id")
def site_show(id: str) -> None:
    """Show every value of the site ID."""
    from service.sites import values_of

    for name, value in values_of(_wiring().registry.site(id)).items():
        click.echo(f"{name} = {_shown(value)}")


@site.command("set")
@click.argument("id")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE …")
def site_set(id: str, values: tuple[str, ...]) -> None:
    """Set values of the site ID: name, origins (with commas), and those of its policy, as `site show` lists them."""
    from service.sites import values_of

    pairs = [value.partition("=") for value in values]
    if not all(equals for _, equals, _ in pairs):
        raise click.UsageError("Give values as NAME=VALUE.")
    changed = _wiring().sites.change(id, {name.strip(): value.strip() for name, _, value in pairs})
    for name, value in values_of(changed).items():
        click.echo(f"{name} = {_shown(value)}")


@cli.group()
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
    from service.core.thread import canonical, key_of

    wiring = _wiring()
    page = canonical(url)
    wiring.queue.close_thread(wiring.registry.site(site).id, key_of(url=page, thread_id=""), is_closed=is_closed)
    click.echo(f"{'Closed' if is_closed else 'Opened'} the thread of {page}")


@cli.group()
def moderator() -> None:
    """People who sign in at the review desk."""


@moderator.command("invite")
@click.option("--role", type=ROLES, default=None, help="Default: owner for the first, then moderator.")
@click.option("--site", default=ALL_SITES, help="Only this site. Default: every site.")
def moderator_invite(role: str | None, site: str) -> None:
    """Print a link with which one person joins: it works once, for fifteen minutes."""
    wiring = _wiring()
    first = Role.MODERATOR if wiring.access.has_owner() else Role.OWNER
    click.echo(wiring.invitation(Role(role) if role else first, site=site))


@moderator.command("list")
def moderator_list() -> None:
    """List everyone who may sign in."""
    for person in _wiring().registry.people():
        click.echo(f"{person.name}\t{person.role}\t{'every site' if person.site == ALL_SITES else person.site}")


@moderator.command("remove")
@click.argument("name")
def moderator_remove(name: str) -> None:
    """Remove the moderator NAME, whose sessions end at once."""
    _wiring().registry.remove_person(name)
    click.echo(f"Removed {name}")


@cli.group()
def token() -> None:
    """Tokens with which programs call the API."""


@token.command("add")
@click.option("--site", required=True, help="The site it is for.")
@click.option("--role", type=ROLES, default=Role.MODERATOR.value, help="What it may do.")
@click.option("--name", default="", help="What decisions call it.")
def token_add(site: str, role: str, name: str) -> None:
    """Make a token. It is shown once."""
    click.echo(f"API token, shown only now: {_wiring().access.add_token(name, Role(role), site=site)}")


@token.command("list")
def token_list() -> None:
    """List the tokens, without their secrets."""
    for each in _wiring().registry.tokens():
        click.echo(f"{each.id}\t{each.name}\t{each.role}\t{each.site}")


@token.command("remove")
@click.argument("id")
def token_remove(id: str) -> None:
    """Remove the token ID, as `token list` shows it."""
    _wiring().registry.remove_token(id)
    click.echo(f"Removed {id}")


@cli.group()
def webhook() -> None:
    """Endpoints that are told of every decision."""


@webhook.command("add")
@click.argument("url")
@click.option("--site", required=True, help="The site whose events it wants.")
def webhook_add(url: str, site: str) -> None:
    """Tell URL of the site's events from now on. The signing secret is shown once."""
    from service.worker import courier

    id, secret = courier(_wiring()).add(url, site=site)
    click.echo(f"Added {id}. Signing secret, shown only now: {secret}")


@webhook.command("list")
@click.option("--site", required=True)
def webhook_list(site: str) -> None:
    """List the site's endpoints."""
    wiring = _wiring()
    wiring.registry.site(site)
    for endpoint in wiring.endpoints.of(site):
        click.echo(f"{endpoint.id}\t{endpoint.url}")


@webhook.command("remove")
@click.argument("id")
@click.option("--site", required=True)
def webhook_remove(id: str, site: str) -> None:
    """Remove the endpoint ID; what is on its way to it is dropped."""
    _wiring().endpoints.remove(site, id)
    click.echo(f"Removed {id}")


def main() -> None:
    """Run the command line; what Parley says no to is one sentence on stderr, and exit code 1."""
    try:
        cli(prog_name="python -m service")
    except InvalidSettings as error:
        _fail(str(error))
    except InvalidSubmission as error:
        _fail("\n".join(fault.message for fault in error.faults))
    except ParleyError as error:
        _fail(str(error))


def _fail(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(1)


def _wiring() -> "Wiring":
    from service.wiring import Wiring

    wiring = Wiring.from_settings()
    wiring.check()
    return wiring


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
