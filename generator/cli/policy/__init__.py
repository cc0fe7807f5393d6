"""fleetgen policy: one module a command."""

from __future__ import annotations

from typing import Final

import click

from generator.cli.table import Table

COMMANDS: Final = {
    "whatif": "What other policies would change, before they are enforced.",
}


@click.group("policy", cls=Table, package=__name__, table=COMMANDS, help="Policies before they are enforced.")
def command() -> None:
    """See the help text."""
