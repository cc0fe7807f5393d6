"""What components share (templates/_parts): every macro is YAML of the form that its comment says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.stages.render import _Jinja
from fleetgen.yamlfile import load_manifests

PARTS: Final = {
    f"templates/_parts/{path.name}": path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[3] / "templates/_parts").glob("*.j2"))
}
POOL: Final[Json] = {
    "name": "gpu",
    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}, {"operator": "Exists"}],
}


def said(part: str, expression: str, **seen: object) -> list[Json]:
    """The documents that an expression of a template comes to; `p` is the part."""
    jinja = _Jinja(PARTS)
    text = f"{{% import '_parts/{part}.j2' as p %}}{{{{ {expression} }}}}"
    code = jinja.compile(text, name="templates/mq/overlay/a.yaml.j2")
    return load_manifests(jinja.template_class.from_code(jinja, code, jinja.globals).render(seen))


RESTRICTED: Final[Json] = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
TIMES: Final[JsonObject] = {"periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3}
DIGEST: Final = "sha256:" + "0" * 64
IMAGE: Final = {"repository": "example.com/mq", "digests": {"2": DIGEST}}
PART_OF: Final = {"app.kubernetes.io/part-of": "fleetgen", "app.kubernetes.io/managed-by": "fleetgen"}
LATER: Final[Json] = {"argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true"}


@pytest.mark.parametrize(
    ("part", "expression", "expected"),
    [
        ("pods", "p.security_context()", {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}),
        (
            "pods",
            "p.security_context(1000)",
            {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        ),
        ("pods", "p.container_security_context()", RESTRICTED),
        (
            "pods",
            "p.container_security_context(writable=true, add=['NET_ADMIN'])",
            {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}},
        ),
        (
            "pods",
            "p.resources({'memory': '1Gi', 'cpu': 1}, {'memory': '2Gi'})",
            {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        ),
        ("pods", "p.http_probe('/live', 'web')", {"httpGet": {"path": "/live", "port": "web"}, **TIMES}),
        (
            "pods",
            "p.tcp_probe(80, period=20, failures=none, delay=5)",
            {"tcpSocket": {"port": 80}, "initialDelaySeconds": 5, "periodSeconds": 20, "timeoutSeconds": 5},
        ),
        ("pods", "p.image(image, '1')", "example.com/mq:1"),
        ("pods", "p.image(image, '2')", f"example.com/mq:2@{DIGEST}"),
        ("pods", "p.image_override('mq', image, '1')", {"name": "mq", "newName": "example.com/mq", "newTag": "1"}),
        (
            "pods",
            "p.image_override('mq', image, '2')",
            {"name": "mq", "newName": "example.com/mq", "newTag": "2", "digest": DIGEST},
        ),
        ("pods", "p.pull_secrets(['a', 'b'])", [{"name": "a"}, {"name": "b"}]),
        (
            "pools",
            "p.tolerations([pool, pool], [p.control_plane, p.nvidia_node], [p.nvidia_node, {'key': 'x'}])",
            [
                {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"},
                {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
                {"operator": "Exists"},
                {"key": "x"},
            ],
        ),
        ("objects", "p.labels('mq')", {"app.kubernetes.io/name": "mq", **PART_OF}),
        (
            "objects",
            "p.labels('mq', 'mq-a', 'broker', {'release': 'site'})",
            {
                "app.kubernetes.io/name": "mq",
                "app.kubernetes.io/instance": "mq-a",
                "app.kubernetes.io/component": "broker",
                **PART_OF,
                "release": "site",
            },
        ),
        (
            "objects",
            "p.instance_label('mq-a', ['Service', 'NetworkPolicy'])",
            {
                "pairs": {"app.kubernetes.io/instance": "mq-a"},
                "includeTemplates": True,
                "fields": [
                    {"version": "v1", "kind": "Service", "path": "spec/selector", "create": True},
                    {
                        "group": "networking.k8s.io",
                        "kind": "NetworkPolicy",
                        "path": "spec/podSelector/matchLabels",
                        "create": True,
                    },
                ],
            },
        ),
        (
            "objects",
            "p.closed('mq')",
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "mq"},
                "spec": {
                    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "mq"}},
                    "policyTypes": ["Ingress", "Egress"],
                },
            },
        ),
        (
            "objects",
            "p.disruption_budget('mq', p.labels('mq'))",
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "mq", "labels": {"app.kubernetes.io/name": "mq", **PART_OF}},
                "spec": {
                    "maxUnavailable": 1,
                    "unhealthyPodEvictionPolicy": "AlwaysAllow",
                    "selector": {"matchLabels": {"app.kubernetes.io/name": "mq"}},
                },
            },
        ),
        (
            "objects",
            "p.callers([{'namespace': 'web'}, {'namespace': 'tills', 'podLabels': {'app': 'till'}}], 1883)",
            {
                "from": [
                    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "web"}}},
                    {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "tills"}},
                        "podSelector": {"matchLabels": {"app": "till"}},
                    },
                ],
                "ports": [{"port": 1883, "protocol": "TCP"}],
            },
        ),
        ("monitoring", "p.metadata('mq')", {"name": "mq", "annotations": LATER}),
        (
            "monitoring",
            "p.service_monitor('mq', '{a: b}', 'metrics', '30s')",
            {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "ServiceMonitor",
                "metadata": {"name": "mq", "annotations": LATER, "labels": {"a": "b"}},
                "spec": {
                    "selector": {"matchLabels": {"app.kubernetes.io/name": "mq"}},
                    "endpoints": [{"port": "metrics", "path": "/metrics", "interval": "30s"}],
                },
            },
        ),
        (
            "monitoring",
            "p.alert('MqDown', 'up == 0', 5, 'warning', {'team': 'till'}, 'Down.', 'Nobody answers.', 'https://example.com/r')",
            [
                {
                    "alert": "MqDown",
                    "expr": "up == 0",
                    "for": "5m",
                    "labels": {"severity": "warning", "team": "till"},
                    "annotations": {
                        "summary": "Down.",
                        "description": "Nobody answers.",
                        "runbook_url": "https://example.com/r#mqdown",
                    },
                }
            ],
        ),
    ],
)
def test_macro(part: str, expression: str, expected: Json) -> None:
    assert said(part, expression, image=IMAGE, pool=POOL) == [expected]


def test_a_binding_of_security_context_constraints() -> None:
    role, binding = said("openshift", "p.scc_role('mq-scc', '{name: mq-scc}', 'anyuid', 'mq', 'queue')")
    assert role == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "mq-scc"},
        "rules": [
            {
                "apiGroups": ["security.openshift.io"],
                "resources": ["securitycontextconstraints"],
                "resourceNames": ["anyuid"],
                "verbs": ["use"],
            }
        ],
    }
    assert binding == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "mq-scc"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "mq-scc"},
        "subjects": [{"kind": "ServiceAccount", "name": "mq", "namespace": "queue"}],
    }
