"""`fleetgen diff`: the distinct changes between two rendered trees."""

from __future__ import annotations

from fleetgen.build import rendered_tree
from fleetgen.inputs.run import Run
from fleetgen.model.change import Change
from fleetgen.stages.diff import diff


def changes(run: Run, before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    """The distinct changes between two rendered trees."""
    return diff(rendered_tree.tree(run, before), rendered_tree.tree(run, after))
