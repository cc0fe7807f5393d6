"""What other policies would change: the fleet as it is, judged by the present and by other rules, and the two compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

from generator import library
from generator.errors import InputError, problem
from generator.model.finding import Finding
from generator.model.place import Place
from generator.model.plain import Json, JsonObject
from generator.model.waiver import Waiver
from generator.pipeline.asking import object_answers
from generator.pipeline.desired import Desired, Settings, desired
from generator.pipeline.gating import (
    finding_of,
    join,
    model_answers,
    model_finding,
    models_of,
    object_finding,
    waiver_names,
    waivers_of,
)
from generator.pipeline.repository import Repository, checkout_prefix, read_tree
from generator.pipeline.rules import Rules, rules_of
from generator.policy.waivers import Judged, covers
from generator.stages import gate
from generator.stages.gate import Item
from generator.tools.git_cli import Git

_FOLDERS: Final = ("rego", "constraints")
_ENTRY: Final = "policies/rego/gate/gate.rego"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that starts or stops failing: a distinct object, or a finding about clusters. `waivers` would cover some of it.

    `uncovered` are the clusters that no valid waiver covers.
    """

    object: str
    message: str
    place: Place | None
    clusters: tuple[str, ...]
    waivers: tuple[str, ...]
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What changes under one constraint and action. From warn to deny is one row that fails and one that passes."""

    policy: str
    constraint: str
    action: str
    failing: tuple[Change, ...]
    passing: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The answer. `objects` and `clusters` say how much was judged."""

    policies: str
    objects: int
    clusters: int
    rows: tuple[Row, ...]

    @property
    def blocks(self) -> bool:
        """Whether the gate would refuse something that it lets pass today."""
        return any(change.uncovered or not change.clusters for row in self.rows if row.action == "deny" for change in row.failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """An answer of the engine; `item` is None for a result about the fleet's model."""

    item: Item | None
    msg: str
    metadata: Mapping[str, Json]


_Key: TypeAlias = tuple[str, str, str]
_Subject: TypeAlias = tuple[str, str]
_Failures: TypeAlias = dict[_Key, dict[_Subject, list[_Result]]]


def whatif(settings: Settings, source: str, git: Callable[[], Git]) -> WhatIf:
    """Compare. Raises InputError if the other policies cannot be used, and what building and gating the fleet raise."""
    files = policies_from(settings.repository, source, git)
    wanted = desired(settings, waiver_names)
    inputs, fleet = wanted.plan.inputs, wanted.plan.fleet
    before = rules_of(inputs, fleet)
    try:
        after = rules_of(replace(inputs, library={**_without_policies(inputs.library), **files}), fleet)
    except InputError as error:
        raise InputError([_from(source, finding) for finding in error.findings]) from error
    questions = gate.items(wanted.plan.resolved, wanted.objects)
    models = models_of(wanted, settings.as_of)
    now, then = (_failures(settings, wanted, rules, questions, models) for rules in (before, after))
    _demand_sound(after, source, now, then)
    waivers = [w for w in waivers_of(wanted.plan) if date.fromisoformat(w.expires) >= settings.as_of]
    rows = []
    for key in sorted(now.keys() | then.keys()):
        old, new = now.get(key, {}), then.get(key, {})
        failing = _changes(wanted, after, {s: r for s, r in new.items() if s not in old}, waivers)
        passing = _changes(wanted, before, {s: r for s, r in old.items() if s not in new}, ())
        if failing or passing:
            rows.append(Row(policy=key[0], constraint=key[1], action=key[2], failing=failing, passing=passing))
    distinct = len({item.manifest.digest for item in questions})
    return WhatIf(policies=source, objects=distinct, clusters=len(wanted.plan.resolved.clusters), rows=tuple(rows))


def policies_from(repository: Repository, source: str, git: Callable[[], Git]) -> dict[str, str]:
    """The files of `policies/` that a folder or a commit has in place of the repository's. Raises InputError E0301, E0801.

    A folder is laid out as `policies/` is, or holds a folder `policies`. As in the repository itself, `library = "builtin"`
    means that only what differs from the policies of fleetgen has to be there.
    """
    own = _of_folder(Path(source)) if Path(source).is_dir() else _of_commit(repository, source, git())
    files = own
    if repository.config.library == "builtin":
        problems: list[Finding] = []
        builtin = read_tree(library.builtin_root(), [f"policies/{name}" for name in _FOLDERS], problems)
        if problems:
            raise InputError(problems)
        files = library.overlay(builtin, own)
    if not own or _ENTRY not in files:
        missing = _ENTRY.removeprefix("policies/")
        fix = "name a folder or a commit with a complete policies/, for example a copy in which you changed a constraint"
        raise InputError(problem("E0801", f"'{source}' has no policies: {missing} is missing", fix=fix))
    return files


def _of_folder(folder: Path) -> dict[str, str]:
    inner = folder / "policies"
    problems: list[Finding] = []
    found = read_tree(inner if inner.is_dir() else folder, _FOLDERS, problems)
    if problems:
        raise InputError([_from(str(folder), finding) for finding in problems])
    return {f"policies/{path}": text for path, text in found.items()}


def _of_commit(repository: Repository, source: str, git: Git) -> dict[str, str]:
    commit = git.resolve(source)
    if commit is None:
        fix = "name a folder laid out as policies/ is, or a branch, tag or commit"
        raise InputError(problem("E0301", f"'{source}' is neither a folder nor a commit of this repository", fix=fix))
    prefix = checkout_prefix(repository.root)
    top = f"{prefix}/" if prefix else ""
    found = {path: text for name in _FOLDERS for path, text in git.archive(commit, f"{top}policies/{name}").items()}
    return {path.removeprefix(top): text for path, text in found.items()}


def _without_policies(files: Mapping[str, str]) -> dict[str, str]:
    ours = tuple(f"policies/{name}/" for name in _FOLDERS)
    return {path: text for path, text in files.items() if not path.startswith(ours)}


def _from(source: str, finding: Finding) -> Finding:
    """Two files have the same path: say of which this is."""
    place = finding.place
    return replace(finding, place=replace(place, path=f"{source}:{place.path}")) if place else finding


def _failures(
    settings: Settings, wanted: Desired, rules: Rules, questions: Sequence[Item], models: Mapping[str, JsonObject]
) -> _Failures:
    """Constraint and action -> who fails -> why."""
    failures: _Failures = {}

    def add(subjects: Iterable[_Subject], result: _Result) -> None:
        metadata = result.metadata
        key = (str(metadata.get("policy")), str(metadata.get("constraint")), str(metadata.get("action")))
        for subject in subjects:
            failures.setdefault(key, {}).setdefault(subject, []).append(result)

    answers = object_answers(settings, rules, questions)
    for item in questions:
        for msg, metadata in answers[item.id].results:
            add([("object", item.id)], _Result(item=item, msg=msg, metadata=metadata))
    for environment, answer in model_answers(settings, rules, models).items():
        for msg, metadata in answer.results:
            named = model_finding(wanted, rules, msg, metadata).finding.clusters
            subjects = [("cluster", name) for name in named] or [("environment", environment)]
            add(subjects, _Result(item=None, msg=msg, metadata=metadata))
    return failures


def _demand_sound(rules: Rules, source: str, now: _Failures, then: _Failures) -> None:
    """What the gate says about its own rules is no result of a policy: such a comparison would mean nothing."""
    known = {
        (s, r.msg) for key, found in now.items() if key[0] not in rules.policies for s, results in found.items() for r in results
    }
    broken = {
        finding_of(rules, result.msg, result.metadata, Place(source), ())
        for key, found in then.items()
        if key[0] not in rules.policies
        for subject, results in found.items()
        for result in results
        if (subject, result.msg) not in known
    }
    if broken:
        raise InputError(broken)


def _changes(
    wanted: Desired, rules: Rules, subjects: Mapping[_Subject, Sequence[_Result]], waivers: Collection[Waiver]
) -> tuple[Change, ...]:
    """Equal objects of several environments are one change, and so are clusters of which the same is said."""
    merged: dict[str, Judged] = {}
    for (what, name), results in subjects.items():
        for result in results:
            if result.item:
                judged = object_finding(wanted, rules, result.item, result.msg, result.metadata)
                join(merged, result.item.manifest.digest, judged)
            else:
                judged = model_finding(wanted, rules, result.msg, result.metadata)
                clusters = (name,) if what == "cluster" else ()
                join(merged, result.msg, replace(judged, finding=replace(judged.finding, clusters=clusters)))
    changes = [_change(judged, [waiver for waiver in waivers if covers(waiver, judged)]) for judged in merged.values()]
    return tuple(sorted(changes, key=lambda change: (change.object, change.message, change.clusters)))


def _change(judged: Judged, waivers: Sequence[Waiver]) -> Change:
    finding = judged.finding
    covered = {name for waiver in waivers for name in waiver.clusters}
    return Change(
        object=str(finding.object or ""),
        message=finding.message,
        place=finding.place,
        clusters=finding.clusters,
        waivers=tuple(sorted(waiver.name for waiver in waivers)),
        uncovered=tuple(name for name in finding.clusters if name not in covered),
    )
