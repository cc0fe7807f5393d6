"""From a repository to the desired state: the fleet, the variants, the files of output/, the built objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from fleetgen.build.kustomize_builds import cached_builds, overlay_key, overlay_root
from fleetgen.build.plan import Plan, plan_of
from fleetgen.build.rendering import Rendered, render_variants
from fleetgen.catalog.cluster_facts import fact_value
from fleetgen.errors import InputError, problem
from fleetgen.inputs.rules import exported_of, installed_by
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.model.composed import ClusterFolder, ComposedFleet, ComposedVariant, RunningKubernetes
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster
from fleetgen.model.inventory import ClusterSpec, Delivery
from fleetgen.model.manifest import Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import canonical
from fleetgen.model.variant import Resolved, Variant, VariantKey
from fleetgen.policy.waiver_reach import waivers_by_variant
from fleetgen.stages import build, contract, lint
from fleetgen.stages.compose.applications import variant_application
from fleetgen.stages.compose.cluster_folder import identity_of, root_of
from fleetgen.stages.compose.cluster_identity import identity_data, identity_namespaces
from fleetgen.stages.compose.delivery import delivery_of
from fleetgen.stages.compose.environment_index import environment_index
from fleetgen.stages.compose.output_files import OutputFiles
from fleetgen.stages.compose.projects import cluster_project, namespaces_of
from fleetgen.stages.compose.redirects import former_keys
from fleetgen.stages.compose.sync_windows import sync_windows
from fleetgen.stages.render import Renderer, setting_is_on
from fleetgen.words import suggest


@dataclass(frozen=True, kw_only=True)
class Desired:
    """Everything that was rendered, for planned clusters too. `composed` is the content of output/.

    `builds`: the cache key of each variant's build; variants with equal content have equal keys. `broken`: what does not fit
    together between the units of a cluster.
    """

    plan: Plan
    rendered: Rendered
    builds: Mapping[VariantKey, str]
    objects: Mapping[VariantKey, Sequence[Manifest]]
    deliveries: Mapping[str, Delivery]
    composed: ComposedFleet
    broken: tuple[Finding, ...] = ()

    def layers(self, variant: Variant) -> tuple[Overlay, Overlay]:
        """What a variant is built from: its overlay, then its base."""
        return self.rendered.layers(variant)

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


def renderer_of(plan: Plan) -> Renderer:
    """Renders the variants. Units that install policies get the policies of their clusters."""
    if not any(variant.component.installs for variant in plan.resolved.variants.values()):
        return Renderer()
    return Renderer(exported_of(plan.rules, installed_by(plan.fleet)), plan.rules.of)


def desired(run: Run, only: str = "") -> Desired:
    """Render, build and compose the whole fleet, or what one cluster gets of it.

    Raises InputError with all findings of the step that failed, E0301 if there is no such cluster.
    """
    found = proposed(run, only)
    if found.broken:
        raise InputError(found.broken)
    return found


@timed("compose")
def proposed(run: Run, only: str = "") -> Desired:
    """As `desired`, also where units of a cluster do not fit together: whoever only shows a change shows that one, too."""
    plan = plan_of(run)
    if only:
        plan = replace(plan, resolved=_narrowed(plan.resolved, only))
    with run.timings.stage("render"):
        rendered = render_variants(run.cache, renderer_of(plan), plan.resolved.variants.values())
    builds = {key: overlay_key(*rendered.layers(variant)) for key, variant in plan.resolved.variants.items()}
    objects = _built(run, plan, rendered, builds)
    providers = {api: name for name, component in sorted(plan.fleet.components.items()) for api in component.provides}
    broken = tuple(contract.check(plan.resolved, objects, setting_is_on, providers))
    deliveries = {name: delivery_of(environment, run.delivery_repo) for name, environment in plan.fleet.environments.items()}
    composed = _composed(plan, rendered, objects, deliveries)
    return Desired(
        plan=plan,
        rendered=rendered,
        builds=builds,
        objects=objects,
        deliveries=deliveries,
        composed=composed,
        broken=broken,
    )


@timed("build")
def _built(run: Run, plan: Plan, rendered: Rendered, builds: Mapping[VariantKey, str]) -> dict[VariantKey, Sequence[Manifest]]:
    """Build each distinct content once; equal overlays under two names share a result."""
    variants = {builds[key]: variant for key, variant in plan.resolved.variants.items()}
    roots = {build_key: overlay_root(*rendered.layers(variant)) for build_key, variant in variants.items()}
    answers = cached_builds(run, roots)
    objects = {name: build.manifests(answers[name], Place(variant.component.folder)) for name, variant in variants.items()}
    return {key: objects[build_key] for key, build_key in builds.items()}


def _composed(
    plan: Plan,
    rendered: Rendered,
    objects: Mapping[VariantKey, Sequence[Manifest]],
    deliveries: Mapping[str, Delivery],
) -> ComposedFleet:
    """What output/ holds; clusters that are only planned are left out, with everything that only they use."""
    resolved = plan.resolved
    active = {name: cluster for name, cluster in sorted(resolved.clusters.items()) if cluster.spec.lifecycle == "active"}
    variants = {
        key: ComposedVariant(
            base=variant.base,
            extends_base=lint.extends(*rendered.layers(variant)),
            overlay=rendered.overlays[key],
            application=Manifest.of(variant_application(variant, deliveries[key.environment], rendered.chart_values[key])),
        )
        for key, variant in resolved.variants.items()
        if not active.keys().isdisjoint(variant.clusters)
    }
    waivers = waivers_by_variant(plan.fleet.waivers, resolved)
    return ComposedFleet(
        bases={variant.base: rendered.bases[variant.base] for variant in variants.values()},
        variants=variants,
        clusters=_cluster_folders(plan, active, objects, deliveries),
        indexes={name: environment_index(name, resolved, waivers) for name in plan.fleet.environments},
        kubernetes={cluster.key: running for cluster in active.values() if (running := _kubernetes(cluster.spec))},
    )


def _kubernetes(spec: ClusterSpec) -> RunningKubernetes | None:
    if spec.kubernetes is None:
        return None
    return RunningKubernetes(spec.kubernetes.distribution, str(fact_value(spec, "kubernetes.minor")))


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
            key=cluster.key,
            former=former_keys(cluster),
            delivery=delivery,
            project=projects[equal],
            units=bill.units,
            namespaces=bill.asking,
            identity=identity_data(cluster),
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
