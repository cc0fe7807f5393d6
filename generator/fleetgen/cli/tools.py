"""fleetgen tools"""

from __future__ import annotations

import click

from fleetgen.cli import answers, common, output
from fleetgen.tools.pins import ToolUse
from fleetgen.tools.toolchain import Toolchain


@click.group("tools", help="Show and install the pinned tools: kustomize, conftest and others.")
def command() -> None:
    """See the help text."""


@command.command("list", help="List every pinned tool, its version and where it was found.")
@answers.format_options
@click.pass_context
def list_(ctx: click.Context, *, format_: str) -> int:
    """See the help text."""
    output.use_format(format_)
    toolchain = _toolchain(ctx)
    rows = [("NAME", "VERSION", "FROM", "PATH")]
    for name in toolchain.names():
        tool = toolchain.find(name)
        rows.append((name, toolchain.pin(name).version, tool.source if tool else "not built", str(tool.path) if tool else "-"))
    items = [dict(zip(("name", "version", "from", "path"), row, strict=True)) for row in rows[1:]]
    answers.answer(format_, answers.columns(rows), {"tools": items})
    return 0


@command.command(
    "install",
    help=(
        "Build the named tools into the cache if they are missing; "
        "by default all except those for rehearsals and for this project's own tests."
    ),
)
@click.argument("names", nargs=-1)
@click.option("--rehearse", is_flag=True, help="Also everything that `fleetgen rehearse` needs: about 10 minutes on two cores.")
@click.pass_context
def install(ctx: click.Context, *, names: tuple[str, ...], rehearse: bool) -> int:
    """See the help text."""
    toolchain = _toolchain(ctx)
    wanted = names or toolchain.names(use=ToolUse.ORDINARY)
    if rehearse:
        wanted += toolchain.names(use=ToolUse.REHEARSALS)
    for name in names:
        toolchain.pin(name)  # a wrong name is said before anything is built
    for name in wanted:
        tool = toolchain.need(name)
        if toolchain.pin(name).files:
            toolchain.files(name)
        output.say(f"{name} {tool.version}: {tool.path} ({tool.source})")
    return 0


def _toolchain(ctx: click.Context) -> Toolchain:
    """Tools can be installed before there is a repository."""
    return common.toolchain(common.repository_if_any(ctx))
