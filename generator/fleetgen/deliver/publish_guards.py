"""What publish refuses: inputs that are not committed, losses beyond the guards, objects that change their unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fleetgen.errors import InputError, problem
from fleetgen.model.change import Tree
from fleetgen.model.config import Guards
from fleetgen.model.finding import Finding
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from fleetgen.tools.git_cli import Git
from fleetgen.words import count, shortened


def demand_committed_inputs(git: Git, inputs: Sequence[str]) -> None:
    """Raises InputError E0906: what sites pull must follow from the commit that they pull."""
    if changed := git.status(inputs):
        shown = shortened(changed, 3)
        fix = "commit them first, or pass --allow-uncommitted to publish output that does not match the commit"
        raise InputError(problem("E0906", f"inputs are not committed: {shown}", fix=fix, place=Place(changed[0])))


def removals(
    old: Mapping[ClusterKey, Mapping[str, str]], new: Mapping[ClusterKey, Mapping[str, str]], guards: Guards
) -> list[Finding]:
    """E0902: units and clusters that would go away, where there are more of them than the guards allow."""
    found = []
    fix = "check the change; if you intend it, pass --allow-removal"
    for cluster, bill in sorted(old.items()):
        gone = sorted(bill.keys() - new.get(cluster, {}).keys())
        if cluster in new and len(gone) > guards.max_removed_units:
            message = f"cluster '{cluster}' would lose {count(len(gone), 'unit')}: {', '.join(gone)}"
            found.append(problem("E0902", message, fix=fix))
    for environment in sorted({cluster.environment for cluster in old}):
        clusters = [cluster for cluster in old if cluster.environment == environment]
        lost = [cluster for cluster in clusters if cluster not in new]
        if len(lost) * 100 > guards.max_removed_clusters_percent * len(clusters):
            named = ", ".join(cluster.name for cluster in lost[:5])
            message = f"environment '{environment}' would lose {len(lost)} of {len(clusters)} clusters: {named}"
            found.append(problem("E0902", message, fix=fix))
    return found


def vanished(
    old: Mapping[ClusterKey, object], new: Mapping[ClusterKey, object], accounted: Collection[ClusterKey]
) -> list[Finding]:
    """E0902: clusters whose folder goes away although nobody said so. Their sites would pull a folder that is not there.

    `accounted`: the clusters that are planned or retired, and the former names of others.
    """
    fix = (
        "if it was renamed, list the old name in spec.formerNames; if it is gone, set spec.lifecycle: retired; "
        "if its site already pulls another folder, pass --allow-removal"
    )
    gone: dict[str, list[str]] = {}
    for cluster in sorted(old.keys() - new.keys() - {*accounted}):
        gone.setdefault(cluster.environment, []).append(cluster.name)
    return [
        problem("E0902", f"environment '{environment}' has no document of {_clusters(names)} any more", fix=fix)
        for environment, names in gone.items()
    ]


def _clusters(names: Sequence[str]) -> str:
    return f"cluster '{names[0]}'" if len(names) == 1 else f"{count(len(names), 'cluster')} ({shortened(names, 5)})"


@dataclass(frozen=True, slots=True, order=True)
class _OwnerChange:
    """An object, and the units that have it before and after."""

    identity: str
    old: str
    new: str


def _contents(one: Tree, other: Tree, cluster: ClusterKey) -> dict[str, str]:
    """The units of a cluster in one tree whose content is not that of the other tree."""
    return {unit: key for unit, key in one.bills[cluster].items() if other.bills[cluster].get(unit) != key}


def owner_changes(old: Tree, new: Tree) -> list[Finding]:
    """E0703: objects that another unit would own at a cluster.

    Argo CD would delete them with the first, then the second would make them anew.
    """
    found: dict[_OwnerChange, list[ClusterKey]] = {}
    for cluster in sorted(old.bills.keys() & new.bills.keys()):
        if old.bills[cluster] == new.bills[cluster]:
            continue
        gone, come = (_contents(one, other, cluster) for one, other in ((old, new), (new, old)))
        before = {m.id: unit for unit, key in gone.items() for m in old.objects[key] if m.id.kind != "Application"}
        for unit, key in come.items():
            for manifest in new.objects[key]:
                owner = before.get(manifest.id, unit)
                if owner != unit:
                    found.setdefault(_OwnerChange(str(manifest.id), owner, unit), []).append(cluster)
    fix = "publish twice: first without the object; then, when the sites have synced, with the object in its new unit"
    return [
        Finding(
            code="E0703",
            message=f"{change.identity} moves from unit '{change.old}' to '{change.new}'; sites would delete it first",
            fix=fix,
            clusters=tuple(map(str, clusters)),
        )
        for change, clusters in sorted(found.items())
    ]
