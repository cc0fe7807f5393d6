"""Policies from their files: the METADATA comment of each policy.rego, checked against a schema."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from generator.errors import InputError, problem
from generator.model.finding import Finding
from generator.model.place import Place
from generator.model.plain import Json, JsonObject
from generator.model.policy import Policy
from generator.model.settings import Table, plain
from generator.schemas.validate import Validator
from generator.yamlfile import parse

_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1}
_TEXTS: Final[JsonObject] = {"type": "array", "items": _TEXT}


@cache
def _validator() -> Validator:
    custom: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "kind", "severity", "scope", "where", "failure", "remediation", "parameters"],
        "properties": {
            "id": {"type": "string", "pattern": r"^FG-[A-Z0-9]+-[0-9]{3}$"},
            "kind": {"type": "string", "pattern": r"^FG[A-Za-z0-9]+$"},
            "severity": {"enum": ["critical", "high", "medium"]},
            "scope": {"enum": ["object", "cluster", "fleet"]},
            "where": {"enum": ["gate", "cluster", "both"]},
            "failure": _TEXT,
            "remediation": _TEXT,
            "controls": _TEXTS,
            "facts": _TEXTS,
            "parameters": {"type": "object"},
            "environment": {"type": "object", "additionalProperties": {"enum": ["registries"]}},
        },
    }
    properties: JsonObject = {"title": _TEXT, "description": _TEXT, "scope": {"const": "package"}, "custom": custom}
    return Validator({"type": "object", "required": ["title", "description", "scope", "custom"], "properties": properties})


def read_policies(files: Mapping[str, str]) -> dict[str, Policy]:
    """Id -> policy of every policies/rego/<area>/<rule>/policy.rego in `files`. Raises InputError E0801 with all problems."""
    found: list[Finding] = []
    policies: dict[str, Policy] = {}
    for path in sorted(files):
        if not path.endswith("/policy.rego"):
            continue
        try:
            policy = _policy(path, files[path])
        except InputError as error:
            found += error.findings
            continue
        if policy.id in policies:
            fix = "give one of them a new number; ids never change and are never used again"
            found.append(
                problem("E0801", f"{policy.id} is also the id of {policies[policy.id].place.path}", fix=fix, place=policy.place)
            )
        policies[policy.id] = policy
    if found:
        raise InputError(found)
    return policies


def _policy(path: str, text: str) -> Policy:
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip() == "# METADATA"), None)
    if start is None:
        raise InputError(
            problem("E0801", "the policy has no METADATA", fix="start the file with a '# METADATA' comment", place=Place(path, 1))
        )
    block = []
    for line in lines[start + 1 :]:
        if not line.startswith("#"):
            break
        block.append(line[2:] if line.startswith("# ") else line[1:])
    trees = parse("\n" * (start + 1) + "\n".join(block), path)
    tree = trees[0] if trees else None
    if not isinstance(tree, Table):
        raise InputError(
            problem(
                "E0801",
                "METADATA is not a mapping",
                fix="write title, description, scope and custom",
                place=Place(path, start + 1),
            )
        )
    if found := _validator().findings(tree, code="E0801", prefix="METADATA"):
        raise InputError(found)
    data = cast("JsonObject", plain(tree))
    custom = cast("dict[str, str]", data["custom"])
    area, rule = path.split("/")[-3:-1]
    return Policy(
        id=custom["id"],
        kind=custom["kind"],
        area=area,
        rule=rule,
        title=str(data["title"]),
        description=str(data["description"]),
        severity=custom["severity"],
        scope=custom["scope"],
        where=custom["where"],
        failure=custom["failure"],
        remediation=custom["remediation"],
        parameters=cast("JsonObject", custom["parameters"]),
        environment=cast("dict[str, str]", custom.get("environment", {})),
        place=Place(path, start + 1),
    )


def defaults(schema: Mapping[str, Json], given: Mapping[str, Json]) -> JsonObject:
    """`given` with the schema's defaults for keys that are not there."""
    properties = schema.get("properties", {})
    known = properties if isinstance(properties, dict) else {}
    filled: JsonObject = {key: value["default"] for key, value in known.items() if isinstance(value, dict) and "default" in value}
    return filled | dict(given)
