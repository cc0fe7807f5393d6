"""fleetgen library: one module a command."""

from __future__ import annotations

from typing import Final

import click

from fleetgen.cli.table import CommandTable

COMMANDS: Final = {
    "eject": "Copy a builtin component, policy or constraint into the repository.",
}


@click.group("library", cls=CommandTable, package=__name__, table=COMMANDS, help="The library that comes with fleetgen.")
def command() -> None:
    """See the help text."""
