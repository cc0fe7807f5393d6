"""`fleetgen diff`: the distinct changes from a committed tree to what the inputs want."""

from __future__ import annotations

from collections.abc import Mapping

from fleetgen.build.desired_state import Desired
from fleetgen.build.rendered_tree import committed_tree, wanted_tree
from fleetgen.inputs.run import Run
from fleetgen.model.change import Change
from fleetgen.stages.diff import diff


def changes(run: Run, before: Mapping[str, str], desired: Desired) -> tuple[Change, ...]:
    """The distinct changes from a committed tree (path below output/ -> text) to what the run wants."""
    wanted = wanted_tree(desired)
    return diff(committed_tree(run, before, desired, wanted), wanted)
