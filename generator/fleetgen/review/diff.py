"""`fleetgen diff`: the distinct changes from a commit's rendered tree to what the inputs render to."""

from __future__ import annotations

from fleetgen.build import rendered_tree
from fleetgen.deliver.check import check, remember, remembered, tree_digest
from fleetgen.deliver.publish import output_prefix
from fleetgen.inputs.run import Run
from fleetgen.model.change import Change
from fleetgen.stages.diff import diff
from fleetgen.tools.git_cli import Git


def changes_since(run: Run, git: Git, commit: str) -> tuple[Change, ...]:
    """The distinct changes. The committed side is never rendered; only folders that differ are read and built."""
    before = rendered_tree.committed_tree(git, commit, output_prefix(run, git))
    known = remembered(run)
    if known and known.tree == tree_digest(before.ids):
        return ()
    checked = check(run)
    after = rendered_tree.wanted_tree(checked.approved.files, before)
    remember(run, checked, tree_digest(after.ids))
    if before.ids == after.ids:
        return ()
    return diff(*rendered_tree.trees(run, before, after))
