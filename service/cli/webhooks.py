"""Endpoints of webhooks, and what is delivered to them."""

import sys
from typing import TYPE_CHECKING

import click

from service.cli.common import fail, open_wiring
from service.core.people import OPERATOR

if TYPE_CHECKING:
    from datetime import datetime


@click.group()
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
    endpoint, secret = open_wiring().webhooks.add(site, change, member=OPERATOR)
    click.echo(f"Added {endpoint.id}. Signing secret, shown only now: {secret}")


@webhook.command("list")
@click.option("--site", required=True)
def webhook_list(site: str) -> None:
    """List the site's endpoints, how they do, and what they have waiting and given up."""

    for each in open_wiring().webhooks.all(site, member=OPERATOR):
        state = "paused" if each.health.is_paused else f"disabled: {each.health.disabled}"
        state = state if each.health.is_paused or each.health.disabled else "active"
        counts = f"{each.counts['waiting']} waiting, {each.counts['dead']} dead"
        click.echo(f"{each.endpoint.id}\t{each.endpoint.url}\t{state}\t{counts}\t{each.endpoint.description}")


@webhook.command("rotate")
@click.argument("id")
@click.option("--site", required=True)
def webhook_rotate(id: str, site: str) -> None:
    """Give the endpoint ID a new secret, shown once. The old one signs beside it for 24 hours."""

    secret = open_wiring().webhooks.rotate(site, id, member=OPERATOR)
    click.echo(f"The old secret signs for 24 hours more. New signing secret, shown only now: {secret}")


@webhook.command("pause")
@click.argument("id")
@click.option("--site", required=True)
def webhook_pause(id: str, site: str) -> None:
    """Deliver nothing to the endpoint ID until it is resumed."""

    open_wiring().webhooks.pause(site, id, member=OPERATOR)
    click.echo(f"Paused {id}")


@webhook.command("resume")
@click.argument("id")
@click.option("--site", required=True)
def webhook_resume(id: str, site: str) -> None:
    """Let the endpoint ID go on, paused or disabled: first with what it missed."""

    open_wiring().webhooks.resume(site, id, member=OPERATOR)
    click.echo(f"Resumed {id}")


@webhook.command("test")
@click.argument("id")
@click.option("--site", required=True)
def webhook_test(id: str, site: str) -> None:
    """Send the endpoint ID a test, and show the whole exchange."""
    from time import monotonic, sleep

    wiring = open_wiring()
    event = wiring.webhooks.test(site, id, member=OPERATOR)
    ends = monotonic() + wiring.settings.webhook_timeout + 5
    exchange = wiring.webhooks.exchange(site, id, event, member=OPERATOR)
    while not exchange.attempts and monotonic() < ends:
        sleep(0.2)
        exchange = wiring.webhooks.exchange(site, id, event, member=OPERATOR)
    if not exchange.attempts:
        fail("The test was not sent yet. Does a worker run? `worker --check` tells.")
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

    webhooks = open_wiring().webhooks
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

    open_wiring().webhooks.remove(site, id, member=OPERATOR)
    click.echo(f"Removed {id}")
