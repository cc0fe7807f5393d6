"""fleetgen check"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fleetgen.build.plan import plan_of
from fleetgen.cli import common, output
from fleetgen.deliver.check import checked_outcome
from fleetgen.gate.plain_manifests import ManifestsRequest, ManifestsTools, check_manifests
from fleetgen.inputs.rules import library_of
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
        return _manifests(
            ctx, ManifestsRequest(paths=(*paths, *more), namespaces=namespaces, environment=environment, stdin=_stdin), options
        )
    if more or namespaces or environment:
        raise click.UsageError("PATH, --namespaces and -e need --manifests PATH")
    run = common.run_of(ctx, **options)
    return _inventory(run) if inventory else _fleet(run)


def _inventory(run: Run) -> int:
    plan = plan_of(run)
    clusters, variants = len(plan.resolved.clusters), len(plan.resolved.variants)
    output.print_findings((), {"clusters": clusters, "variants": variants}, judged=False)
    output.say(f"inventory is valid: {count(clusters, 'cluster')}, {count(variants, 'variant')}")
    return 0


def _fleet(run: Run) -> int:
    outcome = checked_outcome(run)
    output.print_findings(outcome.findings, outcome.sizes)
    output.say("check passed: " + output.described(outcome.sizes))
    return 0


def _manifests(ctx: click.Context, request: ManifestsRequest, options: dict[str, Any]) -> int:
    output.use(common.choice(options["format_"], options["files"]))
    repo = common.repository_if_any(ctx)
    output.describe(lambda: common.about(lambda: library_of(repo), Path.cwd(), ("object",)))
    tools = common.toolchain(repo)
    executor = common.executor_of(options["executor"])
    means = ManifestsTools(
        repository=repo,
        engine=lambda: common.engine(tools, executor),
        gate_cache=common.cache_for(tools, no_cache=options["no_cache"]),
        progress=output.progress(ctx, quiet=options["quiet"]),
    )
    judged = check_manifests(means, request)
    output.print_findings(judged.findings, judged.sizes)
    shown = ", ".join(f"{name}: {judged.sizes[name]}" for name in ("objects", "files", "policies"))
    output.say(f"check passed ({shown}); policies about clusters and the fleet do not apply to manifests")
    return 0


def _stdin() -> bytes:
    return sys.stdin.buffer.read()
