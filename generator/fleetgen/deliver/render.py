"""`fleetgen render`: check, then make output/ equal to what was approved."""

from __future__ import annotations

from fleetgen.build import output_tree
from fleetgen.build.output_tree import NO_DIFFERENCE, TreeDifference, ids_on_disk
from fleetgen.deliver.outcome import Outcome, remembered, tree_digest
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed


@timed("write")
def render(run: Run, seconds: float) -> tuple[Outcome, TreeDifference]:
    """Check, then make output/ equal to what was approved, under the lock."""
    with output_tree.locked(run.repository.root, seconds) as state:
        known = remembered(run)
        if known and known.tree and known.tree == tree_digest(ids_on_disk(run.repository.output)):
            return known, NO_DIFFERENCE
        from fleetgen.build.output_ids import output_ids  # noqa: PLC0415 - not needed where nothing has changed
        from fleetgen.deliver.check import check, remember  # noqa: PLC0415 - not needed where nothing has changed

        checked = check(run)
        ids = output_ids(run.cache, checked.desired.files)
        difference = output_tree.replace(run.repository.root, OUTPUT, checked.approved.files, ids, state)
        return remember(run, checked, tree_digest(ids)), difference


@timed("compare")
def preview(run: Run) -> tuple[Outcome, TreeDifference]:
    """Check, and say what `render` would change."""
    from fleetgen.build.output_ids import output_ids  # noqa: PLC0415 - not needed where nothing has changed
    from fleetgen.deliver.check import check, outcome_of  # noqa: PLC0415 - not needed where nothing has changed

    checked = check(run)
    return outcome_of(checked), output_tree.difference(run.repository.output, output_ids(run.cache, checked.desired.files))
