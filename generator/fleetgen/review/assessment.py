"""Puts a review together: both trees, what differs, the verdict of the gate, the risks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from fleetgen.build.conformance import conformed
from fleetgen.build.desired_state import Desired, proposed
from fleetgen.build.output_ids import output_ids
from fleetgen.build.rendered_tree import compared
from fleetgen.deliver import fleet_sides
from fleetgen.deliver.check import Checked, remember
from fleetgen.deliver.outcome import tree_digest
from fleetgen.deliver.upgrades import Proposal, kubernetes_findings, upgrade_findings
from fleetgen.errors import GateFailed, InputError
from fleetgen.gate.approval import gated
from fleetgen.gate.rules_in_force import judging
from fleetgen.inputs.committed_files import CommittedFolder
from fleetgen.inputs.run import Run
from fleetgen.model.change import Change
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.review import Review, ReviewedChange
from fleetgen.model.variant import VariantKey
from fleetgen.review.causes import causes_of, changed_inputs, is_rule
from fleetgen.review.risks import RiskInputs, risks_of
from fleetgen.review.workloads import restarts_of
from fleetgen.stages.diff.trees import diff
from fleetgen.tools.git_cli import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCommit:
    """What is compared with: the commit as the user calls it, its id, and its output/."""

    ref: str
    commit: str
    output: CommittedFolder


def assessed(run: Run, git: Git, base: ComparedCommit) -> Review:
    """The difference from `base` to what the run wants, judged by the gate and flagged. Raises InputError."""
    wanted = proposed(run)
    ids = output_ids(run.cache, wanted.files, like=base.commit)
    refusal = _judged(run, wanted, tree_digest(ids))
    trees = compared(run, wanted, ids, base.output)
    old, new = fleet_sides.committed_side(trees.entries), fleet_sides.wanted_side(wanted.composed)
    former = fleet_sides.renamed(wanted.composed, old)
    edited = changed_inputs(run, git, base.commit)
    changes = diff(trees.committed, trees.wanted, former)
    proposal = Proposal(old=old, new=new, former=former, changes=changes, variants=wanted.plan.resolved.variants)
    review = replace(
        _of_clusters(base.ref, old, new, former),
        changes=tuple(_reviewed(change, (new, old), wanted, edited) for change in changes),
        rules=_loosened(run, wanted, base.commit) if any(map(is_rule, edited)) else (),
        refusal=(
            *refusal,
            *upgrade_findings(proposal),
            *kubernetes_findings(wanted.plan.fleet, wanted.composed, trees.kubernetes, former),
        ),
    )
    paths = _different(base.output.ids, ids)
    redirects = fleet_sides.redirects(wanted.composed, old, paths, {*fleet_sides.cluster_folders(base.output.ids)})
    review = replace(review, redirects=redirects, files=() if changes or redirects else tuple(sorted(paths)))
    known = RiskInputs(review=review, old=old, new=new, fleet=wanted.plan.fleet, wanted=trees.wanted)
    return replace(review, risks=risks_of(known))


def _of_clusters(ref: str, old: fleet_sides.Side, new: fleet_sides.Side, former: Mapping[ClusterKey, ClusterKey]) -> Review:
    """Which clusters and versions change."""
    moved = fleet_sides.moves(old, new, former)
    gone = old.bills.keys() - new.bills.keys() - {move.former for move in moved}
    return Review(
        ref=ref,
        rings={**{key: old.ring(key) for key in gone}, **{key: new.ring(key) for key in new.bills}},
        added=tuple(sorted(new.bills.keys() - old.bills.keys() - {move.cluster for move in moved})),
        removed=tuple(sorted(gone)),
        moved=moved,
        redirects={},
        versions=fleet_sides.version_changes(old, new, former),
    )


def _judged(run: Run, wanted: Desired, tree: str) -> tuple[Finding, ...]:
    """Why the change is refused; empty if it passes, which is then remembered."""
    if wanted.broken:
        return wanted.broken
    try:
        checked = Checked(desired=wanted, approved=gated(run, wanted, conformed(run, wanted)))
    except (GateFailed, InputError) as error:
        return error.findings
    remember(run, checked, tree)
    return ()


def _reviewed(change: Change, sides: Sequence[fleet_sides.Side], wanted: Desired, edited: Collection[str]) -> ReviewedChange:
    """The change with its variants, those of the first side that has the unit at the cluster, and the edits behind it."""
    keys = tuple(sorted({key for cluster in change.clusters for unit in change.units if (key := _variant(cluster, unit, sides))}))
    variants = [variant for key in keys if (variant := wanted.plan.resolved.variants.get(key))]
    causes = causes_of(change, variants, wanted.plan.fleet, edited)
    restarts = tuple(str(item.id) for item in restarts_of(change))
    return ReviewedChange(change=change, variants=keys, causes=causes, restarts=restarts)


def _variant(cluster: ClusterKey, unit: str, sides: Sequence[fleet_sides.Side]) -> VariantKey | None:
    return next((key for side in sides if (key := side.bills.get(cluster, {}).get(unit))), None)


def _loosened(run: Run, wanted: Desired, commit: str) -> tuple[Finding, ...]:
    """What the change loosens in the policies, constraints and waivers of the commit."""
    judge = judging(replace(run, policies_from=commit), wanted.plan)
    return tuple(finding for finding in judge.findings if finding.code == "E0808")


def _different(old: Mapping[str, str], new: Mapping[str, str]) -> frozenset[str]:
    return frozenset(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
