"""Runs both gates on the same objects: conftest as the gate calls it, and Gatekeeper's engine with the exported policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, cast

from fleetgen.errors import InputError, ToolError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.gatekeeper import Case, Reviewed, Suite
from fleetgen.model.manifest import Manifest
from fleetgen.model.plain import Json, JsonObject, canonical
from fleetgen.model.policy import Constraint, Policy, PolicySet
from fleetgen.model.result import Result
from fleetgen.policy.expansion import EXPANDED, expansion_templates
from fleetgen.policy.gate_differences import Disagreement, differences
from fleetgen.policy.gate_plan import gate_plan, known_policies
from fleetgen.policy.gatekeeper_documents import constraint_document, packages_of, template
from fleetgen.policy.match import indexed
from fleetgen.stages import gate
from fleetgen.stages.gate import ObjectQuestion, PolicyEngine

# the policy that the gate names where it complains itself
_GATE: Final = "gate"
# gator takes these for what it judges with, not for what it judges
_OF_GATEKEEPER: Final = ".gatekeeper.sh"
_DEFAULT: Final[JsonObject] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}


class GatekeeperEngine(Protocol):
    """What is needed of gator, Gatekeeper's engine as a program."""

    @property
    def jobs(self) -> int:
        """How many groups are worth making."""

    def review(
        self, policies: Sequence[JsonObject], groups: Sequence[Sequence[JsonObject]]
    ) -> Sequence[Sequence[Reviewed] | str]:
        """The violations of each group, or the engine's words where it gave no verdict."""

    def verify(self, expansions: Sequence[JsonObject], suites: Sequence[Suite]) -> Mapping[str, str]:
        """Case -> words, for each case that differs from what it expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Objects and constraints that both gates get. `own`: id of an object -> constraints made for it, in trials of tests."""

    name: str
    rego: Mapping[str, str]
    constraints: Sequence[Constraint]
    values: Mapping[str, Json]
    questions: Sequence[ObjectQuestion]
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
    results: tuple[Result, ...]
    differences: tuple[Disagreement, ...]


def compare(trial: Trial, engine: PolicyEngine, gator: GatekeeperEngine, known: set[str] | None = None) -> Comparison:
    """Ask both gates. Raises InputError E0816 for a policy that Gatekeeper does not take, ToolError if an answer is missing.

    `known` keeps the cases that `verify` found equal, so that an equal one of another trial is not run again.
    """
    trial = replace(trial, questions=[_in_default(question) for question in trial.questions])
    ours, refused = _gate(trial, engine)
    questions = [question for question in trial.questions if question.id not in refused]
    cases = {question.id: _for_verify(trial, question) for question in questions}
    reviewed = [question for question in questions if not question.manifest.id.group.endswith(_OF_GATEKEEPER)]
    theirs, lost = _reviewed(trial, reviewed, gator)
    undecided = {difference.subject for difference in lost}
    ours_, theirs = (
        [each for each in results if each.constraint not in cases[each.id] and each.id not in undecided]
        for results in (ours, theirs)
    )
    suites = _suites(trial, questions, cases, ours)
    found = [*lost, *differences(ours_, theirs), *_verified(suites, gator, set() if known is None else known)]
    return Comparison(
        name=trial.name,
        constraints=len(trial.constraints),
        objects=len(questions),
        pairs=len(reviewed) * len(trial.constraints)
        + sum(len(cases[question.id]) for question in questions if question not in reviewed),
        refused=tuple(sorted(trial.shown[name] for name in refused)),
        results=tuple(ours),
        differences=tuple(replace(each, subject=trial.shown[each.subject]) for each in found),
    )


def refused(policies: Iterable[Policy], documents: Sequence[JsonObject], gator: GatekeeperEngine) -> list[Finding]:
    """What Gatekeeper does not take of templates and constraints: E0816 with its words, at the policy that they are about."""
    (answer,) = gator.review(documents, [()])
    if not isinstance(answer, str):
        return []
    found = []
    for policy in policies:
        named = [each for each in documents if str(each["kind"]) == policy.kind or _template_of(each) == policy.kind]
        (alone,) = gator.review(named, [()])
        if isinstance(alone, str):
            fix = "use only what both gates understand"
            found.append(problem("E0816", f"Gatekeeper does not accept {policy.id}: {alone}", fix=fix, place=policy.place))
    return found or [problem("E0816", f"Gatekeeper does not accept the export: {answer}", fix="correct what its message names")]


def _demand_loadable(trial: Trial, documents: Sequence[JsonObject], gator: GatekeeperEngine) -> None:
    """If what is exported is at fault, no object is."""
    policies = {constraint.policy.id: constraint.policy for constraint in trial.constraints}
    if found := refused(policies.values(), documents, gator):
        raise InputError(found)


def _template_of(document: JsonObject) -> str:
    if document["kind"] != "ConstraintTemplate":
        return ""
    spec = cast("dict[str, dict[str, dict[str, dict[str, str]]]]", document["spec"])
    return spec["crd"]["spec"]["names"]["kind"]


def _gate(trial: Trial, engine: PolicyEngine) -> tuple[list[Result], set[str]]:
    """What conftest finds, and the ids of what it takes for no object at all."""
    judging = PolicySet(name=trial.name, environment=trial.name, values=trial.values, constraints=tuple(trial.constraints))
    data: JsonObject = {
        "plan": gate_plan({trial.name: judging}),
        "known_policies": known_policies(trial.constraints),
        "gate": {"default": trial.name},
    }
    verdicts = engine.evaluate(trial.rego, data, [*gate.batches(trial.questions)])
    gate.demand_coverage([question.id for question in trial.questions], verdicts)
    results = [result for verdict in verdicts for result in verdict.results]
    judged = {name for verdict in verdicts for names in verdict.coverage.policies.values() for name in names}
    found, refusals = ([each for each in results if (each.policy == _GATE) is by_gate] for by_gate in (False, True))
    if broken := [refusal.message for refusal in refusals if not refusal.id]:
        raise ToolError(
            problem("E0804", f"the gate could not evaluate its questions: {broken[0]}", fix="check policies/rego/gate")
        )
    return found, {refusal.id for refusal in refusals} - judged


def _documents(trial: Trial) -> list[JsonObject]:
    packages = packages_of(trial.rego)
    policies = {constraint.policy.id: constraint.policy for constraint in trial.constraints}
    return [
        *(template(policy, packages) for policy in policies.values()),
        *expansion_templates(),
        *(constraint_document(constraint, trial.values) for constraint in trial.constraints),
    ]


def _reviewed(
    trial: Trial, questions: Sequence[ObjectQuestion], gator: GatekeeperEngine
) -> tuple[list[Result], list[Disagreement]]:
    """What gator finds, and the objects on which it gave up, each narrowed down to itself."""
    documents = _documents(trial)
    waiting = [group for world in _worlds(questions) for group in _split(world, gator.jobs)]
    found: list[Result] = []
    lost: list[Disagreement] = []
    loadable = False
    while waiting:
        answers = gator.review(documents, [_given(group) for group in waiting])
        if not loadable and any(isinstance(answer, str) for answer in answers):
            _demand_loadable(trial, documents, gator)
            loadable = True
        again = []
        for group, answer in zip(waiting, answers, strict=True):
            if not isinstance(answer, str):
                found += _of(group, documents, answer)
            elif len(group) > 1:
                again += _split(group, 2)
            else:
                lost.append(Disagreement(constraint="", subject=group[0].id, gate=(), gatekeeper=(f"gave no verdict: {answer}",)))
        waiting = again
    return found, lost


def _worlds(questions: Sequence[ObjectQuestion]) -> list[list[ObjectQuestion]]:
    """Objects that can be asked about together: in one run a Namespace has one content."""
    worlds: list[tuple[dict[str, str], list[ObjectQuestion]]] = []
    for question in questions:
        digest = question.namespace.digest if question.namespace else ""
        name = question.manifest.id.namespace
        namespaces, members = next((world for world in worlds if world[0].get(name, digest) == digest), ({}, []))
        if not members:
            worlds.append((namespaces, members))
        namespaces[name] = digest
        members.append(question)
    return [members for _, members in worlds]


def _split(questions: Sequence[ObjectQuestion], parts: int) -> list[Sequence[ObjectQuestion]]:
    size = -(-len(questions) // parts)
    return [questions[start : start + size] for start in range(0, len(questions), size)]


def _given(group: Sequence[ObjectQuestion]) -> list[JsonObject]:
    """The objects, and the Namespaces that they lie in."""
    namespaces = {question.namespace.id.name: question.namespace.data for question in group if question.namespace}
    return [*namespaces.values(), *(question.manifest.data for question in group)]


def _of(group: Sequence[ObjectQuestion], documents: Sequence[JsonObject], answer: Iterable[Reviewed]) -> list[Result]:
    """The results about the objects; templates, constraints and Namespaces were only there to be used."""
    subjects = {canonical(question.manifest.data): question.id for question in group}
    tools = {canonical(document) for document in (*documents, *_given(group))} - subjects.keys()
    found = []
    for each in answer:
        name = canonical(each.object)
        if name in subjects:
            found.append(replace(each.result, id=subjects[name]))
        elif name not in tools:
            message = f"gator judged an object that it was not asked about: {name[:200]}"
            raise ToolError(problem("E1103", message, fix="check the pinned gator: fleetgen tools list"))
    return found


def _for_verify(trial: Trial, question: ObjectQuestion) -> frozenset[str]:
    """The constraints for which `gator test` would not do: those that can match an object without a namespace.

    Where the kind decides already, the empty Namespace that `gator test` invents changes nothing.
    """
    identity = question.manifest.id
    if identity.namespace:
        return frozenset()
    kind = f"{identity.group}/{identity.kind}"
    kinds = {"*", kind, *(["/Pod"] if kind in EXPANDED else [])}
    own = trial.own.get(question.id)
    return frozenset(
        constraint.name
        for constraint in trial.constraints
        if (own is None or constraint.name in own) and kinds & {key for key, _ in indexed(constraint.match)}
    )


def _suites(
    trial: Trial, questions: Sequence[ObjectQuestion], cases: Mapping[str, frozenset[str]], ours: Iterable[Result]
) -> list[Suite]:
    """What the gate found about cluster-scoped objects, as cases that must come out the same."""
    messages: dict[tuple[str, str], list[str]] = {}
    for result in ours:
        messages.setdefault((result.constraint, result.id), []).append(result.message)
    packages = packages_of(trial.rego)
    suites = []
    for constraint in trial.constraints:
        name = constraint.name
        wanted = [
            Case(
                name=f"{name}={question.id}", object=question.manifest.data, messages=tuple(messages.get((name, question.id), ()))
            )
            for question in questions
            if name in cases[question.id]
        ]
        if wanted:
            document = constraint_document(constraint, trial.values)
            suites.append(Suite(template=template(constraint.policy, packages), constraint=document, cases=wanted))
    return suites


def _verified(suites: Sequence[Suite], gator: GatekeeperEngine, known: set[str]) -> list[Disagreement]:
    keys = {
        case.name: canonical([suite.template, suite.constraint, case.object, [*case.messages]])
        for suite in suites
        for case in suite.cases
    }
    fresh = [replace(suite, cases=[case for case in suite.cases if keys[case.name] not in known]) for suite in suites]
    told = gator.verify(expansion_templates(), [suite for suite in fresh if suite.cases])
    known.update(key for name, key in keys.items() if name not in told)
    found = []
    for case in (case for suite in suites for case in suite.cases if case.name in told):
        constraint, _, subject = case.name.partition("=")
        found.append(Disagreement(constraint=constraint, subject=subject, gate=case.messages, gatekeeper=(told[case.name],)))
    return found


def _in_default(question: ObjectQuestion) -> ObjectQuestion:
    """Every cluster has the Namespace `default`, and gator invents it."""
    if question.namespace is None and question.manifest.id.namespace == "default":
        return replace(question, namespace=Manifest.of(_DEFAULT))
    return question


def question_about(data: JsonObject, namespace: JsonObject | None, policy_set: str) -> ObjectQuestion:
    """An object that nobody built, as a question for both gates."""
    manifest = Manifest.of(data)
    return ObjectQuestion(
        id=manifest.digest[:16],
        policy_set=policy_set,
        manifest=manifest,
        namespace=Manifest.of(namespace) if namespace else None,
    )
