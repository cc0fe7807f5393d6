"""E0908: what running sites cannot take in one step, judged from what is published to what is proposed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fleetgen.catalog.upgrades import UpgradeProblem, setting_problems, version_problem
from fleetgen.deliver.fleet_sides import Side
from fleetgen.errors import problem
from fleetgen.model.change import Change, FieldChange
from fleetgen.model.composed import ComposedFleet, RunningKubernetes
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.keys import ClusterKey
from fleetgen.model.place import Place
from fleetgen.model.settings import nearest_place
from fleetgen.model.variant import Variant, VariantKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Both sides of a change, the changes between them, and the variants that are proposed.

    `former`: cluster -> what it was called before.
    """

    old: Side
    new: Side
    former: Mapping[ClusterKey, ClusterKey]
    changes: Sequence[Change]
    variants: Mapping[VariantKey, Variant]


def upgrade_findings(proposal: Proposal) -> list[Finding]:
    """Everything that sites which have the unit already cannot take at once. A cluster or unit that is new is free."""
    settings = _changed_settings(proposal.changes)
    found: dict[tuple[UpgradeProblem, VariantKey], list[ClusterKey]] = {}
    for cluster, unit, old, key in _running(proposal):
        variant = proposal.variants[key]
        for each in _problems(variant, old, settings.get((cluster, unit), frozenset())):
            found.setdefault((each, key), []).append(cluster)
    merged: dict[tuple[UpgradeProblem, Place], list[ClusterKey]] = {}
    for (each, key), clusters in sorted(found.items(), key=lambda item: item[0][1]):
        merged.setdefault((each, nearest_place(proposal.variants[key].settings, ("version",))), []).extend(clusters)
    return [step_finding(each, place, clusters) for (each, place), clusters in merged.items()]


def kubernetes_findings(
    fleet: Fleet,
    wanted: ComposedFleet,
    published: Mapping[ClusterKey, RunningKubernetes],
    former: Mapping[ClusterKey, ClusterKey],
) -> list[Finding]:
    """Minors of Kubernetes that sites cannot go to at once. A site with another distribution was set up anew and is free.

    `published`: what the clusters ran when they were published, as far as that is known.
    """
    found: dict[tuple[UpgradeProblem, Place], list[ClusterKey]] = {}
    for key, new in sorted(wanted.kubernetes.items()):
        old = published.get(former.get(key, key), new)
        same = old.distribution == new.distribution
        if same and (each := version_problem(fleet.kubernetes, "Kubernetes", old.minor, new.minor)):
            place = nearest_place(fleet.clusters[key.name].tree, ("spec", "kubernetes", "version"))
            found.setdefault((each, place), []).append(key)
    return [step_finding(each, place, clusters) for (each, place), clusters in found.items()]


def step_finding(each: UpgradeProblem, place: Place, clusters: Sequence[ClusterKey]) -> Finding:
    """The problem at the place where the version is set."""
    fix = f"{each.fix}; to publish it nevertheless, pass --allow-upgrade"
    names = tuple(sorted({cluster.name for cluster in clusters}))
    return replace(problem("E0908", each.message, fix=fix, place=place), clusters=names)


def _running(proposal: Proposal) -> Iterator[tuple[ClusterKey, str, str, VariantKey]]:
    """Cluster, unit, published version and proposed variant of every unit that stays at its cluster."""
    for cluster, units in proposal.new.bills.items():
        before = proposal.old.bills.get(proposal.former.get(cluster, cluster), {})
        for unit, key in units.items():
            if unit in before:
                yield cluster, unit, proposal.old.versions[before[unit]], key


def _problems(variant: Variant, old: str, changed: frozenset[str]) -> Iterator[UpgradeProblem]:
    catalog = variant.component.catalog
    if found := version_problem(catalog, variant.key.unit, old, variant.version):
        yield found
    if changed:
        yield from setting_problems(catalog, old, variant.version, changed)


def _changed_settings(changes: Sequence[Change]) -> dict[tuple[ClusterKey, str], frozenset[str]]:
    """(cluster, unit) -> dotted names of the chart's values, and of fields of custom resources, that change there."""
    found: dict[tuple[ClusterKey, str], frozenset[str]] = {}
    for change in changes:
        names = frozenset(name for item in change.objects if item.action == "changed" for f in item.fields for name in _names(f))
        for cluster in change.clusters if names else ():
            for unit in change.units:
                found[cluster, unit] = found.get((cluster, unit), frozenset()) | names
    return found


def _names(field: FieldChange) -> Iterator[str]:
    """`driver.version` of a chart's values, and of the spec of the custom resource that the chart makes of them."""
    path = field.path
    below = path[path.index("valuesObject") + 1 :] if "valuesObject" in path else path[1:] if path[:1] == ("spec",) else ()
    if below and all(isinstance(step, str) for step in below):
        head = ".".join(map(str, below))
        yield from dict.fromkeys(name for value in (field.old, field.new) for name in _leaves(head, value))


def _leaves(name: str, value: object) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}", inner)
    else:
        yield name
