"""The golden cases: how an input becomes overlays, and how an expectation is compared or, when asked for, written anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from fleetgen.catalog.cluster_facts import fact_value
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.manifest import Overlay
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import ExportedPolicy, Policy
from fleetgen.model.settings import Table, at, empty, merge, plain
from fleetgen.model.variant import Variant, VariantKey
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.gatekeeper_documents import export, exportable
from fleetgen.policy.installing import installed
from fleetgen.policy.metadata import read_policies
from fleetgen.schemas.derive import build
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load.components import read
from fleetgen.stages.render import Renderer
from fleetgen.yamlfile import dump, parse
from tests.fleets import for_environments

ROOT: Final = Path(__file__).parents[3]
GOLDEN: Final = Path(__file__).parent
UPDATE: Final = "FLEETGEN_UPDATE_GOLDEN" in os.environ


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case and what it renders to. `chart` is the text of the Helm values, empty without a chart."""

    name: str
    folder: Path
    variant: Variant
    findings: tuple[Finding, ...]
    base: Overlay
    overlay: Overlay
    chart: str

    @property
    def expected(self) -> Path:
        """Where the expectations are."""
        return self.folder / "expected"

    @property
    def rendered(self) -> dict[str, str]:
        """Everything but the base, by its path below `expected`."""
        files = {f"overlay/{path.removeprefix(self.overlay.root + '/')}": text for path, text in self.overlay.files.items()}
        return files | ({"chart-values.yaml": self.chart} if self.chart else {})


def names() -> list[str]:
    """`component/case` of every case."""
    return sorted(str(path.parent.relative_to(GOLDEN)) for path in GOLDEN.glob("*/*/input.yaml"))


@cache
def components() -> Mapping[str, Component]:
    """The components of the library, read as the product reads them. They know the policies that they install."""
    problems: list[Finding] = []
    folders = ("templates", "policies/catalog")
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file())
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}
    result = read(files, problems)
    assert problems == []
    policies = _policies()
    known = exportable(policies)
    return {
        name: installed(component, policies, [*filter(component.installs.takes, known)]) if component.installs else component
        for name, component in result.items()
    }


@cache
def _rego() -> Mapping[str, str]:
    found = (path for path in sorted((ROOT / "policies").rglob("*.rego")) if not path.name.endswith("_test.rego"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


@cache
def _policies() -> Mapping[str, Policy]:
    return read_policies(_rego())


@cache
def exported() -> Mapping[str, ExportedPolicy]:
    """The policies that components of the library install, for an environment without anything of its own."""
    paths = sorted((ROOT / "policies/constraints").glob("*.yaml"))
    files = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    policies = _policies()
    constraints = read_constraints(files, policies, ["production"])
    ids = sorted({name for component in components().values() for name in component.policies})
    return export(ids, policies, for_environments(constraints, {"production": {}}), sources=_rego())


@cache
def case(name: str) -> Case:
    """Render the case `component/case`."""
    folder = GOLDEN / name
    variant = _variant(folder, components()[name.partition("/")[0]])
    renderer = Renderer(exported())
    chart = dump(renderer.chart_values(variant)) if variant.chart else ""
    return Case(
        name=name,
        folder=folder,
        variant=variant,
        findings=tuple(check_settings(variant)),
        base=renderer.base(variant.component, variant.version),
        overlay=renderer.overlay(variant),
        chart=chart,
    )


def check_settings(variant: Variant) -> list[Finding]:
    """What the component's schema says about the merged settings."""
    values = at(variant.settings, ("values",))
    assert values is not None
    return Validator(variant.component.settings).findings(values, code="E0501", prefix="values")


def _variant(folder: Path, component: Component) -> Variant:
    path = folder / "input.yaml"
    document = parse(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())[0]
    assert isinstance(document, Table)
    data = cast("JsonObject", plain(document))
    assert set(data) <= {"cluster", "settings", "instance", "version"}
    upper = document.entries.get("settings", empty(document.origin))
    settings = cast("Table", merge(component.defaults, upper, component.rules))
    instance = str(data.get("instance", ""))
    unit = f"{component.name}.{instance}" if instance else component.name
    return Variant(
        key=VariantKey("production", "canary", unit, folder.name),
        component=component,
        instance=instance,
        version=str(data.get("version") or cast("JsonObject", plain(settings))["version"]),
        settings=_only(settings, component, instance),
        facts=_facts(component, cast("JsonObject", data.get("cluster", {}))),
        patches=(),
        layers=(),
        clusters=("site-1",),
    )


def _only(settings: Table, component: Component, instance: str) -> Table:
    """A unit of an instance sees its own entry only."""
    values = cast("Table", settings.entries["values"])
    if not instance:
        return settings
    entries = cast("Table", values.entries[component.each])
    own = Table({instance: entries.entries[instance]}, entries.origin)
    return Table({**settings.entries, "values": Table({**values.entries, component.each: own}, values.origin)}, settings.origin)


def _facts(component: Component, cluster: JsonObject) -> JsonObject:
    spec = cast("ClusterSpec", build(ClusterSpec, {"environment": "production", "ring": "canary", **cluster}))
    return {name: fact_value(spec, name) for name in component.facts}


def compare(folder: Path, actual: Mapping[str, str], keep: tuple[str, ...] = ()) -> None:
    """Assert that the files below `folder`, but for `keep`, are exactly `actual`; or write them, where that is asked for."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    there = {name: path for name, path in there.items() if name not in keep}
    if UPDATE:
        for name in there.keys() - actual.keys():
            there[name].unlink()
        for name, text in actual.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return
    assert {name: path.read_text(encoding="utf-8") for name, path in there.items()} == dict(actual)


def objects(nodes: Json, path: str = "settings") -> list[tuple[str, JsonObject]]:
    """Every schema of a settings schema, with its path."""
    if not isinstance(nodes, dict):
        return []
    found = [(path, nodes)]
    for key, inner in cast("JsonObject", nodes.get("properties", {})).items():
        found += objects(inner, f"{path}.{key}")
    found += objects(nodes.get("additionalProperties"), f"{path}.*")
    return found + objects(nodes.get("items"), f"{path}[]")
