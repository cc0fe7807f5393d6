"""fleetgen check"""

from __future__ import annotations

from typing import Any

import click

from fleetgen.cli import common, output
from fleetgen.deliver.outcome import Outcome, remembered
from fleetgen.inputs.run import Run
from fleetgen.words import count

_HELP = """Load, render, build and gate the whole fleet; write nothing.

With --manifests, judge plain manifests instead of the fleet: files, folders, or - for standard input, in YAML or JSON. The
policies are those of the fleet repository; outside of a repository, those that come with fleetgen. Waivers do not apply.
"""


@click.command("check", help=_HELP)
@click.argument("more", nargs=-1, metavar="[PATH]...")
@click.option("--inventory", is_flag=True, help="Only load and resolve; needs no tools.")
@click.option("--manifests", "paths", multiple=True, metavar="PATH", help="Judge these manifests; more PATHs may follow.")
@click.option(
    "--namespaces", multiple=True, metavar="PATH", help="With --manifests: Namespaces that the manifests do not contain."
)
@click.option("-e", "--environment", default="", metavar="ENV", help="With --manifests: judge by the rules of ENV.")
@common.judged_options
@common.report_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    more: tuple[str, ...],
    inventory: bool,
    paths: tuple[str, ...],
    namespaces: tuple[str, ...],
    environment: str,
    **options: Any,  # noqa: ANN401 - the shared options
) -> int:
    """See the help text."""
    if paths:
        if inventory:
            raise click.UsageError("use --inventory or --manifests, not both")
        if options["policies_from"] or options["base"]:
            raise click.UsageError("--policies-from and --base cannot be combined with --manifests")
        from fleetgen.cli.check_manifests import check_given  # noqa: PLC0415 - another job

        return check_given(ctx, (*paths, *more), namespaces=namespaces, environment=environment, options=options)
    if more or namespaces or environment:
        raise click.UsageError("PATH, --namespaces and -e need --manifests PATH")
    run = common.run_of(ctx, **options)
    return _inventory(run) if inventory else _fleet(run)


def _inventory(run: Run) -> int:
    from fleetgen.build.plan import plan_of  # noqa: PLC0415 - not needed where nothing has changed

    plan = plan_of(run)
    clusters, variants = len(plan.resolved.clusters), len(plan.resolved.variants)
    output.print_findings((), {"clusters": clusters, "variants": variants}, judged=False)
    output.say(f"inventory is valid: {count(clusters, 'cluster')}, {count(variants, 'variant')}")
    return 0


def _fleet(run: Run) -> int:
    outcome = remembered(run) or _computed(run)
    output.print_findings(outcome.findings, outcome.sizes)
    output.say("check passed: " + output.described(outcome.sizes))
    return 0


def _computed(run: Run) -> Outcome:
    from fleetgen.deliver.check import check, remember  # noqa: PLC0415 - not needed where nothing has changed

    return remember(run, check(run))
