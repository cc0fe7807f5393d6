"""Lists: clusters, units, components, variants, policies, waivers, enforcement. Each is a table whose first row is the header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fleetgen.build.desired_state import renderer_of
from fleetgen.build.plan import Plan, plan_of
from fleetgen.inputs.rules import installed_by
from fleetgen.inputs.run import Run
from fleetgen.model.settings import at, plain
from fleetgen.model.variant import Variant, VariantKey
from fleetgen.policy.enforcement import due_stage, next_stage
from fleetgen.policy.waiver_reach import waivers_of

Row = tuple[str, ...]


def clusters(run: Run) -> list[Row]:
    """All clusters, retired ones included."""
    plan = plan_of(run)
    rows: list[Row] = [("NAME", "ENVIRONMENT", "RING", "REGION", "PROFILE", "LIFECYCLE", "UNITS")]
    for name, cluster in sorted(plan.fleet.clusters.items()):
        spec = cluster.spec
        units = len(plan.resolved.bills.get(name, {}))
        rows.append((name, spec.environment, spec.ring, spec.region or "-", spec.profile or "-", spec.lifecycle, str(units)))
    return rows


def units(run: Run) -> list[Row]:
    """Units with their versions and how often they differ."""
    plan = plan_of(run)
    found: dict[str, list[VariantKey]] = {}
    for key in plan.resolved.variants:
        found.setdefault(key.unit, []).append(key)
    rows: list[Row] = [("UNIT", "COMPONENT", "VERSIONS", "VARIANTS", "CLUSTERS")]
    for unit, keys in sorted(found.items()):
        variants = [plan.resolved.variants[key] for key in keys]
        versions = ", ".join(sorted({variant.version for variant in variants}))
        reached = {name for variant in variants for name in variant.clusters}
        rows.append((unit, variants[0].component.name, versions, str(len(keys)), str(len(reached))))
    return rows


def components(run: Run) -> list[Row]:
    """What the library has: its versions in this fleet (else the default one), where it goes, and which clusters have it."""
    plan = plan_of(run)
    used: dict[str, list[Variant]] = {}
    for variant in plan.resolved.variants.values():
        used.setdefault(variant.component.name, []).append(variant)
    rows: list[Row] = [("NAME", "FORM", "VERSIONS", "NAMESPACES", "WAVE", "ENABLED IN", "CLUSTERS", "TITLE")]
    for name, component in sorted(plan.fleet.components.items()):
        found = used.get(name, [])
        default = at(component.defaults, ("version",))
        versions = {variant.version for variant in found} or ({str(plain(default))} if default else {"-"})
        environments = sorted({variant.key.environment for variant in found})
        rows.append(
            (
                name,
                "chart" if component.chart else "manifests",
                ", ".join(sorted(versions)),
                ", ".join(space.name for space in component.namespaces) or "-",
                str(component.wave),
                ", ".join(environments) or "-",
                str(len({cluster for variant in found for cluster in variant.clusters})),
                component.title,
            )
        )
    return rows


def variants(run: Run) -> list[Row]:
    """Variants with the layers that made them."""
    plan = plan_of(run)
    rows: list[Row] = [("VARIANT", "VERSION", "CLUSTERS", "LAYERS")]
    for key, variant in sorted(plan.resolved.variants.items()):
        layers = ", ".join(layer.label for layer in variant.layers) or "-"
        rows.append((str(key), variant.version, str(len(variant.clusters)), layers))
    return rows


def duplicates(run: Run) -> list[Row]:
    """Variants of one unit in one ring with equal rendered content under several names; it is built once. Needs no tool."""
    plan = plan_of(run)
    same: dict[tuple[object, ...], list[VariantKey]] = {}
    for key, content in _contents(plan).items():
        same.setdefault((key.environment, key.ring, key.unit, content), []).append(key)
    rows: list[Row] = [("UNIT", "CLUSTERS", "EQUAL VARIANTS")]
    for keys in sorted(same.values()):
        if len(keys) > 1:
            reached = sum(len(plan.resolved.variants[key].clusters) for key in keys)
            rows.append((keys[0].unit, str(reached), ", ".join(str(key) for key in sorted(keys))))
    return rows


def _contents(plan: Plan) -> Mapping[VariantKey, tuple[object, ...]]:
    renderer = renderer_of(plan)
    result = {}
    for key, variant in plan.resolved.variants.items():
        overlay = renderer.overlay(variant)
        files = sorted((path.removeprefix(overlay.root), text) for path, text in overlay.files.items())
        result[key] = (variant.version, repr(renderer.chart_values(variant)), *files)
    return result


def policies(run: Run) -> list[Row]:
    """Policies of the library and of the repository."""
    found = plan_of(run).library.policies
    rows: list[Row] = [("ID", "SEVERITY", "SCOPE", "KIND", "TITLE")]
    return rows + [(p.id, p.severity, p.scope, p.kind, p.title) for _, p in sorted(found.items())]


def waivers(run: Run) -> list[Row]:
    """Waivers, whether they still hold, and whether sites know them."""
    plan = plan_of(run)
    installed = installed_by(plan.fleet)
    rows: list[Row] = [("NAME", "POLICY", "EXPIRES", "STATE", "OWNER", "CLUSTERS", "IN CLUSTER", "WHY NOT")]
    for waiver in sorted(waivers_of(plan.fleet.waivers, plan.resolved, plan.rules.policies), key=lambda w: (w.expires, w.name)):
        state = "valid" if run.as_of.isoformat() <= waiver.expires else "expired"
        why = waiver.only_at_gate or ("" if waiver.policy in installed else "no component installs its policy")
        told = ("no", why) if why else ("yes", "-")
        waived = f"{waiver.policy}.{waiver.rule}" if waiver.rule else waiver.policy
        rows.append((waiver.name, waived, waiver.expires, state, waiver.owner, str(len(waiver.clusters)), *told))
    return rows


def enforcement(run: Run) -> list[Row]:
    """Where constraints do something else than they say themselves, and when they are to do more."""
    rows: list[Row] = [("NAME", "CONSTRAINTS", "WHERE", "ACTION", "NEXT", "OWNER")]
    for document in sorted(plan_of(run).fleet.enforcements, key=lambda d: d.name):
        spec, scope = document.spec, document.spec.scope
        where = ", ".join((*scope.environments, *scope.rings, *scope.groups)) or "everywhere"
        late, coming = due_stage(document, run.as_of), next_stage(document, run.as_of)
        told = f"{late.action} since {late.from_}" if late else f"{coming.action} from {coming.from_}" if coming else "-"
        rows.append((document.name, ", ".join(spec.constraints), where, spec.action, told, spec.owner))
    return rows


TABLES: Final[Mapping[str, Callable[[Run], Sequence[Row]]]] = {
    "clusters": clusters,
    "units": units,
    "components": components,
    "variants": variants,
    "policies": policies,
    "waivers": waivers,
    "enforcement": enforcement,
}
