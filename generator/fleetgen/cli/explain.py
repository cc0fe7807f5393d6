"""fleetgen explain"""

from __future__ import annotations

import click

from fleetgen.answers import explain
from fleetgen.answers.explanations import Explanation
from fleetgen.cli import answers, output

_HELP = """Explain why a cluster, unit or value is as it is, or what a code means.

\b
  explain cluster NAME                    facts, layers weak to strong, units
  explain unit CLUSTER UNIT               where it comes from, or why it is not there
  explain value CLUSTER COMPONENT.PATH    who set it, and every layer that it overrides
  explain CODE                            an error (E0101), a policy (FG-POD-001) or one of its rules

PATH is below the component's values, unless it starts with enabled, version, patches or values.
"""


@click.command("explain", help=_HELP)
@click.argument("words", nargs=-1, required=True, metavar="WHAT ...")
@answers.format_options
@click.pass_context
def command(ctx: click.Context, *, words: tuple[str, ...], format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    answer: Explanation
    match words:
        case ("cluster", name):
            answer = explain.explain_cluster(answers.plan(ctx, format_), name)
        case ("unit", cluster, unit):
            answer = explain.explain_unit(answers.plan(ctx, format_), cluster, unit)
        case ("value", cluster, path):
            answer = explain.explain_value(answers.plan(ctx, format_), cluster, path)
        case (code,) if code.startswith("FG-"):
            answer = explain.explain_policy(answers.plan(ctx, format_), code)
        case (code,) if explain.is_code(code):
            answer = explain.explain_error(code)
        case _:
            raise click.UsageError("use one of: cluster NAME, unit CLUSTER UNIT, value CLUSTER COMPONENT.PATH, a code")
    answers.answer(format_, answer.lines(), answer)
    return 0
