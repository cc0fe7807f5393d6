"""Which clusters are one question, and whom an answer is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fleetgen.gate.models import Judged, ModelQuestions, questions_about
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Constraint, PolicySet
from fleetgen.model.result import Answer, Result
from tests.fleets import constraint, for_environments, policy

DAY: Final = date(2026, 11, 24)
DIGESTS: Final = {"FG-GPU-001": "1", "FG-FLT-001": "1"}
MODELS: Final[Mapping[str, JsonObject]] = {
    "a": {"name": "a", "ring": "early", "site": {"country": "DE", "city": "Bonn"}},
    "b": {"name": "b", "ring": "broad", "site": {"country": "DE", "city": "Kiel"}},
    "c": {"name": "c", "ring": "broad", "site": {"country": "FR", "city": "Metz"}},
}


def judged_by(scope: str, facts: Sequence[str], parameters: JsonObject | None = None) -> Constraint:
    number = "FG-FLT-001" if scope == "fleet" else "FG-GPU-001"
    declaring = replace(policy(number, scope=scope, where="gate"), facts=tuple(facts))
    return replace(constraint("some", of=declaring), parameters=parameters or {})


def policy_set(of: Constraint) -> PolicySet:
    return for_environments([of], {"production": {}})["production"]


def asked(
    of: Constraint,
    models: Mapping[str, JsonObject] = MODELS,
    *,
    day: date = DAY,
    digests: Mapping[str, str] = DIGESTS,
) -> ModelQuestions:
    environment: JsonObject = {"name": "production", "rank": 3, "roles": {"admin": ["x"]}}
    return questions_about(
        [Judged(policy_set=policy_set(of), clusters=sorted(models), environment=environment)], models, digests, day
    )


def ids(questions: ModelQuestions) -> set[str]:
    return {each.id for each in questions.questions}


def test_equal_clusters_are_one_question() -> None:
    questions = asked(judged_by("cluster", ["site.country"]))
    facts = {each.id: each.facts for each in questions.questions}
    assert [(each.clusters, facts[each.question]) for each in questions.inquiries] == [
        (("a", "b"), {"cluster": {"site": {"country": "DE"}}}),
        (("c",), {"cluster": {"site": {"country": "FR"}}}),
    ]


def test_a_policy_over_the_fleet_gets_rows() -> None:
    (question,) = asked(judged_by("fleet", ["site.country", "names", "environment.roles", "asOf"])).questions
    assert question.facts == {
        "clusters": [{"site": {"country": "DE"}, "names": ["a", "b"]}, {"site": {"country": "FR"}, "names": ["c"]}],
        "environment": {"roles": {"admin": ["x"]}},
        "asOf": "2026-11-24",
    }


def test_rows_without_names() -> None:
    (question,) = asked(judged_by("fleet", ["site.country"])).questions
    assert question.facts == {"clusters": [{"site": {"country": "DE"}}, {"site": {"country": "FR"}}], "environment": {}}


def test_what_makes_another_question() -> None:
    """The facts, the parameters and the policy's Rego do; names, other facts, constraints, actions and the day do not."""
    before = judged_by("cluster", ["site.country"])
    known = ids(asked(before))
    moved = {**MODELS, "a": {**MODELS["a"], "ring": "late"}, "z": {**MODELS["c"], "name": "z"}}
    assert ids(asked(before, moved)) == known
    assert ids(asked(replace(before, name="other", action="dryrun"))) == known
    assert ids(asked(before, day=date(2027, 1, 1))) == known
    assert ids(asked(judged_by("cluster", ["site.country"], {"limit": 5}))).isdisjoint(known)
    assert ids(asked(before, digests=dict.fromkeys(DIGESTS, "2"))).isdisjoint(known)
    abroad: Mapping[str, JsonObject] = {"a": {**MODELS["a"], "site": {"country": "AT"}}}
    assert ids(asked(before, abroad)).isdisjoint(known)


def test_the_day_counts_where_it_is_declared() -> None:
    dated = judged_by("cluster", ["site.country", "asOf"])
    assert ids(asked(dated)).isdisjoint(ids(asked(dated, day=date(2027, 1, 1))))


def test_names_count_where_they_are_declared() -> None:
    renamed = {**MODELS, "d": {**MODELS["c"], "name": "d"}}
    for facts, are_equal in ((["site.country"], True), (["site.country", "names"], False)):
        of = judged_by("fleet", facts)
        assert (ids(asked(of)) == ids(asked(of, renamed))) is are_equal


RESULT: Final = Result(policy="FG-GPU-001", constraint="", action="deny", id="q", message="bad")


def test_an_answer_is_about_all_equal_clusters() -> None:
    """Under the name and the action of the constraint that asks."""
    of = replace(judged_by("cluster", ["site.country"]), action="warn")
    first = asked(of).inquiries[0]
    complaint = replace(RESULT, policy="gate", error="E0804")
    assert first.results(Answer(results=(RESULT, complaint), policies=())) == [
        replace(RESULT, constraint="some", action="warn", clusters=("a", "b")),
        replace(complaint, clusters=("a", "b")),
    ]


def test_a_policy_over_the_fleet_names_clusters_itself() -> None:
    (inquiry,) = asked(judged_by("fleet", ["names"])).inquiries
    said = replace(RESULT, policy="FG-FLT-001", clusters=("b",))
    assert inquiry.results(Answer(results=(said,), policies=())) == [replace(said, constraint="some")]
