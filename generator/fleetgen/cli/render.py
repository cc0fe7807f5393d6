"""fleetgen render"""

from __future__ import annotations

import click

from fleetgen.cli import common, output
from fleetgen.deliver.render import preview, render
from fleetgen.inputs.run import Run


@click.command("render", help="Check, then replace output/ by what was approved.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--lock-timeout", default=10.0, metavar="SECONDS", help="How long to wait for another run.")
@common.with_report
def command(run: Run, *, dry_run: bool, lock_timeout: float) -> int:
    """See the help text."""
    outcome, difference = preview(run) if dry_run else render(run, lock_timeout)
    added, removed, changed = len(difference.added), len(difference.removed), len(difference.changed)
    output.print_findings(outcome.findings, {**outcome.sizes, "added": added, "removed": removed, "changed": changed})
    for mark, paths in (("+", difference.added), ("~", difference.changed), ("-", difference.removed)):
        for path in paths if dry_run else ():
            output.say(f"{mark} output/{path}")
    verb = "would change" if dry_run else "changed"
    output.say(f"output/ {verb}: {added} added, {changed} changed, {removed} removed" if difference else "output/ is up to date")
    output.say(output.described(outcome.sizes))
    return 0
