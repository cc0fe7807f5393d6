"""`fleetgen new`: one more document, checked before it is written, and known to the environment that must list it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, cast

from fleetgen import API_VERSION, yaml_edits, yamlfile
from fleetgen.errors import InputError, problem
from fleetgen.inputs.documents import document_schema, documents_of
from fleetgen.inputs.files import place_files
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.rules import PolicyLibrary, policies_of, read_rules
from fleetgen.model.component import Component
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import at, plain
from fleetgen.policy.scaffolding import policy_files
from fleetgen.policy.waivers import broken
from fleetgen.schemas.validate import Validator
from fleetgen.stages.load.documents import Document, read
from fleetgen.stages.load.governing import duties, waivers
from fleetgen.start import document_texts
from fleetgen.words import a, suggest

KINDS: Final[Mapping[str, str]] = {
    "cluster": "Cluster",
    "environment": "Environment",
    "ring": "Ring",
    "group": "Group",
    "region": "Region",
    "profile": "HardwareProfile",
    "model": "Model",
    "waiver": "Waiver",
}
_FOLDERS: Final[Mapping[str, str]] = {
    "Cluster": "fleet/clusters",
    "Group": "fleet/groups",
    "Region": "fleet/regions",
    "HardwareProfile": "fleet/profiles",
    "Model": "fleet/models",
    "Waiver": "policies/waivers",
}
_LISTED: Final[Mapping[str, str]] = {"Ring": "rings", "Group": "groups"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """What the new document says, as far as the command line gave it."""

    kind: str
    name: str
    environments: tuple[str, ...] = ()
    ring: str = ""
    profile: str = ""
    region: str = ""
    repo_url: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    waiver: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """New files and changed ones: path -> text."""

    created: Mapping[str, str]
    changed: Mapping[str, str]


def add(repo: Repository, components: Mapping[str, Component], request: NewDocument) -> Addition:
    """Work out the addition; writes nothing. Raises InputError with every problem."""
    documents = documents_of(repo)
    if not re.match(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", request.name):
        fix = "use lower-case letters, digits and dashes"
        raise InputError(problem("E0401", f"'{request.name}' cannot be the name of {a(request.kind.lower())}", fix=fix))
    if problems := _reference_problems(documents, request):
        raise InputError(problems)
    path, text = _document(documents, components, request)
    (tree,) = yamlfile.parse(text, path)
    if problems := Validator(document_schema(components, request.kind)).findings(tree):
        raise InputError(problems)
    if request.kind == "Waiver" and (problems := _waiver_problems(repo, documents, {path: text})):
        raise InputError(problems)
    changed: dict[str, str] = {}
    if request.kind in _LISTED:
        for environment in request.environments:
            place = _named(documents, "Environment")[environment].place.path
            old = (repo.root / place).read_text(encoding="utf-8")
            keys = ("spec", _LISTED[request.kind])
            changed[place] = yaml_edits.append(old, place, ("Environment", environment), keys, request.name)
    return Addition(created={path: text}, changed=changed)


def add_policy(repo: Repository, name: str) -> Addition:
    """A policy AREA/NAME with its tests and its constraint. Raises InputError with every problem; writes nothing."""
    inputs = repo.read()
    documents = documents_of(repo)
    environments: dict[str, Mapping[str, Json]] = {environment: {} for environment in _named(documents, "Environment")}
    rules = read_rules(PolicyLibrary(inputs.library, tuple(environments)), environments)
    return Addition(created=policy_files(name, rules.policies, rules.constraints), changed={})


def write(repo: Repository, addition: Addition) -> None:
    """The new file first: a failure after it leaves a document that check reports, never a lost one."""
    place_files(repo.root, addition.created)
    place_files(repo.root, addition.changed, replace=True)


def _named(documents: tuple[Document, ...], kind: str) -> dict[str, Document]:
    return {document.name: document for document in documents if document.kind == kind}


def _reference_problems(documents: tuple[Document, ...], request: NewDocument) -> list[Finding]:
    found = []
    scope = request.environments if request.kind == "Ring" else ()
    for document in documents:
        same = (document.kind, document.name) == (request.kind, request.name)
        if same and (not scope or document.environment in scope):
            message = f"there is already {a(request.kind)} '{request.name}'"
            found.append(problem("E0205", message, fix="choose another name", place=document.place))
    environments = _named(documents, "Environment")
    wanted = [("environment", name, environments) for name in request.environments]
    wanted += [("profile", request.profile, _named(documents, "HardwareProfile"))] if request.profile else []
    wanted += [("region", request.region, _named(documents, "Region"))] if request.region else []
    found += [
        problem("E0301", f"there is no {kind} '{name}'", fix=suggest(name, known))
        for kind, name, known in wanted
        if name not in known
    ]
    if request.kind == "Cluster" and not found:
        rings = at(environments[request.environments[0]].tree, ("spec", "rings"))
        known_rings = [str(ring) for ring in cast("list[Json]", plain(rings))] if rings else []
        if request.ring not in known_rings:
            message = f"environment '{request.environments[0]}' has no ring '{request.ring}'"
            found.append(problem("E0301", message, fix=suggest(request.ring, known_rings)))
    return found


def _waiver_problems(repo: Repository, documents: tuple[Document, ...], files: Mapping[str, str]) -> list[Finding]:
    """What check would say about the new waiver; without its place, because the file does not exist."""
    policies = policies_of(repo.read().library)
    found = broken(waivers(read(files, [])), (), policies, duties(documents))
    return [replace(finding, place=None) for finding in found]


def _document(documents: tuple[Document, ...], components: Mapping[str, Component], request: NewDocument) -> tuple[str, str]:
    name, first = request.name, (request.environments or ("",))[0]
    match request.kind:
        case "Environment":
            rank = len(_named(documents, "Environment")) + 1
            rings = (request.ring or "main",)
            return f"environments/{name}/environment.yaml", document_texts.environment_text(name, rank, rings, request.repo_url)
        case "Ring":
            return f"environments/{first}/rings/{name}.yaml", document_texts.ring_text(name, first)
        case "Cluster":
            text = document_texts.cluster_text(name, first, request.ring, request.profile, request.region)
        case "Group":
            text = document_texts.group_text(name, request.labels)
        case "Region":
            text = document_texts.region_text(name)
        case "HardwareProfile":
            text = document_texts.profile_text(name)
        case "Waiver":
            text = document_texts.waiver_text(name, dict(request.waiver or {}), request.environments)
        case _:
            schema = document_schema(components, request.kind)
            text = _sample(request.kind, name, cast("JsonObject", cast("JsonObject", schema["properties"])["spec"]))
    return f"{_FOLDERS[request.kind]}/{name}.yaml", text


def _sample(kind: str, name: str, schema: JsonObject) -> str:
    """A document with every key that its schema demands, each with its description."""
    properties = cast("JsonObject", schema.get("properties", {}))
    lines = [f"apiVersion: {API_VERSION}", f"kind: {kind}", f"metadata: {{name: {name}}}"]
    demanded = [str(key) for key in cast("list[Json]", schema.get("required", []))]
    lines.append("spec:" if demanded else "spec: {}")
    for key in demanded:
        child = cast("JsonObject", properties.get(key, {}))
        lines.append(f"  # {' '.join(str(child.get('description', '')).split())}".rstrip(" #") or "  #")
        lines.append(f"  {key}: {json.dumps(_example(child), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _example(schema: JsonObject) -> Json:
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if listed := schema.get(key):
            return cast("list[Json]", listed)[0]
    if schema.get("type") == "object":
        properties = cast("JsonObject", schema.get("properties", {}))
        demanded = (
            cast("list[str]", schema.get("required", [])) or list(properties)[: cast("int", schema.get("minProperties", 0))]
        )
        return {key: _example(cast("JsonObject", properties.get(key, {}))) for key in demanded}
    simple: dict[str, Json] = {
        "integer": schema.get("minimum", 1),
        "number": schema.get("minimum", 1),
        "boolean": False,
        "array": [],
    }
    return simple.get(str(schema.get("type")), "change-me")
