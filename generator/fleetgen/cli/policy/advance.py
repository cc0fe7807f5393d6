"""fleetgen policy advance"""

from __future__ import annotations

import click

from fleetgen.build.plan import plan_of
from fleetgen.cli import answers, output
from fleetgen.policies import advance

_HELP = """Write the stages of enforcement that are due into their files, and show the change.

Without NAME, for all Enforcement documents. A stage that is due changes nothing by itself. This command changes `spec.action` and
nothing else in the file.
"""


@click.command("advance", help=_HELP)
@click.argument("name", default="")
@click.option("--dry-run", is_flag=True, help="Only show the change.")
@click.option("--as-of", metavar="DATE", help="Judge dates as of DATE (default: today).")
@click.pass_context
def command(ctx: click.Context, /, *, name: str, dry_run: bool, as_of: str | None) -> int:
    """See the help text."""
    run = answers.run_of(ctx, "text", as_of)
    found = advance.advance(run.repository, plan_of(run).fleet.enforcements, name, run.as_of)
    if not dry_run:
        advance.write(run.repository, found)
    if difference := found.diff():
        output.data(difference.rstrip("\n"))
    for step in found.steps:
        if step.after:
            output.say(f"{step.name}: {step.before} -> {step.after}{' (not written)' if dry_run else ''}")
        elif name:
            output.say(f"{step.name}: nothing is due; {step.coming or 'no stage is left'}")
    if not name and not found.files:
        output.say("nothing is due")
    return 0
