"""The command line: `python -m service COMMAND`, each with --help; a file for each noun.

Commands import what they run: a start must not wait for parts that it will not use.
"""

import click

from config.settings import InvalidSettings
from service.cli.common import fail
from service.cli.keys import keys
from service.cli.people import moderator
from service.cli.processes import up, web, worker
from service.cli.sites import embed, site
from service.cli.threads import thread
from service.cli.tokens import token
from service.cli.webhooks import webhook
from service.core.errors import InvalidSubmission, ParleyError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Parley, the comment section's moderation desk."""


for command in (up, web, worker, site, embed, thread, moderator, token, keys, webhook):
    cli.add_command(command)


def main() -> None:
    """Run the command line; what Parley says no to is one sentence on stderr, and exit code 1."""
    try:
        cli(prog_name="python -m service")
    except InvalidSettings as error:
        fail(str(error))
    except InvalidSubmission as error:
        fail("\n".join(fault.message for fault in error.faults))
    except ParleyError as error:
        fail(str(error))
