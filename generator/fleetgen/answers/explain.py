"""Why a cluster, a unit or a value is as it is. Pure functions over a Plan; answers name every place that a person could edit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from fleetgen.answers.error_pages import ErrorPage, page
from fleetgen.answers.explanations import (
    ClusterAnswer,
    CodeAnswer,
    ExplainedLeaf,
    LayerUse,
    Setter,
    UnitAnswer,
    UnitUse,
    ValueAnswer,
)
from fleetgen.build.plan import Plan
from fleetgen.catalog.cluster_facts import enum_facts
from fleetgen.catalog.releases import unmet_conditions
from fleetgen.errors import CODES, RETIRED, InputError, problem
from fleetgen.model.component import Component
from fleetgen.model.facts import fact_token
from fleetgen.model.fleet import Cluster, Layer
from fleetgen.model.settings import Items, Node, Path, Scalar, Table, at, dotted, plain
from fleetgen.model.variant import Variant
from fleetgen.stages.resolve import settings_of
from fleetgen.words import suggest

_OWN_KEYS = ("enabled", "version", "patches", "values")
_CODE = re.compile(r"E[0-9]{4}$")


def cluster_of(plan: Plan, name: str) -> Cluster:
    """The cluster, whatever its lifecycle. Raises InputError E0301."""
    if name not in plan.fleet.clusters:
        raise InputError(problem("E0301", f"there is no cluster '{name}'", fix=suggest(name, plan.fleet.clusters)))
    return plan.fleet.clusters[name]


def explain_cluster(plan: Plan, name: str) -> ClusterAnswer:
    """Facts, layers and units of a cluster. Raises InputError E0301."""
    cluster = cluster_of(plan, name)
    variants = [plan.resolved.variants[key] for key in plan.resolved.bills.get(name, {}).values()]
    return ClusterAnswer(
        cluster=name,
        place=str(cluster.place),
        environment=cluster.spec.environment,
        ring=cluster.spec.ring,
        lifecycle=cluster.spec.lifecycle,
        groups=cluster.groups,
        facts={fact: fact_token(value) for fact, value in enum_facts(cluster.spec).items()},
        layers=tuple(_layer_uses(cluster)),
        units=tuple(
            UnitUse(
                unit=variant.key.unit,
                version=variant.version,
                variant=variant.key.variant,
                clusters=len(variant.clusters),
                because=_because(variant),
            )
            for variant in variants
        ),
    )


def _layer_uses(cluster: Cluster) -> Iterator[LayerUse]:
    """All layers of a cluster; its own document is one also if it says nothing about components."""
    for layer in cluster.layers:
        yield LayerUse(layer=layer.label, place=str(layer.place), components=tuple(sorted(layer.components)))
    if not any(layer.place == cluster.place for layer in cluster.layers):
        yield LayerUse(layer=f"cluster {cluster.name}", place=str(cluster.place), components=())


def explain_unit(plan: Plan, name: str, unit: str) -> UnitAnswer:
    """Where a unit of a cluster comes from, or why the cluster does not have it. Raises InputError E0301."""
    cluster = cluster_of(plan, name)
    key = plan.resolved.bills.get(name, {}).get(unit)
    if key is None:
        return _why_not(plan, cluster, unit)
    variant = plan.resolved.variants[key]
    return UnitAnswer(
        cluster=name,
        unit=unit,
        component=variant.component.name,
        place=str(variant.component.place),
        version=variant.version,
        variant=key.variant,
        folder=key.folder,
        wave=variant.component.wave,
        facts=tuple(_fact_text(fact, value) for fact, value in variant.facts.items()),
        because=_because(variant),
        clusters=variant.clusters,
    )


def explain_value(plan: Plan, name: str, path: str) -> ValueAnswer:
    """Who set `COMPONENT.PATH` and whom that beat; below `values` unless PATH starts with a key of `_OWN_KEYS`."""
    cluster = cluster_of(plan, name)
    component, rest = _component_and_rest(plan, path)
    settings = settings_of(plan.fleet, cluster, component)
    first = rest.partition(".")[0].partition("[")[0]
    prefix: Path = () if not rest or first in _OWN_KEYS else ("values",)
    start = at(settings, prefix)
    steps = _walk(start, _split(rest)) if start is not None else None
    if steps is None:
        known = [dotted(leaf) for leaf, _ in _leaves(start)] if start is not None else []
        raise InputError(
            problem("E0301", f"'{rest}' is not set in {component.name} at cluster '{name}'", fix=suggest(rest, known))
        )
    node = at(settings, (*prefix, *steps))
    leaves = tuple(
        ExplainedLeaf(
            path=dotted((component.name, *prefix, *steps, *below)),
            by=_setter(leaf),
            beaten=tuple(_setter(beaten) for beaten in leaf.beaten),
        )
        for below, leaf in (_leaves(node) if node is not None else ())
    )
    enabled = _enabled(settings) is True
    shown = dotted((component.name, *prefix, *steps))
    return ValueAnswer(cluster=name, component=component.name, path=shown, enabled=enabled, leaves=leaves)


def is_code(word: str) -> bool:
    """Whether a word is an error code or the id of a policy."""
    return bool(_CODE.match(word)) or word.startswith("FG-")


def explain_error(code: str) -> ErrorPage | CodeAnswer:
    """The page of an error code, or why it is not used any more. Raises InputError E1201."""
    if code in RETIRED:
        return CodeAnswer(code=code, meaning=f"retired; {RETIRED[code]}")
    if code not in CODES:
        raise InputError(problem("E1201", f"there is no code '{code}'", fix=suggest(code, CODES)))
    return page(code)


def explain_policy(plan: Plan, code: str) -> CodeAnswer:
    """What a policy, or one of its rules, demands and why. Raises InputError E1201."""
    policies = plan.library.policies
    name, _, rule = code.partition(".")
    policy = policies.get(name)
    if policy is None:
        raise InputError(problem("E1201", f"there is no policy '{name}'", fix=suggest(name, policies)))
    if rule and rule not in policy.codes:
        known = [f"{name}.{each}" for each in policy.codes] or [name]
        raise InputError(problem("E1201", f"{name} has no rule '{rule}'", fix=suggest(code, known)))
    return CodeAnswer(
        code=code,
        meaning=policy.codes[rule] if rule else policy.title,
        description=policy.description,
        fix=policy.remediation,
        place=str(policy.place),
        rules={} if rule else {f"{name}.{each}": said for each, said in policy.codes.items()},
    )


def _labelled(layer: Layer) -> str:
    return f"{layer.label} ({layer.place})"


def _because(variant: Variant) -> tuple[str, ...]:
    return tuple(_labelled(layer) for layer in variant.layers)


def _fact_text(name: str, value: object) -> str:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return name
    return name if isinstance(value, dict) else f"{name}={fact_token(value)}"  # type: ignore[arg-type]  # not a dict any more


def _enabled(settings: Table) -> object:
    node = settings.entries.get("enabled")
    return plain(node) if node is not None else None


def _why_not(plan: Plan, cluster: Cluster, unit: str) -> UnitAnswer:
    name, _, instance = unit.partition(".")
    component = plan.fleet.components.get(unit) or plan.fleet.components.get(name)
    if component is None:
        known = {*plan.fleet.components, *(key.unit for key in plan.resolved.variants)}
        raise InputError(problem("E0301", f"there is no unit or component '{unit}'", fix=suggest(unit, known)))
    settings = settings_of(plan.fleet, cluster, component)
    reasons, fix = _reasons(plan, cluster, component, settings, instance)
    unsupported = _unsupported(cluster, component, settings)
    return UnitAnswer(
        cluster=cluster.name,
        unit=unit,
        component=component.name,
        place=str(component.place),
        reasons=(*reasons, *(reason for reason, _ in unsupported)),
        fix=unsupported[0][1] if unsupported else fix,
    )


def _reasons(plan: Plan, cluster: Cluster, component: Component, settings: Table, instance: str) -> tuple[list[str], str]:
    """Why the unit is off, apart from what the component does not support; and what would switch it on."""
    reasons = []
    fix = ""
    if cluster.name not in plan.resolved.clusters:
        reasons.append(f"the cluster is {cluster.spec.lifecycle} ({cluster.place})")
        fix = "set spec.lifecycle: active"
    if _enabled(settings) is not True:
        reasons.append(_off(settings.entries.get("enabled"), f"{component.name} is not enabled"))
        return reasons, fix or f"set components.{component.name}.enabled: true in a layer of the cluster"
    if component.each:
        entries = at(settings, ("values", component.each))
        names = sorted(entries.entries) if isinstance(entries, Table) else []
        if not instance:
            known = f"its units here are {', '.join(f'{component.name}.{n}' for n in names)}" if names else "it has none here"
            reasons.append(f"{component.name} makes one unit for each entry of values.{component.each}; {known}")
            return reasons, fix or "name one of them"
        where = f"components.{component.name}.values.{component.each}.{instance}"
        if instance not in names:
            reasons.append(f"values.{component.each} has no entry '{instance}'")
            return reasons, fix or (suggest(instance, names) if names else f"set {where}")
        reasons.append(_off(at(settings, ("values", component.each, instance, "enabled")), f"'{instance}' is not enabled"))
        return reasons, fix or f"set {where}.enabled: true in a layer of the cluster"
    if instance:
        reasons.append(f"{component.name} has no instances")
        return reasons, fix or f"ask for unit {component.name}"
    return reasons, fix


def _off(node: Node | None, said: str) -> str:
    if node is None:
        return f"{said}: no layer sets it"
    return f"{said}: {node.origin.layer} sets it at {node.origin.place}"


def _unsupported(cluster: Cluster, component: Component, settings: Table) -> list[tuple[str, str]]:
    version = plain(settings.entries["version"]) if "version" in settings.entries else ""
    return [
        (f"{component.name} does not support {each.what}{f' (it supports {each.supported})' if each.supported else ''}", each.fix)
        for each in unmet_conditions(component, str(version), enum_facts(cluster.spec), settings)
    ]


def _component_and_rest(plan: Plan, path: str) -> tuple[Component, str]:
    """Component names may contain dots: the longest one that fits."""
    fitting = [name for name in plan.fleet.components if path == name or path.startswith(f"{name}.")]
    if not fitting:
        name = path.partition(".")[0]
        raise InputError(problem("E0301", f"there is no component '{name}'", fix=suggest(name, plan.fleet.components)))
    name = max(fitting, key=len)
    return plan.fleet.components[name], path[len(name) + 1 :]


def _split(path: str) -> list[str]:
    return [step for step in re.sub(r"\[([0-9]+)\]", r".\1", path).split(".") if step]


def _walk(node: Node | None, steps: Sequence[str]) -> Path | None:
    """The path that `steps` spell; keys may contain dots, so several steps can be one key."""
    if not steps:
        return ()
    if isinstance(node, Items) and steps[0].isdigit() and int(steps[0]) < len(node.items):
        index = int(steps[0])
        rest = _walk(node.items[index], steps[1:])
        return None if rest is None else (index, *rest)
    for length in range(1, len(steps) + 1) if isinstance(node, Table) else ():
        key = ".".join(steps[:length])
        if isinstance(node, Table) and key in node.entries:
            rest = _walk(node.entries[key], steps[length:])
            if rest is not None:
                return (key, *rest)
    return None


def _leaves(node: Node) -> Iterable[tuple[Path, Node]]:
    """Every value that is set as a whole: scalars, lists and empty mappings."""
    if isinstance(node, Table) and node.entries:
        for key, value in node.entries.items():
            yield from (((key, *path), leaf) for path, leaf in _leaves(value))
    else:
        yield (), node


def _setter(node: Node) -> Setter:
    removed = isinstance(node, Scalar) and node.value is None
    return Setter(
        layer=node.origin.layer, place=str(node.origin.place), value=json.dumps(plain(node), ensure_ascii=False), removed=removed
    )
