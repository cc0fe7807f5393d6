"""Policies from their files: the METADATA comment of each policy.rego, checked against a schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, cast

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Policy
from fleetgen.model.settings import Table, at, key_place, nearest_place, plain
from fleetgen.policy import facts
from fleetgen.policy.parameters import complete, with_defaults
from fleetgen.schemas.validate import Validator
from fleetgen.words import suggest
from fleetgen.yamlfile import parse

_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1}
_TEXTS: Final[JsonObject] = {"type": "array", "items": _TEXT}
_CODE: Final[JsonObject] = {"pattern": r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "description": "write codes in lower case with dashes"}
_PACKAGE: Final = re.compile(r"package\s+(\S+)")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*$")
# folders below policies/rego that hold no policies
_RESERVED: Final = ("gate", "lib")


@cache
def _validator() -> Validator:
    parameters: JsonObject = {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {"const": "object"},
            "properties": {"type": "object", "additionalProperties": {"type": "object", "required": ["type", "description"]}},
        },
    }
    custom: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "kind", "severity", "scope", "where", "failure", "remediation", "controls", "facts", "parameters"],
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
            "parameters": parameters,
            "environment": {"type": "object", "additionalProperties": {"enum": ["registries"]}},
            "rules": {"type": "object", "minProperties": 1, "propertyNames": _CODE, "additionalProperties": _TEXT},
        },
    }
    properties: JsonObject = {"title": _TEXT, "description": _TEXT, "scope": {"const": "package"}, "custom": custom}
    return Validator({"type": "object", "required": ["title", "description", "scope", "custom"], "properties": properties})


def read_policies(files: Mapping[str, str]) -> dict[str, Policy]:
    """Id -> policy of every policies/rego/<area>/<rule>/policy.rego in `files`. Raises InputError E0801 with all problems."""
    found: list[Finding] = []
    policies: list[Policy] = []
    for path in sorted(files):
        if not path.endswith("/policy.rego"):
            continue
        try:
            policies.append(_policy(path, files[path]))
        except InputError as error:
            found += error.findings
    found += _twice(policies)
    if found:
        raise InputError(found)
    return {policy.id: policy for policy in policies}


def _twice(policies: Sequence[Policy]) -> Iterable[Finding]:
    """Ids are what findings and waivers name; a kind becomes the name of a template, which is lower case."""
    ids: dict[str, Policy] = {}
    kinds: dict[str, Policy] = {}
    for policy in policies:
        if (first := ids.setdefault(policy.id, policy)) is not policy:
            fix = "give one of them a new number; an id never changes and is never reused"
            yield problem("E0801", f"{policy.id} is also the id of {first.place.path}", fix=fix, place=policy.place)
        if (first := kinds.setdefault(policy.kind.lower(), policy)) is not policy:
            fix = "give one of them another kind"
            yield problem("E0801", f"{policy.kind} is also the kind of {first.place.path}", fix=fix, place=policy.place)


@lru_cache(maxsize=1024)
def _policy(path: str, text: str) -> Policy:
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines, 1) if line.strip() == "# METADATA"), None)
    if start is None:
        raise InputError(
            problem("E0801", "the policy has no METADATA", fix="start the file with a '# METADATA' comment", place=Place(path, 1))
        )
    tree = _block(path, lines, start)
    area, rule = path.split("/")[-3:-1]
    found = [*_validator().findings(tree, code="E0801", prefix="METADATA"), *_misplaced(path, lines, area, rule)]
    if found:
        raise InputError(found)
    data = cast("JsonObject", plain(tree))
    custom = cast("dict[str, str]", data["custom"])
    given = cast("JsonObject", custom["parameters"])
    codes = cast("dict[str, str]", custom.get("rules", {}))
    environment = cast("dict[str, str]", custom.get("environment", {}))
    if found := [*_unusable(tree, given), *_unknown_parameters(tree, given, environment), *_unknown_facts(tree, custom)]:
        raise InputError(found)
    return Policy(
        id=custom["id"],
        kind=custom["kind"],
        area=area,
        rule=rule,
        title=str(data["title"]),
        description=str(data["description"]).strip(),
        severity=custom["severity"],
        scope=custom["scope"],
        where=custom["where"],
        failure=custom["failure"],
        remediation=custom["remediation"],
        controls=tuple(custom["controls"]),
        facts=tuple(custom["facts"]),
        parameters=complete(given, custom["scope"], codes),
        environment=environment,
        place=Place(path, start),
        codes=codes,
    )


def _block(path: str, lines: Sequence[str], start: int) -> Table:
    """The YAML of the comment. Lines and columns stay what they are: each `#` becomes a blank."""
    block: list[str] = []
    for line in lines[start:]:
        if not line.startswith("#"):
            break
        block.append(" " + line[1:])
    trees = parse("\n" * start + "\n".join(block), path)
    if not trees or not isinstance(trees[0], Table):
        fix = "write title, description, scope and custom"
        raise InputError(problem("E0801", "METADATA is not a mapping", fix=fix, place=Place(path, start)))
    return trees[0]


def _misplaced(path: str, lines: Sequence[str], area: str, rule: str) -> Iterable[Finding]:
    """The gate finds a policy by its package; one that lies elsewhere would never run."""
    wanted = f"policies.{area}.{rule}"
    names = [(number, match[1]) for number, line in enumerate(lines, 1) if (match := _PACKAGE.match(line))]
    number, name = names[0] if names else (1, "")
    if area in _RESERVED or not _NAME.match(area) or not _NAME.match(rule):
        fix = "name area and policy in lower case with underscores"
        yield problem("E0801", f"'{area}/{rule}' cannot be the folder of a policy", fix=fix, place=Place(path))
    elif name != wanted:
        fix = f"write 'package {wanted}', or move the file"
        yield problem("E0801", f"the package is '{name}', the folder says '{wanted}'", fix=fix, place=Place(path, number))


def _unusable(tree: Table, schema: JsonObject) -> Iterable[Finding]:
    """A schema that is none, and defaults that it would refuse itself."""
    place = nearest_place(tree, ("custom", "parameters"))
    try:
        Validator(schema)
    except ValueError as error:
        reason = str(error).partition("\n")[0]
        yield problem("E0801", f"METADATA.custom.parameters is not a valid JSON Schema: {reason}", fix="correct it", place=place)
        return
    properties = at(tree, ("custom", "parameters", "properties"))
    for name, described in cast("dict[str, JsonObject]", schema.get("properties", {})).items():
        default = at(properties, (name, "default")) if properties else None
        if default is not None and name in with_defaults(schema, {}):
            yield from Validator(described).findings(default, code="E0801", prefix=f"the default of {name}")


def _unknown_facts(tree: Table, custom: Mapping[str, str]) -> Iterable[Finding]:
    if custom["scope"] == "object":
        return
    if not custom["facts"]:
        place = nearest_place(tree, ("custom", "facts"))
        fix = "list what it reads of the model, such as nodePools.*.labels: docs/how-to/write-a-policy.md"
        yield problem(
            "E0801", f"a policy of scope {custom['scope']} declares no facts, so the gate has none to give", fix=fix, place=place
        )
    for index, (fact, fix) in facts.unknown(custom["facts"], custom["scope"]):
        place = nearest_place(tree, ("custom", "facts", index))
        yield problem("E0801", f"there is no fact '{fact}' of a {custom['scope']}", fix=fix, place=place)


def _unknown_parameters(tree: Table, schema: JsonObject, environment: Mapping[str, str]) -> Iterable[Finding]:
    known = cast("dict[str, Json]", schema.get("properties", {}))
    for name in environment:
        if name not in known:
            place = key_place(tree, ("custom", "environment", name))
            yield problem("E0801", f"there is no parameter '{name}' to fill", fix=suggest(name, known), place=place)
