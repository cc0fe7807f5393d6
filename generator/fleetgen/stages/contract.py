"""What must hold between the units of a cluster: namespaces, required APIs, one owner for every object, metrics that exist.

Judged per distinct bill of materials, not per cluster: clusters with the same variants get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import product
from typing import Final

from fleetgen.catalog.exporters import ExportedMetrics, MetricUse, exported_metrics, metric_uses
from fleetgen.catalog.quotas import QuotaShortfall, quota_shortfalls
from fleetgen.catalog.releases import release_of
from fleetgen.errors import problem
from fleetgen.model.built_objects import BuiltObjects
from fleetgen.model.component import Companion
from fleetgen.model.conditions import meets
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import mapping_of
from fleetgen.model.resource import KEEP, KEPT, SYNC_OPTIONS, ResourceId
from fleetgen.model.settings import Path, at, nearest_place
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.words import listed, suggest_or

_GIVEN_NAMESPACES: Final = frozenset({"kube-system", "default", "kube-public", "kube-node-lease"})
# the console of OpenShift reads dashboards there and nowhere else (GPU operator documentation, enable-gpu-monitoring-dashboard)
_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_LEVELS: Final = ("restricted", "baseline", "privileged")  # the strictest first
_GIVEN_ON: Final[Mapping[str, frozenset[str]]] = {"openshift": frozenset({"openshift-config-managed"})}
_CORE: Final = '""'
_ALMOST: Final = 0.9  # names of fields have much in common; only a slip of the pen is this near


@dataclass(frozen=True, slots=True)
class _Exporter:
    """An object that says what an exporter exports."""

    object: ResourceId
    metrics: ExportedMetrics


@dataclass(frozen=True, slots=True)
class _MetricUser:
    """A part of an object that uses metrics."""

    object: ResourceId
    use: MetricUse


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the objects of a variant say about metrics."""

    variant: Variant
    exporters: tuple[_Exporter, ...]
    users: tuple[_MetricUser, ...]


@dataclass(frozen=True, slots=True)
class _SiteKind:
    """Clusters with an equal one get the same answer: what is rendered for them, and what their sites have already."""

    variants: tuple[VariantKey, ...]
    provides: tuple[str, ...]
    distribution: str


def check(
    resolved: Resolved,
    objects: BuiltObjects,
    setting_is_on: Callable[[Variant, str], bool],
    providers: Mapping[str, str],
) -> list[Finding]:
    """Every broken contract (E0701, E0702, E0704, E0706 to E0711), each once, with all clusters that it concerns.

    `setting_is_on`: whether a dotted path of the variant's settings is on (`*`: its instance), or equals what follows `=`.
    `providers`: a kind as `group/version/Kind` -> the component of the fleet that provides it.
    """
    measured = {key: _measured(resolved.variants[key], manifests) for key, manifests in objects.items()}
    clusters_of: dict[_SiteKind, list[str]] = {}
    for name, bill in resolved.bills.items():
        cluster = resolved.clusters[name]
        site = _SiteKind(tuple(bill.values()), cluster.spec.provides, _distribution(cluster))
        clusters_of.setdefault(site, []).append(name)
    merged: dict[tuple[str, str], Finding] = {}
    for site, clusters in clusters_of.items():
        variants = [resolved.variants[key] for key in site.variants]
        findings = [
            *_check_bill(resolved.clusters[clusters[0]], variants, objects, setting_is_on, providers),
            *_not_exported([measured[key] for key in site.variants]),
        ]
        for finding in findings:
            same = merged.get((finding.code, finding.message), finding)
            merged[finding.code, finding.message] = replace(finding, clusters=(*same.clusters, *clusters))
    return list(merged.values())


def _check_bill(
    cluster: Cluster,
    variants: Sequence[Variant],
    objects: BuiltObjects,
    setting_is_on: Callable[[Variant, str], bool],
    providers: Mapping[str, str],
) -> list[Finding]:
    return [
        *_requirements(cluster, variants, setting_is_on, providers),
        *_neighbours(variants, setting_is_on),
        *_levels(variants, objects),
        *_quotas(cluster, variants, objects),
        *_namespaces(cluster, variants, objects),
        *_owners(variants, objects),
        *_unguarded(variants, objects),
        *_undeclared(variants, objects),
    ]


def _requirements(
    cluster: Cluster,
    variants: Sequence[Variant],
    setting_is_on: Callable[[Variant, str], bool],
    providers: Mapping[str, str],
) -> Iterator[Finding]:
    provided = set(cluster.spec.provides) | {api for v in variants for api in v.component.provides}
    for variant in variants:
        for requirement in variant.component.requires:
            if requirement.api in provided or not meets(requirement.where, variant.facts):
                continue
            if requirement.when and not setting_is_on(variant, requirement.when):
                continue
            setting = requirement.when.replace("*", variant.instance)
            because = f" because {_said(setting)}" if setting else ""
            off = f", change {setting.partition('=')[0]}" if "=" in setting else f", turn off {setting}" if setting else ""
            fix = f"{_provided_by(requirement.api, providers)}{off}, or list it in spec.provides if the site has it already"
            yield problem(
                "E0701",
                f"'{variant.key.unit}' needs {requirement.api}{because}; no component or site provides it",
                fix=fix,
                place=cluster.place,
            )


def _provided_by(api: str, providers: Mapping[str, str]) -> str:
    """How a cluster gets a kind: from the component that provides it, or under the right name."""
    if api in providers:
        return f"enable '{providers[api]}', which provides it"
    near = get_close_matches(api, providers, 1, _ALMOST)
    return f"did you mean {near[0]}? If not, add a component that provides it" if near else "add a component that provides it"


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
    wanted = f"needs {demand}" if wish.expects else f"does not work with {demand}"
    place = _set_at(other, ("values", *demand.partition("=")[0].split("."))) or _place(other)
    return problem("E0709", f"'{variant.key.unit}'{because} {wanted} in '{other.key.unit}'", fix=wish.message, place=place)


def _version_beside(variant: Variant, wish: Companion, other: Variant) -> Iterator[Finding]:
    release = release_of(variant.component, variant.version)
    table = release.data.get(wish.versions) if release else None
    fitting = table.get(variant.version) if isinstance(table, dict) else None
    if isinstance(fitting, list) and other.version not in fitting:
        known = listed([str(version) for version in fitting], "or")
        text = f"'{variant.key.unit}' {variant.version} works with '{other.key.unit}' {known}, not with {other.version}"
        yield problem("E0709", text, fix=wish.message, place=_set_at(variant, ("version",)) or _place(variant))


def _distribution(cluster: Cluster) -> str:
    return cluster.spec.kubernetes.distribution if cluster.spec.kubernetes else ""


def _namespaces(cluster: Cluster, variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    own = {m.id.name for v in variants for m in objects[v.key] if m.id.kind == "Namespace" and not m.id.group}
    existing = own | _GIVEN_NAMESPACES | _GIVEN_ON.get(_distribution(cluster), frozenset())
    for variant in variants:
        needed = {m.id.namespace for m in objects[variant.key] if m.id.namespace} | set(variant.namespaces)
        for namespace in sorted(needed - existing):
            text = f"'{variant.key.unit}' uses namespace '{namespace}', which cluster-baseline does not create"
            yield problem("E0704", text, fix=_creating(namespace, variants, own), place=_place(variant))


def _levels(variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    """E0710: namespaces whose Pod Security level refuses what a unit brings, its chart or its operator included."""
    enforced = {
        m.id.name: str(mapping_of(mapping_of(m.data["metadata"]).get("labels")).get(_ENFORCE, ""))
        for v in variants
        for m in objects[v.key]
        if m.id.kind == "Namespace" and not m.id.group
    }
    for variant in variants:
        needed = variant.component.pod_security
        for namespace in variant.namespaces:
            level = enforced.get(namespace, "")
            if level in _LEVELS and _LEVELS.index(level) < _LEVELS.index(needed):
                unit, path = variant.key.unit, (namespace, "podSecurity", "enforce")
                text = f"'{unit}' needs the Pod Security level {needed} in namespace '{namespace}', which enforces {level}"
                setting = f"components.cluster-baseline.values.namespaces.{namespace}.podSecurity.enforce"
                yield problem(
                    "E0710",
                    text,
                    fix=f"set {setting}: {needed}",
                    place=_baseline_place(variants, path),
                )


def _quotas(cluster: Cluster, variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    """E0711: quotas that refuse pods of the units in their namespace."""
    nodes = sum(pool.count for pool in cluster.spec.node_pools) or 1
    for each in quota_shortfalls([m for v in variants for m in objects[v.key]], nodes):
        yield quota_finding(each, _baseline_place(variants, (each.namespace, "quota", each.key)))


def quota_finding(each: QuotaShortfall, place: Place | None) -> Finding:
    """E0711 at the place where the quota is set."""
    setting = f"components.cluster-baseline.values.namespaces.{each.namespace}.quota"
    text = f"the quota of namespace '{each.namespace}' admits {each.key} {each.hard}; its units ask for {each.asked:g}"
    return problem("E0711", text, fix=f"raise {each.key} in {setting}, or let the units ask for less", place=place)


def _baseline_place(variants: Sequence[Variant], below: Path) -> Place | None:
    """Where cluster-baseline is told something about a namespace."""
    path = ("values", "namespaces", *below)
    return next((nearest_place(v.settings, path) for v in variants if v.component.name == "cluster-baseline"), None)


def _creating(namespace: str, variants: Sequence[Variant], own: Iterable[str]) -> str:
    """How a cluster gets a namespace: by switching on what is set already, or by adding it."""
    setting = "components.cluster-baseline.values.namespaces"
    baseline = [variant.settings for variant in variants if variant.component.name == "cluster-baseline"]
    if any(at(settings, ("values", "namespaces", namespace)) for settings in baseline):
        return f"set {setting}.{namespace}.enabled to true"
    return suggest_or(namespace, own, f"add it to {setting}")


def _owners(variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    owner: dict[ResourceId, str] = {}
    for variant in variants:
        for manifest in objects[variant.key]:
            first = owner.setdefault(manifest.id, variant.key.unit)
            if first != variant.key.unit:
                message = f"'{first}' and '{variant.key.unit}' both define {manifest.id}"
                yield problem(
                    "E0702",
                    message,
                    fix="keep the object in one unit; rename or remove it in the other",
                    place=variant.component.place,
                )


def _unguarded(variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    """What holds data or other objects must outlive a mistake: Argo CD prunes everything else that leaves the tree."""
    for variant in variants:
        for manifest in objects[variant.key]:
            metadata = manifest.data.get("metadata")
            annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
            options = str(annotations.get(SYNC_OPTIONS, "")) if isinstance(annotations, dict) else ""
            if (manifest.id.group, manifest.id.kind) in KEPT and not set(KEEP.split(",")) <= set(options.split(",")):
                message = f"removing unit '{variant.key.unit}' would delete {manifest.id} and everything in it"
                fix = f"add the annotation {SYNC_OPTIONS}: {KEEP}"
                yield problem("E0706", message, fix=fix, place=variant.component.place)


def _undeclared(variants: Sequence[Variant], objects: BuiltObjects) -> Iterator[Finding]:
    """The project permits what components declare, not what is rendered: it would shrink with a unit that leaves."""
    for variant in variants:
        declared = {(r.group, r.kind) for r in variant.component.cluster_resources}
        kinds = {(m.id.group, m.id.kind) for m in objects[variant.key] if not m.id.namespace}
        for group, kind in sorted(kinds - declared):
            name = f"{kind}.{group}" if group else kind
            entry = f"{{group: {group or _CORE}, kind: {kind}}}"
            message = f"'{variant.key.unit}' renders {name} without a namespace, which its component does not declare"
            fix = f"add {entry} to clusterResources of component.yaml, or give the object a namespace"
            yield problem("E0707", message, fix=fix, place=variant.component.place)


def _measured(variant: Variant, manifests: Sequence[Manifest]) -> _Measured:
    return _Measured(
        variant=variant,
        exporters=tuple(_Exporter(m.id, metrics) for m in manifests if (metrics := exported_metrics(m))),
        users=tuple(_MetricUser(m.id, use) for m in manifests for use in metric_uses(m)),
    )


def _not_exported(bill: Sequence[_Measured]) -> Iterator[Finding]:
    """A rule about a metric that nobody exports never fires, and nobody notices."""
    users = [(unit.variant, user) for unit in bill for user in unit.users]
    exporters = [(unit.variant, exporter) for unit in bill for exporter in unit.exporters]
    for (variant, user), (owner, exporter) in product(users, exporters):
        for metric in filter(exporter.metrics.lacks, user.use.metrics):
            near = get_close_matches(metric, exporter.metrics.names, 1, _ALMOST)
            meant = f"did you mean {near[0]}? If not, " if near else ""
            what = f"{user.use.what} in {user.object} of '{variant.key.unit}'"
            fix = f"{meant}add {metric} to the metrics of '{owner.key.unit}', or remove {user.use.what}"
            text = f"{what} uses {metric}, which {exporter.object} does not list"
            yield problem("E0708", text, fix=fix, place=_chosen_at(owner, variant))


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
