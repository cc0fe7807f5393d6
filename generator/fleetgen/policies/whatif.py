"""What other policies would change: judges the fleet by the present and by other rules and compares the results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from fleetgen.build.desired_state import Desired, desired
from fleetgen.build.plan import Plan
from fleetgen.errors import InputError
from fleetgen.gate.findings import finding_of, join, model_finding, object_finding, results_of
from fleetgen.gate.models import model_questions
from fleetgen.gate.questions import answers
from fleetgen.inputs.policy_source import PolicySource, policies_from
from fleetgen.inputs.rules import PolicyLibrary, Rules, read_governing, rules_of
from fleetgen.inputs.run import Run
from fleetgen.model.place import Place
from fleetgen.model.result import Result
from fleetgen.model.waiver import Waiver
from fleetgen.policy.waiver_reach import waivers_of
from fleetgen.policy.waivers import WaivableFinding, covers
from fleetgen.stages import gate
from fleetgen.stages.gate import ObjectQuestion
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


_OBJECT, _CLUSTER, _ENVIRONMENT = "object", "cluster", "environment"
# policy, constraint, action
_Key: TypeAlias = tuple[str, str, str]
# one of the three words, and the id of the question or the name
_Subject: TypeAlias = tuple[str, str]
_Failures: TypeAlias = dict[_Key, dict[_Subject, list[Result]]]


def whatif(run: Run, source: str, git: Callable[[], Git]) -> WhatIf:
    """Compare. Raises InputError if the other policies cannot be used, and what building and gating the fleet raise."""
    other = policies_from(run.repository, source, git)
    wanted = desired(run)
    plan = wanted.plan
    before, after = plan.rules, _after(plan, other)
    sets = {name: f"{before.of[name]}|{after.of[name]}" for name in plan.resolved.clusters}
    questions = gate.object_questions(plan.resolved, wanted.objects, sets)  # of clusters that neither side tells apart
    now, then = (_failures(run, wanted, rules, questions) for rules in (before, after))
    _demand_sound(after, source, now, then)
    waivers = waivers_of(plan.fleet.waivers, plan.resolved, after.policies)
    valid = [waiver for waiver in waivers if date.fromisoformat(waiver.expires) >= run.as_of]
    built = {question.id: question for question in questions}
    rows = []
    for key in sorted(now.keys() | then.keys()):
        old, new = now.get(key, {}), then.get(key, {})
        failing = _changes(wanted, after, built, {s: r for s, r in new.items() if s not in old}, valid)
        passing = _changes(wanted, before, built, {s: r for s, r in old.items() if s not in new}, ())
        if failing or passing:
            rows.append(WhatIfRow(policy=key[0], constraint=key[1], action=key[2], failing=failing, passing=passing))
    distinct = len({question.manifest.digest for question in questions})
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


def _failures(run: Run, wanted: Desired, rules: Rules, questions: Sequence[ObjectQuestion]) -> _Failures:
    """Constraint and action -> who fails -> why. What is waived fails, too."""
    failures: _Failures = {}

    def add(subjects: Iterable[_Subject], result: Result) -> None:
        failing = failures.setdefault((result.policy, result.constraint, result.action), {})
        for subject in subjects:
            failing.setdefault(subject, []).append(result)

    asked = [replace(question, policy_set=rules.of[question.clusters[0]]) for question in questions]
    models = model_questions(wanted, rules, run.as_of)
    said = answers(run, rules, asked, models.questions)
    for question in asked:
        for result in results_of(rules.sets[question.policy_set], said[question.id]):
            add([(_OBJECT, question.id)], result)
    for each in models.inquiries:
        for result in each.results(said[each.question]):
            for name in result.clusters:
                of_one = each.constraint.policy.scope == "cluster"
                add([(_CLUSTER, name)], replace(result, clusters=(name,)) if of_one else result)
            if not result.clusters:
                add([(_ENVIRONMENT, each.policy_set.environment)], result)
    return failures


def _demand_sound(rules: Rules, source: str, now: _Failures, then: _Failures) -> None:
    """Errors of the gate itself are not results of policies; a comparison with them would mean nothing."""
    known = {
        (s, r.message)
        for key, found in now.items()
        if key[0] not in rules.policies
        for s, results in found.items()
        for r in results
    }
    broken = {
        finding_of(rules, result, Place(source), ())
        for key, found in then.items()
        if key[0] not in rules.policies
        for subject, results in found.items()
        for result in results
        if (subject, result.message) not in known
    }
    if broken:
        raise InputError(broken)


def _changes(
    wanted: Desired,
    rules: Rules,
    built: Mapping[str, ObjectQuestion],
    subjects: Mapping[_Subject, Sequence[Result]],
    waivers: Collection[Waiver],
) -> tuple[WhatIfChange, ...]:
    """Equal objects of several environments are one change, and so are clusters of which the same is said."""
    merged: dict[tuple[str, str, bool], WaivableFinding] = {}
    for (what, name), results in subjects.items():
        for result in results:
            if what == _OBJECT:
                judged = object_finding(wanted, rules, built[name], result)
                join(merged, (built[name].manifest.digest, judged.finding.code, judged.exempt), judged)
            else:
                judged = model_finding(wanted, rules, result)
                clusters = (name,) if what == _CLUSTER else ()
                join(
                    merged,
                    (result.message, judged.finding.code, False),
                    replace(judged, finding=replace(judged.finding, clusters=clusters)),
                )
    parts: dict[str, list[WaivableFinding]] = {}
    for (subject, _, _), judged in merged.items():
        parts.setdefault(subject, []).append(judged)
    changes = [_change(part, waivers) for part in parts.values()]
    return tuple(sorted(changes, key=lambda change: (change.object, change.message, change.clusters)))


def _change(parts: Sequence[WaivableFinding], waivers: Collection[Waiver]) -> WhatIfChange:
    """`parts` are what each rule finds, and apart from each other the clusters at which the object is exempt by a waiver."""
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
