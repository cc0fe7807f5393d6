"""fleetgen diff"""

from __future__ import annotations

import json
from typing import Any

import click

from generator.cli import common, output
from generator.errors import InputError, problem
from generator.model.change import Change
from generator.model.inventory import API_VERSION
from generator.pipeline.publish import committed, output_prefix
from generator.pipeline.running import changes, check
from generator.report.text import clusters_text

_MARKS = {"added": "+", "removed": "-", "changed": "~"}


@click.command("diff", help="What the working tree's inputs change against the committed output of REF (default: HEAD), by object.")
@click.argument("ref", default="HEAD")
@common.run_options
@click.pass_context
def command(ctx: click.Context, ref: str, **options: Any) -> int:  # type: ignore[explicit-any]  # the shared options
    """See the help text."""
    settings = common.settings(ctx, **options)
    git = common.git(settings.repository)
    commit = git.resolve(ref)
    if commit is None:
        raise InputError(problem("E0903", f"there is no commit '{ref}'", fix="name a branch, tag or commit of this repository"))
    before = committed(git, commit, output_prefix(settings, git))
    found = changes(settings, before, dict(check(settings).approved.files))
    if options["format_"] == "json":
        output.data(json.dumps({"apiVersion": API_VERSION, "changes": [_data(change) for change in found]}, indent=2))
    else:
        for change in found:
            for line in _lines(change):
                output.data(line)
        clusters = {name for change in found for name in change.clusters}
        output.say(f"{len(found)} distinct changes, {len(clusters)} clusters" if found else f"no change against {ref}")
    return 1 if found else 0


def _lines(change: Change) -> list[str]:
    lines = [f"{change.unit}: {clusters_text([name.split('/')[1] for name in change.clusters])}"]
    if change.moved:
        return [*lines, "  path only: no object changes"]
    for item in change.objects:
        lines.append(f"  {_MARKS[item.action]} {item.id}")
        for field in item.fields:
            lines.append(f"      {field.path}: {field.old if field.old is not None else '(absent)'} -> {field.new if field.new is not None else '(absent)'}")
    return lines


def _data(change: Change) -> dict[str, object]:
    objects = [
        {"id": str(item.id), "action": item.action, "fields": [{"path": f.path, "old": f.old, "new": f.new} for f in item.fields]} for item in change.objects
    ]
    return {"unit": change.unit, "moved": change.moved, "clusters": list(change.clusters), "objects": objects}
