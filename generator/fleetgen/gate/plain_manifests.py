"""The gate over plain manifests that did not come from the fleet: the same engine, policies and proof of what was evaluated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from fleetgen.errors import GateFailed, InputError, ToolError, problem
from fleetgen.gate.findings import finding_of
from fleetgen.gate.questions import answers, isolated
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.files import read_file, read_tree
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.rules import Governed, PolicyLibrary, Rules, environment_values, library_of, read_governing, read_rules
from fleetgen.inputs.run import Progress, no_progress
from fleetgen.model.finding import Finding, Severity
from fleetgen.model.fleet import EnforcementDocument
from fleetgen.model.manifest import Manifest
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Constraint
from fleetgen.model.result import Result
from fleetgen.model.settings import Table, nearest_place
from fleetgen.stages import manifests
from fleetgen.stages.gate import ObjectQuestion, PolicyEngine
from fleetgen.words import listed, suggest

STDIN: Final = "-"
_STDIN_NAME: Final = "<stdin>"
_SUFFIXES: Final = (".yaml", ".yml", ".json")
# what the gate answers where a namespaceSelector needs a Namespace that it does not have (policies/rego/gate/objects)
_UNMATCHED: Final = "unable to match constraint "


@dataclass(frozen=True, kw_only=True)
class ManifestsRequest:
    """What is asked: paths of files and folders, `-` for `stdin`; Namespaces that are only looked at; an environment or none."""

    paths: tuple[str, ...]
    namespaces: tuple[str, ...] = ()
    environment: str = ""
    stdin: Callable[[], bytes] = bytes


@dataclass(frozen=True, kw_only=True)
class ManifestsTools:
    """What it is done with: the fleet repository that lends its policies, if there is one, and the engine."""

    repository: Repository | None
    engine: Callable[[], PolicyEngine]
    gate_cache: Cache
    progress: Progress = no_progress


@dataclass(frozen=True, kw_only=True)
class ManifestsOutcome:
    """What a passed check leaves to say."""

    sizes: JsonObject
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An object and the text that it was read from."""

    manifest: Manifest
    tree: Table


def check_manifests(means: ManifestsTools, request: ManifestsRequest) -> ManifestsOutcome:
    """Ask the gate. Raises InputError for what cannot be read, GateFailed with all findings, ToolError for a missing answer."""
    files = _files(request.paths, request.stdin)
    objects = _objects(files)
    if not objects:
        shown = ", ".join(request.paths)
        fix = f"give files, or folders with files that end in {', '.join(_SUFFIXES)}"
        raise InputError(problem("E0305", f"there is no Kubernetes object in {shown}", fix=fix))
    given = _objects(_files(request.namespaces, request.stdin))
    rules, left_out = _rules(means.repository, request.environment)
    questions = _questions(objects, given, request.environment)
    asked = [question for question, _ in questions.values()]
    said, failed = isolated(rules, lambda kept: answers(means, kept, asked))
    found = [
        *failed.values(),
        *(finding for question, placed in questions.values() for finding in _findings(rules, said[question.id].results, placed)),
        *map(_not_judged, left_out),
    ]
    findings = sorted(dict.fromkeys(found), key=Finding.sort_key)
    if failed:
        raise ToolError(findings)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise GateFailed(findings)
    policies = {policy for question, _ in questions.values() for policy in said[question.id].policies}
    sizes: JsonObject = {"files": len(files), "objects": len(objects), "policies": len(policies)}
    return ManifestsOutcome(sizes=sizes, findings=tuple(findings))


def _files(paths: Sequence[str], stdin: Callable[[], bytes]) -> dict[str, str]:
    """Shown path -> text. A named file is read whatever its name is; of a folder, those that end as manifests do."""
    problems: list[Finding] = []
    files: dict[str, str] = {}
    for given in dict.fromkeys(paths):
        path = Path(given)
        if given == STDIN:
            files[_STDIN_NAME] = _decoded(stdin(), problems)
        elif path.is_dir():
            inner: list[Finding] = []
            for name, text in read_tree(path, ("",), inner, suffixes=_SUFFIXES).items():
                files[_shown(path / name)] = text
            problems += [_below(path, finding) for finding in inner]
        else:
            read_file(path, _shown(path), files, problems)
    if problems:
        raise InputError(problems)
    return files


def _shown(path: Path) -> str:
    """Relative to the current folder where it lies below it: that is what editors and forges can open."""
    normal = Path(os.path.normpath(path))
    here = Path.cwd()
    return (normal.relative_to(here) if normal.is_absolute() and normal.is_relative_to(here) else normal).as_posix()


def _below(folder: Path, finding: Finding) -> Finding:
    place = finding.place
    return replace(finding, place=replace(place, path=_shown(folder / place.path))) if place else finding


def _decoded(data: bytes, problems: list[Finding]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(problem("E0106", "is not UTF-8", fix="convert it to UTF-8", place=Place(_STDIN_NAME)))
        return ""


def _objects(files: Mapping[str, str]) -> list[_Placed]:
    problems: list[Finding] = []
    placed: list[_Placed] = []
    for path, text in files.items():
        try:
            placed += [_Placed(manifest=_manifest(tree), tree=tree) for tree in manifests.read(text, path)]
        except InputError as error:
            problems += error.findings
    if problems:
        raise InputError(problems)
    return placed


def _manifest(tree: Table) -> Manifest:
    """An object that leaves its name to the API server is named by what it will start with."""
    data = cast("JsonObject", manifests.data_of(tree))
    manifest = Manifest.of(data)
    if manifest.id.name:
        return manifest
    return replace(manifest, id=replace(manifest.id, name=str(cast("JsonObject", data["metadata"])["generateName"])))


def _rules(repository: Repository | None, environment: str) -> tuple[Rules, tuple[Constraint, ...]]:
    """The rules, and the constraints that cannot be judged because their parameters come from an environment and there is none.

    The policies are those of the repository, else those that come with fleetgen; of its inventory, only environments are read.
    """
    inputs = repository.read() if repository else None
    files = inputs.library if inputs else library_of(None)
    values = dict(environment_values(inputs.inventory)) if inputs else {}
    if environment and environment not in values:
        fix = suggest(environment, values) if values else "omit -e, or name a fleet repository with -C"
        raise InputError(problem("E0301", f"there is no environment '{environment}'", fix=fix))
    values.setdefault("", {})
    rules = read_rules(
        PolicyLibrary(files, tuple(values)), values, Governed(enforcements=_enforcements(inputs.inventory) if inputs else ())
    )
    if environment:
        return rules, ()
    left_out = tuple(c for c in rules.constraints if not c.environments and c.policy.environment.keys() - c.parameters.keys())
    return rules.keeping({c.name for c in rules.constraints if c not in left_out}), left_out


def _enforcements(inventory: Mapping[str, str]) -> tuple[EnforcementDocument, ...]:
    """Those that can hold for manifests: of rings and groups, they are in none."""
    _, found = read_governing({path: text for path, text in inventory.items() if path.startswith("policies/enforcement/")})
    return tuple(document for document in found if not document.spec.scope.rings and not document.spec.scope.groups)


def _questions(
    objects: Sequence[_Placed], given: Sequence[_Placed], environment: str
) -> dict[str, tuple[ObjectQuestion, tuple[_Placed, ...]]]:
    """Id of a question -> the question and the places that ask it. A Namespace among the objects is stronger than a given one."""
    namespaces = {
        p.manifest.id.name: p.manifest
        for p in (*given, *objects)
        if (p.manifest.id.kind, p.manifest.id.group) == ("Namespace", "")
    }
    asked: dict[str, tuple[ObjectQuestion, tuple[_Placed, ...]]] = {}
    for placed in objects:
        manifest = placed.manifest
        namespace = namespaces.get(manifest.id.namespace)
        name = f"{manifest.digest[:16]}/{namespace.digest[:16] if namespace else ''}"
        question = ObjectQuestion(id=name, policy_set=environment, manifest=manifest, namespace=namespace)
        asked[name] = (question, (*(asked[name][1] if name in asked else ()), placed))
    return asked


def _findings(rules: Rules, results: Sequence[Result], places: Sequence[_Placed]) -> Iterator[Finding]:
    for result in results:
        for placed in places:
            place = nearest_place(placed.tree, result.path)
            found = replace(finding_of(rules, result, place, ()), object=placed.manifest.id)
            if result.policy not in rules.policies:  # what the gate itself says about the object
                found = replace(found, fix="correct the manifest")
            elif _UNMATCHED in result.message:
                found = replace(found, fix="add the Namespace to the manifests, or give it with --namespaces FILE")
            yield found


def _not_judged(constraint: Constraint) -> Finding:
    policy = constraint.policy
    missing = listed(sorted(policy.environment.keys() - constraint.parameters.keys()))
    message = f"not judged: constraint '{constraint.name}' takes {missing} from an environment, and -e names none"
    return Finding(code=policy.id, message=message, fix="pass -e ENV in a fleet repository", severity=Severity.NOTE)
