"""fleetgen policy test"""

from __future__ import annotations

import click

from fleetgen.build.plan import plan_of
from fleetgen.cli import common, output
from fleetgen.cli.policy.bench import bench
from fleetgen.errors import GateFailed
from fleetgen.inputs.run import Run
from fleetgen.policies.test_suite import SuiteReport, examine
from fleetgen.words import count

_HELP = """Test the policies below PATH (default: all) before they judge anything.

Runs their tests, which must reach every line. Checks the Rego: whether the oldest Gatekeeper of the fleet supports it, its style,
its format, and what has another meaning in a cluster. Then loads the export into Gatekeeper's own engine.
"""


@click.command("test", help=_HELP)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--fix", is_flag=True, help="Format the files that are not formatted.")
@common.with_run
def command(run: Run, *, paths: tuple[str, ...], fix: bool) -> int:
    """See the help text."""
    report = examine(plan_of(run), run.repository, bench(run.repository), paths, fix=fix)
    for path in report.formatted:
        output.say(f"{path}: formatted")
    if report.findings:
        raise GateFailed(report.findings)
    output.print_findings((), {"policies": report.policies, "tests": report.tests, "inputs": report.inputs})
    output.say(_summary(report))
    return 0


def _summary(report: SuiteReport) -> str:
    engine = report.engine
    oldest = f"OPA {engine.opa} in Gatekeeper {engine.gatekeeper}" if engine else "every Gatekeeper with Rego v1"
    sizes = f"{count(report.policies, 'policy')}, {count(report.tests, 'test')} on {count(report.inputs, 'input')}"
    return f"policies passed: {sizes}, every line reached; fit for {oldest}"
