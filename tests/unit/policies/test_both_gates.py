"""What is asked of the two gates, and what becomes of an answer that is none; with gates that are made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from fleetgen.errors import InputError, ToolError
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.gatekeeper import Case, Reviewed, Suite
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.result import Result
from fleetgen.policies.both_gates import Trial, compare, question_about
from fleetgen.policy.gate_differences import Disagreement
from tests.fleets import POLICY_PATH, REGO, constraint

BROKEN = "broken"
WRONG = "wrong"


def config(name: str, namespace: str = "shop") -> JsonObject:
    place: JsonObject = {"namespace": namespace} if namespace else {}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **place}}


def space(**labels: Json) -> JsonObject:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}


def name_of(data: Json) -> str:
    return str(cast("dict[str, dict[str, str]]", data)["metadata"]["name"])


@dataclass(frozen=True)
class Gate:
    """Finds `bad` in every object; what is called `none` is no object for it."""

    digest: str = ""

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        items = [item for each in cast("list[dict[str, list[dict[str, Json]]]]", inputs) for item in each["items"]]
        results = tuple(self.result(str(item["id"]), name_of(item["object"])) for item in items)
        sound = tuple(str(item["id"]) for item in items if name_of(item["object"]) != "none")
        ids = tuple(str(item["id"]) for item in items)
        return [Verdict(results=results, coverage=Coverage(ids=ids, targets=len(sound), policies={"FG-POD-001": sound}))]

    def result(self, name: str, called: str) -> Result:
        if called == "none":
            return Result(policy="gate", constraint="", action="deny", id=name, message="not an object")
        return Result(policy="FG-POD-001", constraint="no-privileged", action="deny", id=name, message="bad")


BAD = Result(policy="", constraint="no-privileged", action="deny", id="", message="bad")


@dataclass
class Gator:
    """Finds `bad` in every object, and stops on those called `broken`; as a case, `wrong` goes wrong."""

    jobs: int = 1
    refuses: str = ""
    groups: list[list[str]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def review(self, policies: Sequence[JsonObject], groups: Sequence[Sequence[JsonObject]]) -> list[tuple[Reviewed, ...] | str]:
        self.groups += [[name_of(each) for each in group] for group in groups]
        return [self.answer(policies, group) for group in groups]

    def answer(self, policies: Sequence[JsonObject], group: Sequence[JsonObject]) -> tuple[Reviewed, ...] | str:
        if self.refuses and any(self.refuses in str(each) for each in policies):
            return f"refused: {self.refuses}"
        if any(name_of(each) == BROKEN for each in group):
            return "stopped"
        found = [each for each in (*policies, *group) if each["kind"] in {"ConfigMap", "Namespace", "ConstraintTemplate"}]
        return tuple(Reviewed(object=each, result=BAD) for each in found)

    def verify(self, expansions: Sequence[JsonObject], suites: Sequence[Suite]) -> Mapping[str, str]:
        self.cases += [case for suite in suites for case in suite.cases]
        return {case.name: "got none" for suite in suites for case in suite.cases if name_of(case.object) == WRONG}


def trial(*objects: tuple[JsonObject, JsonObject | None]) -> Trial:
    questions = [question_about(data, namespace, "test") for data, namespace in objects]
    return Trial(
        name="test",
        rego={POLICY_PATH: REGO},
        constraints=[constraint()],
        values={},
        questions=questions,
        shown={item.id: item.manifest.id.name for item in questions},
        own={},
    )


def test_equal_answers() -> None:
    comparison = compare(trial(*((config(name), None) for name in "abc")), Gate(), Gator())
    assert (comparison.objects, comparison.pairs, len(comparison.results), comparison.differences) == (3, 3, 3, ())


def test_what_the_gate_takes_for_no_object_is_not_compared() -> None:
    gator = Gator()
    comparison = compare(trial((config("a"), None), (config("none"), None)), Gate(), gator)
    assert (comparison.objects, comparison.refused, comparison.differences) == (1, ("none",), ())
    assert gator.groups == [["a"]]


def test_a_namespace_has_one_content_in_a_run() -> None:
    red, blue = space(c="red"), space(c="blue")
    gator = Gator()
    comparison = compare(
        trial((config("a"), red), (config("b"), blue), (config("c"), red), (config("d", "till"), None)), Gate(), gator
    )
    assert gator.groups == [["shop", "a", "c", "d"], ["shop", "b"]]
    assert comparison.differences == ()


def test_the_default_namespace_is_there() -> None:
    gator = Gator()
    compare(trial((config("a", "default"), None)), Gate(), gator)
    assert gator.groups == [["default", "a"]]


def test_an_object_on_which_the_engine_stops_is_narrowed_down() -> None:
    gator = Gator()
    comparison = compare(trial(*((config(name), None) for name in ("a", "b", BROKEN, "c"))), Gate(), gator)
    assert comparison.differences == (
        Disagreement(constraint="", subject=BROKEN, gate=(), gatekeeper=("gave no verdict: stopped",)),
    )
    assert gator.groups == [["a", "b", BROKEN, "c"], [], ["a", "b"], [BROKEN, "c"], [BROKEN], ["c"]]


def test_objects_without_a_namespace_are_cases_that_are_run_once() -> None:
    gator = Gator()
    known: set[str] = set()
    asked = trial((config("a", ""), None), (config(WRONG, ""), None))
    for _ in range(2):
        comparison = compare(asked, Gate(), gator, known)
        assert [(each.subject, each.gate, each.gatekeeper) for each in comparison.differences] == [
            (WRONG, ("bad",), ("got none",))
        ]
        assert (comparison.objects, comparison.pairs) == (2, 2)
    assert [name_of(case.object) for case in gator.cases] == ["a", WRONG, WRONG]


def test_a_template_that_is_refused_is_no_difference() -> None:
    with pytest.raises(InputError) as caught:
        compare(trial((config("a"), None)), Gate(), Gator(refuses="ConstraintTemplate"))
    (found,) = caught.value.findings
    assert (found.code, str(found.place)) == ("E0816", f"{POLICY_PATH}:1")
    assert found.message == "Gatekeeper does not accept FG-POD-001: refused: ConstraintTemplate"


def test_an_answer_about_something_else_is_an_error() -> None:
    class Confused(Gator):
        def answer(self, policies: Sequence[JsonObject], group: Sequence[JsonObject]) -> tuple[Reviewed, ...] | str:
            return tuple(Reviewed(object={**each, "more": 1}, result=BAD) for each in group)

    with pytest.raises(ToolError, match="gator judged an object that it was not asked about"):
        compare(trial((config("a"), None)), Gate(), Confused())


def test_what_the_kind_decides_is_asked_as_for_other_objects() -> None:
    """Only where a constraint can match it does an object without a namespace need `verify`."""
    gator = Gator()
    asked = trial((config("a", ""), None))
    pods = constraint("pods", match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]})
    comparison = compare(replace(asked, constraints=[constraint(), pods]), Gate(), gator)
    assert ([case.name.partition("=")[0] for case in gator.cases], gator.groups) == (["no-privileged"], [["a"]])
    assert (comparison.pairs, comparison.differences) == (2, ())


def test_what_gatekeeper_judges_with_is_not_given_to_it_as_an_object() -> None:
    gator = Gator()
    given: JsonObject = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "FGX", "metadata": {"name": "a"}}
    comparison = compare(trial((given, None)), Gate(), gator)
    assert (gator.groups, comparison.pairs, comparison.differences) == ([], 1, ())
