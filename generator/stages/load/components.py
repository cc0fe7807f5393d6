"""Components: templates/<component>/component.yaml with its template files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from generator.errors import InputError, problem
from generator.model.component import Chart, ClusterResource, Component, Requirement, Support
from generator.model.facts import ENUM_FACTS
from generator.model.fields import TOKEN
from generator.model.finding import Finding
from generator.model.inventory import API_VERSION, INPUT_KINDS
from generator.model.place import Place
from generator.model.plain import Json, JsonObject
from generator.model.settings import Append, MergeBy, Origin, Rules, Table, at, empty, plain, relabel
from generator.schemas.derive import COMPONENT_ENTRY
from generator.schemas.validate import Validator
from generator.yamlfile import parse

STRUCTURED_FACTS: Final = ("nodePools", "network", "uplink")
_STRING: Final[JsonObject] = {"type": "string", "minLength": 1}
_STRINGS: Final[JsonObject] = {"type": "array", "items": _STRING}


def _strict(required: list[str], **properties: Json) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "required": cast("Json", required), "properties": properties}


@cache
def _validator() -> Validator:
    facts: list[Json] = [fact.name for fact in ENUM_FACTS]
    values = COMPONENT_ENTRY["properties"]
    spec = _strict(
        ["title", "description", "wave", "settings", "defaults"],
        title=_STRING,
        description=_STRING,
        requirements=_STRINGS,
        supports={
            "type": "array",
            "items": _strict(["fact", "anyOf", "message"], fact={"enum": facts}, anyOf=_STRINGS, message=_STRING),
        },
        facts={"type": "array", "items": {"enum": [*facts, *STRUCTURED_FACTS]}},
        inputs={"type": "object", "additionalProperties": {"enum": list(INPUT_KINDS)}},
        namespaces=_STRINGS,
        namespacesIn=_STRING,
        wave={"type": "integer"},
        policies={"type": "array", "items": {"type": "string", "pattern": r"^FG-[A-Z0-9]+-[0-9]{3}$"}},
        provides={"type": "array", "items": {"type": "string", "pattern": r"^([^/]+/)?v[^/]+/[A-Z][A-Za-z0-9]*$"}},
        requires={"type": "array", "items": _strict(["api"], api=_STRING, when=_STRING)},
        chart=_strict(
            ["repoURL", "name", "releaseName", "namespace", "values"],
            **dict.fromkeys(("repoURL", "name", "releaseName", "namespace", "values"), _STRING),
        ),
        sourceRepos=_STRINGS,
        clusterResources={"type": "array", "items": _strict(["group", "kind"], group={"type": "string"}, kind=_STRING)},
        instances=_strict(["each"], each=_STRING),
        identity={"enum": ["runtime"]},
        finalizer={"type": "boolean"},
        settings={"type": "object"},
        defaults=_strict([], **{key: cast("JsonObject", values)[key] for key in ("enabled", "version", "values")}),
        merge={"type": "object", "additionalProperties": {"anyOf": [{"const": "append"}, _strict(["by"], by=_STRING)]}},
    )
    metadata = _strict(["name"], name={"type": "string", "pattern": TOKEN, "maxLength": 40})
    return Validator(
        _strict(
            ["apiVersion", "kind", "metadata", "spec"],
            apiVersion={"const": API_VERSION},
            kind={"const": "Component"},
            metadata=metadata,
            spec=spec,
        )
    )


def read(files: Mapping[str, str], problems: list[Finding]) -> dict[str, Component]:
    """The components below `templates/`; `files` maps repository paths to texts. Problems are appended."""
    folders: dict[str, dict[str, str]] = {}
    for path in sorted(files):
        _, _, rest = path.partition("templates/")
        folder, _, inner = rest.partition("/")
        if inner:
            folders.setdefault(path[: len(path) - len(inner) - 1], {})[inner] = files[path]
    components = {}
    for folder, own in folders.items():
        try:
            component = _component(folder, own)
        except InputError as error:
            problems.extend(error.findings)
        else:
            components[component.name] = component
    return components


def _component(folder: str, files: Mapping[str, str]) -> Component:
    path = f"{folder}/component.yaml"
    if "component.yaml" not in files:
        raise InputError(
            problem(
                "E0506",
                "the folder has no component.yaml",
                fix="add one, or move the folder out of templates/",
                place=Place(folder),
            )
        )
    trees = parse(files["component.yaml"], path)
    if len(trees) != 1 or not isinstance(trees[0], Table):
        raise InputError(problem("E0506", "component.yaml must hold one document", fix="keep one", place=Place(path)))
    tree = trees[0]
    found = _validator().findings(tree, code="E0506")
    if found:
        raise InputError(found)
    data = cast("JsonObject", plain(tree))
    name = str(cast("JsonObject", data["metadata"])["name"])
    if name != folder.rpartition("/")[2]:
        raise InputError(
            problem(
                "E0506", f"the component is named '{name}' but its folder is '{folder}'", fix="make them equal", place=Place(path)
            )
        )
    return _build(name, folder, tree, cast("JsonObject", data["spec"]), files)


def _build(name: str, folder: str, tree: Table, spec: JsonObject, files: Mapping[str, str]) -> Component:
    def texts(key: str) -> tuple[str, ...]:
        return tuple(cast("list[str]", spec.get(key, [])))

    def objects(key: str) -> list[dict[str, str]]:
        return cast("list[dict[str, str]]", spec.get(key, []))

    chart = cast("dict[str, str] | None", spec.get("chart"))
    instances = cast("dict[str, str]", spec.get("instances", {}))
    place = tree.origin.place
    defaults = at(tree, ("spec", "defaults"))
    return Component(
        name=name,
        place=place,
        title=str(spec["title"]),
        description=str(spec["description"]),
        requirements=texts("requirements"),
        supports=tuple(Support(fact=s["fact"], any_of=tuple(s["anyOf"]), message=s["message"]) for s in objects("supports")),
        facts=texts("facts"),
        inputs=cast("dict[str, str]", spec.get("inputs", {})),
        namespaces=texts("namespaces"),
        namespaces_in=str(spec.get("namespacesIn", "")),
        wave=cast("int", spec["wave"]),
        policies=texts("policies"),
        provides=texts("provides"),
        requires=tuple(Requirement(api=r["api"], when=r.get("when", "")) for r in objects("requires")),
        chart=_chart(chart) if chart else None,
        source_repos=texts("sourceRepos"),
        cluster_resources=tuple(ClusterResource(group=r["group"], kind=r["kind"]) for r in objects("clusterResources")),
        each=instances.get("each", ""),
        identity="identity" in spec,
        finalizer=bool(spec.get("finalizer", True)),
        settings=_settings_schema(cast("JsonObject", spec["settings"])),
        defaults=cast("Table", relabel(defaults or empty(Origin("", place)), f"component {name}")),
        rules=_rules(cast("JsonObject", spec.get("merge", {}))),
        files=files,
        folder=folder,
    )


def _settings_schema(schema: JsonObject) -> JsonObject:
    return {"type": "object", "additionalProperties": False, **schema}


def _chart(data: Mapping[str, str]) -> Chart:
    return Chart(
        repo_url=data["repoURL"],
        name=data["name"],
        release_name=data["releaseName"],
        namespace=data["namespace"],
        values=data["values"],
    )


def _rules(data: JsonObject) -> Rules:
    """Merge rules with paths below `values`."""
    rules: dict[tuple[str, ...], Append | MergeBy] = {}
    for path, rule in data.items():
        rules[("values", *path.split("."))] = MergeBy(str(rule["by"])) if isinstance(rule, dict) else Append()
    return rules
