"""fleetgen policy export"""

from __future__ import annotations

from pathlib import Path

import click

from fleetgen.cli import answers, output
from fleetgen.inputs.files import place_files
from fleetgen.policies.export import export
from fleetgen.words import count

_HELP = """Print what Gatekeeper gets in ENV: ExpansionTemplates, ConstraintTemplates and constraints, in the order to apply them.

Sites get the part that the component gatekeeper-policies installs. Waivers that Gatekeeper can express become exemptions, with a
companion constraint that only records. Standard error lists the others. ENV may be a part of an environment that is judged
separately (production/canary, production:drive-thru).
"""


@click.command("export", help=_HELP)
@click.option("-e", "--environment", required=True, metavar="ENV", help="Whose constraints.")
@click.option("--policy", "policies", multiple=True, metavar="ID", help="Only this policy; repeatable.")
@click.option("-o", "--output", "folder", metavar="DIR", help="Write one file per document below DIR instead.")
@click.pass_context
def command(ctx: click.Context, /, *, environment: str, policies: tuple[str, ...], folder: str | None) -> int:
    """See the help text."""
    plan = answers.plan(ctx, "text")
    answer = export(plan, environment, policies)
    if folder:
        place_files(Path(folder).absolute(), answer.files)
        output.say(f"{folder}: {count(len(answer.files), 'file')} written")
    else:
        for text in answer.files.values():
            output.data(f"---\n{text}".rstrip("\n"))
    for note in answer.notes:
        output.say(f"note: {note}")
    return 0
