"""`fleetgen diff`: the difference from the tree that a commit holds to what the inputs want."""

from __future__ import annotations

from fleetgen.deliver.outcome import remembered, tree_digest
from fleetgen.inputs.committed_files import committed_folder
from fleetgen.inputs.repository import OUTPUT
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.review import Review
from fleetgen.review.causes import has_other_rules
from fleetgen.tools.git_cli import Git


@timed("diff")
def review_since(run: Run, git: Git, ref: str, commit: str) -> Review:
    """The difference from the tree of `commit`, which the user calls `ref`.

    A refusal of the gate is part of the answer; what cannot be rendered raises InputError. If both sides are known to be equal,
    nothing is rendered or read.
    """
    committed = committed_folder(git, run.repository, commit, OUTPUT)
    known = remembered(run)
    if known and known.tree == tree_digest(committed.ids) and not has_other_rules(run, git, commit):
        return Review(ref=ref, rings={}, redirects={})
    from fleetgen.review.assessment import ComparedCommit, assessed  # noqa: PLC0415 - not needed where nothing has changed

    return assessed(run, git, ComparedCommit(ref=ref, commit=commit, output=committed))
