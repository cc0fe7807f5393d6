"""Questions to the policy engine and its answers: from the cache where known, with the proof that each was answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast

from fleetgen.errors import EvaluationFailed, problem
from fleetgen.inputs import cache
from fleetgen.inputs.cache import Cache
from fleetgen.inputs.rules import Rules
from fleetgen.model.finding import Finding
from fleetgen.model.gate import Verdict
from fleetgen.model.plain import Json, JsonObject
from fleetgen.stages import gate
from fleetgen.stages.gate import Item, PolicyEngine

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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The engine's results for one question: (message, metadata) pairs, and the policies that were evaluated on it."""

    results: Sequence[tuple[str, Mapping[str, Json]]]
    policies: Sequence[str]


def ask(
    asker: Asker, rules: Rules, asked: Mapping[str, JsonObject], pack: Callable[[Sequence[str]], list[Json]]
) -> dict[str, Answer]:
    """Cache key -> answer; `asked` maps the cache key to what names its results (`id`), `pack` makes inputs of keys."""
    known = asker.gate_cache.get_many(asked)
    answers = {key: _decode(value) for key, value in known.items()}
    missing = [key for key in asked if key not in known]
    if not missing:
        return answers
    asker.progress("gate", 0, len(missing))
    verdicts = asker.engine().evaluate(rules.files, rules.data, pack(missing))
    fresh = _by_id(verdicts)
    gate.demand_coverage([str(name) for key in missing for name in cast("list[Json]", asked[key]["ids"])], verdicts)
    made = {
        key: _merge(
            [fresh[str(name)] for name in cast("list[Json]", asked[key]["ids"])]
            + [fresh.get(str(asked[key].get("extra", "")), _NOTHING)]
        )
        for key in missing
    }
    asker.gate_cache.put_many({key: _encode(answer) for key, answer in made.items()})
    asker.progress("gate", len(missing), len(missing))
    return answers | made


_NOTHING = Answer(results=(), policies=())


def _merge(answers: Sequence[Answer]) -> Answer:
    return Answer(results=[r for a in answers for r in a.results], policies=sorted({p for a in answers for p in a.policies}))


def _by_id(verdicts: Sequence[Verdict]) -> dict[str, Answer]:
    results: dict[str, list[tuple[str, Mapping[str, Json]]]] = {}
    policies: dict[str, list[str]] = {}
    for verdict in verdicts:
        for name in verdict.coverage.ids:
            results.setdefault(name, [])
        for result in verdict.results:
            results.setdefault(str(result.metadata.get("id", "")), []).append((result.msg, result.metadata))
        for policy, names in verdict.coverage.policies.items():
            for name in names:
                policies.setdefault(name, []).append(policy)
    return {
        name: Answer(results=found, policies=sorted(policies.get(name, [])))
        for name, found in {**{n: [] for n in policies}, **results}.items()
    }


def _encode(answer: Answer) -> Json:
    return {"results": [[msg, dict(metadata)] for msg, metadata in answer.results], "policies": [*answer.policies]}


def _decode(value: Json) -> Answer:
    data = cast("dict[str, list[Json]]", value)
    return Answer(
        results=[cast("tuple[str, dict[str, Json]]", tuple(cast("list[Json]", r))) for r in data["results"]],
        policies=cast("list[str]", data["policies"]),
    )


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
            fix = "repair the rule, so that it has one value for every input; the others were judged without it"
            for policy in broken:
                message = f"{policy} could not be evaluated: {error.reason}"
                failed[policy] = problem("E0809", message, fix=fix, place=error.place)
            rules = rules.keeping({c.name for c in rules.constraints if c.policy.id not in broken})


def object_answers(asker: Asker, rules: Rules, questions: Sequence[Item]) -> dict[str, Answer]:
    """Item id -> answer. Policy sets with the same rules ask about an equal object once."""
    digests = {name: rules.digest(name) for name in {item.policy_set for item in questions}}
    keys = {
        q.id: cache.key("gate", digests[q.policy_set], q.manifest.digest, q.namespace.digest if q.namespace else "")
        for q in questions
    }
    by_key = {keys[question.id]: question for question in questions}

    def pack(missing: Sequence[str]) -> list[Json]:
        return [*gate.batches([by_key[key] for key in missing])]

    answers = ask(asker, rules, {key: {"ids": [item.id]} for key, item in by_key.items()}, pack)
    return {name: answers[key] for name, key in keys.items()}
