"""What the catalog says of a component: policies/catalog/<component>/releases.yaml."""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.catalog import Catalog, FixedField, KnownIssue, Release, UpgradeRules
from fleetgen.model.conditions import Conditions
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Items, Node, Table, at, empty, merge, nearest_place, plain
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load.component_schema import releases_schema
from fleetgen.words import suggest

FILE: Final = "releases.yaml"


@cache
def validator() -> Validator:
    """The schema of the file."""
    return Validator(releases_schema())


def catalog_of(listed: Table) -> Catalog:
    """The releases of a component. Raises InputError E0506 where two list one version, or one is like no release before it."""
    spec = cast("JsonObject", plain(at(listed, ("spec",)) or listed))
    releases = _releases(listed)
    return Catalog(
        releases=releases if spec.get("order") == "oldest-first" else releases[::-1],
        steps=_steps(cast("JsonObject", spec["steps"])) if "steps" in spec else None,
        checked=str(spec.get("checked", "")),
        place=listed.origin.place,
    )


def _releases(listed: Table) -> tuple[Release, ...]:
    """In the order of the file."""
    found: list[Release] = []
    data: dict[str, Node] = {}
    problems: list[Finding] = []
    for each in cast("Items", at(listed, ("spec", "releases"))).items:
        entry = cast("JsonObject", plain(each))
        line, like = str(entry["line"]), str(entry.get("like", ""))
        if like and like not in data:
            fix = f"{suggest(like, data)}; `like` names a release above this one"
            problems.append(problem("E0506", f"there is no release {like}", fix=fix, place=nearest_place(each, ("like",))))
        own = at(each, ("data",)) or empty(each.origin)
        data[line] = merge(data[like], own) if like in data else own
        found.append(_release(entry, cast("JsonObject", plain(data[line]))))
    for what, names in (
        ("version", [version for release in found for version in release.versions]),
        ("line", [release.line for release in found]),
    ):
        if twice := sorted({name for name in names if names.count(name) > 1}):
            text = f"listed twice: {what} {', '.join(twice)}"
            problems.append(problem("E0506", text, fix=f"list each {what} in one release only", place=listed.origin.place))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _release(entry: JsonObject, data: JsonObject) -> Release:
    versions = tuple(cast("list[str]", entry["versions"]))
    return Release(
        line=str(entry["line"]),
        versions=versions,
        supports=tuple(map(conditions, cast("list[Json]", entry.get("supports", [])))),
        data=data,
        series=str(entry.get("series", entry["line"])),
        support_ends=str(entry.get("supportEnds", "")),
        issues=tuple(_issue(each, versions) for each in cast("list[JsonObject]", entry.get("issues", []))),
    )


def _issue(entry: JsonObject, versions: tuple[str, ...]) -> KnownIssue:
    return KnownIssue(
        id=str(entry["id"]),
        severity=str(entry["severity"]),
        versions=tuple(cast("list[str]", entry.get("versions", [*versions]))),
        fixed_in=str(entry.get("fixedIn", "")),
        summary=str(entry["summary"]),
        source=str(entry["source"]),
    )


def _steps(entry: JsonObject) -> UpgradeRules:
    fixed = [
        FixedField(field=str(each["field"]), until=str(each.get("until", "")), reason=str(each["reason"]))
        for each in cast("list[JsonObject]", entry.get("fixed", []))
    ]
    return UpgradeRules(to=str(entry["to"]), fixed=tuple(fixed), apart=tuple(cast("list[str]", entry.get("apart", []))))


def conditions(data: Json) -> Conditions:
    """Facts with the values that they may have."""
    return {fact: tuple(values) for fact, values in cast("dict[str, list[str]]", data or {}).items()}
