"""The use cases that run the whole line: check, render, verify, and what diff compares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fleetgen.errors import GateFailed, problem
from fleetgen.model.change import Change
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import at, plain
from fleetgen.model.variant import Resolved
from fleetgen.pipeline import outputtree, snapshot
from fleetgen.pipeline.desired import Desired, Settings, cached_builds, desired
from fleetgen.pipeline.gating import gated
from fleetgen.pipeline.judging import waiver_names
from fleetgen.pipeline.kubernetes import PackagedKubernetes, judges_digest
from fleetgen.pipeline.memo import key
from fleetgen.pipeline.outputtree import NO_DIFFERENCE, Difference
from fleetgen.pipeline.repository import OUTPUT
from fleetgen.stages.diff import diff
from fleetgen.stages.gate import Approved


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of the line up to the gate. `schemas` names the schemas that the objects conform to."""

    desired: Desired
    approved: Approved
    schemas: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a passed check leaves to say. `tree` is the digest of the output tree that was approved."""

    sizes: JsonObject
    findings: tuple[Finding, ...]
    tree: str


def tree_digest(files: Mapping[str, str]) -> str:
    """sha256 over the paths and texts of a tree."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0{files[path]}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def outcome_of(checked: Checked) -> Outcome:
    """The outcome of a check that was computed."""
    return Outcome(sizes=sizes(checked), findings=checked.approved.findings, tree=tree_digest(checked.approved.files))


def sizes(checked: Checked) -> JsonObject:
    """How much was checked."""
    resolved, objects = checked.desired.plan.resolved, checked.desired.objects
    return {
        "clusters": len(resolved.clusters),
        "variants": len(resolved.variants),
        "distinct": len({tuple(m.digest for m in manifests) for manifests in objects.values()}),
        "objects": sum(len(manifests) for manifests in objects.values()),
        "files": len(checked.approved.files),
        "stated": stated(resolved),
    }


def stated(resolved: Resolved) -> Json:
    """Settings that components have told: `component.setting` -> environment -> the values in it, each once, sorted."""
    found: dict[str, dict[str, set[str]]] = {}
    for identity, variant in resolved.variants.items():
        for path in variant.component.stated:
            node = at(variant.settings, ("values", *path.split(".")))
            environments = found.setdefault(f"{variant.component.name}.{path}", {})
            environments.setdefault(identity.environment, set()).add("unset" if node is None else str(plain(node)))
    return {name: {each: [*sorted(values)] for each, values in sorted(told.items())} for name, told in sorted(found.items())}


def checked_outcome(settings: Settings) -> Outcome:
    """Check; when not a byte of the inputs has changed since a check that passed, its outcome is read from the cache."""
    known = _remembered(settings)
    return known or _remember(settings, check(settings))


def _outcome_key(settings: Settings, inputs: str, schemas: str) -> str:
    return key("outcome", inputs, schemas, settings.as_of.isoformat(), settings.delivery_repo)


def _remembered(settings: Settings) -> Outcome | None:
    """What is known of these inputs; a change that is judged by other policies is judged anew each time."""
    if settings.policies_from:
        return None
    schemas = judges_digest(PackagedKubernetes(), settings.repository.read_schemas())
    name = _outcome_key(settings, settings.repository.read().digest, schemas)
    data = settings.gate_memo.get_many([name]).get(name)
    if not isinstance(data, dict):
        return None
    findings = cast("list[JsonObject]", data["findings"])
    return Outcome(
        sizes=cast("JsonObject", data["sizes"]), findings=tuple(map(Finding.from_data, findings)), tree=str(data["tree"])
    )


def _remember(settings: Settings, checked: Checked) -> Outcome:
    outcome = outcome_of(checked)
    if settings.policies_from or not checked.approved.lasts:
        return outcome
    name = _outcome_key(settings, checked.approved.input_digest, checked.schemas)
    data: JsonObject = {"sizes": outcome.sizes, "findings": [f.as_data() for f in outcome.findings], "tree": outcome.tree}
    settings.gate_memo.put_many({name: data})
    return outcome


def check(settings: Settings) -> Checked:
    """Load, render, build, conform and gate. Raises the first step's error with everything that step found."""
    from fleetgen.pipeline.conforming import conformed  # noqa: PLC0415 - not needed where nothing has changed

    wanted = desired(settings, waiver_names)
    conforms = conformed(settings, wanted)
    return Checked(desired=wanted, approved=gated(settings, wanted, conforms.findings), schemas=conforms.schemas)


def render(settings: Settings, seconds: float) -> tuple[Outcome, Difference]:
    """Check, then make output/ equal to what was approved, under the lock."""
    with outputtree.locked(settings.repository.root, seconds) as state:
        known = _remembered(settings)
        if known and known.tree == tree_digest(outputtree.read(settings.repository.output)):
            return known, NO_DIFFERENCE
        checked = check(settings)
        difference = outputtree.replace(settings.repository.root, OUTPUT, checked.approved.files, state)
        return _remember(settings, checked), difference


def verify(settings: Settings) -> Checked:
    """Prove that output/ equals its inputs and that every root of it builds. Raises GateFailed E0901 with every difference."""
    checked = check(settings)
    difference = outputtree.compare(outputtree.read(settings.repository.output), checked.approved.files)
    found = [
        problem("E0901", message, fix="run 'fleetgen render' and commit the result", place=Place(f"{OUTPUT}/{path}"))
        for paths, message in (
            (difference.changed, "differs from what its inputs render to"),
            (difference.added, "is missing"),
            (difference.removed, "is not rendered by any input"),
        )
        for path in paths
    ]
    if found:
        raise GateFailed(found)
    if found := roots_that_fail(settings, checked.approved):
        raise GateFailed(found)
    return checked


def roots_that_fail(settings: Settings, approved: Approved) -> list[Finding]:
    """Build every cluster folder as its Argo CD does; the bills of materials were composed without kustomize."""
    apps = {path: text for path, text in approved.files.items() if "/app/" in path}
    folders: dict[str, dict[str, str]] = {}
    for path, text in approved.files.items():
        if path.startswith("clusters/"):
            folders.setdefault("/".join(path.split("/")[:3]), {})[path] = text
    roots = {}
    for folder, files in folders.items():
        named = {
            line.strip().removeprefix("- ../../../")
            for line in files[f"{folder}/kustomization.yaml"].splitlines()
            if "../../../" in line
        }
        used = {path: text for path, text in apps.items() if path.rpartition("/")[0] in named}
        own = dict(files)
        for other, others in folders.items():
            if f"- ../{other.rpartition('/')[2]}\n" in files[f"{folder}/kustomization.yaml"]:
                own |= others
        roots[key("root", *(part for item in sorted({**own, **used}.items()) for part in item))] = (folder, {**apps, **own})
    built = cached_builds(settings, roots, {})
    return [
        problem(
            "E0901",
            f"the cluster's folder does not build: {answer.error}",
            fix="this is a bug; please report it",
            place=Place(f"{OUTPUT}/{answer.root}"),
        )
        for answer in built.values()
        if answer.error
    ]


def changes(settings: Settings, before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    """The distinct changes between two rendered trees."""
    return diff(snapshot.tree(settings, before), snapshot.tree(settings, after))
