"""fleetgen catalog"""

from __future__ import annotations

from collections.abc import Sequence

import click

from fleetgen.answers import catalog as answering
from fleetgen.build.plan import plan_of
from fleetgen.cli import answers, common, output
from fleetgen.errors import InputError, problem
from fleetgen.inputs.documents import library_components
from fleetgen.words import count, shortened

_SHOWN: int = 5


@click.group("catalog", help="Show what is known of the versions of components, check it, and plan the way to a newer version.")
def command() -> None:
    """See the help text."""


@command.command("show", help="List the releases of COMPONENT, or of all: versions, series, support, known issues.")
@click.argument("component", default="")
@answers.format_options
@click.pass_context
def show(ctx: click.Context, *, component: str, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    components = library_components(common.repository_if_any(ctx))
    return _table(format_, "releases", answering.release_rows(components, component))


@command.command("matrix", help="Show where the releases of COMPONENT run.")
@click.argument("component")
@click.option("--markdown", is_flag=True, help="As a table of Markdown.")
@answers.format_options
@click.pass_context
def matrix(ctx: click.Context, *, component: str, markdown: bool, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    rows = answering.matrix_rows(library_components(common.repository_if_any(ctx)), component)
    if markdown and format_ == "text":
        header, *body = rows
        for row in (header, tuple("---" for _ in header), *body):
            output.data(f"| {' | '.join(row)} |")
        return 0
    return _table(format_, "combinations", rows)


@command.command("lint", help="Check the catalog: dates, sources, issues. Exit code 1 if there is something to do.")
@click.option("--as-of", metavar="DATE", help="Judge dates as of DATE (default: today).")
@answers.format_options
@click.pass_context
def lint(ctx: click.Context, *, as_of: str | None, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    components = library_components(common.repository_if_any(ctx))
    found = [*answering.lint(components, common.day(as_of or ""))]
    output.print_findings(found, {"components": len(components)}, judged=False, exit_code=1 if found else 0)
    return 1 if found else 0


@command.command("plan")
@click.argument("target")
@click.option("--to", "goal", required=True, metavar="COMPONENT=VERSION", help="What the clusters shall come to.")
@answers.format_options
@click.pass_context
def plan(ctx: click.Context, *, target: str, goal: str, format_: str) -> int:
    """Print the steps by which TARGET (a cluster, an environment, or ENVIRONMENT/RING) comes to a version of COMPONENT.

    A step is one version, published ring by ring; the next one follows when the sites have taken it. With kubernetes=MINOR it
    is a minor of Kubernetes, with the components that need another version first.
    """
    loaded = plan_of(answers.run_of(ctx, format_))
    name, found, version = goal.partition("=")
    if not found:
        raise InputError(problem("E1201", f"--to {goal} names no component", fix="write it as --to gpu-operator=v26.7.0"))
    hops = answering.plan_of_hops(loaded, target, name, version)
    lines = [line for number, hop in enumerate(hops, 1) for line in _hop_lines(number, name, hop)]
    data: dict[str, object] = {
        "component": name,
        "target": target,
        "hops": [
            {
                "version": hop.version,
                "needs": [*hop.needs],
                "rings": [{"ring": ring, "clusters": [*clusters]} for ring, clusters in hop.rings],
            }
            for hop in hops
        ],
    }
    answers.answer(format_, lines, data)
    return 0


def _hop_lines(number: int, name: str, hop: answering.PlannedHop) -> list[str]:
    lines = [f"{number}. {name} {hop.version}"]
    lines += [f"   needs {need}" for need in hop.needs]
    for ring, clusters in hop.rings:
        lines.append(f"   ring {ring}: {count(len(clusters), 'cluster')}: {shortened(clusters, _SHOWN)}")
    return [*lines, "   then wait until all of them are Synced and Healthy"]


def _table(format_: str, what: str, rows: Sequence[tuple[str, ...]]) -> int:
    header, *body = rows
    keys = [name.lower().replace(" ", "-") for name in header]
    answers.answer(format_, answers.columns(rows), {what: [dict(zip(keys, row, strict=True)) for row in body]})
    return 0
