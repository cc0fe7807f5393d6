"""Components: templates/<component>/component.yaml with its template files, and policies/catalog/<component>/releases.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.library import CATALOG, PARTS
from fleetgen.model.catalog import Catalog
from fleetgen.model.component import Chart, ClusterResource, Companion, Component, Installs, NamespaceUse, Requirement, Support
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import (
    Append,
    MergeBy,
    MergeRules,
    Origin,
    Table,
    at,
    empty,
    plain,
    relabel,
)
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load.catalog import FILE, catalog_of, conditions, validator
from fleetgen.stages.load.component_schema import component_schema
from fleetgen.stages.load.settings_schema import written_out
from fleetgen.words import suggest
from fleetgen.yamlfile import parse

KUBERNETES: Final = "kubernetes"


@cache
def _validator() -> Validator:
    return Validator(component_schema())


def read(files: Mapping[str, str], problems: list[Finding]) -> dict[str, Component]:
    """The components below `templates/`; `files` maps repository paths to texts, the catalog's too. Problems are appended."""
    folders: dict[str, dict[str, str]] = {}
    parts = {path: text for path, text in files.items() if path.startswith(PARTS)}
    catalog = {path: text for path, text in files.items() if path.startswith(CATALOG)}
    for path in sorted(files.keys() - parts.keys() - catalog.keys()):
        _, _, rest = path.partition("templates/")
        folder, _, inner = rest.partition("/")
        if inner:
            folders.setdefault(path[: len(path) - len(inner) - 1], {})[inner] = files[path]
    components = {}
    for folder, own in folders.items():
        try:
            component = replace(_component(folder, own, catalog), parts=parts)
        except InputError as error:
            problems.extend(error.findings)
        else:
            components[component.name] = component
    problems.extend(_strangers(catalog, folders))
    return components


def read_kubernetes(files: Mapping[str, str], problems: list[Finding]) -> Catalog:
    """What policies/catalog/kubernetes says of Kubernetes itself, which is no component. Problems are appended."""
    try:
        return _catalog(f"{CATALOG}{KUBERNETES}", files)
    except InputError as error:
        problems.extend(error.findings)
        return Catalog()


def _catalog(folder: str, files: Mapping[str, str]) -> Catalog:
    """What the catalog knows; nothing without a file. Raises InputError E0506."""
    text = files.get(f"{folder}/{FILE}")
    return Catalog() if text is None else catalog_of(_document(folder, FILE, text, validator())[1])


def _strangers(catalog: Mapping[str, str], folders: Collection[str]) -> Iterator[Finding]:
    """Files of the catalog that belong to no component."""
    names = {KUBERNETES, *(folder.rpartition("/")[2] for folder in folders)}
    for path in sorted(catalog):
        name, _, file = path.removeprefix(CATALOG).partition("/")
        if file != FILE or name not in names:
            fix = f"{CATALOG}<component>/{FILE} is all that belongs here; {suggest(name, names)}"
            yield problem("E0506", "no component reads this file", fix=fix, place=Place(path))


def _component(folder: str, files: Mapping[str, str], catalog: Mapping[str, str]) -> Component:
    if "component.yaml" not in files:
        raise InputError(
            problem(
                "E0506",
                "the folder has no component.yaml",
                fix="add one, or move the folder out of templates/",
                place=Place(folder),
            )
        )
    name, tree = _document(folder, "component.yaml", files["component.yaml"], _validator())
    component = _build(name, folder, tree, files, _catalog(f"{CATALOG}{name}", catalog))
    if found := list(_undeclared_facts(component)):
        raise InputError(found)
    return component


def _document(folder: str, file: str, text: str, validator: Validator) -> tuple[str, Table]:
    """The name in the only document of a component's file, and the document. Raises InputError E0506."""
    path = f"{folder}/{file}"
    trees = parse(text, path)
    if len(trees) != 1 or not isinstance(trees[0], Table):
        raise InputError(problem("E0506", f"{file} must hold one document", fix="keep one", place=Place(path)))
    if found := validator.findings(trees[0], code="E0506"):
        raise InputError(found)
    name = str(cast("JsonObject", cast("JsonObject", plain(trees[0]))["metadata"])["name"])
    if name != folder.rpartition("/")[2]:
        message = f"the component is named '{name}' but its folder is '{folder}'"
        raise InputError(problem("E0506", message, fix="give both the same name", place=Place(path)))
    return name, trees[0]


def _undeclared_facts(component: Component) -> Iterator[Finding]:
    """A condition that changes what is rendered is over declared facts, or clusters of one variant would differ."""
    charts = [component.chart.where] if component.chart else []
    conditions = [*charts, *(space.where for space in component.namespaces), *(each.where for each in component.requires)]
    for name in sorted({fact for where in conditions for fact in where} - set(component.facts)):
        text = f"a condition (where) uses the fact {name}, which the component does not declare"
        yield problem("E0506", text, fix=f"add {name} to facts", place=component.place)


def _build(name: str, folder: str, tree: Table, files: Mapping[str, str], catalog: Catalog) -> Component:
    spec = cast("JsonObject", cast("JsonObject", plain(tree))["spec"])

    def texts(key: str) -> tuple[str, ...]:
        return tuple(cast("list[str]", spec.get(key, [])))

    def objects(key: str) -> list[dict[str, str]]:
        return cast("list[dict[str, str]]", spec.get(key, []))

    chart = cast("JsonObject | None", spec.get("chart"))
    instances = cast("dict[str, str]", spec.get("instances", {}))
    place = tree.origin.place
    defaults = at(tree, ("spec", "defaults"))
    return Component(
        name=name,
        place=place,
        title=str(spec["title"]),
        description=str(spec["description"]),
        requirements=texts("requirements"),
        supports=tuple(_support(one) for one in cast("list[JsonObject]", spec.get("supports", []))),
        facts=texts("facts"),
        inputs=cast("dict[str, str]", spec.get("inputs", {})),
        namespaces=_namespaces(cast("list[Json]", spec.get("namespaces", [])), _chart(chart) if chart else None),
        namespaces_in=str(spec.get("namespacesIn", "")),
        wave=cast("int", spec["wave"]),
        installs=_installs(cast("JsonObject", spec["policies"])) if "policies" in spec else None,
        policies=(),
        provides=texts("provides"),
        requires=tuple(
            Requirement(api=r["api"], when=r.get("when", ""), where=conditions(cast("Json", r.get("where"))))
            for r in objects("requires")
        ),
        beside=tuple(Companion(**each) for each in objects("beside")),
        chart=_chart(chart) if chart else None,
        source_repos=texts("sourceRepos"),
        cluster_resources=tuple(ClusterResource(group=r["group"], kind=r["kind"]) for r in objects("clusterResources")),
        each=instances.get("each", ""),
        identity="identity" in spec,
        finalizer=bool(spec.get("finalizer", True)),
        pod_security=str(spec.get("podSecurity", "restricted")),
        server_side=bool(spec.get("serverSideApply", True)),
        settings=written_out(at(tree, ("spec", "settings")) or tree, cast("JsonObject", spec["settings"])),
        defaults=cast("Table", relabel(defaults or empty(Origin("", place)), f"component {name}")),
        rules=_rules(cast("JsonObject", spec.get("merge", {}))),
        shown_settings=texts("stated"),
        catalog=catalog,
        files=files,
        folder=folder,
    )


def _installs(data: JsonObject) -> Installs:
    return Installs(
        only=tuple(cast("list[str]", data.get("only", []))),
        but=tuple(cast("list[str]", data.get("except", []))),
        setting=str(data.get("setting", "")),
    )


def _namespaces(listed: list[Json], chart: Chart | None) -> tuple[NamespaceUse, ...]:
    """The listed ones; that of a chart need not be listed."""
    spaces = tuple(map(_space, listed))
    if chart is None or any(space.name == chart.namespace for space in spaces):
        return spaces
    return (NamespaceUse(name=chart.namespace, where=chart.where), *spaces)


def _space(data: Json) -> NamespaceUse:
    if not isinstance(data, dict):
        return NamespaceUse(name=str(data))
    return NamespaceUse(name=str(data["name"]), where=conditions(data["where"]))


def _support(data: JsonObject) -> Support:
    return Support(
        fact=str(data["fact"]),
        message=str(data["message"]),
        any_of=tuple(cast("list[str]", data.get("anyOf", []))),
        at_least=str(data.get("atLeast", "")),
        when=str(data.get("when", "")),
        unless=str(data.get("unless", "")),
    )


def _chart(data: JsonObject) -> Chart:
    return Chart(
        repo_url=str(data["repoURL"]),
        name=str(data["name"]),
        release_name=str(data["releaseName"]),
        namespace=str(data["namespace"]),
        values=str(data["values"]),
        where=conditions(data.get("where")),
    )


def _rules(data: JsonObject) -> MergeRules:
    """Merge rules with paths below `values`."""
    rules: dict[tuple[str, ...], Append | MergeBy] = {}
    for path, rule in data.items():
        rules[("values", *path.split("."))] = MergeBy(str(rule["by"])) if isinstance(rule, dict) else Append()
    return rules
