"""The gate in the real conftest: what is found, what was looked at, and what must never pass in silence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import pytest

from fleetgen.errors import ToolError
from fleetgen.gate.models import Judged, ModelQuestions, questions_about
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint
from fleetgen.model.result import Result, Step
from fleetgen.policy.gate_plan import gate_plan
from fleetgen.stages.gate import model_batches
from fleetgen.tools.conftest_cli import ConftestCli
from tests.fleets import for_environments

REGISTRIES: dict[str, Json] = {"registries": ["ghcr.io/example"]}
LONG = "x" * 300
SHOP: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}


def pod_spec(image: str, **more: Json) -> JsonObject:
    return {"containers": [{"name": "web", "image": image, **more}]}


def deployment(spec: JsonObject) -> JsonObject:
    meta: JsonObject = {"name": "web", "namespace": "shop"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {"template": {"spec": spec}}}


def cron_job(spec: JsonObject) -> JsonObject:
    inner: JsonObject = {"spec": {"template": {"spec": spec}}}
    meta: JsonObject = {"name": "nightly", "namespace": "shop"}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta, "spec": {"jobTemplate": inner}}


def plain(api: str, kind: str, **content: Json) -> JsonObject:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "web", "namespace": "shop"}, **content}


GOOD: Json = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}


def batch(*objects: Json, policy_set: str = "production", namespace: str | None = "shop") -> JsonObject:
    items: list[Json] = [
        {"id": str(number), "policySet": policy_set, "namespace": namespace, "object": o} for number, o in enumerate(objects)
    ]
    return {"kind": "GateBatch", "namespaces": {"shop": SHOP}, "items": items}


# one policy of each kind of object, and both scopes of models; the others are asked in test_library.py
POLICIES: Final = {
    *("FG-ARGO-001", "FG-EDGE-002", "FG-FLT-002", "FG-GPU-001", "FG-GPU-005", "FG-IMG-001", "FG-IMG-002"),
    *(
        "FG-NET-001",
        "FG-NET-003",
        "FG-NS-001",
        "FG-NODE-001",
        "FG-NODE-002",
        "FG-NODE-003",
        "FG-POD-001",
        "FG-RBAC-001",
        "FG-RES-001",
        "FG-RES-002",
    ),
    *("FG-TFS-001", "FG-TFS-002", "FG-TFS-003", "FG-TFS-004"),
}


@pytest.fixture(scope="module")
def some(constraints: Sequence[Constraint]) -> Sequence[Constraint]:
    return [constraint for constraint in constraints if constraint.policy.id in POLICIES]


@pytest.fixture(scope="module")
def data(some: Sequence[Constraint]) -> JsonObject:
    return {"plan": gate_plan(for_environments(some, {"production": REGISTRIES})), "gate": {"default": "production"}}


def found(verdict: Verdict) -> list[tuple[str, str, str, tuple[Step, ...]]]:
    """(id, policy, message, path) of each result."""
    return sorted(((r.id, r.policy, r.message, r.path) for r in verdict.results), key=lambda told: told[:3])


def test_findings_of_the_library(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject) -> None:
    objects: list[Json] = [
        deployment(pod_spec("ghcr.io/example/web:1", securityContext={"privileged": True}, resources=GOOD)),
        cron_job(pod_spec("nginx:latest", resources=GOOD)),
        plain("v1", "Service", spec={"type": "NodePort"}),
        plain("rbac.authorization.k8s.io/v1", "Role", rules=[{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}]),
        plain("policy/v1", "PodDisruptionBudget", spec={"minAvailable": 1}),
        plain("argoproj.io/v1alpha1", "AppProject", spec={"sourceRepos": ["*"]}),
        deployment(pod_spec("ghcr.io/example/web:1", resources={"limits": {"nvidia.com/gpu": 0.5, "memory": "1Gi", "cpu": 1}})),
        deployment(pod_spec("ghcr.io/example/web:1")),
        plain("v1", "ConfigMap", data={"a": "b"}),
    ]
    (verdict,) = engine.evaluate(rego, data, [batch(*objects)])
    web, nightly = (
        ("spec", part, "spec", *rest, "containers", 0) for part, rest in (("template", ()), ("jobTemplate", ("template", "spec")))
    )
    image = "[Implied by expand-cronjob] spec.containers[0] (web): image nginx:latest"
    implied = "[Implied by expand-deployment] spec.containers[0] (web):"
    assert found(verdict) == [
        ("0", "FG-POD-001", f"{implied} the container is privileged", (*web, "securityContext", "privileged")),
        ("1", "FG-IMG-001", f"{image} is not from an allowed registry", (*nightly, "image")),
        ("1", "FG-IMG-002", f"{image} has no exact tag", (*nightly, "image")),
        ("2", "FG-NET-001", "the Service has type NodePort", ("spec", "type")),
        ("3", "FG-RBAC-001", "rules[0].resources grants *", ("rules", 0, "resources")),
        ("4", "FG-EDGE-002", "minAvailable is 1: the last Pod of a node can never be evicted", ("spec", "minAvailable")),
        ("5", "FG-ARGO-001", "spec.sourceRepos[0] is *", ("spec", "sourceRepos", 0)),
        (
            "6",
            "FG-RES-002",
            f"{implied} the limit of nvidia.com/gpu is 0.5, not a whole number",
            (*web, "resources", "limits"),
        ),
        ("7", "FG-RES-001", f"{implied} resources.limits.memory is missing or zero", (*web, "resources")),
        ("7", "FG-RES-001", f"{implied} resources.requests.cpu is missing or zero", (*web, "resources")),
        ("7", "FG-RES-001", f"{implied} resources.requests.memory is missing or zero", (*web, "resources")),
    ]
    pods = ("0", "1", "6", "7")
    of_pods = ("FG-POD-001", "FG-IMG-001", "FG-IMG-002", "FG-RES-001", "FG-RES-002", "FG-TFS-001")
    others = {
        "FG-NET-001": ("2",),
        "FG-NET-003": ("0", "1", "2", "6", "7"),
        "FG-RBAC-001": ("3",),
        "FG-EDGE-002": ("4",),
        "FG-ARGO-001": ("5",),
    }
    assert verdict.coverage == Coverage(
        ids=tuple(str(number) for number in range(9)),
        targets=13,
        policies=dict(sorted((dict.fromkeys(of_pods, pods) | others).items())),
    )


def test_a_result_has_one_shape(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject) -> None:
    (verdict,) = engine.evaluate(rego, data, [batch(cron_job(pod_spec("ghcr.io/example/web", resources=GOOD)))])
    assert verdict.results == (
        Result(
            policy="FG-IMG-002",
            constraint="image-exact-tag",
            action="deny",
            id="0",
            message="[Implied by expand-cronjob] spec.containers[0] (web): image ghcr.io/example/web has no exact tag",
            path=("spec", "jobTemplate", "spec", "template", "spec", "containers", 0, "image"),
            details='{"path": ["spec", "containers", 0, "image"]}',
        ),
    )


def test_equal_messages_stay_apart(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject) -> None:
    service = plain("v1", "Service", spec={"type": "NodePort"})
    (verdict,) = engine.evaluate(rego, data, [batch(service, service)])
    assert [(r.id, r.message) for r in verdict.results] == [(n, "the Service has type NodePort") for n in ("0", "1")]


def cluster(name: str, version: int | str, gpus: int) -> JsonObject:
    unit: JsonObject = {
        "component": "tf-serving",
        "instance": "gap",
        "requests": {"nvidia.com/gpu": 1, "cpu": 2},
        "values": {"models": {"gap": {"version": version}}},
    }
    capacity: JsonObject = {"nvidia.com/gpu": gpus}
    return {"name": name, "ring": "early", "capacity": capacity, "nodePools": [], "units": {"tf-serving.gap": unit}}


def ruled_pools() -> list[Json]:
    """Pools that every policy on rules of pools has something to say about, at length."""
    rule: JsonObject = {"match": None, "isNeeded": True, "refused": [{"what": "label", "key": LONG, "why": "it has no prefix"}]}
    gpu: JsonObject = {"vendor": "nvidia", "integrated": False, "driver": "host", "toolkit": "host", "sharing": {"mode": LONG}}
    return [{"name": f"{name}{LONG}", "os": "y", "rule": rule, "gpu": gpu | {"driver": name}} for name in ("host", "operator")]


def long_operator() -> JsonObject:
    """A GPU operator whose release knows neither the drivers nor the systems of the pools."""
    driver: JsonObject = {"validated": [f"1.{number}" for number in range(1, 99)], "systems": [LONG], "precompiled": []}
    values: JsonObject = {"driver": {"version": "580.126.20"}}
    platforms: JsonObject = {"vendor": "nvidia", "rows": [], "runtimes": {"other": {"systems": [LONG]}}}
    release: JsonObject = {"driver": driver, "platforms": platforms}
    return {"component": "gpu-operator", "version": LONG, "values": values, "release": release}


def models(constraints: Sequence[Constraint], clusters: Sequence[JsonObject], environment: JsonObject) -> ModelQuestions:
    """What the gate asks about clusters of production, given all that is known of them."""
    (policy_set,) = for_environments(constraints, {"production": REGISTRIES}).values()
    known = {str(each["name"]): each for each in clusters}
    judged = Judged(policy_set=policy_set, clusters=sorted(known), environment=environment)
    return questions_about([judged], known, {c.policy.id: c.policy.id for c in constraints}, date(2026, 11, 24))


CLUSTER_POLICIES = (
    *("FG-GPU-001", "FG-GPU-005"),
    *("FG-NODE-001", "FG-NODE-002", "FG-NODE-003"),
    *("FG-TFS-002", "FG-TFS-003", "FG-TFS-004"),
)


def test_models_of_clusters(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject, some: Sequence[Constraint]) -> None:
    """Equal clusters are asked about once; a policy is given what it declares, and a cluster's name is not part of it."""
    clusters = [cluster("a", 7, 1), cluster("b", 8, 0), cluster("c", 7, 1), cluster("d", 9, 1)]
    questions = models(some, clusters, {})
    (verdict,) = engine.evaluate(rego, data, [*model_batches(questions.questions)])
    asked = [(each.constraint.policy.id, each.clusters, each.question) for each in questions.inquiries]
    names = {(policy, question): clusters for policy, clusters, question in asked}
    version = ("spec", "components", "tf-serving", "values", "models", "gap", "version")
    assert sorted((names[r.policy, r.id], r.policy, r.message, r.path) for r in verdict.results) == [
        (("a", "b", "c", "d"), "FG-FLT-002", "ring early serves 3 versions of tf-serving.gap: 8 on 1, 9 on 1", version),
        (("b",), "FG-GPU-001", "unit tf-serving.gap asks for nvidia.com/gpu, which no node pool offers", ("spec", "nodePools")),
    ]
    ids = {policy: tuple(sorted({id_ for other, _, id_ in asked if other == policy})) for policy, _, _ in asked}
    assert {policy: len(listed) for policy, listed in ids.items()} == dict.fromkeys(CLUSTER_POLICIES, 1) | {
        "FG-FLT-002": 1,
        "FG-GPU-001": 2,
    }
    assert verdict.coverage == Coverage(
        ids=tuple(each.id for each in questions.questions), targets=len(questions.questions), policies=ids
    )


def test_items_of_a_list_are_judged_each(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject) -> None:
    web = deployment(pod_spec("ghcr.io/example/web:1", securityContext={"privileged": True}, resources=GOOD))
    listed = plain("v1", "List", items=[plain("v1", "Service", spec={"type": "NodePort"}), web])
    (verdict,) = engine.evaluate(rego, data, [batch(listed)])
    implied = "[Implied by expand-deployment] spec.containers[0] (web): the container is privileged"
    assert [(r.message, r.id, r.path) for r in verdict.results] == [
        (implied, "0", ("items", 1, "spec", "template", "spec", "containers", 0, "securityContext", "privileged")),
        ("the Service has type NodePort", "0", ("items", 0, "spec", "type")),
    ]


@pytest.mark.parametrize(
    "case",
    [
        (batch(SHOP, policy_set="prodution", namespace=None), "E0804", "unknown policy set prodution"),
        (batch(SHOP, namespace="till"), "E0804", "no Namespace object with the key till"),
        (batch(None), "E0602", "not a Kubernetes object: null"),
        (batch([SHOP]), "E0602", "not a Kubernetes object: "),
        (batch("text"), "E0602", 'not a Kubernetes object: "text"'),
        (batch(plain("v1", "List", items=[plain("v1", "List", items=[])])), "E0602", "items[0]: a List in a List"),
        (batch(plain("v1", "List", items="x")), "E0602", "items of the List is not a list"),
        (batch(deployment({})), "", "[Implied by expand-deployment] spec.containers is not a list of containers"),
        ({"kind": "GateBatch", "items": {}}, "E0804", "the batch has no list of items"),
        (None, "E0602", "not a Kubernetes object: null"),
        ("text", "E0602", 'not a Kubernetes object: "text"'),
        ({"kind": "GateBtach", "items": []}, "E0602", "not a Kubernetes object: "),
        ({"kind": "GateModels"}, "E0804", "the models have no list of items"),
    ],
    ids=lambda case: case[2],
)
def test_silence_is_failure(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject, case: tuple[Json, str, str]) -> None:
    """Everything that conftest would pass over is a result of the gate; containers that are not there, of the policies."""
    document, code, message = case
    (verdict,) = engine.evaluate(rego, data, [document])
    denied = [(r.error, r.message) for r in verdict.results if r.action == "deny"]
    assert any(got == code and text.startswith(message) for got, text in denied)


@pytest.mark.parametrize("missing", ["policies/rego/pod/no_privileged/policy.rego", "policies/rego/gpu/capacity/policy.rego"])
def test_a_policy_that_is_not_loaded(
    engine: ConftestCli,
    rego: Mapping[str, str],
    data: JsonObject,
    some: Sequence[Constraint],
    missing: str,
) -> None:
    files = {path: text for path, text in rego.items() if path != missing}
    of_models = model_batches(models(some, [cluster("a", 7, 1)], {}).questions)
    (verdict,) = engine.evaluate(files, data, [batch(SHOP, namespace=None)] if "/pod/" in missing else of_models)
    policy, *_ = [each.policy for each in some if each.policy.place.path == missing]
    assert f"policy {policy.id} is not loaded" in " ".join(r.message for r in verdict.results)


def test_without_a_plan_everything_is_denied(engine: ConftestCli, rego: Mapping[str, str]) -> None:
    (verdict,) = engine.evaluate(rego, {"other": {}}, [batch(SHOP, namespace=None)])
    assert found(verdict) == [("0", "gate", "there is no plan", ()), ("0", "gate", "unknown policy set production", ())]


def test_an_evaluation_error_is_no_pass(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject) -> None:
    path = "policies/rego/network/in_cluster_services/policy.rego"
    broken = {**rego, path: rego[path] + '\n_clash := 1\n\n_clash := 2\n\nviolation contains {"msg": "x"} if _clash\n'}
    with pytest.raises(ToolError) as caught:
        engine.evaluate(broken, data, [batch(plain("v1", "Service", spec={}))])
    assert [finding.place and finding.place.path for finding in caught.value.findings] == [path]


def long_pools() -> list[Json]:
    """A card that an image has no code for, one for which it is compiled, and a driver that is too old."""
    sharing: JsonObject = {"mode": "time-slicing", "replicas": 2}
    gpu: JsonObject = {"vendor": "nvidia", "product": LONG, "sharing": sharing, "driverVersion": "470." + LONG}
    resources: JsonObject = {"nvidia.com/gpu": 2}
    return [
        {
            "name": capability + LONG,
            "runtime": f"{LONG}-1.2",
            "gpu": {**gpu, "computeCapability": capability},
            "resources": resources,
        }
        for capability in ("5.2", "12.0")
    ]


def long_units(version: str) -> JsonObject:
    """Servers with and without a card, of one model and of another."""
    defaults: JsonObject = {"accelerator": {"kind": "nvidia", "memoryFraction": 0.6, "count": 2}, "startupSeconds": 60}
    gpu: JsonObject = {"driver": 525, "native": ["7.0"] * 40, "compiledFrom": "9.0"}
    unit: JsonObject = {
        "component": "tf-serving",
        "instance": "gap",
        "requests": {"nvidia.com/gpu": 2},
        "release": {"gpu": gpu},
        "values": {"modelDefaults": defaults, "models": {"gap": {"version": version}}},
    }
    return {LONG: unit, "a" + LONG: {**unit, "requests": {}}, "b" + LONG: {"component": LONG, "requests": {"nvidia.com/gpu": 1}}}


def test_messages_stay_within_200_characters(
    engine: ConftestCli, rego: Mapping[str, str], data: JsonObject, some: Sequence[Constraint]
) -> None:
    """Whatever the object holds, and with the prefix of the longest expansion."""
    resources: JsonObject = {"limits": {f"nvidia.com/{LONG}": 0.5, f"amd.com/{LONG}": 1}, "requests": {f"amd.com/{LONG}": LONG}}
    container: JsonObject = {
        "name": LONG,
        "image": LONG,
        "command": ["tensorflow_model_server"],
        "securityContext": {"privileged": LONG},
        "resources": resources,
    }
    spec: JsonObject = {"containers": [container], "initContainers": [container] * 12, "ephemeralContainers": [container]}
    labels: JsonObject = {f"pod-security.kubernetes.io/{mode}": LONG for mode in ("enforce", "audit-version")}
    wild: JsonObject = {"resources": [f"{LONG}*"], "verbs": ["*" + LONG]}
    objects: list[Json] = [
        deployment(spec),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "labels": labels}},
        plain("v1", "Service", spec={"type": LONG, "externalIPs": [LONG]}),
        plain("rbac.authorization.k8s.io/v1", "Role", rules=[wild]),
        plain("policy/v1", "PodDisruptionBudget", spec={"minAvailable": LONG}),
        plain("policy/v1", "PodDisruptionBudget", spec={"maxUnavailable": LONG}),
        plain("argoproj.io/v1alpha1", "AppProject", spec={"sourceRepos": ["*" + LONG], "destinations": [{"name": "*" + LONG}]}),
        plain("networking.k8s.io/v1", "Ingress", spec={"defaultBackend": {"service": {"name": "tf-serving-" + LONG}}}),
    ]
    versions = [
        cluster(name, f"{number}{LONG}", 0) | {"ring": LONG, "nodePools": long_pools(), "units": long_units(f"{number}{LONG}")}
        for number, name in enumerate((LONG, "a" + LONG))
    ]
    units: JsonObject = {
        f"{name}{LONG}": {"component": name, "requests": {}} for name in ("node-feature-discovery", "nvidia-device-plugin")
    }
    labelled = cluster("b" + LONG, "1", 0) | {
        "nodePools": ruled_pools(),
        "units": units | {"gpu-operator": long_operator()},
    }
    spaced = batch(*objects, namespace=None)
    verdicts = engine.evaluate(rego, data, [spaced, *model_batches(models(some, [*versions, labelled], {}).questions)])
    texts = {
        r.message.partition("] ")[2] or r.message if r.message.startswith("[") else r.message for v in verdicts for r in v.results
    }
    assert len({r.policy for v in verdicts for r in v.results}) == 21
    assert max(len(text) for text in texts) <= 200, json.dumps(sorted(texts, key=len)[-3:])
