"""The command line: `python -m service COMMAND`, each with --help.

Commands import what they run: a start must not wait for parts that it will not use.
"""

import os
import sys
from typing import TYPE_CHECKING

import click

from config.settings import REPOSITORY, InvalidSettings, Settings
from service.core.errors import InvalidSubmission, ParleyError
from service.core.people import ALL_SITES, OPERATOR, Role
from service.core.security import SecurityEvent

if TYPE_CHECKING:
    from datetime import datetime
    from typing import NoReturn

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
@click.option("--check", is_flag=True, help="Only tell, by the exit code, whether the web server here is ready.")
def web(*, check: bool) -> None:
    """Run the web server alone."""
    settings = Settings.load()
    if check:
        from service.up import is_ready
        from service.wiring import Wiring

        sys.exit(not is_ready(Wiring(settings).local_url))

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
    wiring = _wiring()
    for name, value in wiring.sites.values_of(wiring.registry.site(id)).items():
        click.echo(f"{name} = {_shown(value)}")


@site.command("set")
@click.argument("id")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE …")
def site_set(id: str, values: tuple[str, ...]) -> None:
    """Set values of the site ID: name, origins (with commas), and those of its policy, as `site show` lists them."""
    pairs = [value.partition("=") for value in values]
    if not all(equals for _, equals, _ in pairs):
        raise click.UsageError("Give values as NAME=VALUE.")
    sites = _wiring().sites
    changed = sites.change(id, {name.strip(): value.strip() for name, _, value in pairs})
    for name, value in sites.values_of(changed).items():
        click.echo(f"{name} = {_shown(value)}")


@cli.command()
@click.argument("site")
@click.option("--pin", is_flag=True, help="With the script's integrity: each upgrade needs the lines anew.")
def embed(site: str, *, pin: bool) -> None:
    """Print the two lines with which a page of SITE embeds its comments."""
    from service.web.assets import ASSETS, ENTRY

    wiring = _wiring()
    integrity = f' integrity="{ASSETS.entry.integrity}" crossorigin' if pin else ""
    click.echo(f'<script type="module" src="{wiring.url}embed/v1/{ENTRY}"{integrity}></script>')
    click.echo(f'<parley-comments site="{wiring.registry.site(site).id}"></parley-comments>')


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
    from service.core.thread import NotAPage, canonical, shown, thread_key

    wiring = _wiring()
    try:
        page = canonical(url)
    except NotAPage as error:
        _fail(str(error))
    key = thread_key(site, url=page, thread_id="", fingerprints=wiring.fingerprints)
    change = wiring.casework.close if is_closed else wiring.casework.reopen
    change(wiring.registry.site(site).id, key, member=OPERATOR)
    click.echo(f"{'Closed' if is_closed else 'Opened'} the thread of {shown(page).text}")


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


@moderator.command("reset")
@click.argument("name")
def moderator_reset(name: str) -> None:
    """Print a link with which the moderator NAME chooses a new password: it works once, for fifteen minutes."""
    click.echo(_wiring().new_password(name))


@moderator.command("remove")
@click.argument("name")
def moderator_remove(name: str) -> None:
    """Remove the moderator NAME, whose sessions end at once."""
    _wiring().access.remove_person(name)
    click.echo(f"Removed {name}")


@cli.group()
def token() -> None:
    """Tokens with which programs call the API."""


@token.command("add")
@click.option("--site", required=True, help="The site it is for.")
@click.option("--role", type=ROLES, default=Role.MODERATOR.value, help="What it may do.")
@click.option("--name", default="", help="What decisions call it.")
@click.option("--days", default=365, show_default=True, help="Days until it expires; 0: never.")
def token_add(site: str, role: str, name: str, days: int) -> None:
    """Make a token. It is shown once."""
    click.echo(f"API token, shown only now: {_wiring().access.add_token(name, Role(role), site=site, days=days)}")


@token.command("list")
def token_list() -> None:
    """List the tokens, without their secrets: when they expire, and when they were last used, to the minute."""
    for each in _wiring().registry.tokens():
        member = each.member
        expires, used = _date(each.expires_at), _date(each.used_at)
        click.echo(f"{member.id}\t{member.name}\t{member.role}\t{member.site}\texpires {expires}\tused {used}")


@token.command("remove")
@click.argument("id")
def token_remove(id: str) -> None:
    """Remove the token ID, as `token list` shows it."""
    _wiring().access.remove_token(id)
    click.echo(f"Removed {id}")


@cli.group()
def keys() -> None:
    """The keys that seal addresses and secrets, and know authors again."""


@keys.command("forget")
@click.confirmation_option(prompt="Addresses, secrets and authors of a missing key are lost for good. Go on?")
def keys_forget() -> None:
    """Start without keys that are lost for good, and give up what only they open."""
    from service.wiring import Wiring

    wiring = Wiring.from_settings()
    wiring.registry.check_layout()
    count = wiring.registry.forget_keys(wiring.sealing, wiring.fingerprints)
    if count:
        wiring.security.note(SecurityEvent.KEYS_FORGOTTEN, OPERATOR, about=str(count))
    said = f"Forgot {count} missing keys. Endpoints with a secret that one of them sealed need `webhook rotate`."
    click.echo(said if count else "No key is missing.")


@cli.group()
def webhook() -> None:
    """Endpoints that are told of every decision."""


@webhook.command("add")
@click.argument("url")
@click.option("--site", required=True, help="The site whose events it wants.")
@click.option("--event", "events", multiple=True, help="A type of event it wants; may be repeated. Default: each.")
@click.option("--thin", is_flag=True, help="Tell it which comment, and let it ask the API for the rest.")
@click.option("--description", default="", help="What it is for.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header to send; may be repeated.")
@click.option("--per-minute", type=int, default=0, help="Deliveries a minute at most. Default: no limit.")
def webhook_add(
    url: str,
    site: str,
    events: tuple[str, ...],
    *,
    thin: bool,
    description: str,
    headers: tuple[str, ...],
    per_minute: int,
) -> None:
    """Tell URL of the site's events from now on. The signing secret is shown once."""
    from service.core.endpoint import EndpointChange, header_lines

    change = EndpointChange.parse(
        {
            "url": url,
            "events": events,
            "payload": "thin" if thin else "full",
            "description": description,
            "headers": header_lines("\n".join(headers)),
            "per_minute": per_minute,
        }
    )
    endpoint, secret = _wiring().webhooks.add(site, change, member=OPERATOR)
    click.echo(f"Added {endpoint.id}. Signing secret, shown only now: {secret}")


@webhook.command("list")
@click.option("--site", required=True)
def webhook_list(site: str) -> None:
    """List the site's endpoints, how they do, and what they have waiting and given up."""

    for each in _wiring().webhooks.all(site, member=OPERATOR):
        state = "paused" if each.health.is_paused else f"disabled: {each.health.disabled}"
        state = state if each.health.is_paused or each.health.disabled else "active"
        counts = f"{each.counts['waiting']} waiting, {each.counts['dead']} dead"
        click.echo(f"{each.endpoint.id}\t{each.endpoint.url}\t{state}\t{counts}\t{each.endpoint.description}")


@webhook.command("rotate")
@click.argument("id")
@click.option("--site", required=True)
def webhook_rotate(id: str, site: str) -> None:
    """Give the endpoint ID a new secret, shown once. The old one signs beside it for 24 hours."""

    secret = _wiring().webhooks.rotate(site, id, member=OPERATOR)
    click.echo(f"The old secret signs for 24 hours more. New signing secret, shown only now: {secret}")


@webhook.command("pause")
@click.argument("id")
@click.option("--site", required=True)
def webhook_pause(id: str, site: str) -> None:
    """Deliver nothing to the endpoint ID until it is resumed."""

    _wiring().webhooks.pause(site, id, member=OPERATOR)
    click.echo(f"Paused {id}")


@webhook.command("resume")
@click.argument("id")
@click.option("--site", required=True)
def webhook_resume(id: str, site: str) -> None:
    """Let the endpoint ID go on, paused or disabled: first with what it missed."""

    _wiring().webhooks.resume(site, id, member=OPERATOR)
    click.echo(f"Resumed {id}")


@webhook.command("test")
@click.argument("id")
@click.option("--site", required=True)
def webhook_test(id: str, site: str) -> None:
    """Send the endpoint ID a test, and show the whole exchange."""
    from time import monotonic, sleep

    wiring = _wiring()
    event = wiring.webhooks.test(site, id, member=OPERATOR)
    ends = monotonic() + wiring.settings.webhook_timeout + 5
    exchange = wiring.webhooks.exchange(site, id, event, member=OPERATOR)
    while not exchange.attempts and monotonic() < ends:
        sleep(0.2)
        exchange = wiring.webhooks.exchange(site, id, event, member=OPERATOR)
    if not exchange.attempts:
        _fail("The test was not sent yet. Does a worker run? `worker --check` tells.")
    attempt = exchange.attempts[-1]
    click.echo(f"POST {attempt.url}")
    for name, value in attempt.headers.items():
        click.echo(f"{name}: {value}")
    click.echo(f"\n{exchange.body}\n")
    took = f"{attempt.milliseconds} ms, {attempt.connecting} of them connecting"
    click.echo(f"{attempt.status or attempt.error} in {took}")
    click.echo(f"{attempt.answer_headers}\n\n{attempt.answer}".strip())
    sys.exit(exchange.logged.state != "delivered")


@webhook.command("replay")
@click.argument("id")
@click.option("--site", required=True)
@click.option("--event", default="", help="Only this event.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="UTC. Default: all that is kept.")
@click.option("--all", "everything", is_flag=True, help="Also what the endpoint has already.")
def webhook_replay(id: str, site: str, event: str, since: "datetime | None", *, everything: bool) -> None:
    """Deliver events to the endpoint ID again: what it is missing, or all, or one."""
    from datetime import UTC

    webhooks = _wiring().webhooks
    if event:
        webhooks.replay_one(site, id, event, member=OPERATOR)
    else:
        at = int(since.replace(tzinfo=UTC).timestamp() * 1000) if since else 0
        webhooks.replay(site, id, member=OPERATOR, since=at, what="all" if everything else "missing")
    click.echo("The worker delivers it again.")


@webhook.command("remove")
@click.argument("id")
@click.option("--site", required=True)
def webhook_remove(id: str, site: str) -> None:
    """Remove the endpoint ID; what is on its way to it is dropped."""

    _wiring().webhooks.remove(site, id, member=OPERATOR)
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


def _fail(message: str) -> "NoReturn":
    click.echo(message, err=True)
    sys.exit(1)


def _wiring() -> "Wiring":
    from service.wiring import Wiring

    wiring = Wiring.from_settings()
    wiring.check()
    return wiring


def _date(millis: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(" ", "minutes") if millis else "never"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
