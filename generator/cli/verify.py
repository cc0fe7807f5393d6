"""fleetgen verify"""

from __future__ import annotations

from typing import Any

import click

from generator.cli import common, output
from generator.pipeline.running import verify


@click.command("verify", help="Prove offline that output/ equals its inputs and that every cluster's root builds.")
@common.run_options
@click.pass_context
def command(ctx: click.Context, **options: Any) -> int:  # type: ignore[explicit-any]  # the shared options
    """See the help text."""
    checked = verify(common.settings(ctx, **options))
    output.print_findings(checked.approved.findings, output.counts(checked))
    output.say(f"output/ equals its inputs; every root builds: {output.described(checked)}")
    return 0
