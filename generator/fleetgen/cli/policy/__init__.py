"""fleetgen policy: one module a command."""

from __future__ import annotations

from typing import Final

import click

from fleetgen.cli.table import CommandTable

COMMANDS: Final = {
    "test": "Tests, coverage, style and portability of policies.",
    "parity": "Check that the gate and Gatekeeper judge alike.",
    "export": "Print what Gatekeeper gets in an environment.",
    "advance": "Apply the stages of enforcement that are due.",
    "whatif": "Show what other policies would change before you enforce them.",
}


@click.group("policy", cls=CommandTable, package=__name__, table=COMMANDS, help="Test, compare, export and try out policies.")
def command() -> None:
    """See the help text."""
