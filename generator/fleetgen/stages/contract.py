"""What must hold between the units of a cluster: namespaces, required APIs, one owner for every object, metrics that exist.

Judged per distinct bill of materials, not per cluster: clusters with the same variants get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from fleetgen.catalog.exporters import ExportedMetrics, MetricUse, exported, uses
from fleetgen.catalog.releases import release_of
from fleetgen.errors import problem
from fleetgen.model.component import Companion, meets
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.resource import KEEP, KEPT, SYNC_OPTIONS, ResourceId
from fleetgen.model.settings import nearest_place
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.schemas.validate import suggest

_GIVEN_NAMESPACES: Final = frozenset({"kube-system", "default", "kube-public", "kube-node-lease"})
# the console of OpenShift reads dashboards there and nowhere else (GPU operator documentation, enable-gpu-monitoring-dashboard)
_GIVEN_ON: Final[Mapping[str, frozenset[str]]] = {"openshift": frozenset({"openshift-config-managed"})}
_CORE: Final = '""'
_ALMOST: Final = 0.9  # names of fields have much in common; only a slip of the pen is this near
Objects = Mapping[VariantKey, Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the objects of a variant say about metrics."""

    exports: tuple[tuple[ResourceId, ExportedMetrics], ...]
    uses: tuple[tuple[ResourceId, MetricUse], ...]


def check(resolved: Resolved, objects: Objects, setting_is_on: Callable[[Variant, str], bool]) -> list[Finding]:
    """Every broken contract, each once, with all clusters that it concerns."""
    measured = {key: _measured(manifests) for key, manifests in objects.items()}
    seen: dict[tuple[VariantKey | str, ...], list[Finding]] = {}
    clusters_of: dict[tuple[VariantKey | str, ...], list[str]] = {}
    for name, bill in resolved.bills.items():
        cluster = resolved.clusters[name]
        signature: tuple[VariantKey | str, ...] = (*bill.values(), *cluster.spec.provides, _distribution(cluster))
        clusters_of.setdefault(signature, []).append(name)
        if signature not in seen:
            variants = [resolved.variants[key] for key in bill.values()]
            seen[signature] = [
                *_check_bill(cluster, variants, objects, setting_is_on),
                *_not_exported([(variant, measured[variant.key]) for variant in variants]),
            ]
    merged: dict[tuple[str, str], Finding] = {}
    for signature, findings in seen.items():
        for finding in findings:
            key = (finding.code, finding.message)
            known = merged.get(key)
            clusters = (*(known.clusters if known else ()), *clusters_of[signature])
            merged[key] = Finding(
                code=finding.code,
                message=finding.message,
                fix=finding.fix,
                place=finding.place,
                object=finding.object,
                clusters=clusters,
            )
    return list(merged.values())


def _check_bill(
    cluster: Cluster, variants: Sequence[Variant], objects: Objects, setting_is_on: Callable[[Variant, str], bool]
) -> list[Finding]:
    return [
        *_requirements(cluster, variants, setting_is_on),
        *_neighbours(variants, setting_is_on),
        *_namespaces(cluster, variants, objects),
        *_owners(variants, objects),
        *_unguarded(variants, objects),
        *_undeclared(variants, objects),
    ]


def _requirements(cluster: Cluster, variants: Sequence[Variant], setting_is_on: Callable[[Variant, str], bool]) -> list[Finding]:
    provided = set(cluster.spec.provides) | {api for v in variants for api in v.component.provides}
    found = []
    for variant in variants:
        for requirement in variant.component.requires:
            if requirement.api in provided or not meets(requirement.where, variant.facts):
                continue
            if requirement.when and not setting_is_on(variant, requirement.when):
                continue
            setting = requirement.when.replace("*", variant.instance)
            because = f" because {_said(setting)}" if setting else ""
            off = f", change {setting.partition('=')[0]}" if "=" in setting else f", switch off {setting}" if setting else ""
            fix = f"enable a component that provides it{off}, or list it in spec.provides if the site has it already"
            found.append(
                problem(
                    "E0701",
                    f"'{variant.key.unit}' needs {requirement.api}{because}; nothing provides it",
                    fix=fix,
                    place=cluster.place,
                )
            )
    return found


def _said(setting: str) -> str:
    """A condition over a setting, for people."""
    path, equals, wanted = setting.partition("=")
    return f"{path} is {wanted}" if equals else f"{path} is on"


def _neighbours(variants: Sequence[Variant], setting_is_on: Callable[[Variant, str], bool]) -> Iterator[Finding]:
    """What each unit wants of the other components."""
    for variant in variants:
        for wish in variant.component.beside:
            if wish.when and not setting_is_on(variant, wish.when):
                continue
            for other in (other for other in variants if other.component.name == wish.component):
                if wish.versions:
                    yield from _version_beside(variant, wish, other)
                elif setting_is_on(other, wish.expects or wish.forbids) != bool(wish.expects):
                    yield _setting_beside(variant, wish, other)


def _setting_beside(variant: Variant, wish: Companion, other: Variant) -> Finding:
    demand = wish.expects or wish.forbids
    because = f" when {_said(wish.when)}" if wish.when else ""
    wanted = f"needs {demand}" if wish.expects else f"does not go with {demand}"
    place = _set_at(other, ("values", *demand.partition("=")[0].split("."))) or _place(other)
    return problem("E0709", f"'{variant.key.unit}'{because} {wanted} in '{other.key.unit}'", fix=wish.message, place=place)


def _version_beside(variant: Variant, wish: Companion, other: Variant) -> Iterator[Finding]:
    release = release_of(variant.component, variant.version)
    table = release.data.get(wish.versions) if release else None
    fitting = table.get(variant.version) if isinstance(table, dict) else None
    if isinstance(fitting, list) and other.version not in fitting:
        known = ", ".join(str(version) for version in fitting)
        text = f"'{variant.key.unit}' {variant.version} goes with '{other.key.unit}' {known}, not with {other.version}"
        yield problem("E0709", text, fix=wish.message, place=_set_at(variant, ("version",)) or _place(variant))


def _distribution(cluster: Cluster) -> str:
    return cluster.spec.kubernetes.distribution if cluster.spec.kubernetes else ""


def _namespaces(cluster: Cluster, variants: Sequence[Variant], objects: Objects) -> list[Finding]:
    own = {m.id.name for v in variants for m in objects[v.key] if m.id.kind == "Namespace" and not m.id.group}
    existing = own | _GIVEN_NAMESPACES | _GIVEN_ON.get(_distribution(cluster), frozenset())
    found = []
    for variant in variants:
        needed = {m.id.namespace for m in objects[variant.key] if m.id.namespace} | set(variant.namespaces)
        for namespace in sorted(needed - existing):
            near = suggest(namespace, own)
            fix = f"add it to components.cluster-baseline.values.namespaces ({near})"
            found.append(
                problem(
                    "E0704",
                    f"'{variant.key.unit}' lives in namespace '{namespace}', which cluster-baseline does not create",
                    fix=fix,
                    place=_place(variant),
                )
            )
    return found


def _owners(variants: Sequence[Variant], objects: Objects) -> list[Finding]:
    owner: dict[ResourceId, str] = {}
    found = []
    for variant in variants:
        for manifest in objects[variant.key]:
            first = owner.setdefault(manifest.id, variant.key.unit)
            if first != variant.key.unit:
                message = f"'{first}' and '{variant.key.unit}' both define {manifest.id}"
                found.append(
                    problem(
                        "E0702", message, fix="let one of them own it; rename or remove the other", place=variant.component.place
                    )
                )
    return found


def _unguarded(variants: Sequence[Variant], objects: Objects) -> list[Finding]:
    """What holds data or other objects must outlive a mistake: Argo CD prunes everything else that leaves the tree."""
    found = []
    for variant in variants:
        for manifest in objects[variant.key]:
            metadata = manifest.data.get("metadata")
            annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
            options = str(annotations.get(SYNC_OPTIONS, "")) if isinstance(annotations, dict) else ""
            if (manifest.id.group, manifest.id.kind) in KEPT and not set(KEEP.split(",")) <= set(options.split(",")):
                message = f"'{variant.key.unit}' would lose {manifest.id} with all that it holds when it leaves the tree"
                fix = f"annotate it: {SYNC_OPTIONS}: {KEEP}"
                found.append(problem("E0706", message, fix=fix, place=variant.component.place))
    return found


def _undeclared(variants: Sequence[Variant], objects: Objects) -> list[Finding]:
    """The project permits what components declare, not what is rendered: it would shrink with a unit that leaves."""
    found = []
    for variant in variants:
        declared = {(r.group, r.kind) for r in variant.component.cluster_resources}
        kinds = {(m.id.group, m.id.kind) for m in objects[variant.key] if not m.id.namespace}
        for group, kind in sorted(kinds - declared):
            name = f"{kind}.{group}" if group else kind
            entry = f"{{group: {group or _CORE}, kind: {kind}}}"
            message = f"'{variant.key.unit}' renders {name} without a namespace; its component does not declare that"
            fix = f"add {entry} to clusterResources of component.yaml, or give the object a namespace"
            found.append(problem("E0707", message, fix=fix, place=variant.component.place))
    return found


def _measured(manifests: Sequence[Manifest]) -> _Measured:
    exports = ((manifest.id, exported(manifest)) for manifest in manifests)
    return _Measured(
        exports=tuple((identity, found) for identity, found in exports if found),
        uses=tuple((manifest.id, use) for manifest in manifests for use in uses(manifest)),
    )


def _not_exported(measured: Sequence[tuple[Variant, _Measured]]) -> Iterator[Finding]:
    """A rule about a metric that nobody exports never fires, and nobody notices."""
    exports = [(variant, identity, each) for variant, found in measured for identity, each in found.exports]
    for user, found in measured:
        for identity, use in found.uses:
            for owner, listed_in, each in exports:
                for metric in filter(each.lacks, use.metrics):
                    near = get_close_matches(metric, each.names, 1, _ALMOST)
                    meant = f"did you mean {near[0]}? If not, " if near else ""
                    fix = f"{meant}add {metric} to the metrics of '{owner.key.unit}', or take {use.what} out"
                    text = f"{use.what} in {identity} of '{user.key.unit}' uses {metric}, which {listed_in} does not list"
                    yield problem("E0708", text, fix=fix, place=_chosen_at(owner, user))


def _chosen_at(owner: Variant, user: Variant) -> Place:
    """Where somebody chose the metrics; else what brought the rule."""
    if chosen := _set_at(owner, ("values", "metrics")):
        return chosen
    return user.patches[-1].origin.place if user.patches else _place(user)


def _set_at(variant: Variant, path: tuple[str, ...]) -> Place | None:
    """Where a layer sets something; None if the component's own default holds."""
    place = nearest_place(variant.settings, path)
    return None if place.path.startswith(f"{variant.component.folder}/") else place


def _place(variant: Variant) -> Place:
    """Where somebody would look for the unit: the strongest layer that speaks of it."""
    return variant.layers[-1].place if variant.layers else variant.component.place


def owners(resolved: Resolved, objects: Objects) -> dict[str, dict[str, str]]:
    """Cluster -> object -> unit, for the check that no object changes its owner between two commits."""
    return {name: {str(m.id): unit for unit, key in bill.items() for m in objects[key]} for name, bill in resolved.bills.items()}
