"""What policies over clusters and the fleet are asked: each about the facts that it declares, of all equal clusters at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from fleetgen.build.desired_state import Desired
from fleetgen.catalog.cluster_model import cluster_models, environment_model
from fleetgen.catalog.projection import Cut, Projection, cut, kept
from fleetgen.inputs import cache
from fleetgen.inputs.rules import Rules
from fleetgen.model.manifest import digest_of
from fleetgen.model.plain import Json, JsonObject, canonical
from fleetgen.model.policy import Constraint, Policy, PolicySet
from fleetgen.model.result import Answer, Result
from fleetgen.policy.facts import AS_OF, ENVIRONMENT, NAMES, steps
from fleetgen.policy.gate_plan import parameters
from fleetgen.policy.read_values import Steps
from fleetgen.stages.gate import ModelQuestion

Models: TypeAlias = Mapping[str, JsonObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A constraint of a policy set that asks a question, and the clusters that the question is about."""

    policy_set: PolicySet
    constraint: Constraint
    question: str
    clusters: tuple[str, ...]

    def results(self, answer: Answer) -> Sequence[Result]:
        """The results under this constraint. What is said of a cluster holds for all equal ones."""
        policy = self.constraint.policy
        return [
            replace(
                result,
                constraint=self.constraint.name if result.policy == policy.id else result.constraint,
                action=self.constraint.action if result.policy == policy.id else result.action,
                clusters=result.clusters if policy.scope == "fleet" else self.clusters,
            )
            for result in answer.results
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuestions:
    """All distinct questions, and who asks them: by policy set and first cluster."""

    questions: tuple[ModelQuestion, ...]
    inquiries: tuple[Inquiry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A policy set and what it judges: clusters, sorted, and the model of their environment."""

    policy_set: PolicySet
    clusters: Sequence[str]
    environment: JsonObject


def model_questions(desired: Desired, rules: Rules, as_of: date) -> ModelQuestions:
    """What the rules have to ask about the clusters of the fleet."""
    policies = _policies(rules.sets.values())
    keys = {path[0] for policy in policies for path in _declared(policy)}
    models = cluster_models(desired.plan.resolved, desired.objects, keys)
    judged = [
        Judged(
            policy_set=each,
            clusters=[name for name in models if _is_judged(desired, rules, each, name)],
            environment=environment_model(desired.plan.fleet.environments[each.environment]),
        )
        for each in rules.sets.values()
    ]
    return questions_about(judged, models, {policy.id: rules.policy_digest(policy) for policy in policies}, as_of)


def questions_about(judged: Sequence[Judged], models: Models, digests: Mapping[str, str], as_of: date) -> ModelQuestions:
    """All questions. Neither the names of clusters nor those of constraints make a question another one.

    `models`: cluster -> what is known of it; `digests`: policy -> what an answer of it depends on.
    """
    asking = _Asking(models, digests, as_of.isoformat())
    inquiries: list[Inquiry] = []
    for each in judged:
        if each.clusters:
            found = [one for c in each.policy_set.constraints if _is_asked(c) for one in asking.ask(each, c)]
            inquiries += sorted(found, key=lambda one: one.clusters[0])
    return ModelQuestions(questions=tuple(asking.questions.values()), inquiries=tuple(inquiries))


def _policies(sets: Iterable[PolicySet]) -> list[Policy]:
    return [*{c.policy.id: c.policy for each in sets for c in each.constraints if _is_asked(c)}.values()]


def _is_asked(constraint: Constraint) -> bool:
    return constraint.policy.scope != "object" and constraint.policy.where != "cluster"


def _is_judged(desired: Desired, rules: Rules, policy_set: PolicySet, cluster: str) -> bool:
    if policy_set.whole:
        return desired.plan.resolved.clusters[cluster].spec.environment == policy_set.environment
    return rules.of[cluster] == policy_set.name


def _declared(policy: Policy) -> list[Steps]:
    """The declared paths of a cluster's model."""
    paths = [steps(fact) for fact in policy.facts]
    apart = {AS_OF, NAMES, ENVIRONMENT} if policy.scope == "fleet" else {AS_OF}
    return [path for path in paths if path[0] not in apart]


@dataclass
class _Asking:
    """Questions that were met, by id."""

    models: Models
    policy_digests: Mapping[str, str]
    as_of: str
    questions: dict[str, ModelQuestion] = field(default_factory=dict)
    _projections: dict[str, Projection] = field(default_factory=dict)

    def ask(self, judged: Judged, constraint: Constraint) -> list[Inquiry]:
        """Who asks what under a constraint: one question for all equal clusters, or one about all of them together."""
        policy = constraint.policy
        kinds = self._kinds(policy, judged.clusters)
        if policy.scope == "fleet":
            asked = [(_of_fleet(policy, kinds, judged.environment), tuple(judged.clusters))]
        else:
            asked = [(Cut({"cluster": one.value}, one.digest), names) for one, names in kinds]
        given = parameters(constraint, judged.policy_set.values)
        return [
            Inquiry(
                policy_set=judged.policy_set,
                constraint=constraint,
                question=self._question(policy, given, facts),
                clusters=names,
            )
            for facts, names in asked
        ]

    def _kinds(self, policy: Policy, clusters: Sequence[str]) -> list[tuple[Cut, tuple[str, ...]]]:
        """The distinct projections, in the order of their first clusters, and the clusters that have them."""
        projection = self._projections.setdefault(policy.id, Projection(_declared(policy)))
        names: dict[str, list[str]] = {}
        cuts: dict[str, Cut] = {}
        for cluster in clusters:
            one = projection.of(self.models[cluster])
            cuts.setdefault(one.digest, one)
            names.setdefault(one.digest, []).append(cluster)
        return [(cuts[digest], tuple(listed)) for digest, listed in names.items()]

    def _question(self, policy: Policy, given: JsonObject, facts: Cut) -> str:
        day = self.as_of if AS_OF in policy.facts else ""
        name = cache.key("gate-model", self.policy_digests[policy.id], canonical(given), day, facts.digest)
        if name not in self.questions:
            content = {**facts.value, AS_OF: day} if day and isinstance(facts.value, dict) else facts.value
            self.questions[name] = ModelQuestion(
                id=name, policy=policy, parameters=given, facts=content, facts_digest=digest_of([day, facts.digest])
            )
        return name


def _of_fleet(policy: Policy, kinds: Sequence[tuple[Cut, tuple[str, ...]]], environment: JsonObject) -> Cut:
    """Kinds of clusters as compact rows, each with the names of its clusters if the policy reads them."""
    paths = [steps(fact) for fact in policy.facts]
    rows: list[Json] = []
    digests: list[Json] = []
    for one, names in kinds:
        named: JsonObject = {NAMES: [*names]} if (NAMES,) in paths else {}
        rows.append({**one.value, **named} if isinstance(one.value, dict) else named)
        digests.append([one.digest, named])
    around = cut({ENVIRONMENT: environment}, kept([path for path in paths if path[0] == ENVIRONMENT]))
    given: JsonObject = {ENVIRONMENT: {}, **around} if isinstance(around, dict) else {}
    return Cut({"clusters": rows, **given}, digest_of([digests, given]))
