"""People who sign in at the desk."""

import click

from service.cli.common import ROLES, open_wiring
from service.core.people import ALL_SITES, Role


@click.group()
def moderator() -> None:
    """People who sign in at the review desk."""


@moderator.command("invite")
@click.option("--role", type=ROLES, default=None, help="Default: owner for the first, then moderator.")
@click.option("--site", default=ALL_SITES, help="Only this site. Default: every site.")
def moderator_invite(role: str | None, site: str) -> None:
    """Print a link with which one person joins: it works once, for fifteen minutes."""
    wiring = open_wiring()
    first = Role.MODERATOR if wiring.access.has_owner() else Role.OWNER
    click.echo(wiring.invitation(Role(role) if role else first, site=site))


@moderator.command("list")
def moderator_list() -> None:
    """List everyone who may sign in."""
    for person in open_wiring().registry.people():
        click.echo(f"{person.name}\t{person.role}\t{'every site' if person.site == ALL_SITES else person.site}")


@moderator.command("reset")
@click.argument("name")
def moderator_reset(name: str) -> None:
    """Print a link with which the moderator NAME chooses a new password: it works once, for fifteen minutes."""
    click.echo(open_wiring().new_password(name))


@moderator.command("remove")
@click.argument("name")
def moderator_remove(name: str) -> None:
    """Remove the moderator NAME, whose sessions end at once."""
    open_wiring().access.remove_person(name)
    click.echo(f"Removed {name}")
