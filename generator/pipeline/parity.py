"""Both gates on the same objects: conftest as the gate asks it, and Gatekeeper's engine with what is exported.

The objects are those of the tests of policies, which the tests give away while they run, and everything that the fleet builds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, cast

from generator.errors import InputError, ToolError, problem
from generator.model.finding import Finding
from generator.model.gatekeeper import Case, Reviewed, Suite
from generator.model.manifest import Manifest
from generator.model.plain import Json, JsonObject
from generator.model.policy import Constraint
from generator.model.rego import Asked
from generator.pipeline.desired import Desired
from generator.pipeline.rules import Rules
from generator.policy.exemptions import in_cluster
from generator.policy.expansion import expansion_templates
from generator.policy.export import applies, constraint_document, packages_of, template
from generator.policy.parity import Difference, Judged, canonical, differences, judged
from generator.policy.plan import known_policies, plan
from generator.policy.samples import Sample, named_kinds, sample
from generator.stages import gate
from generator.stages.build import digest_of, resource_id
from generator.stages.gate import Item, PolicyEngine

TESTS: Final = "tests"
_DEFAULT: Final[JsonObject] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}


class ClusterEngine(Protocol):
    """What parity needs of gator."""

    @property
    def jobs(self) -> int:
        """How many groups are worth making."""

    def review(
        self, policies: Sequence[JsonObject], groups: Sequence[Sequence[JsonObject]]
    ) -> Sequence[Sequence[Reviewed] | str]:
        """The violations of each group, or the engine's words where it gave no verdict."""

    def verify(self, suites: Sequence[Suite]) -> Mapping[str, str]:
        """Case -> words, for each case that differs from what it expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Objects and constraints that both gates get. `own`: id of a cluster-scoped object -> constraints that it is asked about.

    Without an entry it is asked about all, as objects in namespaces always are.
    """

    name: str
    rego: Mapping[str, str]
    constraints: Sequence[Constraint]
    values: Mapping[str, Json]
    questions: Sequence[Item]
    shown: Mapping[str, str]
    own: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a trial showed. `refused` are the objects that the gate takes for none, `results` those of the gate."""

    name: str
    constraints: int
    objects: int
    pairs: int
    refused: tuple[str, ...]
    results: tuple[Judged, ...]
    differences: tuple[Difference, ...]


def compare(trial: Trial, engine: PolicyEngine, cluster: ClusterEngine) -> Comparison:
    """Ask both gates. Raises InputError E0816 for a policy that Gatekeeper does not take, ToolError if an answer is missing."""
    ours, refused = _gate(trial, engine)
    questions = [_in_default(item) for item in trial.questions if item.id not in refused]
    inside = [item for item in questions if item.manifest.id.namespace]
    outside = [item for item in questions if not item.manifest.id.namespace]
    theirs, lost = _reviewed(trial, inside, cluster)
    asked = {item.id for item in inside}
    found = [*lost, *differences([result for result in ours if result.subject in asked and result.subject not in _subjects(lost)], theirs)]
    suites = _suites(trial, outside, ours)
    found += _verified(suites, cluster.verify(suites))
    return Comparison(
        name=trial.name,
        constraints=len(trial.constraints),
        objects=len(questions),
        pairs=len(inside) * len(trial.constraints) + sum(len(suite.cases) for suite in suites),
        refused=tuple(sorted(trial.shown[name] for name in refused)),
        results=tuple(ours),
        differences=tuple(replace(each, subject=trial.shown[each.subject]) for each in found),
    )


def tests_trial(rules: Rules, inputs: Iterable[Asked]) -> tuple[Trial, dict[str, int]]:
    """The objects of the tests under constraints with the tests' parameters, and why others have no place there: reason -> number."""
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
    questions: dict[str, Item] = {}
    shown: dict[str, str] = {}
    own: dict[str, set[str]] = {}
    for (policy, parameters, _), made in samples.items():
        constraint = constraints.setdefault((policy, parameters), _constraint(made, matches[policy], len(constraints)))
        item = _item(made.object, None, TESTS)
        questions.setdefault(item.id, item)
        shown.setdefault(item.id, f"{item.manifest.id} ({made.asked.test})")
        own.setdefault(item.id, set()).add(constraint.name)
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
    """What each environment builds, under the constraints that its clusters get, waivers included."""
    questions = gate.items(desired.plan.resolved, desired.objects)
    trials = []
    for environment, values in sorted(rules.environments.items()):
        both = [c for c in rules.constraints if c.policy.scope == "object" and c.policy.where == "both" and applies(c, environment)]
        mine = [item for item in questions if item.policy_set == environment]
        if mine and both:
            trials.append(
                Trial(
                    name=environment,
                    rego=rules.files,
                    constraints=in_cluster(both, desired.plan.fleet.waivers, environment),
                    values=values,
                    questions=mine,
                    shown={item.id: f"{item.manifest.id} ({item.variants[0].folder})" for item in mine},
                    own={},
                )
            )
    return trials


def silent(rules: Rules, trial: Trial, comparison: Comparison) -> list[Finding]:
    """Policies that found nothing in any object of their own tests: a library that is missing in a cluster looks just so."""
    fired = {result.constraint for result in comparison.results if result.constraint in trial.own.get(result.subject, ())}
    shown = {constraint.policy.id for constraint in trial.constraints if constraint.name in fired}
    fix = "add a failing test whose input has review.object as a mapping, and parameters that a constraint can have"
    return [
        problem("E0820", f"no test of {policy.id} fails on an object that both gates take", fix=fix, place=policy.place)
        for policy in rules.policies.values()
        if policy.scope == "object" and policy.where == "both" and policy.id not in shown
    ]


def demand_loadable(constraints: Sequence[Constraint], documents: Sequence[JsonObject], cluster: ClusterEngine) -> None:
    """Gatekeeper takes every document. Raises InputError E0816 with its words at the policy that they are about."""
    (answer,) = cluster.review(documents, [()])
    if not isinstance(answer, str):
        return
    policies = {constraint.policy.id: constraint.policy for constraint in constraints}
    found = []
    for policy in policies.values():
        named = [each for each in documents if str(each["kind"]) == policy.kind or _template_of(each) == policy.kind]
        (alone,) = cluster.review(named, [()])
        if isinstance(alone, str):
            fix = "write what both gates understand"
            found.append(problem("E0816", f"Gatekeeper does not take {policy.id}: {alone}", fix=fix, place=policy.place))
    raise InputError(found or [problem("E0816", f"Gatekeeper does not take what is exported: {answer}", fix="see its words")])


def _template_of(document: JsonObject) -> str:
    if document["kind"] != "ConstraintTemplate":
        return ""
    spec = cast("dict[str, dict[str, dict[str, dict[str, str]]]]", document["spec"])
    return spec["crd"]["spec"]["names"]["kind"]


def _gate(trial: Trial, engine: PolicyEngine) -> tuple[list[Judged], set[str]]:
    """What conftest finds, and the ids of what it takes for no object at all."""
    data: JsonObject = {
        "plan": plan(trial.constraints, {trial.name: trial.values}),
        "known_policies": known_policies(trial.constraints),
        "gate": {"default": trial.name},
    }
    verdicts = engine.evaluate(trial.rego, data, [*gate.batches(trial.questions)])
    gate.demand_coverage([item.id for item in trial.questions], verdicts)
    results = [result for verdict in verdicts for result in verdict.results]
    judged_ = {name for verdict in verdicts for names in verdict.coverage.policies.values() for name in names}
    refusals = [result for result in results if result.metadata.get("policy") == "gate"]
    if broken := [result.msg for result in refusals if not result.metadata.get("id")]:
        raise ToolError(problem("E0804", f"the gate could not ask: {broken[0]}", fix="check policies/rego/gate"))
    found = [
        judged(
            constraint=str(result.metadata["constraint"]),
            subject=str(result.metadata["id"]),
            action=str(result.metadata["action"]),
            message=result.msg,
            details=result.metadata.get("details") or {},
        )
        for result in results
        if result.metadata.get("policy") != "gate"
    ]
    return found, {str(result.metadata["id"]) for result in refusals} - judged_


def _documents(trial: Trial) -> list[JsonObject]:
    packages = packages_of(trial.rego)
    policies = {constraint.policy.id: constraint.policy for constraint in trial.constraints}
    return [
        *(template(policy, packages) for policy in policies.values()),
        *expansion_templates(),
        *(constraint_document(constraint, trial.values) for constraint in trial.constraints),
    ]


def _reviewed(trial: Trial, items: Sequence[Item], cluster: ClusterEngine) -> tuple[list[Judged], list[Difference]]:
    """What gator finds, and the objects on which it gave up, each narrowed down to itself."""
    documents = _documents(trial)
    waiting = [group for world in _worlds(items) for group in _split(world, cluster.jobs)]
    found: list[Judged] = []
    lost: list[Difference] = []
    while waiting:
        answers = cluster.review(documents, [_given(group) for group in waiting])
        if any(isinstance(answer, str) for answer in answers):
            demand_loadable(trial.constraints, documents, cluster)
        again = []
        for group, answer in zip(waiting, answers, strict=True):
            if not isinstance(answer, str):
                found += _of(group, documents, answer)
            elif len(group) > 1:
                again += _split(group, 2)
            else:
                lost.append(Difference(constraint="", subject=group[0].id, gate=(), cluster=(f"gave no verdict: {answer}",)))
        waiting = again
    return found, lost


def _worlds(items: Sequence[Item]) -> list[list[Item]]:
    """Objects that can be asked about together: in one run a Namespace has one content."""
    worlds: list[tuple[dict[str, str], list[Item]]] = []
    for item in items:
        digest = item.namespace.digest if item.namespace else ""
        name = item.manifest.id.namespace
        namespaces, members = next((world for world in worlds if world[0].get(name, digest) == digest), ({}, []))
        if not members:
            worlds.append((namespaces, members))
        namespaces[name] = digest
        members.append(item)
    return [members for _, members in worlds]


def _split(items: Sequence[Item], parts: int) -> list[Sequence[Item]]:
    size = -(-len(items) // parts)
    return [items[start : start + size] for start in range(0, len(items), size)]


def _given(group: Sequence[Item]) -> list[JsonObject]:
    """The objects, and the Namespaces that they lie in."""
    namespaces = {item.namespace.id.name: item.namespace.data for item in group if item.namespace}
    return [*namespaces.values(), *(item.manifest.data for item in group)]


def _of(group: Sequence[Item], documents: Sequence[JsonObject], answer: Iterable[Reviewed]) -> list[Judged]:
    """The results about the objects; templates, constraints and Namespaces were only there to be used."""
    subjects = {canonical(item.manifest.data): item.id for item in group}
    tools = {canonical(document) for document in (*documents, *_given(group))} - subjects.keys()
    found = []
    for each in answer:
        name = canonical(each.object)
        if name in subjects:
            found.append(
                judged(
                    constraint=each.constraint,
                    subject=subjects[name],
                    action=each.action,
                    message=each.message,
                    details=each.details,
                )
            )
        elif name not in tools:
            message = f"gator judged an object that it was not asked about: {name[:200]}"
            raise ToolError(problem("E1103", message, fix="check the pinned gator: fleetgen tools list"))
    return found


def _suites(trial: Trial, items: Sequence[Item], ours: Iterable[Judged]) -> list[Suite]:
    """What the gate found about cluster-scoped objects, as cases that must come out the same."""
    messages: dict[tuple[str, str], list[str]] = {}
    for result in ours:
        messages.setdefault((result.constraint, result.subject), []).append(result.message)
    packages = packages_of(trial.rego)
    suites = []
    for constraint in trial.constraints:
        cases = [
            Case(
                name=f"{constraint.name}={item.id}",
                object=item.manifest.data,
                messages=tuple(messages.get((constraint.name, item.id), ())),
            )
            for item in items
            if item.id not in trial.own or constraint.name in trial.own[item.id]
        ]
        if cases:
            document = constraint_document(constraint, trial.values)
            suites.append(Suite(template=template(constraint.policy, packages), constraint=document, cases=cases))
    return suites


def _verified(suites: Sequence[Suite], told: Mapping[str, str]) -> Iterable[Difference]:
    for suite in suites:
        for case in suite.cases:
            if case.name in told:
                constraint, _, subject = case.name.partition("=")
                yield Difference(constraint=constraint, subject=subject, gate=case.messages, cluster=(told[case.name],))


def _subjects(lost: Iterable[Difference]) -> set[str]:
    return {difference.subject for difference in lost}


def _in_default(item: Item) -> Item:
    """Every cluster has the Namespace `default`, and gator invents it."""
    if item.namespace is None and item.manifest.id.namespace == "default":
        return replace(item, namespace=_manifest(_DEFAULT))
    return item


def _item(data: JsonObject, namespace: JsonObject | None, policy_set: str) -> Item:
    manifest = _manifest(data)
    return Item(
        id=manifest.digest[:16],
        policy_set=policy_set,
        manifest=manifest,
        namespace=_manifest(namespace) if namespace else None,
        variants=(),
        clusters=(),
    )


def _manifest(data: JsonObject) -> Manifest:
    return Manifest(id=resource_id(data), data=data, digest=digest_of(data))


def _matches(constraints: Sequence[Constraint], samples: Iterable[Sample]) -> dict[str, JsonObject]:
    """Policy -> match by kind: what its own constraints name, and what its tests hold.

    So each policy for Pods also judges the Pods in the tests of every other.
    """
    kinds: dict[str, set[tuple[str, str]]] = {}
    for made in samples:
        identity = resource_id(made.object)
        kinds.setdefault(made.policy.id, {*named_kinds(constraints, made.policy)}).add((identity.group, identity.kind))
    return {
        name: {"kinds": [{"apiGroups": [group], "kinds": [kind]} for group, kind in sorted(found)]} for name, found in kinds.items()
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
        theirs = "; ".join(each.cluster) or "nothing"
        fix = "write the rule so that both engines understand it alike (docs/how-to/write-a-policy.md)"
        place = constraint.policy.place if constraint else None
        found.append(problem("E0819", f"{about}: only the gate says {ours}; only Gatekeeper says {theirs}", fix=fix, place=place))
    return found
