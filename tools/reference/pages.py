"""The pages of docs/reference/, from the code that they describe: kinds, errors, components, policies.."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from fleetgen import API_VERSION
from fleetgen.answers.error_pages import ErrorPage
from fleetgen.errors import FleetgenError, GateFailed, InputError, LockedError, ToolError
from fleetgen.model import inventory
from fleetgen.model.component import Companion, Component, Support
from fleetgen.model.conditions import Conditions
from fleetgen.model.plain import Json, JsonObject, mapping_of
from fleetgen.model.policy import Constraint, Policy
from fleetgen.model.settings import plain
from fleetgen.schemas.derive import key_of, kind_schema
from fleetgen.stages.load.component_schema import component_schema, releases_schema

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MADE: Final = "<!-- Made by `make docs` from the code. Change the code, not this page. -->\n"
_WHERE: Final[Mapping[str, str]] = {
    "Cluster": "`fleet/clusters/`",
    "Environment": "`environments/<name>/environment.yaml`",
    "Ring": "`environments/<environment>/rings/`",
    "Region": "`fleet/regions/`, or `environments/<environment>/regions/` for one environment",
    "HardwareProfile": "`fleet/profiles/`, or `environments/<environment>/profiles/` for one environment",
    "Group": "`fleet/groups/`",
    "Defaults": "`fleet/defaults.yaml`",
    "Waiver": "`policies/waivers/`",
    "Enforcement": "`policies/enforcement/`",
    "Model": "`fleet/models/`",
    "TeamRole": "`fleet/roles/`",
}
_TEMPLATES: Final = {
    "Component": ("component.yaml", component_schema),
    "ComponentReleases": ("releases.yaml", releases_schema),
}
_AREAS: Final = {
    "E01": "Reading files",
    "E02": "Documents",
    "E03": "References between documents",
    "E04": "Names of variants",
    "E05": "Settings and templates",
    "E06": "Build",
    "E07": "Composition",
    "E08": "Gate",
    "E09": "Output and git",
    "E10": "Import",
    "E11": "Tools",
    "E12": "Usage and repository",
    "E13": "Rehearsal",
    "E14": "Work on other machines",
}
_CLASSES: Final[tuple[type[FleetgenError], ...]] = (GateFailed, InputError, ToolError, LockedError)
_SHORT: Final = 60
_Row: TypeAlias = tuple[str, str, str, str]


def kinds(components: Iterable[Component]) -> str:
    """docs/reference/kinds.md: every key of every document of the inventory."""
    parts = [
        MADE,
        "# Kinds of documents\n",
        (
            f"Every document has `apiVersion: {API_VERSION}`, `kind`, `metadata.name` (optionally `metadata.labels` "
            "and `metadata.annotations`) and `spec`. A file may hold any number of documents. A key that is not listed here "
            "is an error. `fleetgen schema KIND` prints the JSON Schema of a kind.\n"
        ),
        (
            "In every kind that has `components`, an entry is `<component>: {enabled, version, values, patches}`; "
            "[components](components.md) lists the values.\n"
        ),
    ]
    for kind, spec in inventory.SPECS.items():
        schema = mapping_of(mapping_of(kind_schema(kind)["properties"])["spec"])
        parts += [f"## {kind}\n", f"Lies in {_WHERE[kind]}.\n", _table(_rows(schema, dict(_defaults(spec)), stop="components"))]
    listed = tuple(components)
    for kind in inventory.INPUT_KINDS:
        parts += [f"## {kind}\n", f"Lies in {_WHERE[kind]}. {_input_text(kind, listed)}\n"]
        for component, key in _takers(kind, listed):
            schema = mapping_of(component.input_schema(key))
            parts.append(_table(_rows(schema, {})))
    for kind, (where, described) in _TEMPLATES.items():
        keys = mapping_of(mapping_of(described()["properties"])["spec"])
        parts += [f"## {kind}\n", f"Is `templates/<component>/{where}`, no part of the inventory.\n", _table(_rows(keys, {}))]
    return _page(parts)


def errors(pages: Sequence[ErrorPage], retired: Mapping[str, str]) -> str:
    """docs/reference/errors.md: every exit code, and a section for every code."""
    parts = [
        MADE,
        "# Error codes\n",
        "A message has a place, a fact and a fix:\n",
        _code(next(page for page in pages if page.code == "E0202").message),
        (
            "A code keeps its meaning for ever. Policies have ids of their own, see [policies](policies.md). "
            "`fleetgen explain CODE` prints one section. The examples are about one small fleet.\n"
        ),
        "## Exit codes\n",
        "| exit code | meaning |\n| --- | --- |\n| 0 | all is well |",
    ]
    parts[-1] += "".join(f"\n| {cls.exit_code} | {_cell((cls.__doc__ or '').splitlines()[0])} |" for cls in _CLASSES)
    parts[-1] += "\n| 130 | interrupted |\n"
    for area, title in _AREAS.items():
        own = [page for page in pages if page.code.startswith(area)]
        rows = [f"| [{page.code}](#{page.code.lower()}) | {_cell(page.meaning)} |" for page in own]
        parts += [f"## {title}\n", "\n".join(["| code | meaning |", "| --- | --- |", *rows]) + "\n"]
        parts += [part for page in own for part in _error(page)]
    parts += ["## Retired codes\n", "Nothing raises these any more, and none is used again.\n"]
    parts.append("\n".join(f"- {code}: {reason}" for code, reason in sorted(retired.items())) + "\n")
    return _page(parts)


def _error(page: ErrorPage) -> Iterable[str]:
    yield f"### {page.code}\n"
    yield f"**{page.meaning[0].upper()}{page.meaning[1:]}.**\n"
    yield f"{page.description}\n"
    for title, text in page.sections():
        if title.startswith(("Message", "Wrong", "Right")):
            yield f"{title}:\n"
            yield _code(text)
        else:
            yield textwrap.fill(f"{title}: {text}", 100, break_long_words=False, break_on_hyphens=False) + "\n"


def _code(text: str) -> str:
    return f"```\n{text}\n```\n"


def components(found: Iterable[Component]) -> str:
    """docs/reference/components.md: what can be installed, and every setting of it."""
    ordered = sorted(found, key=lambda component: component.name)
    parts = [
        MADE,
        "# Components\n",
        (
            "Settings go into `components.<name>.values` of any layer, the version into `components.<name>.version`, and "
            "`components.<name>.enabled` switches it on.\n"
        ),
        "".join(f"- [{component.name}](#{_anchor(component.name)}): {component.title}\n" for component in ordered),
    ]
    for component in ordered:
        parts += _component(component)
    return _page(parts)


def policies(found: Iterable[Policy], constraints: Sequence[Constraint]) -> str:
    """docs/reference/policies.md: every rule, where it applies and how to satisfy it."""
    ordered = sorted(found, key=lambda policy: policy.id)
    parts = [
        MADE,
        "# Policies\n",
        (
            "An id keeps its meaning for ever. A *required* policy that evaluated nothing fails the run. Exceptions are "
            "documents of kind [Waiver](kinds.md#waiver).\n"
        ),
        "| id | title | severity | scope |\n| --- | --- | --- | --- |\n"
        + "".join(f"| [{p.id}](#{_anchor(p.id)}) | {_cell(p.title)} | {p.severity} | {p.scope} |\n" for p in ordered),
    ]
    for policy in ordered:
        parts += _policy(policy, [one for one in constraints if one.policy.id == policy.id])
    return _page(parts)


def _component(component: Component) -> list[str]:
    facts = [
        ("Sync wave", str(component.wave)),
        ("Namespaces", _codes(_conditioned(space.name, space.where) for space in component.namespaces)),
        ("Reads facts", _codes(component.facts)),
    ]
    facts += [("Provides", _codes(component.provides))]
    needs = (_conditioned(f"{one.api} (when {one.when})" if one.when else one.api, one.where) for one in component.requires)
    facts += [("Needs", _codes(needs))]
    facts.append(("Goes with", _codes(map(_beside, component.beside))))
    if chart := component.chart:
        facts.append(("Helm chart", f"`{chart.name}` from {_conditioned(chart.repo_url, chart.where)}"))
    if installs := component.installs:
        chosen = _codes(installs.only) or "all that can run in a cluster"
        facts.append(("Installs policies", chosen + (f", but {_codes(installs.but)}" if installs.but else "")))
    facts.append(("Told by `fleetgen check`", _codes(component.shown_settings)))
    if component.each:
        facts.append(("Units", f"one for every entry of `{component.each}` that is enabled"))
    parts = [f"## {component.name}\n", f"{component.title}.\n", component.description.strip() + "\n"]
    parts.append("".join(f"- {name}: {text}\n" for name, text in facts if text))
    if component.requirements:
        parts += ["What must hold outside of it:\n", "".join(f"- {text.strip()}\n" for text in component.requirements)]
    if component.supports:
        rows = "".join(f"| `{one.fact}` | {_measure(one)} | {_cell(one.message)} |\n" for one in component.supports)
        parts.append("| fact | supported | otherwise |\n| --- | --- | --- |\n" + rows)
    if component.releases:
        rows = "".join(f"| {one.line} | {_codes(one.versions)} | {_supported(one.supports)} |\n" for one in component.releases)
        parts.append(f"| line | versions | runs on |\n| --- | --- | --- |\n{rows}")
    defaults = mapping_of(plain(component.defaults))
    known = dict(_leaves(mapping_of(defaults.get("values", {}))))
    if "version" in defaults:
        parts.append(
            f"Default version: `{defaults['version']}`. Enabled by default: {'yes' if defaults.get('enabled') else 'no'}.\n"
        )
    parts.append(_table(_rows(component.settings, known)))
    return parts


def _supported(conditions: Sequence[Conditions]) -> str:
    return "<br>".join(_cell(_conditioned("", each).strip(" ()")) for each in conditions) or "all"


def _conditioned(text: str, where: Conditions) -> str:
    """A text with the facts on which it depends."""
    said = "; ".join(f"{fact} {', '.join(values)}" for fact, values in where.items())
    return f"{text} ({said})" if said else text


def _beside(wish: Companion) -> str:
    demand = f"the version that its {wish.versions} say" if wish.versions else wish.expects or f"not {wish.forbids}"
    return f"{wish.component}: {demand}" + (f" (when {wish.when})" if wish.when else "")


def _measure(support: Support) -> str:
    text = _codes(support.any_of) or _codes([support.at_least]) + " or later"
    when = f" when {_codes([support.when])}" if support.when else ""
    return text + when + (f" unless {_codes([support.unless])}" if support.unless else "")


def _policy(policy: Policy, constraints: Sequence[Constraint]) -> list[str]:
    parts = [
        f"## {policy.id}\n",
        f"**{policy.title}.** {policy.failure}\n",
        policy.description.strip() + "\n",
        f"Fix: {policy.remediation}\n",
    ]
    if policy.codes:
        rows = "".join(f"| `{policy.id}.{code}` | {_cell(found)} |\n" for code, found in policy.codes.items())
        parts.append(f"| rule | what it finds |\n| --- | --- |\n{rows}")
    parts.append(f"- Severity: {policy.severity}\n- Scope: {policy.scope}\n- Rego: `{policy.place.path}`\n")
    for one in constraints:
        need = ", required" if one.required else ""
        where = f" in {', '.join(one.environments)}" if one.environments else " everywhere"
        parts.append(f"Constraint `{one.name}`: {one.action}{where}{need}.\n")
        if one.match:
            parts.append(f"Match: `{json.dumps(one.match)}`\n")
        if one.parameters:
            parts.append(f"Parameters: `{json.dumps(one.parameters)}`\n")
    parts.append(_table(_rows(policy.parameters, {}), title="parameter"))
    return parts


def _rows(schema: JsonObject, defaults: Mapping[str, str], prefix: str = "", stop: str = "") -> Iterator[_Row]:
    """(path, type, required or default, description) of every property, depth first; not below the key `stop`."""
    needed = cast("list[Json]", schema.get("required", []))
    for name, value in mapping_of(schema.get("properties", {})).items():
        entry = mapping_of(value)
        path = f"{prefix}{name}"
        need = defaults.get(path) or ("required" if name in needed else "")
        yield path, _type(entry), need, str(entry.get("description", ""))
        if name == stop:
            continue
        yield from _rows(entry, defaults, f"{path}.", stop)
        items, others = entry.get("items"), entry.get("additionalProperties")
        if isinstance(items, dict):
            yield from _merged([[*_rows(each, {}, f"{path}[].", stop)] for each in _alternatives(items)])
        if isinstance(others, dict):
            yield from _rows(others, {}, f"{path}.<name>.", stop)


def _alternatives(schema: JsonObject) -> list[JsonObject]:
    """The schemas, one of which has to fit."""
    several = "anyOf" in schema and "type" not in schema
    return [mapping_of(each) for each in cast("list[Json]", schema["anyOf"])] if several else [schema]


def _merged(alternatives: Sequence[Sequence[_Row]]) -> Iterator[_Row]:
    """The rows of all, each once: one that only some alternatives demand is one of several to choose from."""
    filled = [rows for rows in alternatives if rows]
    first = {row[0]: row for rows in reversed(filled) for row in rows}
    for path in dict.fromkeys(row[0] for rows in filled for row in rows):
        shared = all(path in {row[0] for row in rows} for rows in filled)
        _, kind, need, text = first[path]
        yield path, kind, need if shared or need != "required" else "one of these", text


def _type(schema: JsonObject) -> str:
    if "enum" in schema:
        return ", ".join(f"`{_text(value)}`" for value in cast("list[Json]", schema["enum"]))
    if "const" in schema:
        return f"`{_text(schema['const'])}`"
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(dict.fromkeys(map(_type, _alternatives(schema))))
    kind = schema.get("type", "any")
    name = " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
    items = schema.get("items")
    if name == "array" and isinstance(items, dict):
        return f"list of {_type(items)}"
    return f"{name} ({schema['format']})" if "format" in schema else name


def _defaults(cls: type[DataclassInstance], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path -> default of the fields that have one worth showing."""
    for field in fields(cls):
        path = f"{prefix}{key_of(field.name)}"
        if field.default is MISSING or field.default in ("", None, ()):
            continue
        if is_dataclass(field.default):
            yield from _defaults(cast("type[DataclassInstance]", type(field.default)), f"{path}.")
        else:
            yield path, f"`{_text(cast('Json', field.default))}`"


def _leaves(value: JsonObject, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, entry in value.items():
        if isinstance(entry, dict) and entry:
            yield from _leaves(entry, f"{prefix}{name}.")
        elif len(_text(entry)) <= _SHORT:
            yield f"{prefix}{name}", f"`{_text(entry)}`"


def _table(rows: Iterable[_Row], title: str = "key") -> str:
    lines = [f"| `{path}` | {_cell(kind)} | {_cell(need)} | {_cell(text)} |" for path, kind, need, text in rows]
    return "\n".join([f"| {title} | type | default | meaning |", "| --- | --- | --- | --- |", *lines]) + "\n" if lines else ""


def _takers(kind: str, found: Iterable[Component]) -> list[tuple[Component, str]]:
    return [(component, key) for component in found for key, taken in component.inputs.items() if taken == kind]


def _input_text(kind: str, found: Iterable[Component]) -> str:
    takers = _takers(kind, found)
    if not takers:
        return "No component of this library takes it."
    return " ".join(
        f"Becomes `values.{key}.<name>` of the component [{one.name}](components.md#{_anchor(one.name)})." for one, key in takers
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(title: str) -> str:
    return title.lower().replace(".", "").replace(" ", "-")


def _page(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
