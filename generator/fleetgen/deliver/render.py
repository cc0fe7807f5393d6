"""`fleetgen render`: check, then make output/ equal to what was approved."""

from __future__ import annotations

from fleetgen.build import output_tree
from fleetgen.build.desired_state import Settings
from fleetgen.build.output_tree import NO_DIFFERENCE, TreeDifference
from fleetgen.deliver.check import Outcome, check, remember, remembered, tree_digest
from fleetgen.inputs.repository import OUTPUT


def render(settings: Settings, seconds: float) -> tuple[Outcome, TreeDifference]:
    """Check, then make output/ equal to what was approved, under the lock."""
    with output_tree.locked(settings.repository.root, seconds) as state:
        known = remembered(settings)
        if known and known.tree == tree_digest(output_tree.read(settings.repository.output)):
            return known, NO_DIFFERENCE
        checked = check(settings)
        difference = output_tree.replace(settings.repository.root, OUTPUT, checked.approved.files, state)
        return remember(settings, checked), difference
