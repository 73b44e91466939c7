"""The keys that seal, and know authors again."""

import click

from service.core.people import OPERATOR
from service.core.security import SecurityEvent


@click.group()
def keys() -> None:
    """The keys that seal addresses and secrets, and know authors again."""


@keys.command("forget")
@click.confirmation_option(prompt="Addresses, secrets and authors of a missing key are lost for good. Go on?")
def keys_forget() -> None:
    """Start without keys that are lost for good, and give up what only they open."""
    from service.processes.wiring import Wiring

    wiring = Wiring.from_settings()
    wiring.registry.check_layout()
    count = wiring.registry.forget_keys(wiring.sealing, wiring.fingerprints)
    if count:
        wiring.security.note(SecurityEvent.KEYS_FORGOTTEN, OPERATOR, about=str(count))
    said = f"Forgot {count} missing keys. Endpoints with a secret that one of them sealed need `webhook rotate`."
    click.echo(said if count else "No key is missing.")
