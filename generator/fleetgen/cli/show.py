"""fleetgen show"""

from __future__ import annotations

from typing import Any

import click

from fleetgen.answers.show import contents
from fleetgen.build.desired_state import desired
from fleetgen.cli import answers, common, output


@click.command("show", help="Show every object of CLUSTER in the order in which its Argo CD applies them. Built, but not gated.")
@click.argument("cluster")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print the manifests.")
@common.run_options
@click.pass_context
def command(ctx: click.Context, /, *, cluster: str, as_yaml: bool, **options: Any) -> int:  # noqa: ANN401 - the shared options
    """See the help text."""
    shown = contents(desired(common.run_of(ctx, **options), only=cluster), cluster)
    if as_yaml and options["format_"] == "text":
        output.data(shown.yaml().rstrip("\n"))
        return 0
    answers.answer(options["format_"], answers.columns(shown.rows()), shown)
    return 0
