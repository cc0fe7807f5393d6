"""fleetgen diff"""

from __future__ import annotations

import json

import click

from fleetgen import API_VERSION
from fleetgen.cli import common, output
from fleetgen.errors import InputError, problem
from fleetgen.inputs.run import Run
from fleetgen.model.change import Change
from fleetgen.report.text import clusters_text
from fleetgen.review.diff import changes_since
from fleetgen.words import count

_MARKS = {"added": "+", "removed": "-", "changed": "~"}


@click.command(
    "diff", help="Show what the inputs of the working tree change in the committed output of REF (default: HEAD), by object."
)
@click.argument("ref", default="HEAD")
@common.with_run
def command(run: Run, *, ref: str) -> int:
    """See the help text."""
    git = common.git(run.repository)
    commit = git.resolve(ref)
    if commit is None:
        raise InputError(problem("E0903", f"there is no commit '{ref}'", fix="name a branch, tag or commit of this repository"))
    found = changes_since(run, git, commit)
    if output.is_json():
        output.data(json.dumps({"apiVersion": API_VERSION, "changes": [_data(change) for change in found]}, indent=2))
    else:
        for change in found:
            for line in _lines(change):
                output.data(line)
        clusters = {cluster for change in found for cluster in change.clusters}
        reach = f"{count(len(found), 'distinct change')}, {count(len(clusters), 'cluster')}"
        output.say(reach if found else f"no change against {ref}")
    return 1 if found else 0


def _lines(change: Change) -> list[str]:
    lines = [f"{change.unit}: {clusters_text([cluster.name for cluster in change.clusters])}"]
    if change.moved:
        return [*lines, "  path only: no object changes"]
    for item in change.objects:
        lines.append(f"  {_MARKS[item.action]} {item.id}")
        lines += [f"      {field.path}: {_shown(field.old)} -> {_shown(field.new)}" for field in item.fields]
    return lines


def _shown(value: str | None) -> str:
    return "(absent)" if value is None else value


def _data(change: Change) -> dict[str, object]:
    objects = [
        {"id": str(item.id), "action": item.action, "fields": [{"path": f.path, "old": f.old, "new": f.new} for f in item.fields]}
        for item in change.objects
    ]
    return {
        "unit": change.unit,
        "moved": change.moved,
        "clusters": [str(cluster) for cluster in change.clusters],
        "objects": objects,
    }
