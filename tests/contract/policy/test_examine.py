"""`fleetgen policy test` with the real opa, regal and gator: the committed policies pass, and each kind of mistake is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fleetgen.build.plan import Plan
from fleetgen.errors import InputError
from fleetgen.inputs.repository import Inputs, Repository
from fleetgen.inputs.rules import PolicyLibrary
from fleetgen.model.policy import Policy
from fleetgen.policies.test_suite import PolicyTools, examine
from fleetgen.policy.engines import Engine
from fleetgen.policy.scaffolding import policy_files

POLICY = "policies/rego/pod/annotations/policy.rego"
TEST = "policies/rego/pod/annotations/policy_test.rego"
CONSTRAINT = "policies/constraints/pod-annotations.yaml"
LIBRARIES = ("policies/rego/lib/", "policies/rego/gate/")
Found = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Mistake:
    """An edit of one file of the policy that `fleetgen new policy pod/annotations` writes, and what is found then."""

    path: str
    old: str
    new: str
    found: Found


def end(text: str) -> tuple[str, str]:
    return ("_is_mapping(value) if is_object(value)\n", f"_is_mapping(value) if is_object(value)\n{text}")


RULE = '\nviolation contains {element} if input.review.object.metadata.name == "odd"\n'
QUADRATIC = (
    'auditing objects: adding template "fgpodannotations": invalid ConstraintTemplate: spec.validation.openAPIV3Schema.'
    "properties[spec].properties[parameters].properties[forbidden].uniqueItems: Forbidden: uniqueItems cannot be set to true "
    "since the runtime complexity becomes quadratic"
)
MISTAKES: Mapping[str, Mistake] = {
    "no severity": Mistake(
        POLICY, "#   severity: medium\n", "", [("E0801", f"{POLICY}:7:3", "'severity' is missing in METADATA.custom")]
    ),
    "a code that no rule returns": Mistake(
        POLICY,
        "#   facts: []\n",
        "#   facts: []\n#   rules: {forbidden: An annotation is forbidden.}\n",
        [("E0821", f"{POLICY}:1", "FG-POD-001 declares the code 'forbidden', which no test makes it return")],
    ),
    "no constraint": Mistake(
        CONSTRAINT,
        "kind: FGPodAnnotations",
        "kind: FGPodAnotations",
        [("E0801", f"{CONSTRAINT}:3:7", "no policy has the kind 'FGPodAnotations'")],
    ),
    "failing test": Mistake(
        TEST, '"msg": "metadata.annotations is', '"msg": "annotations is', [("E0811", f"{TEST}:29:1", "test_malformed fails")]
    ),
    "failing case": Mistake(
        TEST,
        '_request({"example.com/allowed": "x"}, [])',
        "_request(_forbidden, [])",
        [("E0811", f"{TEST}:12:1", "test_passing fails in 'another'")],
    ),
    "unreached line": Mistake(
        POLICY,
        *end("\n_is_mapping(0)\n\n_is_mapping(1)\n"),
        [("E0812", f"{POLICY}:50", "no test reaches line 50"), ("E0812", f"{POLICY}:52", "no test reaches line 52")],
    ),
    "not for Gatekeeper": Mistake(
        POLICY,
        "        items: {type: string}\n",
        "        items: {type: string}\n#         uniqueItems: true\n",
        [("E0816", f"{POLICY}:1", f"Gatekeeper does not accept FG-POD-001: {QUADRATIC}")],
    ),
    "syntax": Mistake(POLICY, "_path := [", "_path := ", [("E0813", f"{POLICY}:42:20", "unexpected , token")]),
    "network": Mistake(
        POLICY,
        *end(RULE.format(element='{"msg": http.send({"method": "get", "url": "x"}).body}')),
        [("E0813", f"{POLICY}:50:28", "undefined function http.send")],
    ),
    "clock": Mistake(
        POLICY,
        *end(RULE.format(element='{"msg": sprintf("%v", [time.now_ns()])}')),
        [("E0813", f"{POLICY}:50:43", "undefined function time.now_ns")],
    ),
    "style": Mistake(
        POLICY, "_path", "_aPath", [("E0814", f"{POLICY}:42:1", "Prefer snake_case for names (style/prefer-snake-case)")]
    ),
    "form": Mistake(POLICY, "_is_mapping(null)\n", "_is_mapping( null )\n", [("E0815", POLICY, "is not formatted")]),
    "no malformed input": Mistake(
        TEST,
        "test_malformed if",
        "test_odd if",
        [
            (
                "E0818",
                f"{POLICY}:1",
                "no test of FG-POD-001 whose name begins with test_malformed evaluates the policy",
            )
        ],
    ),
}


def holding(plan: Plan, library: Mapping[str, str]) -> Plan:
    """The plan with another library, without what the example says about its own constraints."""
    fleet = replace(plan.fleet, enforcements=(), waivers=())
    judging = PolicyLibrary(library, plan.library.environments)
    return replace(plan, fleet=fleet, inputs=Inputs(plan.inputs.inventory, library, ""), library=judging)


@pytest.fixture(scope="module")
def files(plan: Plan) -> dict[str, str]:
    """A library of one policy, as it is scaffolded."""
    shared = {path: text for path, text in plan.inputs.with_prefix(*LIBRARIES).items() if not path.endswith("_test.rego")}
    return {**shared, **policy_files("pod/annotations", {}, [])}


@pytest.fixture(scope="module")
def look(plan: Plan, repository: Repository, bench: PolicyTools) -> Callable[[Mapping[str, str]], Found]:
    """Examine a library; what is found as (code, place, message)."""

    def run(library: Mapping[str, str]) -> Found:
        changed = holding(plan, library)
        report = examine(changed, repository, bench, [str(repository.root / "policies/rego/pod/annotations")])
        return [(f.code, str(f.place or ""), f.message) for f in report.findings]

    return run


def test_the_committed_policies_pass(
    plan: Plan, repository: Repository, bench: PolicyTools, policies: Mapping[str, Policy]
) -> None:
    report = examine(plan, repository, bench)
    assert report.findings == ()
    assert (report.policies, report.engine) == (len(policies), Engine(gatekeeper="3.23.1", opa="v1.17.1"))
    assert report.inputs > report.tests > 100


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found(name: str, look: Callable[[Mapping[str, str]], Found], files: Mapping[str, str]) -> None:
    mistake = MISTAKES[name]
    assert mistake.old in files[mistake.path]
    assert look({**files, mistake.path: files[mistake.path].replace(mistake.old, mistake.new)}) == mistake.found


def test_all_findings_of_a_run_are_told(look: Callable[[Mapping[str, str]], Found], files: Mapping[str, str]) -> None:
    edits = {
        POLICY: ("_is_mapping(null)\n", "_is_mapping( null )\n\n_is_mapping(0)\n"),
        TEST: ("test_malformed if", "test_odd if"),
        CONSTRAINT: ("pod-annotations", "Pod"),
    }
    changed = {path: files[path].replace(*edit) for path, edit in edits.items()}
    assert [(code, place) for code, place, _ in look({**files, **changed})] == [
        ("E0801", f"{CONSTRAINT}:5:9"),
        ("E0815", POLICY),
        ("E0818", f"{POLICY}:1"),
        ("E0812", f"{POLICY}:48"),
    ]


def test_no_rego_in_a_path(plan: Plan, repository: Repository, bench: PolicyTools) -> None:
    with pytest.raises(InputError) as caught:
        examine(plan, repository, bench, [str(repository.root / "policies/rego/pods")])
    assert [(f.code, f.fix) for f in caught.value.findings] == [
        ("E1201", "name a folder below policies/rego, for example policies/rego/pod")
    ]


def test_form_is_written_when_asked(
    plan: Plan, repository: Repository, bench: PolicyTools, files: Mapping[str, str], tmp_path: Path
) -> None:
    broken = files[POLICY].replace("_is_mapping(null)\n", "_is_mapping( null )\n")
    (tmp_path / POLICY).parent.mkdir(parents=True)
    (tmp_path / POLICY).write_text(broken)
    changed = holding(plan, {**files, POLICY: broken})
    own = Repository(root=tmp_path, config=repository.config, config_text="")
    report = examine(changed, own, bench, [str(tmp_path / "policies/rego/pod/annotations")], fix=True)
    assert (report.findings, report.formatted) == ((), (POLICY,))
    assert (tmp_path / POLICY).read_text() == files[POLICY]
