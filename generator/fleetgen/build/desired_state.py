"""From a repository to everything that it wants: the fleet, the variants, the files of output/, the built objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.inventory import Delivery
from fleetgen.model.manifest import Documents, Manifest, Overlay
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.inputs import cache
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.repository import Inputs, Repository
from fleetgen.inputs.run import Run
from fleetgen.inputs.rules import PolicyLibrary, Rules, exported_of, installed_by, knowing_policies, rules_of, split_by_policy_set
from fleetgen.policy.waiver_reach import waivers_by_variant
from fleetgen.schemas.validate import suggest
from fleetgen.stages import build, compose, contract, lint
from fleetgen.stages.build import Builder
from fleetgen.stages.gate import PolicyEngine
from fleetgen.stages.load import load
from fleetgen.stages.render import Renderer, setting_is_on
from fleetgen.stages.resolve import resolve
from fleetgen.tools.git_cli import Git

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
        if not any(component.installs for component in self.fleet.components.values()):
            return Renderer()
        return Renderer(exported_of(self.rules, installed_by(self.fleet)), self.rules.of)


@dataclass(frozen=True, kw_only=True)
class Desired:
    """Everything that was rendered. `files` is the whole output tree, `overlays` the sources of each variant."""

    plan: Plan
    files: Mapping[str, str]
    overlays: Mapping[VariantKey, Overlay]
    bases: Mapping[tuple[str, str], Overlay]
    objects: Mapping[VariantKey, Sequence[Manifest]]
    deliveries: Mapping[str, Delivery]


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


def desired(run: Run) -> Desired:
    """Render, build and compose the whole fleet. Raises InputError with all findings of the step that failed."""
    plan = plan_of(run)
    renderer = plan.renderer
    overlays, bases = _rendered(plan, renderer)
    objects = _built(run, plan, overlays, bases)
    if broken := contract.check(plan.resolved, objects, setting_is_on):
        raise InputError(broken)
    deliveries = {
        name: compose.delivery_of(environment, run.delivery_repo) for name, environment in plan.fleet.environments.items()
    }
    files = _composed(
        plan,
        renderer=renderer,
        overlays=overlays,
        bases=bases,
        objects=objects,
        deliveries=deliveries,
        waivers=waivers_by_variant(plan.fleet.waivers, plan.resolved),
    )
    return Desired(plan=plan, files=files, overlays=overlays, bases=bases, objects=objects, deliveries=deliveries)


def _rendered(plan: Plan, renderer: Renderer) -> tuple[dict[VariantKey, Overlay], dict[tuple[str, str], Overlay]]:
    problems: list[Finding] = []
    overlays: dict[VariantKey, Overlay] = {}
    bases: dict[tuple[str, str], Overlay] = {}
    for key, variant in plan.resolved.variants.items():
        try:
            base_key = (variant.component.name, variant.version)
            if base_key not in bases:
                bases[base_key] = renderer.base(variant.component, variant.version)
            overlays[key] = renderer.overlay(variant)
            problems += lint.check(overlays[key], bases[base_key])
        except InputError as error:
            problems += error.findings
    if problems:
        raise InputError(dict.fromkeys(problems))
    return overlays, bases


def _built(
    run: Run, plan: Plan, overlays: Mapping[VariantKey, Overlay], bases: Mapping[tuple[str, str], Overlay]
) -> dict[VariantKey, Sequence[Manifest]]:
    """Build each distinct content once; equal overlays under two names share a result."""
    content: dict[VariantKey, str] = {}
    for key, overlay in overlays.items():
        variant = plan.resolved.variants[key]
        base = bases[(variant.component.name, variant.version)]
        parts = [
            part
            for layer in (base, overlay)
            for path in sorted(layer.files)
            for part in (path.removeprefix(layer.root), layer.files[path])
        ]
        content[key] = cache.key("build", base.root, *parts)
    texts = cached_builds(
        run, {content[key]: (overlay.root, overlay.files) for key, overlay in overlays.items()}, _merged(bases)
    )
    return {key: build.manifests(texts[content[key]], Place(plan.resolved.variants[key].component.folder)) for key in overlays}


def _merged(bases: Mapping[tuple[str, str], Overlay]) -> dict[str, str]:
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
    *,
    renderer: Renderer,
    overlays: Mapping[VariantKey, Overlay],
    bases: Mapping[tuple[str, str], Overlay],
    objects: Mapping[VariantKey, Sequence[Manifest]],
    deliveries: Mapping[str, Delivery],
    waivers: Mapping[VariantKey, Sequence[str]],
) -> dict[str, str]:
    """The whole output tree; clusters that are only planned are left out, with everything that only they use."""
    active = {name for name, cluster in plan.resolved.clusters.items() if cluster.spec.lifecycle == "active"}
    files: dict[str, str] = {}
    namespaces = {key: compose.namespaces_of(plan.resolved.variants[key], manifests) for key, manifests in objects.items()}
    library = [component for _, component in sorted(plan.fleet.components.items())]
    for key, variant in plan.resolved.variants.items():
        if active.isdisjoint(variant.clusters):
            continue
        files |= bases[(variant.component.name, variant.version)].files
        files |= overlays[key].files
        files |= compose.application_files(variant, deliveries[key.environment], renderer.chart_values(variant))
    for name in sorted(active):
        cluster = plan.resolved.clusters[name]
        files |= compose.cluster_files(
            cluster,
            plan.resolved.bills[name],
            plan.resolved,
            deliveries[cluster.spec.environment],
            library=library,
            namespaces=namespaces,
        )
    for name in plan.fleet.environments:
        files[f"environments/{name}/index.json"] = _json(compose.index(name, plan.resolved, waivers))
    return dict(sorted(files.items()))


def _json(value: Json) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def select_cluster(resolved: Resolved, name: str) -> str:
    """The name, if such a cluster is rendered. Raises InputError E0301."""
    if name not in resolved.clusters:
        raise InputError(problem("E0301", f"there is no cluster '{name}'", fix=suggest(name, resolved.clusters)))
    return name
