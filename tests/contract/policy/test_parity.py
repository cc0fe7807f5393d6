"""Both gates, with the real binaries: all test objects, all manifests of the example fleet, every form of match and workload."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from fleetgen.build.plan import Plan
from fleetgen.inputs.cache import cache_of
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.rules import PolicyLibrary, read_rules
from fleetgen.inputs.run import Run
from fleetgen.model.fleet import WaiverDocument
from fleetgen.model.gatekeeper import Reviewed, Suite
from fleetgen.model.inventory import WaiverObject, WaiverScope, WaiverSpec
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, Policy
from fleetgen.model.rego import Asked
from fleetgen.policies import parity as use_case
from fleetgen.policies.both_gates import Comparison, Trial, compare, question_about
from fleetgen.policies.parity import findings, parity, silent
from fleetgen.policies.test_suite import PolicyTools
from fleetgen.policy.constraints import read_constraints
from fleetgen.policy.metadata import read_policies
from fleetgen.policy.waivers_in_gatekeeper import exempted
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.gator_cli import GatorCli
from fleetgen.tools.kustomize_cli import KustomizeCli
from fleetgen.tools.toolchain import Tool, Toolchain
from tests.contract.policy.test_match import ALWAYS, CASES, POLICY, document

PRIVILEGED: JsonObject = {"containers": [{"name": "web", "image": "x", "securityContext": {"privileged": True}}]}
TEMPLATE: JsonObject = {"metadata": {"labels": {"app": "web"}}, "spec": PRIVILEGED}
MESSAGE = "spec.containers[0] (web): the container is privileged"
WORKLOADS: Mapping[str, tuple[str, JsonObject]] = {
    "Deployment": ("apps/v1", {"template": TEMPLATE}),
    "StatefulSet": ("apps/v1", {"template": TEMPLATE}),
    "DaemonSet": ("apps/v1", {"template": TEMPLATE}),
    "ReplicaSet": ("apps/v1", {"template": TEMPLATE}),
    "ReplicationController": ("v1", {"template": TEMPLATE}),
    "Job": ("batch/v1", {"template": TEMPLATE}),
    "CronJob": ("batch/v1", {"jobTemplate": {"spec": {"template": TEMPLATE}}}),
}


def workload(kind: str, name: str = "web") -> JsonObject:
    api, spec = WORKLOADS[kind]
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def role(kind: str, **metadata: Json) -> JsonObject:
    wild: JsonObject = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "web", **metadata}, "rules": [wild]}


def trial(
    rego: Mapping[str, str], constraints: Sequence[Constraint], objects: Sequence[tuple[JsonObject, JsonObject | None]]
) -> Trial:
    questions = [question_about(data, namespace, "test") for data, namespace in objects]
    shown = {item.id: f"{item.manifest.id.kind}/{item.manifest.id.name}" for item in questions}
    return Trial(name="test", rego=rego, constraints=constraints, values={}, questions=questions, shown=shown, own={})


def told(comparison: Comparison) -> list[tuple[str, str, str]]:
    return sorted((result.constraint, result.action, result.message) for result in comparison.results)


@pytest.fixture(scope="module")
def pods(constraints: Sequence[Constraint]) -> Constraint:
    (found,) = [constraint for constraint in constraints if constraint.policy.id == "FG-POD-001"]
    return replace(found, match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]})


@pytest.fixture(scope="module")
def roles(constraints: Sequence[Constraint]) -> Constraint:
    (found,) = [constraint for constraint in constraints if constraint.policy.id == "FG-RBAC-001"]
    return replace(found, match={"kinds": [{"apiGroups": ["*"], "kinds": ["ClusterRole", "Role"]}], "excludedNamespaces": ["*"]})


def test_the_gates_are_equal(
    *,
    repository: Repository,
    plan: Plan,
    bench: PolicyTools,
    tools: Callable[[str], Tool],
    user_tools: Toolchain,
    engine: ConftestCli,
    policies: Mapping[str, Policy],
) -> None:
    """Every test object of every policy, and every manifest of the example fleet."""
    cache = cache_of(user_tools)
    run = Run(
        repository=repository,
        cache=cache,
        gate_cache=cache,
        builder=lambda: KustomizeCli(tool=tools("kustomize"), executor=LocalExecutor(environ=os.environ, jobs=2)),
        engine=lambda: replace(engine, executor=LocalExecutor(environ=os.environ, jobs=2)),
        as_of=date(2026, 11, 24),
    )
    answer = parity(run, bench)
    assert answer.findings == ()
    used = [name for name in plan.rules.sets if name in plan.rules.of.values()]
    assert [each.name for each in answer.comparisons] == ["tests", *used]
    assert {each.name for each in answer.comparisons if not each.results} == set()
    fired = {result.constraint.rpartition("-")[0].upper() for result in answer.comparisons[0].results}
    assert fired == {policy.id for policy in policies.values() if policy.scope == "object" and policy.where == "both"}
    assert answer.pairs > 6000
    assert set(answer.left_out) <= {
        "no constraint can have these parameters",
        "no API server accepts the form of the metadata",
        "there is no object",
    }


def test_every_form_of_match(rego: Mapping[str, str], engine: ConftestCli, gator: GatorCli) -> None:
    accepted = {f"case-{number}": case for number, case in enumerate(CASES["cases"]) if "hits" in case}
    files = {f"{key}.yaml": document(key, case) for key, case in accepted.items()}
    constraints = read_constraints(files, read_policies({POLICY: ALWAYS}), [])
    spaces = {cast("JsonObject", o["metadata"])["name"]: o for o in CASES["objects"] if o["kind"] == "Namespace"}
    objects = [(o, spaces.get(cast("JsonObject", o["metadata"]).get("namespace"))) for o in CASES["objects"]]
    comparison = compare(trial({**rego, POLICY: ALWAYS}, constraints, objects), engine, gator)
    wanted = sum(
        len(cast("list[str]", case["hits"])) + len(cast("list[str]", case.get("unmatchable", []))) for case in accepted.values()
    )
    assert (comparison.differences, len(comparison.results)) == ((), wanted)
    assert comparison.pairs == len(accepted) * len(objects)


def test_every_kind_of_workload(rego: Mapping[str, str], pods: Constraint, engine: ConftestCli, gator: GatorCli) -> None:
    comparison = compare(trial(rego, [pods], [(workload(kind), None) for kind in WORKLOADS]), engine, gator)
    assert comparison.differences == ()
    assert told(comparison) == sorted((pods.name, "deny", f"[Implied by expand-{kind.lower()}] {MESSAGE}") for kind in WORKLOADS)


@pytest.mark.parametrize(
    "scope",
    [
        WaiverScope(object=WaiverObject(kind="Deployment", name="web", namespace="shop")),
        WaiverScope(object=WaiverObject(kind="Deployment", name="web", namespace="shop"), container="w*"),
        WaiverScope(object=WaiverObject(kind="Deployment", name="web"), namespace="s*", image="x"),
    ],
    ids=["object", "container", "image"],
)
def test_a_waiver_exempts_in_both_and_is_recorded(
    rego: Mapping[str, str], pods: Constraint, engine: ConftestCli, gator: GatorCli, scope: WaiverScope
) -> None:
    spec = WaiverSpec(
        policy="FG-POD-001", scope=scope, owner="o", ticket="t", reason="r", agreed="2026-12-01", expires="2026-12-31"
    )
    constraints, _ = exempted([pods], [WaiverDocument(name="w", place=Place("w.yaml"), spec=spec)])
    objects: list[tuple[JsonObject, None]] = [(workload("Deployment"), None), (workload("Deployment", "till"), None)]
    comparison = compare(trial(rego, constraints, objects), engine, gator)
    assert comparison.differences == ()
    implied = f"[Implied by expand-deployment] {MESSAGE}"
    assert told(comparison) == [
        (pods.name, "deny", implied),
        (f"{pods.name}-waived", "dryrun", implied),
        (f"{pods.name}-waived", "dryrun", implied),
    ]


def test_a_waiver_of_one_rule_exempts_from_it_alone_in_both(
    rego: Mapping[str, str], constraints: Sequence[Constraint], engine: ConftestCli, gator: GatorCli
) -> None:
    (devices,) = [constraint for constraint in constraints if constraint.policy.id == "FG-GPU-003"]
    pod: JsonObject = {
        "containers": [{"name": "web", "image": "x", "env": [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}]}],
        "volumes": [{"name": "card", "hostPath": {"path": "/dev/nvidia0"}}],
    }
    spec = WaiverSpec(
        policy="FG-GPU-003.device",
        scope=WaiverScope(),
        owner="o",
        ticket="t",
        reason="r",
        agreed="2026-12-01",
        expires="2026-12-31",
    )
    judging, _ = exempted([devices], [WaiverDocument(name="w", place=Place("w.yaml"), spec=spec)])
    data: JsonObject = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": pod}
    comparison = compare(trial(rego, judging, [(data, None)]), engine, gator)
    assert comparison.differences == ()
    assert sorted((result.constraint, result.rule) for result in comparison.results) == [
        (devices.name, "variable"),
        (f"{devices.name}-waived", "device"),
        (f"{devices.name}-waived", "variable"),
    ]


def test_cluster_scoped_objects_are_judged_as_a_cluster_does(
    rego: Mapping[str, str], roles: Constraint, engine: ConftestCli, gator: GatorCli
) -> None:
    """`gator test` would exclude a ClusterRole by `excludedNamespaces: ["*"]`; a cluster does not."""
    objects: list[tuple[JsonObject, None]] = [(role("ClusterRole"), None), (role("Role", namespace="shop"), None)]
    comparison = compare(trial(rego, [roles], objects), engine, gator)
    assert (comparison.differences, comparison.pairs, len(comparison.results)) == ((), 2, 2)


@dataclass(frozen=True)
class Other:
    """Gatekeeper with other words in its templates than the gate has."""

    gator: GatorCli
    old: str
    new: str
    jobs: int = 1

    def review(
        self, policies: Sequence[JsonObject], groups: Sequence[Sequence[JsonObject]]
    ) -> Sequence[Sequence[Reviewed] | str]:
        return self.gator.review([self.changed(each) for each in policies], groups)

    def verify(self, expansions: Sequence[JsonObject], suites: Sequence[Suite]) -> Mapping[str, str]:
        return self.gator.verify(expansions, [replace(suite, template=self.changed(suite.template)) for suite in suites])

    def changed(self, data: JsonObject) -> JsonObject:
        return cast("JsonObject", json.loads(json.dumps(data).replace(self.old, self.new)))


def test_a_difference_is_told(
    rego: Mapping[str, str], pods: Constraint, roles: Constraint, engine: ConftestCli, gator: GatorCli
) -> None:
    objects: list[tuple[JsonObject, None]] = [(workload("Deployment"), None), (role("ClusterRole"), None)]
    asked = trial(rego, [pods, roles], objects)
    privileged = compare(asked, engine, Other(gator, "the container is privileged", "it is privileged"))
    place = {pods.name: pods, roles.name: roles}.get
    implied = "[Implied by expand-deployment] spec.containers[0] (web):"
    details = '{"path": ["spec", "containers", 0, "securityContext", "privileged"]}'
    (found,) = findings(privileged, place)
    assert (found.code, found.place) == ("E0819", pods.policy.place)
    assert found.message == (
        f"{pods.name} on Deployment/web: only the gate reports deny: {implied} the container is privileged {details}; "
        f"only Gatekeeper reports deny: {implied} it is privileged {details}"
    )
    wild = compare(asked, engine, Other(gator, "grants", "gives"))
    assert [(each.constraint, each.subject, each.gate) for each in wild.differences] == [
        (roles.name, "ClusterRole/web", tuple(f"rules[0].{part} grants *" for part in ("resources", "verbs")))
    ]
    assert "rules[0].resources gives *" in wild.differences[0].gatekeeper[0]


def test_a_policy_that_gatekeeper_cannot_compile(
    rego: Mapping[str, str], pods: Constraint, engine: ConftestCli, gator: GatorCli
) -> None:
    asked = trial(rego, [pods], [(workload("Deployment"), None)])
    with pytest.raises(Exception, match=r"Gatekeeper does not accept FG-POD-001: .*rego_parse_error"):
        compare(asked, engine, Other(gator, "violation contains", "violation contain"))


def test_a_policy_whose_library_is_missing_is_told(
    root: Path, rego: Mapping[str, str], pods: Constraint, engine: ConftestCli, gator: GatorCli
) -> None:
    """Without a failing object that a cluster could be asked about, a policy that never fires there looks just as good."""
    data: JsonObject = {"review": {"object": {"metadata": {"name": "web"}, "spec": {"containers": []}}}}
    asked = Asked(policy="FG-POD-001", test="t", place=Place("t"), input=data)
    files = {path: text for path, text in rego.items() if "/lib/" in path or "/gate/" in path or "no_privileged/" in path}
    files["policies/constraints/p.yaml"] = (root / "policies/constraints/pod-no-privileged.yaml").read_text(encoding="utf-8")
    rules = read_rules(PolicyLibrary(files, ()), {})
    made, _ = use_case.tests_trial(rules, [asked])
    comparison = compare(made, engine, gator)
    assert (comparison.differences, comparison.pairs) == ((), 1)
    assert [(f.code, f.message) for f in silent(rules, made, comparison)] == [
        ("E0820", "no test of FG-POD-001 fails on an object that both gates accept")
    ]
