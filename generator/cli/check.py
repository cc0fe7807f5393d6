"""fleetgen check"""

from __future__ import annotations

import click

from generator.cli import common, output
from generator.pipeline.desired import Settings, plan_of
from generator.pipeline.running import checked_outcome


@click.command("check", help="Load, render, build and gate the whole fleet; write nothing.")
@click.option("--inventory", is_flag=True, help="Only load and resolve: needs no tool.")
@common.with_report
def command(settings: Settings, *, inventory: bool) -> int:
    """See the help text."""
    if inventory:
        plan = plan_of(settings)
        clusters, variants = len(plan.resolved.clusters), len(plan.resolved.variants)
        output.print_findings((), {"clusters": clusters, "variants": variants}, judged=False)
        output.say(f"inventory is valid: {clusters} clusters, {variants} variants")
        return 0
    outcome = checked_outcome(settings)
    output.print_findings(outcome.findings, outcome.sizes)
    output.say("check passed: " + output.described(outcome.sizes))
    return 0
