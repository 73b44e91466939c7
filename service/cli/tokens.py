"""Tokens with which programs call the API."""

import click

from service.cli.common import ROLES, date, open_wiring
from service.core.people import Role


@click.group()
def token() -> None:
    """Tokens with which programs call the API."""


@token.command("add")
@click.option("--site", required=True, help="The site it is for.")
@click.option("--role", type=ROLES, default=Role.MODERATOR.value, help="What it may do.")
@click.option("--name", default="", help="What decisions call it.")
@click.option("--days", default=365, show_default=True, help="Days until it expires; 0: never.")
def token_add(site: str, role: str, name: str, days: int) -> None:
    """Make a token. It is shown once."""
    click.echo(f"API token, shown only now: {open_wiring().access.add_token(name, Role(role), site=site, days=days)}")


@token.command("list")
def token_list() -> None:
    """List the tokens, without their secrets: when they expire, and when they were last used, to the minute."""
    for each in open_wiring().registry.tokens():
        member = each.member
        expires, used = date(each.expires_at), date(each.used_at)
        click.echo(f"{member.id}\t{member.name}\t{member.role}\t{member.site}\texpires {expires}\tused {used}")


@token.command("remove")
@click.argument("id")
def token_remove(id: str) -> None:
    """Remove the token ID, as `token list` shows it."""
    open_wiring().access.remove_token(id)
    click.echo(f"Removed {id}")
