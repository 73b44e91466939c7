"""What the commands share: the wiring that they open, how they fail, how they show a value."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from service.core.people import Role

if TYPE_CHECKING:
    from service.processes.wiring import Wiring

ROLES = click.Choice([role.value for role in Role])


def fail(message: str) -> NoReturn:
    """End with a sentence on the standard error."""
    click.echo(message, err=True)
    sys.exit(1)


def open_wiring() -> "Wiring":
    """Return the wiring, once Redis answered. Raises StartRefused."""
    from service.processes.wiring import Wiring

    wiring = Wiring.from_settings()
    wiring.check()
    return wiring


def date(millis: int) -> str:
    """Return a time, ms, to the minute in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(" ", "minutes") if millis else "never"


def shown(value: object) -> str:
    """Return a setting’s value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else str(value)
