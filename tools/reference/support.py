"""The page docs/reference/support.md: which component runs where, what is rendered there, and why it is refused elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.catalog.releases import unmet_conditions
from fleetgen.model.component import Component
from fleetgen.model.conditions import meets
from fleetgen.model.facts import ENUM_FACTS
from fleetgen.model.inventory import DISTRIBUTIONS, ClusterSpec
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import plain
from fleetgen.schemas.derive import build

_MINORS: Final = range(29, 37)
# a site of each kind: heading, architecture, card
_SITES: Final = (
    ("no GPU", "amd64", ""),
    ("NVIDIA", "amd64", "L4"),
    ("Jetson", "arm64", "Jetson Orin NX"),
    ("AMD Instinct", "amd64", "MI300X"),
    ("AMD Radeon PRO", "amd64", "Radeon PRO W7900"),
    ("Intel", "amd64", "Flex 170"),
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a component does on one kind of site: a form and the Kubernetes versions, or the reasons why not."""

    form: str
    minors: tuple[str, ...]
    reasons: tuple[str, ...]


def page(components: Iterable[Component]) -> str:
    """The page. It asks what `fleetgen check` asks, of every distribution with every kind of card."""
    everywhere, parts = [], []
    for component in sorted(components, key=lambda each: each.name):
        table = {name: [_cell(component, name, arch, card) for _, arch, card in _SITES] for name in DISTRIBUTIONS}
        if any(cell.reasons for row in table.values() for cell in row) or component.releases:
            parts.append(_table(component, table))
        else:
            everywhere.append(f"`{component.name}`")
    head = (
        "# What runs where\n\n"
        "Each cell says how a component is installed there (`chart`: Helm chart and objects, `objects`: objects alone) and on "
        "which Kubernetes versions some known version of it runs. A number is the reason why it is refused. Cards stand for "
        f"their kind: {_stand_ins()}. OpenShift and MicroShift 4.y count as 1.(y+13).\n\n"
        f"On every kind of site: {', '.join(everywhere)}.\n"
    )
    return "\n".join([head, *parts])


def _stand_ins() -> str:
    return ", ".join(f"{card} for {kind}" for kind, _, card in _SITES if card)


def _cell(component: Component, distribution: str, arch: str, card: str) -> _Cell:
    versions = [version for release in component.releases for version in release.versions] or [_default_version(component)]
    forms, minors, reasons = set(), [], []
    for minor in _MINORS:
        facts = _facts(distribution, arch, card, minor)
        refused = [[each.fix for each in unmet_conditions(component, version, facts, component.defaults)] for version in versions]
        if not all(refused):
            chart = component.chart
            forms.add("chart" if chart and meets(chart.where, facts) else "objects")
            minors.append(f"1.{minor}")
        else:
            newest = next(unmet_conditions(component, _default_version(component), facts, component.defaults))
            reasons.append(newest.fix if component.supports else "")
    return _Cell(" or ".join(sorted(forms)), tuple(minors), () if minors else tuple(dict.fromkeys(reasons)))


def _default_version(component: Component) -> str:
    return str(cast("JsonObject", plain(component.defaults)).get("version", ""))


def _facts(distribution: str, arch: str, card: str, minor: int) -> Mapping[str, Json]:
    version = f"4.{minor - 13}.0" if distribution in {"openshift", "microshift"} else f"v1.{minor}.0"
    pool: JsonObject = {"name": "main", "arch": arch, **({"gpu": {"product": card, "count": 1}} if card else {})}
    kubernetes: JsonObject = {"distribution": distribution, "version": version}
    data: JsonObject = {"environment": "e", "ring": "r", "kubernetes": kubernetes, "nodePools": [pool]}
    spec = cast("ClusterSpec", build(ClusterSpec, data))
    return {fact.name: fact.value(spec) for fact in ENUM_FACTS}


def _table(component: Component, rows: Mapping[str, Sequence[_Cell]]) -> str:
    numbers: dict[str, int] = {}
    lines = [
        f"## {component.name}\n",
        f"| distribution | {' | '.join(kind for kind, _, _ in _SITES)} |",
        f"| --- |{' --- |' * len(_SITES)}",
    ]
    for name, cells in rows.items():
        lines.append(f"| {name} | {' | '.join(_text(cell, numbers) for cell in cells)} |")
    reasons = [f"{number}. {reason.strip()}" for reason, number in numbers.items()]
    return "\n".join([*lines, "", *reasons, ""] if reasons else [*lines, ""])


def _text(cell: _Cell, numbers: dict[str, int]) -> str:
    if cell.reasons:
        return "no " + ", ".join(f"({numbers.setdefault(reason, len(numbers) + 1)})" for reason in cell.reasons if reason)
    whole = len(cell.minors) == len(_MINORS)
    return cell.form if whole else f"{cell.form}, {_ranges(cell.minors)}"


def _ranges(minors: Sequence[str]) -> str:
    return minors[0] if len(minors) == 1 else f"{minors[0]} to {minors[-1]}"
