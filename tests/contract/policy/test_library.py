"""Every policy of the library in the real conftest: each one finds what it is for, in a message that people can read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, Policy
from fleetgen.model.result import Result
from fleetgen.policy.gate_plan import gate_plan
from fleetgen.stages.gate import model_batches
from fleetgen.tools.conftest_cli import ConftestCli
from tests.contract.policy.test_gate import long_operator, long_pools, long_units, models
from tests.fleets import for_environments

# longer than any name may be, so that a message that repeats it whole is too long
LONG: Final = "x" * 300
SERVING: Final[JsonObject] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "serving"}}
# conftest's own limit is none; the prefix of an expansion comes on top
MOST_CHARACTERS: Final = 200


@pytest.fixture(scope="module")
def data(constraints: Sequence[Constraint]) -> JsonObject:
    return {"plan": gate_plan(for_environments(constraints, {"production": {}}))}


def object_of(api: str, kind: str, **content: Json) -> JsonObject:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "web", "namespace": "serving"}, **content}


def worst_pod() -> JsonObject:
    """Breaks every rule about Pods that one Pod can break."""
    context: JsonObject = {
        "privileged": LONG,
        "allowPrivilegeEscalation": LONG,
        "readOnlyRootFilesystem": LONG,
        "runAsNonRoot": LONG,
        "runAsUser": LONG,
        "procMount": LONG,
        "capabilities": {"add": [LONG]},
        "windowsOptions": {"hostProcess": LONG},
        "appArmorProfile": {"type": LONG},
        "seccompProfile": {"type": LONG},
        "seLinuxOptions": {"type": LONG, "user": LONG, "role": LONG},
    }
    container: JsonObject = {
        "name": LONG,
        "image": LONG,
        "command": ["tensorflow_model_server"],
        "imagePullPolicy": LONG,
        "securityContext": context,
        "args": ["https://central.example.com/", "-----BEGIN PRIVATE KEY-----"],
        "env": [{"name": f"{LONG}_PASSWORD", "value": LONG}, {"name": "NVIDIA_VISIBLE_DEVICES", "value": LONG}],
        "ports": [{"containerPort": 8500, "hostPort": 8500}],
        "startupProbe": {"httpGet": {"host": LONG}, "tcpSocket": {"host": LONG}},
        "resources": {"limits": {f"nvidia.com/{LONG}": 0.5}, "requests": {f"amd.com/{LONG}": 1}},
        "volumeMounts": [{"name": LONG, "mountPath": "/data"}],
    }
    return {
        "containers": [container] * 12,
        "initContainers": [container] * 12,
        "ephemeralContainers": [container] * 12,
        "hostNetwork": True,
        "hostPID": LONG,
        "automountServiceAccountToken": LONG,
        "serviceAccountName": LONG,
        "priorityClassName": LONG,
        "securityContext": {**context, "sysctls": [{"name": LONG}]},
        "volumes": [
            {"name": LONG, "hostPath": {"path": f"/dev/nvidia{LONG}"}, LONG: {}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }


def worst_objects() -> list[Json]:
    rbac = "rbac.authorization.k8s.io/v1"
    rule: JsonObject = {"resources": [f"{LONG}*", "pods/exec", "serviceaccounts/token"], "verbs": ["impersonate", "create"]}
    subjects: Json = [{"kind": "User", "name": "system:anonymous"}, {"kind": "Group", "name": LONG}]
    labels: JsonObject = {f"pod-security.kubernetes.io/{mode}": LONG for mode in ("enforce", "audit-version")}
    annotations: JsonObject = {f"container.apparmor.security.beta.kubernetes.io/{LONG}": LONG}
    pod: JsonObject = {"metadata": {"annotations": annotations}, "spec": worst_pod()}
    return [
        object_of("apps/v1", "Deployment", spec={"template": pod}),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "labels": labels}},
        object_of("v1", "Service", spec={"type": LONG, "externalIPs": [LONG], "ports": [{"port": 8500}]}),
        object_of("v1", "Secret", data={LONG: LONG}, type=LONG),
        object_of("v1", "ConfigMap", data={LONG: "https://a:b@central.example.com/"}),
        object_of("networking.k8s.io/v1", "Ingress", spec={"rules": [{"host": f"*{LONG}"}, {"host": LONG}, {"host": [LONG]}]}),
        object_of("networking.k8s.io/v1", "NetworkPolicy", spec={"egress": [{}, {"to": [{}]}]}),
        object_of("gateway.networking.k8s.io/v1", "Gateway", spec={"listeners": [{"hostname": LONG, "protocol": LONG}]}),
        object_of(rbac, "Role", rules=[rule]),
        object_of(rbac, "RoleBinding", roleRef={"name": "cluster-admin"}, subjects=subjects),
        object_of("policy/v1", "PodDisruptionBudget", spec={"minAvailable": LONG}),
        object_of(
            "argoproj.io/v1alpha1", "AppProject", spec={"sourceRepos": ["*" + LONG], "destinations": [{"name": "*" + LONG}]}
        ),
        object_of("argoproj.io/v1alpha1", "Application", spec={"project": [LONG], "source": {"targetRevision": LONG}}),
        object_of("nvidia.com/v1", "ClusterPolicy", spec={LONG: {"version": "*" + LONG}, "driver": {}}),
        object_of("nvidia.com/v1alpha1", "GPUCluster", spec={}),
        object_of("audit.k8s.io/v1", "Policy", rules=[{"level": "Request"}, {"level": "None"}], omitStages=[LONG]),
    ]


def worst_cluster(name: str, minor: int, version: int) -> JsonObject:
    taint: JsonObject = {"key": "nvidia.com/gpu", "effect": "NoSchedule"}
    cards: JsonObject = {"name": f"c{LONG}", "count": 1, "arch": "arm64", "taints": [taint], "resources": {"nvidia.com/gpu": 1}}
    main: JsonObject = {"name": f"m{LONG}", "count": 1, "arch": "arm64", "taints": [], "resources": {}, "storage": []}
    workload: JsonObject = {
        "kind": "Deployment",
        "name": LONG,
        "replicas": 5,
        "nodeSelector": {},
        "tolerations": [],
        "apart": ["kubernetes.io/hostname"],
        "spread": [{"topologyKey": "kubernetes.io/hostname", "minDomains": 4}],
        "images": ["docker.io/tensorflow/serving:2"],
        "resources": ["nvidia.com/gpu"],
    }
    unit: JsonObject = {
        "component": "tf-serving",
        "instance": "gap",
        "requests": {"amd.com/gpu": 1, "nvidia.com/gpu": 0.5},
        "workloads": [workload],
        "claims": [{"name": LONG, "class": LONG, "modes": ["ReadWriteMany"]}],
        "namespaces": {LONG: ["namespace"]},
        "apis": ["flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration"],
        "values": {"models": {"gap": {"version": version}}},
        "version": LONG,
        "issues": [{"id": LONG, "severity": "critical", "fixedIn": LONG, "summary": LONG}],
        "supportEnds": "2026-01-01",
    }
    network: JsonObject = {"kind": "nodeCIDRs", "cidr": "10.0.0.0/8", "first": "4:0a000000", "last": "4:0affffff"}
    return {
        "name": f"{name}{LONG}",
        "ring": "early",
        "capacity": {},
        "facts": {"kubernetes.minor": f"1.{minor}"},
        "nodePools": [main, cards],
        "ranges": [network, {**network, "kind": "podCIDRs"}],
        "site": {"country": "US", "dataResidency": LONG, "dataClasses": [LONG], "securityDomain": LONG},
        "units": {LONG: unit},
        "unplaced": [without_room()],
    }


def without_room() -> JsonObject:
    """A workload that no node has room for."""
    names: JsonObject = {"unit": LONG, "path": f"spec.components.{LONG}", "kind": "Deployment", "namespace": LONG, "name": LONG}
    amounts: JsonObject = {"cpu": 7.125, "memoryGiB": 59.956, LONG: 1}
    return {**names, "replicas": 2, "missing": 1, "asks": amounts, "pool": LONG, "left": amounts}


def worst_servers() -> JsonObject:
    """A cluster whose model servers do not fit its cards."""
    lists: JsonObject = {"workloads": [], "claims": [], "namespaces": {}, "apis": []}
    units: JsonObject = {
        name: {**cast("JsonObject", unit), **lists}
        for name, unit in (long_units("9") | {"gpu-operator": long_operator()}).items()
    }
    return worst_cluster("c", 36, 9) | {"nodePools": long_pools(), "units": units}


def worst_models(constraints: Sequence[Constraint]) -> list[JsonObject]:
    """Everything that the gate asks about three clusters."""
    environment: JsonObject = {"name": LONG, "roles": {"platform-admin": [LONG], "security": [LONG]}}
    clusters = [worst_cluster("a", 32, 7), worst_cluster("b", 36, 8), worst_servers()]
    return model_batches(models(constraints, clusters, environment).questions)


@pytest.fixture(scope="module")
def results(engine: ConftestCli, rego: Mapping[str, str], data: JsonObject, constraints: Sequence[Constraint]) -> list[Result]:
    items: list[Json] = [
        {"id": str(number), "policySet": "production", "namespace": None, "object": o} for number, o in enumerate(worst_objects())
    ]
    batch: JsonObject = {"kind": "GateBatch", "namespaces": {"serving": SERVING}, "items": items}
    return [result for verdict in engine.evaluate(rego, data, [batch, *worst_models(constraints)]) for result in verdict.results]


def test_every_policy_finds_something(results: Sequence[Result], policies: Mapping[str, Policy]) -> None:
    judged = {name for name, policy in policies.items() if policy.where != "cluster"}
    assert judged - {result.policy for result in results} == set()


def test_nothing_stops_the_gate(results: Sequence[Result]) -> None:
    """A finding of the gate itself would mean that an object was not judged."""
    assert [result.message for result in results if result.policy == "gate"] == []


def test_messages_stay_within_200_characters(results: Sequence[Result]) -> None:
    texts = {r.message.partition("] ")[2] if r.message.startswith("[Implied by ") else r.message for r in results}
    assert [text for text in sorted(texts) if len(text) > MOST_CHARACTERS] == []


def test_messages_name_no_environment_and_repeat_no_secret(results: Sequence[Result]) -> None:
    texts = json.dumps([result.message for result in results])
    assert ("production" in texts, "PRIVATE KEY" in texts, "a:b@" in texts) == (False, False, False)


def test_every_finding_says_where(results: Sequence[Result]) -> None:
    """An empty path means the object as a whole; what is in the details tells it from none."""
    without = [r.message for r in results if not {"path", "clusters", "unit"} & json.loads(r.details).keys()]
    assert without == []
