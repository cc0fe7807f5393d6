"""What other policies would change: the fleet as it is, judged by the present and by other rules, and the two compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from fleetgen.build.desired_state import Desired, Plan, desired
from fleetgen.errors import InputError
from fleetgen.gate.approval import model_answers, models_of
from fleetgen.gate.findings import Result, finding_of, join, model_finding, object_finding, results_of
from fleetgen.gate.questions import object_answers
from fleetgen.inputs.policy_source import PolicySource, policies_from
from fleetgen.inputs.rules import PolicyLibrary, Rules, read_governing, rules_of
from fleetgen.inputs.run import Run
from fleetgen.model.place import Place
from fleetgen.model.waiver import Waiver
from fleetgen.policy.waiver_reach import waivers_of
from fleetgen.policy.waivers import Judged, covers
from fleetgen.stages import gate
from fleetgen.stages.gate import Item
from fleetgen.tools.git_cli import Git


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfChange:
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
class WhatIfRow:
    """What changes under one constraint and action. From warn to deny is one row that fails and one that passes."""

    policy: str
    constraint: str
    action: str
    failing: tuple[WhatIfChange, ...]
    passing: tuple[WhatIfChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The answer. `objects` and `clusters` say how much was judged."""

    policies: str
    objects: int
    clusters: int
    rows: tuple[WhatIfRow, ...]

    @property
    def blocks(self) -> bool:
        """Whether the gate would refuse something that it lets pass today."""
        return any(change.uncovered or not change.clusters for row in self.rows if row.action == "deny" for change in row.failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """An answer of the engine; `item` is None for a result about the fleet's model."""

    item: Item | None
    said: Result


_Key: TypeAlias = tuple[str, str, str]
_Subject: TypeAlias = tuple[str, str]
_Failures: TypeAlias = dict[_Key, dict[_Subject, list[_Result]]]


def whatif(run: Run, source: str, git: Callable[[], Git]) -> WhatIf:
    """Compare. Raises InputError if the other policies cannot be used, and what building and gating the fleet raise."""
    other = policies_from(run.repository, source, git)
    wanted = desired(run)
    plan = wanted.plan
    before, after = plan.rules, _after(plan, other)
    sets = {name: f"{before.of[name]}|{after.of[name]}" for name in plan.resolved.clusters}
    questions = gate.items(plan.resolved, wanted.objects, sets)  # of clusters that neither side tells apart
    now, then = (_failures(run, wanted, rules, questions) for rules in (before, after))
    _demand_sound(after, source, now, then)
    waivers = waivers_of(plan.fleet.waivers, plan.resolved, after.policies)
    valid = [waiver for waiver in waivers if date.fromisoformat(waiver.expires) >= run.as_of]
    rows = []
    for key in sorted(now.keys() | then.keys()):
        old, new = now.get(key, {}), then.get(key, {})
        failing = _changes(wanted, after, {s: r for s, r in new.items() if s not in old}, valid)
        passing = _changes(wanted, before, {s: r for s, r in old.items() if s not in new}, ())
        if failing or passing:
            rows.append(WhatIfRow(policy=key[0], constraint=key[1], action=key[2], failing=failing, passing=passing))
    distinct = len({item.manifest.digest for item in questions})
    return WhatIf(policies=source, objects=distinct, clusters=len(plan.resolved.clusters), rows=tuple(rows))


def _after(plan: Plan, other: PolicySource) -> Rules:
    """The other rules for the same fleet and its waivers; where the other side says nothing of Enforcement, with the fleet's."""
    try:
        enforcements = plan.fleet.enforcements
        if other.enforcement is not None:
            _, enforcements = read_governing(other.enforcement)
        fleet = replace(plan.fleet, enforcements=enforcements)
        return rules_of(PolicyLibrary(other.library(plan.inputs.library), plan.library.environments), fleet)
    except InputError as error:
        raise other.blamed(error) from error


def _failures(run: Run, wanted: Desired, rules: Rules, questions: Sequence[Item]) -> _Failures:
    """Constraint and action -> who fails -> why. What is waived fails, too."""
    failures: _Failures = {}

    def add(subjects: Iterable[_Subject], result: _Result) -> None:
        metadata = result.said.metadata
        key = (str(metadata.get("policy")), str(metadata.get("constraint")), str(metadata.get("action")))
        for subject in subjects:
            failures.setdefault(key, {}).setdefault(subject, []).append(result)

    asked = [replace(item, policy_set=rules.of[item.clusters[0]]) for item in questions]
    answers = object_answers(run, rules, asked)
    for item in asked:
        for said in results_of(rules.sets[item.policy_set], answers[item.id]):
            add([("object", item.id)], _Result(item=item, said=said))
    for policy_set, answer in model_answers(run, rules, models_of(wanted, rules, run.as_of)).items():
        for msg, metadata in answer.results:
            named = model_finding(wanted, rules, msg, metadata).finding.clusters
            subjects = [("cluster", name) for name in named] or [("environment", rules.sets[policy_set].environment)]
            add(subjects, _Result(item=None, said=Result(msg=msg, metadata=metadata)))
    return failures


def _demand_sound(rules: Rules, source: str, now: _Failures, then: _Failures) -> None:
    """What the gate says about its own rules is no result of a policy: such a comparison would mean nothing."""
    known = {
        (s, r.said.msg)
        for key, found in now.items()
        if key[0] not in rules.policies
        for s, results in found.items()
        for r in results
    }
    broken = {
        finding_of(rules, result.said.msg, result.said.metadata, Place(source), ())
        for key, found in then.items()
        if key[0] not in rules.policies
        for subject, results in found.items()
        for result in results
        if (subject, result.said.msg) not in known
    }
    if broken:
        raise InputError(broken)


def _changes(
    wanted: Desired, rules: Rules, subjects: Mapping[_Subject, Sequence[_Result]], waivers: Collection[Waiver]
) -> tuple[WhatIfChange, ...]:
    """Equal objects of several environments are one change, and so are clusters of which the same is said."""
    merged: dict[tuple[str, bool], Judged] = {}
    for (what, name), results in subjects.items():
        for result in results:
            if result.item:
                judged = object_finding(wanted, rules, result.item, result.said)
                join(merged, (result.item.manifest.digest, judged.exempt), judged)
            else:
                judged = model_finding(wanted, rules, result.said.msg, result.said.metadata)
                clusters = (name,) if what == "cluster" else ()
                join(merged, (result.said.msg, False), replace(judged, finding=replace(judged.finding, clusters=clusters)))
    parts: dict[str, list[Judged]] = {}
    for (subject, _), judged in merged.items():
        parts.setdefault(subject, []).append(judged)
    changes = [_change(part, waivers) for part in parts.values()]
    return tuple(sorted(changes, key=lambda change: (change.object, change.message, change.clusters)))


def _change(parts: Sequence[Judged], waivers: Collection[Waiver]) -> WhatIfChange:
    """`parts` are the clusters at which the object is exempt by a waiver, and the others."""
    first = parts[0].finding
    covering = [[waiver for waiver in waivers if covers(waiver, part)] for part in parts]
    uncovered = {
        name
        for part, found in zip(parts, covering, strict=True)
        for name in part.finding.clusters
        if not any(name in waiver.clusters for waiver in found)
    }
    return WhatIfChange(
        object=str(first.object or ""),
        message=first.message,
        place=first.place,
        clusters=tuple(sorted({name for part in parts for name in part.finding.clusters})),
        waivers=tuple(sorted({waiver.name for found in covering for waiver in found})),
        uncovered=tuple(sorted(uncovered)),
    )
