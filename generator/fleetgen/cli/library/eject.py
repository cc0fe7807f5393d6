"""fleetgen library eject"""

from __future__ import annotations

from collections import Counter

import click

from fleetgen.cli import common, output
from fleetgen.inputs.files import place_files
from fleetgen.library import unit_of
from fleetgen.start.eject import eject, eject_all
from fleetgen.words import count

_HELP = """Copy NAME out of the builtin library into the repository, where it replaces the builtin one as a whole.

NAME is a component, a policy (AREA/RULE) or a constraint. A component comes with the parts that it imports. Updates of fleetgen
do not change the copy. For a small change, set a value or write a patch in a layer instead.
"""


@click.command("eject", help=_HELP)
@click.argument("name", default="")
@click.option("--all", "everything", is_flag=True, help="Everything that the repository does not have yet.")
@click.option("--dry-run", is_flag=True, help="List what would be written.")
@click.pass_context
def command(ctx: click.Context, /, *, name: str, everything: bool, dry_run: bool) -> int:
    """See the help text."""
    if bool(name) == everything:
        raise click.UsageError("use library eject NAME or library eject --all")
    repo = common.repository(ctx)
    files = eject_all(repo) if everything else eject(repo, name)
    if not dry_run:
        place_files(repo.root, files)
    verb = "would be written" if dry_run else "written"
    for unit, number in Counter(map(unit_of, files)).items():
        output.say(f"{unit}: {verb}" if unit in files else f"{unit}: {count(number, 'file')} {verb}")
    if not dry_run:
        output.say("next: nothing has changed yet; edit it, then run: fleetgen diff")
    return 0
