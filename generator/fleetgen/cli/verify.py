"""fleetgen verify"""

from __future__ import annotations

import click

from fleetgen.build.desired_state import Settings
from fleetgen.cli import common, output
from fleetgen.deliver.check import sizes
from fleetgen.deliver.verify import verify


@click.command("verify", help="Prove offline that output/ equals its inputs and that every cluster's root builds.")
@common.with_report
def command(settings: Settings) -> int:
    """See the help text."""
    checked = verify(settings)
    output.print_findings(checked.approved.findings, sizes(checked))
    output.say(f"output/ equals its inputs; every root builds: {output.described(sizes(checked))}")
    return 0
