"""`fleetgen policy parity`: which objects and constraints both gates are compared on, and what is said about the differences.

The objects are those of the tests of policies, which the tests give away while they run, and everything that the fleet builds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.build.desired_state import Desired, desired
from fleetgen.errors import problem
from fleetgen.inputs.rules import Rules
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.model.plain import JsonObject, canonical
from fleetgen.model.policy import Constraint
from fleetgen.model.rego import Asked
from fleetgen.model.resource import resource_id
from fleetgen.policies.both_gates import Comparison, Trial, compare, question_about
from fleetgen.policies.test_suite import PolicyTools, record
from fleetgen.policy.samples import Sample, named_kinds, sample
from fleetgen.stages import gate
from fleetgen.stages.gate import ObjectQuestion

TESTS: Final = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """The answer to `fleetgen policy parity`. `left_out`: why inputs of tests are no questions for a cluster -> how many."""

    comparisons: tuple[Comparison, ...]
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def pairs(self) -> int:
        """How often a constraint met an object."""
        return sum(each.pairs for each in self.comparisons)


def parity(run: Run, bench: PolicyTools) -> Parity:
    """Compare on the tests of all policies and on the whole fleet. Raises what building the fleet raises, and ToolError."""
    wanted = desired(run)
    rules = wanted.plan.rules
    files = {path: text for path, text in wanted.plan.inputs.with_prefix("policies/rego/").items() if path.endswith(".rego")}
    trial, left_out = tests_trial(rules, record(bench, files, rules.policies))
    engine, gator = run.engine(), bench.gator()
    known: set[str] = set()
    comparisons, found = [], []
    for each in (trial, *fleet_trials(rules, wanted)):
        run.progress(f"parity: {each.name}", 0, 1)
        comparison = compare(each, engine, gator, known)
        places = {constraint.name: constraint for constraint in each.constraints}
        found += findings(comparison, places.get)
        if each is trial:
            found += silent(rules, each, comparison)
        comparisons.append(comparison)
        run.progress(f"parity: {each.name}", 1, 1)
    return Parity(comparisons=tuple(comparisons), left_out=left_out, findings=tuple(found))


def tests_trial(rules: Rules, inputs: Iterable[Asked]) -> tuple[Trial, dict[str, int]]:
    """The objects of the tests under constraints with the tests' parameters; and why others are left out -> how many."""
    known = {name: policy for name, policy in rules.policies.items() if policy.scope == "object" and policy.where == "both"}
    left_out: dict[str, int] = {}
    samples: dict[tuple[str, str, str], Sample] = {}
    for each in inputs:
        if each.policy not in known:
            continue
        made = sample(each, known[each.policy], rules.constraints)
        if isinstance(made, str):
            left_out[made] = left_out.get(made, 0) + 1
        else:
            samples.setdefault((each.policy, canonical(made.parameters), canonical(made.object)), made)
    matches = _matches(rules.constraints, samples.values())
    constraints: dict[tuple[str, str], Constraint] = {}
    questions: dict[str, ObjectQuestion] = {}
    shown: dict[str, str] = {}
    own: dict[str, set[str]] = {}
    for (policy, parameters, _), made in samples.items():
        constraint = constraints.setdefault((policy, parameters), _constraint(made, matches[policy], len(constraints)))
        question = question_about(made.object, None, TESTS)
        questions.setdefault(question.id, question)
        shown.setdefault(question.id, f"{question.manifest.id} ({made.asked.test})")
        own.setdefault(question.id, set()).add(constraint.name)
    trial = Trial(
        name=TESTS,
        rego=rules.files,
        constraints=tuple(constraints.values()),
        values={},
        questions=tuple(questions.values()),
        shown=shown,
        own={name: frozenset(names) for name, names in own.items()},
    )
    return trial, dict(sorted(left_out.items()))


def fleet_trials(rules: Rules, desired: Desired) -> list[Trial]:
    """What the clusters of each policy set build, under the constraints that they get, waivers included."""
    questions = gate.object_questions(desired.plan.resolved, desired.objects, rules.of)
    trials = []
    for name, policy_set in rules.sets.items():
        both = [c for c in policy_set.constraints if c.policy.scope == "object" and c.policy.where == "both"]
        mine = [question for question in questions if question.policy_set == name]
        if mine and both:
            trials.append(
                Trial(
                    name=name,
                    rego=rules.files,
                    constraints=both,
                    values=policy_set.values,
                    questions=mine,
                    shown={question.id: f"{question.manifest.id} ({question.variants[0].folder})" for question in mine},
                    own={},
                )
            )
    return trials


def silent(rules: Rules, trial: Trial, comparison: Comparison) -> list[Finding]:
    """Policies that found nothing in any object of their own tests: a library that is missing in a cluster looks just so."""
    fired = {result.constraint for result in comparison.results if result.constraint in trial.own.get(result.id, ())}
    shown = {constraint.policy.id for constraint in trial.constraints if constraint.name in fired}
    fix = "add a failing test whose input has a mapping as review.object and parameters that a constraint can have"
    return [
        problem("E0820", f"no test of {policy.id} fails on an object that both gates accept", fix=fix, place=policy.place)
        for policy in rules.policies.values()
        if policy.scope == "object" and policy.where == "both" and policy.id not in shown
    ]


def _matches(constraints: Sequence[Constraint], samples: Iterable[Sample]) -> dict[str, JsonObject]:
    """Policy -> match by kind: what its own constraints name, and what its tests hold.

    So each policy for Pods also judges the Pods in the tests of every other.
    """
    kinds: dict[str, set[tuple[str, str]]] = {}
    for made in samples:
        identity = resource_id(made.object)
        kinds.setdefault(made.policy.id, {*named_kinds(constraints, made.policy)}).add((identity.group, identity.kind))
    return {
        name: {"kinds": [{"apiGroups": [group], "kinds": [kind]} for group, kind in sorted(found)]}
        for name, found in kinds.items()
    }


def _constraint(made: Sample, match: JsonObject, number: int) -> Constraint:
    return Constraint(
        name=f"{made.policy.id.lower()}-{number}",
        policy=made.policy,
        action="deny",
        match=match,
        parameters=made.parameters,
        environments=(),
        required=False,
        place=made.policy.place,
    )


def findings(comparison: Comparison, places: Callable[[str], Constraint | None]) -> list[Finding]:
    """The differences as findings E0819, at the policy of the constraint."""
    found = []
    for each in comparison.differences:
        constraint = places(each.constraint)
        about = f"{each.constraint} on {each.subject}" if each.constraint else each.subject
        ours = "; ".join(each.gate) or "nothing"
        theirs = "; ".join(each.gatekeeper) or "nothing"
        fix = "rewrite the rule so that both engines give the same answer (docs/how-to/write-a-policy.md)"
        place = constraint.policy.place if constraint else None
        found.append(
            problem("E0819", f"{about}: only the gate reports {ours}; only Gatekeeper reports {theirs}", fix=fix, place=place)
        )
    return found
