"""fleetgen policy whatif"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from fleetgen.cli import answers, common, output
from fleetgen.inputs.run import Run
from fleetgen.policies.whatif import WhatIf, WhatIfChange, WhatIfRow, whatif
from fleetgen.report.text import clusters_text
from fleetgen.words import count

_EXAMPLES = 3
_HELP = """Show what would newly fail and newly pass in the whole fleet with other policies and constraints. Writes nothing.

Everything that was built is judged twice, by the present and by the other policies, and the results are compared by object.
The numbers count distinct objects (findings, for policies about clusters) and the clusters that have them.
"""


@click.command("whatif", help=_HELP)
@click.option(
    "--policies",
    "source",
    required=True,
    metavar="DIR|REF",
    help="The other policies: a folder with the layout of policies/, or a branch, tag or commit.",
)
@click.option("--fail-on-new", is_flag=True, help="Exit code 1 if the gate would refuse something that passes today.")
@common.with_run
def command(run: Run, *, source: str, fail_on_new: bool) -> int:
    """See the help text."""
    answer = whatif(run, source, lambda: common.git(run.repository))
    answers.answer("json" if output.is_json() else "text", _lines(answer), answer)
    failing = sum(len(row.failing) for row in answer.rows)
    passing = sum(len(row.passing) for row in answer.rows)
    size = f"{count(answer.objects, 'distinct object')} in {count(answer.clusters, 'cluster')}"
    output.say(f"{size}: {failing} newly failing, {passing} newly passing")
    return 1 if fail_on_new and answer.blocks else 0


def _lines(answer: WhatIf) -> Iterator[str]:
    if not answer.rows:
        yield f"{answer.policies} changes no verdict"
        return
    rows = [("POLICY", "CONSTRAINT", "ACTION", "NEWLY FAILING", "NEWLY PASSING")]
    rows += [(row.policy, row.constraint, row.action, _count(row.failing), _count(row.passing)) for row in answer.rows]
    yield from answers.columns(rows)
    for row in answer.rows:
        yield from _examples(row, "newly failing", row.failing)
        yield from _examples(row, "newly passing", row.passing)


def _count(changes: Sequence[WhatIfChange]) -> str:
    clusters = {name for change in changes for name in change.clusters}
    return f"{len(changes)} in {count(len(clusters), 'cluster')}" if changes else "-"


def _examples(row: WhatIfRow, title: str, changes: Sequence[WhatIfChange]) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"{title} under {row.constraint} ({row.policy}, {row.action}): {_count(changes)}"
    for change in changes[:_EXAMPLES]:
        place = f"{change.place}: " if change.place else ""
        yield f"  {place}{f'{change.object}: ' if change.object else ''}{change.message}"
        if change.clusters:
            yield f"    clusters: {clusters_text(change.clusters)}"
    if len(changes) > _EXAMPLES:
        yield f"  and {len(changes) - _EXAMPLES} more (all of them: --json)"
    for name in sorted({name for change in changes for name in change.waivers}):
        covered = [change for change in changes if name in change.waivers]
        yield f"  waiver {name} would cover {len(covered)} of {len(changes)}"
    if uncovered := {name for change in changes for name in change.uncovered if change.waivers}:
        yield f"  and leave {count(len(uncovered), 'cluster')} uncovered"
