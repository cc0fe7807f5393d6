"""Questions to the policy engine and its answers: from the cache where known, with the proof that each was answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fleetgen.errors import EvaluationFailed, problem
from fleetgen.inputs import cache
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.rules import Rules
from fleetgen.model.finding import Finding
from fleetgen.model.gate import Verdict
from fleetgen.model.plain import Json
from fleetgen.model.result import Answer, Result
from fleetgen.stages import gate
from fleetgen.stages.gate import ModelQuestion, ObjectQuestion, PolicyEngine

T = TypeVar("T")


class Asker(Protocol):
    """Who asks: the engine is only started for questions that the cache cannot answer."""

    @property
    def gate_cache(self) -> Cache:
        """Known answers."""

    @property
    def engine(self) -> Callable[[], PolicyEngine]:
        """Starts the engine."""

    @property
    def progress(self) -> Callable[[str, int, int], None]:
        """Shows how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `key`: of its answer in the cache; `id`: what the engine has to prove that it judged.

    What is said about nothing in particular has an empty id.
    """

    key: str
    id: str


def ask(
    asker: Asker, rules: Rules, questions: Sequence[Question], pack: Callable[[Sequence[Question]], list[Json]]
) -> dict[str, Answer]:
    """Cache key -> answer. `pack` makes the engine's inputs of questions.

    Where the gate itself complains, the answer is not kept: the reason may be a plan or an input that no key knows of.
    """
    kept = asker.gate_cache.get_many(question.key for question in questions)
    known = {key: Answer.from_data(value) for key, value in kept.items()}
    missing = [question for question in questions if question.key not in known]
    if not missing:
        return known
    asker.progress("gate", 0, len(missing))
    verdicts = asker.engine().evaluate(rules.files, rules.data, pack(missing))
    gate.demand_coverage([question.id for question in missing], verdicts)
    made = _answers(missing, verdicts)
    asker.gate_cache.put_many({key: answer.as_data() for key, answer in made.items() if not answer.has_complaint})
    asker.progress("gate", len(missing), len(missing))
    return known | made


def _answers(questions: Sequence[Question], verdicts: Sequence[Verdict]) -> dict[str, Answer]:
    """Cache key -> what the verdicts say about the ids of its question."""
    results: dict[str, list[Result]] = {}
    policies: dict[str, list[str]] = {}
    for verdict in verdicts:
        for result in verdict.results:
            results.setdefault(result.id, []).append(result)
        for policy, names in verdict.coverage.policies.items():
            for name in names:
                policies.setdefault(name, []).append(policy)
    return {
        question.key: Answer(
            results=tuple(result for name in (question.id, "") for result in results.get(name, ())),
            policies=tuple(sorted({policy for name in (question.id, "") for policy in policies.get(name, ())})),
        )
        for question in questions
    }


def isolated(rules: Rules, asked: Callable[[Rules], T]) -> tuple[T, dict[str, Finding]]:
    """What `asked` makes of the rules, and policy -> its failure (E0809): one that fails is left out and the rest asked again."""
    failed: dict[str, Finding] = {}
    while True:
        try:
            return asked(rules), failed
        except EvaluationFailed as error:
            broken = rules.behind(error.place.path)
            if not broken:
                raise
            fix = "correct the rule so that it has one value for every input; all other policies were evaluated"
            for policy in broken:
                message = f"{policy} could not be evaluated: {error.reason}"
                failed[policy] = problem("E0809", message, fix=fix, place=error.place)
            rules = rules.keeping({c.name for c in rules.constraints if c.policy.id not in broken})


def answers(
    asker: Asker, rules: Rules, objects: Sequence[ObjectQuestion], models: Sequence[ModelQuestion] = ()
) -> dict[str, Answer]:
    """Id of a question -> answer, in one run of the engine. Policy sets with the same rules ask about an equal object once."""
    digests = {name: rules.digest(name) for name in {question.policy_set for question in objects}}
    keys = {
        q.id: cache.key("gate", digests[q.policy_set], q.manifest.digest, q.namespace.digest if q.namespace else "")
        for q in objects
    }
    by_key = {keys[question.id]: question for question in objects}
    models_by_key = {question.id: question for question in models}

    def pack(missing: Sequence[Question]) -> list[Json]:
        return [
            *gate.batches([by_key[question.key] for question in missing if question.key in by_key]),
            *gate.model_batches([models_by_key[question.key] for question in missing if question.key in models_by_key]),
        ]

    questions = [Question(key=key, id=each.id) for key, each in by_key.items()]
    questions += [Question(key=each.id, id=each.id) for each in models]
    found = ask(asker, rules, questions, pack)
    return {name: found[key] for name, key in keys.items()} | {each.id: found[each.id] for each in models}
