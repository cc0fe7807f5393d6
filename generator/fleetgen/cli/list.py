"""fleetgen list"""

from __future__ import annotations

import click

from fleetgen.answers import lists
from fleetgen.cli import answers

_HELP = "List clusters, units, components, variants, policies, waivers or enforcement of the fleet; needs no tools."
_COUNTS = ("clusters", "units", "variants", "wave")


@click.command("list", help=_HELP)
@click.argument("what", type=click.Choice(list(lists.TABLES)))
@click.option("--duplicates", is_flag=True, help="Only variants with equal content under two names.")
@click.option("--as-of", metavar="DATE", help="Judge dates as of DATE (default: today).")
@answers.format_options
@click.pass_context
def command(ctx: click.Context, *, what: str, duplicates: bool, as_of: str | None, format_: str) -> int:
    """See the help text."""
    if duplicates and what != "variants":
        raise click.UsageError("--duplicates needs: list variants")
    run = answers.run_of(ctx, format_, as_of)
    header, *rows = lists.duplicates(run) if duplicates else lists.TABLES[what](run)
    keys = [name.lower().replace(" ", "-") for name in header]
    items = [{key: int(cell) if key in _COUNTS else cell for key, cell in zip(keys, row, strict=True)} for row in rows]
    answers.answer(format_, answers.columns([header, *rows]), {what: items})
    return 0
