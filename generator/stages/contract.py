"""What must hold between the units of a cluster: namespaces, required APIs, one owner for every object.

Judged per distinct bill of materials, not per cluster: clusters with the same variants get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from generator.errors import problem
from generator.model.component import meets
from generator.model.finding import Finding
from generator.model.fleet import Cluster
from generator.model.manifest import Manifest
from generator.model.resource import KEEP, SYNC_OPTIONS, ResourceId
from generator.model.variant import Resolved, Variant, VariantKey
from generator.schemas.validate import suggest

_GIVEN_NAMESPACES: Final = frozenset({"kube-system", "default", "kube-public", "kube-node-lease"})
_KEPT: Final = frozenset({("", "Namespace"), ("", "PersistentVolumeClaim"), ("apiextensions.k8s.io", "CustomResourceDefinition")})
_CORE: Final = '""'
Objects = Mapping[VariantKey, Sequence[Manifest]]


def check(resolved: Resolved, objects: Objects, setting_is_on: Callable[[Variant, str], bool]) -> list[Finding]:
    """Every broken contract, each once, with all clusters that it concerns."""
    seen: dict[tuple[VariantKey | str, ...], list[Finding]] = {}
    clusters_of: dict[tuple[VariantKey | str, ...], list[str]] = {}
    for name, bill in resolved.bills.items():
        cluster = resolved.clusters[name]
        signature: tuple[VariantKey | str, ...] = (*bill.values(), *cluster.spec.provides)
        clusters_of.setdefault(signature, []).append(name)
        if signature not in seen:
            seen[signature] = _check_bill(cluster, [resolved.variants[key] for key in bill.values()], objects, setting_is_on)
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
        *_namespaces(variants, objects),
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
            because = f" because {setting} is on" if setting else ""
            off = f", switch off {setting}" if setting else ""
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


def _namespaces(variants: Sequence[Variant], objects: Objects) -> list[Finding]:
    existing = {
        m.id.name for v in variants for m in objects[v.key] if m.id.kind == "Namespace" and not m.id.group
    } | _GIVEN_NAMESPACES
    found = []
    for variant in variants:
        needed = {m.id.namespace for m in objects[variant.key] if m.id.namespace} | set(variant.namespaces)
        for namespace in sorted(needed - existing):
            near = suggest(namespace, existing - _GIVEN_NAMESPACES)
            fix = f"add it to components.cluster-baseline.values.namespaces ({near})"
            place = variant.layers[-1].place if variant.layers else variant.component.place
            found.append(
                problem(
                    "E0704",
                    f"'{variant.key.unit}' lives in namespace '{namespace}', which cluster-baseline does not create",
                    fix=fix,
                    place=place,
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
            if (manifest.id.group, manifest.id.kind) in _KEPT and not set(KEEP.split(",")) <= set(options.split(",")):
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


def owners(resolved: Resolved, objects: Objects) -> dict[str, dict[str, str]]:
    """Cluster -> object -> unit, for the check that no object changes its owner between two commits."""
    return {name: {str(m.id): unit for unit, key in bill.items() for m in objects[key]} for name, bill in resolved.bills.items()}
