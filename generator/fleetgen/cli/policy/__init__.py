"""fleetgen policy: one module a command."""

from __future__ import annotations

from typing import Final

import click

from fleetgen.cli.table import CommandTable

COMMANDS: Final = {
    "test": "Tests, coverage, style and portability of policies.",
    "parity": "Prove that the gate and Gatekeeper judge alike.",
    "export": "What Gatekeeper gets in an environment.",
    "advance": "Enter the stages of enforcement that are due.",
    "whatif": "What other policies would change, before they are enforced.",
}


@click.group("policy", cls=CommandTable, package=__name__, table=COMMANDS, help="Test, compare, export and try out policies.")
def command() -> None:
    """See the help text."""
