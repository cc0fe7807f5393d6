"""fleetgen check --manifests"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from fleetgen.cli import common, output
from fleetgen.gate.plain_manifests import ManifestsRequest, ManifestsTools, check_manifests
from fleetgen.inputs.rules import library_of


def check_given(
    ctx: click.Context, paths: Sequence[str], *, namespaces: Sequence[str], environment: str, options: Mapping[str, Any]
) -> int:
    """Judge plain manifests. `options`: those that the command shares with others."""
    request = ManifestsRequest(paths=tuple(paths), namespaces=tuple(namespaces), environment=environment, stdin=_stdin)
    output.use(common.choice(options["format_"], options["files"]))
    repo = common.repository_if_any(ctx)
    output.describe(lambda: common.about(lambda: library_of(repo), Path.cwd(), ("object",)))
    tools = common.toolchain(repo)
    executor = common.executor_of(options["executor"])
    kept = common.cache_for(tools, no_cache=options["no_cache"])
    timings = common.timings_of(ctx, kept, wanted=options["timings"])
    means = ManifestsTools(
        repository=repo,
        engine=lambda: common.engine(tools, executor),
        gate_cache=kept,
        progress=output.progress(ctx, quiet=options["quiet"]),
    )
    with timings.stage("gate"):
        judged = check_manifests(means, request)
    output.print_findings(judged.findings, judged.sizes)
    shown = ", ".join(f"{name}: {judged.sizes[name]}" for name in ("objects", "files", "policies"))
    output.say(f"check passed ({shown}); policies about clusters and the fleet do not apply to manifests")
    return 0


def _stdin() -> bytes:
    return sys.stdin.buffer.read()
