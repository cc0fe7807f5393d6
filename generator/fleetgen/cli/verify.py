"""fleetgen verify"""

from __future__ import annotations

import click

from fleetgen.cli import common, output
from fleetgen.deliver.check import sizes
from fleetgen.deliver.verify import verify
from fleetgen.inputs.run import Run


@click.command("verify", help="Verify offline that output/ matches its inputs and that the root of every cluster builds.")
@common.with_report
def command(run: Run) -> int:
    """See the help text."""
    checked = verify(run)
    output.print_findings(checked.approved.findings, sizes(checked))
    output.say(f"output/ matches its inputs; every root builds: {output.described(sizes(checked))}")
    return 0
