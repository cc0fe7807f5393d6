"""`fleetgen diff`: the distinct changes from a committed tree to what the inputs want."""

from __future__ import annotations

from fleetgen.deliver.outcome import remembered, tree_digest
from fleetgen.inputs.committed_files import CommittedFolder, committed_folder
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.change import Change
from fleetgen.tools.git_cli import Git


@timed("diff")
def changes_since(run: Run, git: Git, commit: str) -> tuple[Change, ...]:
    """The distinct changes from the tree that a commit holds. If both are known to be equal, nothing is rendered or read."""
    committed = committed_folder(git, run.repository, commit, OUTPUT)
    known = remembered(run)
    if known and known.tree == tree_digest(committed.ids):
        return ()
    return _computed(run, committed, commit)


def _computed(run: Run, committed: CommittedFolder, commit: str) -> tuple[Change, ...]:
    from fleetgen.build.output_ids import output_ids  # noqa: PLC0415 - not needed where nothing has changed
    from fleetgen.build.rendered_tree import compared  # noqa: PLC0415 - not needed where nothing has changed
    from fleetgen.deliver.check import check, remember  # noqa: PLC0415 - not needed where nothing has changed
    from fleetgen.stages.diff import diff  # noqa: PLC0415 - not needed where nothing has changed

    checked = check(run)
    wanted_ids = output_ids(run.cache, checked.desired.files, like=commit)
    remember(run, checked, tree_digest(wanted_ids))
    if committed.ids == wanted_ids:
        return ()
    trees = compared(run, checked.desired, wanted_ids, committed)
    return diff(trees.committed, trees.wanted)
