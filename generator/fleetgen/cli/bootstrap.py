"""fleetgen bootstrap"""

from __future__ import annotations

import json
from typing import Any

import click

from fleetgen.answers.bootstrap import bootstrap
from fleetgen.build.desired_state import desired
from fleetgen.cli import common, output

_HELP = """Print what a technician applies once at CLUSTER: namespace, settings, project, repository, root Application.

It contains no credentials of the repository. Use it as: fleetgen bootstrap CLUSTER | kubectl apply --server-side -f -
"""


@click.command("bootstrap", help=_HELP)
@click.argument("cluster")
@common.run_options
@click.pass_context
def command(ctx: click.Context, /, *, cluster: str, **options: Any) -> int:  # noqa: ANN401 - the shared options
    """See the help text."""
    wanted = desired(common.run_of(ctx, **options), only=cluster)
    made = bootstrap(wanted, cluster)
    if options["format_"] == "json":
        output.data(json.dumps({"apiVersion": "v1", "kind": "List", "items": made.objects}, indent=2))
    else:
        output.data(made.yaml().rstrip("\n"))
    if wanted.plan.resolved.clusters[cluster].spec.lifecycle == "planned":
        output.say(f"note: {cluster} is planned; its folder is written once spec.lifecycle is active")
    return 0
