"""`fleetgen render`: check, then make output/ equal to what was approved."""

from __future__ import annotations

from fleetgen.build import output_tree
from fleetgen.build.output_tree import NO_DIFFERENCE, TreeDifference, TreeOnDisk
from fleetgen.deliver.check import Outcome, check, remember, remembered, tree_digest
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.model.blob import blob_ids


def render(run: Run, seconds: float) -> tuple[Outcome, TreeDifference]:
    """Check, then make output/ equal to what was approved, under the lock."""
    with output_tree.locked(run.repository.root, seconds) as state:
        known = remembered(run)
        if known and known.tree and known.tree == tree_digest(blob_ids(TreeOnDisk(run.repository.output))):
            return known, NO_DIFFERENCE
        checked = check(run)
        files = checked.approved.files
        difference = output_tree.replace(run.repository.root, OUTPUT, files, state)
        return remember(run, checked, tree_digest(blob_ids(files))), difference
