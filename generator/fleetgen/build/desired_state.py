"""From a repository to everything that it wants: the fleet, the variants, the files of output/, the built objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from fleetgen.build.rendering import Rendered, rendered
from fleetgen.errors import InputError, problem
from fleetgen.inputs import cache
from fleetgen.inputs.repository import Inputs
from fleetgen.inputs.rules import (
    PolicyLibrary,
    Rules,
    exported_of,
    installed_by,
    knowing_policies,
    rules_of,
    split_by_policy_set,
)
from fleetgen.inputs.run import Run
from fleetgen.model.composed import ClusterFolder, ComposedFleet, ComposedVariant
from fleetgen.model.fleet import Cluster, Fleet
from fleetgen.model.inventory import Delivery
from fleetgen.model.keys import BaseKey
from fleetgen.model.manifest import Documents, Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, canonical
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.policy.waiver_reach import waivers_by_variant
from fleetgen.schemas.validate import suggest
from fleetgen.stages import build, contract
from fleetgen.stages.compose.applications import variant_application
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.cluster_identity import identity_namespaces
from fleetgen.stages.compose.delivery import delivery_of
from fleetgen.stages.compose.environment_index import environment_index
from fleetgen.stages.compose.output_files import OutputFiles
from fleetgen.stages.compose.projects import cluster_project, namespaces_of
from fleetgen.stages.compose.sync_windows import sync_windows
from fleetgen.stages.load import load
from fleetgen.stages.render import Renderer, setting_is_on
from fleetgen.stages.resolve import resolve


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The fleet and its variants: what can be known without any tool."""

    inputs: Inputs
    fleet: Fleet
    library: PolicyLibrary
    resolved: Resolved

    @cached_property
    def rules(self) -> Rules:
        """The repository's own policies, as they are enforced in this fleet. Raises InputError E0301, E0306, E0801, E0805."""
        return rules_of(self.library, self.fleet)

    @cached_property
    def renderer(self) -> Renderer:
        """Renders the variants. Units that install policies get those of their clusters."""
        if not any(variant.component.installs for variant in self.resolved.variants.values()):
            return Renderer()
        return Renderer(exported_of(self.rules, installed_by(self.fleet)), self.rules.of)


@dataclass(frozen=True, kw_only=True)
class Desired:
    """Everything that was rendered, that of planned clusters among it; `composed` is what output/ holds."""

    plan: Plan
    rendered: Rendered
    objects: Mapping[VariantKey, Sequence[Manifest]]
    deliveries: Mapping[str, Delivery]
    composed: ComposedFleet

    def layers(self, variant: Variant) -> tuple[Overlay, Overlay]:
        """What a variant is built from: its overlay, then its base."""
        return self.rendered.overlays[variant.key], self.rendered.bases[variant.base]

    @cached_property
    def objects_with_applications(self) -> Mapping[VariantKey, Sequence[Manifest]]:
        """The objects of every variant, its Application among them where it is written."""
        written = self.composed.variants
        return {key: (*own, *([written[key].application] if key in written else [])) for key, own in self.objects.items()}

    @property
    def projects(self) -> Mapping[str, Sequence[Manifest]]:
        """Cluster -> its AppProject; clusters that are only planned have none."""
        return {name: (cluster.project,) for name, cluster in self.composed.clusters.items()}

    def pulled_by(self, name: str) -> tuple[Manifest, ...]:
        """What the root Application of an active cluster applies: itself, the project, and the Applications of all units."""
        cluster = self.composed.clusters[name]
        identity = identity_of(cluster)
        units = [self.composed.variants[key].application for key in cluster.units]
        return (root_of(cluster), cluster.project, *([identity.application] if identity else []), *units)

    @cached_property
    def files(self) -> OutputFiles:
        """The text of output/: path -> text, in the order of the paths."""
        return OutputFiles(self.composed)


def plan_of(run: Run) -> Plan:
    """Load and resolve. Raises InputError."""
    inputs = run.repository.read()
    run.progress("load", 0, 1)
    fleet = load(inputs.inventory, inputs.with_prefix("templates/"))
    library = PolicyLibrary(inputs.library, tuple(fleet.environments))
    fleet = split_by_policy_set(knowing_policies(fleet, library), library)
    resolved = resolve(fleet)
    run.progress("load", 1, 1)
    return Plan(inputs=inputs, fleet=fleet, library=library, resolved=resolved)


def desired(run: Run, only: str = "") -> Desired:
    """Render, build and compose the whole fleet, or what one cluster gets of it.

    Raises InputError with all findings of the step that failed, E0301 if there is no such cluster.
    """
    plan = plan_of(run)
    if only:
        plan = replace(plan, resolved=_narrowed(plan.resolved, only))
    made = rendered(run.cache, plan.renderer, plan.resolved.variants.values())
    objects = _built(run, plan, made)
    if broken := contract.check(plan.resolved, objects, setting_is_on):
        raise InputError(broken)
    deliveries = {name: delivery_of(environment, run.delivery_repo) for name, environment in plan.fleet.environments.items()}
    composed = _composed(plan, made, objects, deliveries)
    return Desired(plan=plan, rendered=made, objects=objects, deliveries=deliveries, composed=composed)


def _built(run: Run, plan: Plan, made: Rendered) -> dict[VariantKey, Sequence[Manifest]]:
    """Build each distinct content once; equal overlays under two names share a result."""
    content = {key: build_key(made.bases[plan.resolved.variants[key].base], overlay) for key, overlay in made.overlays.items()}
    roots = {content[key]: (overlay.root, overlay.files) for key, overlay in made.overlays.items()}
    texts = cached_builds(run, roots, _merged(made.bases))
    of = {name: Place(plan.resolved.variants[key].component.folder) for key, name in content.items()}
    manifests = {name: build.manifests(texts[name], place) for name, place in of.items()}
    return {key: manifests[name] for key, name in content.items()}


def build_key(base: Overlay, overlay: Overlay) -> str:
    """The cache key of what is built from an overlay over its base, wherever the overlay lies."""
    parts = [
        part
        for layer in (base, overlay)
        for path in sorted(layer.files)
        for part in (path.removeprefix(layer.root), layer.files[path])
    ]
    return cache.key("build", base.root, *parts)


def _merged(bases: Mapping[BaseKey, Overlay]) -> dict[str, str]:
    return {path: text for base in bases.values() for path, text in base.files.items()}


def cached_builds(
    run: Run, roots: Mapping[str, tuple[str, Mapping[str, str]]], shared: Mapping[str, str]
) -> dict[str, Documents]:
    """Cache key -> what kustomize answers for that root; only what is not in the cache is built."""
    known = run.cache.get_many(roots)
    missing = {key: root for key, root in roots.items() if key not in known}
    result = {key: Documents(root=roots[key][0], documents=cast("list[Json]", documents)) for key, documents in known.items()}
    if missing:
        files = dict(shared)
        for _, own in missing.values():
            files |= own
        run.progress("build", 0, len(missing))
        answers = run.builder().build(files, [root for root, _ in missing.values()])
        built = {key: build.read(answer) for key, answer in zip(missing, answers, strict=True)}
        run.cache.put_many({key: [*answer.documents] for key, answer in built.items() if not answer.error})
        run.progress("build", len(missing), len(missing))
        result |= built
    return result


def _composed(
    plan: Plan,
    made: Rendered,
    objects: Mapping[VariantKey, Sequence[Manifest]],
    deliveries: Mapping[str, Delivery],
) -> ComposedFleet:
    """What output/ holds; clusters that are only planned are left out, with everything that only they use."""
    resolved = plan.resolved
    active = {name: cluster for name, cluster in sorted(resolved.clusters.items()) if cluster.spec.lifecycle == "active"}
    variants = {
        key: ComposedVariant(
            base=variant.base,
            overlay=made.overlays[key],
            application=Manifest.of(variant_application(variant, deliveries[key.environment], made.chart_values[key])),
        )
        for key, variant in resolved.variants.items()
        if not active.keys().isdisjoint(variant.clusters)
    }
    waivers = waivers_by_variant(plan.fleet.waivers, resolved)
    return ComposedFleet(
        bases={variant.base: made.bases[variant.base] for variant in variants.values()},
        variants=variants,
        clusters=_cluster_folders(plan, active, objects, deliveries),
        indexes={name: environment_index(name, resolved, waivers) for name in plan.fleet.environments},
    )


def _cluster_folders(
    plan: Plan,
    clusters: Mapping[str, Cluster],
    objects: Mapping[VariantKey, Sequence[Manifest]],
    deliveries: Mapping[str, Delivery],
) -> dict[str, ClusterFolder]:
    """Cluster -> its folder. What is equal is one object: projects, and what follows from the bill of materials."""
    variants = plan.resolved.variants
    library = [component for _, component in sorted(plan.fleet.components.items())]
    touched = {key: namespaces_of(variants[key], manifests) for key, manifests in objects.items()}
    bills: dict[tuple[VariantKey, ...], _BillNamespaces] = {}
    projects: dict[tuple[str, frozenset[str], str], Manifest] = {}
    folders = {}
    for name, cluster in clusters.items():
        keys = tuple(plan.resolved.bills[name].values())
        if (bill := bills.get(keys)) is None:
            namespaces = frozenset(namespace for key in keys for namespace in touched[key])
            bill = bills[keys] = _BillNamespaces(keys, identity_namespaces(variants[key] for key in keys), namespaces)
        delivery, windows = deliveries[cluster.spec.environment], sync_windows(cluster)
        equal = (cluster.spec.environment, bill.touched, canonical(windows))
        if equal not in projects:
            projects[equal] = Manifest.of(cluster_project(windows, library, delivery, bill.touched))
        folders[name] = ClusterFolder(
            cluster=cluster, delivery=delivery, project=projects[equal], units=bill.units, namespaces=bill.asking
        )
    return folders


@dataclass(frozen=True, slots=True)
class _BillNamespaces:
    """What follows from the bill alone: the namespaces that ask for the cluster's identity, and all that it touches."""

    units: tuple[VariantKey, ...]
    asking: tuple[str, ...]
    touched: frozenset[str]


def _narrowed(resolved: Resolved, name: str) -> Resolved:
    """One cluster with its variants, which still know whom they are shared with. Raises InputError E0301."""
    bill = resolved.bills[select_cluster(resolved, name)]
    return Resolved(
        variants={key: resolved.variants[key] for key in bill.values()},
        bills={name: bill},
        clusters={name: resolved.clusters[name]},
    )


def select_cluster(resolved: Resolved, name: str) -> str:
    """The name, if such a cluster is rendered. Raises InputError E0301."""
    if name not in resolved.clusters:
        raise InputError(problem("E0301", f"there is no cluster '{name}'", fix=suggest(name, resolved.clusters)))
    return name
