"""What a fleet demands of pods, as patches over manifests that leave it open."""

from __future__ import annotations

from typing import cast

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.start.workloads import Image, hardening_of, images_of, tags_of
from fleetgen.yamlfile import load_manifests

HEAD = """\
{# What the fleet demands of pods and the manifests leave open. What the program cannot bear goes, with a waiver. #}
{% import "_parts/pods.j2" as pods %}
"""


def objects(text: str) -> list[JsonObject]:
    return [cast("JsonObject", each) for each in load_manifests(text)]


def workload(kind: str, pod: str) -> str:
    """A workload whose pod spec is `pod`, in braces."""
    api = "batch/v1" if kind == "Job" else "apps/v1"
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: mq, namespace: queue}}\nspec: {{template: {{spec: {pod}}}}}\n"


RESOURCES = '{{ pods.resources(values.resources["main"].requests, values.resources["main"].limits) }}'
SECURED = """\
      securityContext: {{ pods.security_context() }}
      containers:
        - name: main
          securityContext: {{ pods.container_security_context() }}
"""


@pytest.mark.parametrize(
    ("kind", "pod", "expected"),
    [
        (
            "Deployment",
            "{containers: [{name: main, ports: [{containerPort: 80}]}], volumes: [{name: t, emptyDir: {}}, {name: c}]}",
            (
                "      automountServiceAccountToken: false\n      priorityClassName: serving\n"
                f"{SECURED}          resources: {RESOURCES}\n          readinessProbe: {{{{ pods.tcp_probe(80) }}}}\n"
                "      volumes:\n        - name: t\n          emptyDir: {sizeLimit: 64Mi}\n"
            ),
        ),
        (
            "Job",
            "{containers: [{name: main}]}",
            (
                "      automountServiceAccountToken: false\n      priorityClassName: batch\n"
                f"{SECURED}          resources: {RESOURCES}\n"
            ),
        ),
        (
            "Deployment",
            (
                "{automountServiceAccountToken: true, priorityClassName: critical, securityContext: {runAsUser: 0}, containers: "
                "[{name: main, securityContext: {privileged: true}, readinessProbe: {}}]}"
            ),
            (
                '      securityContext: {"seccompProfile": {"type": "RuntimeDefault"}}\n      containers:\n        - name: main\n'
                f"          resources: {RESOURCES}\n"
            ),
        ),
        (
            "Deployment",
            "{containers: [{name: main, securityContext: {capabilities: {}}, ports: [{name: web, containerPort: 1}]}]}",
            (
                "      automountServiceAccountToken: false\n      priorityClassName: serving\n"
                "      securityContext: {{ pods.security_context() }}\n      containers:\n        - name: main\n"
                '          securityContext: {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true}\n'
                f'          resources: {RESOURCES}\n          readinessProbe: {{{{ pods.tcp_probe("web") }}}}\n'
            ),
        ),
    ],
    ids=["nothing said", "a job", "all said", "some said"],
)
def test_a_patch_says_what_is_left_open(kind: str, pod: str, expected: str) -> None:
    hardening = hardening_of(objects(workload(kind, pod)), "1")
    api = "batch/v1" if kind == "Job" else "apps/v1"
    head = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: mq, namespace: queue}}\nspec:\n  template:\n    spec:\n"
    assert hardening.files == {f"{kind.lower()}-mq.yaml.j2": HEAD + head + expected}
    assert hardening.patches == [
        f"- path: {kind.lower()}-mq.yaml\n    target: {{kind: {kind}, namespace: queue, name: mq}}",
    ]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("{}", {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}),
        ("{requests: {memory: 1Gi, cpu: 2}}", {"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}),
        (
            "{limits: {cpu: 1, memory: 2Gi}}",
            {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "2Gi", "cpu": "1"}},
        ),
    ],
)
def test_resources_are_settings(own: str, expected: Json) -> None:
    hardening = hardening_of(objects(workload("Deployment", f"{{containers: [{{name: main, resources: {own}}}]}}")), "1")
    assert hardening.values == {"resources": {"main": expected}}


def test_containers_of_one_name_have_settings_of_their_own() -> None:
    two = workload("Deployment", "{containers: [{name: main}]}") + "---\n" + workload("Job", "{containers: [{name: main}]}")
    third = two + "---\n" + workload("DaemonSet", "{containers: [{name: main}]}")
    assert [*cast("JsonObject", hardening_of(objects(third), "1").values["resources"])] == ["main", "mq-main", "mq-main-2"]


def test_who_needs_its_token_keeps_it() -> None:
    binding = "---\napiVersion: v1\nkind: RoleBinding\nmetadata: {name: b}\nsubjects: [{kind: ServiceAccount, name: op}]\n"
    pod = "{serviceAccountName: op, containers: [{name: main, readinessProbe: {}}]}"
    hardening = hardening_of(objects(workload("Deployment", pod) + binding), "1")
    assert "automount" not in hardening.files["deployment-mq.yaml.j2"]
    assert hardening.notes == ["mq talks to the API server as op: it keeps its token, which FG-POD-020 finds"]


def test_a_server_without_a_port() -> None:
    hardening = hardening_of(objects(workload("Deployment", "{containers: [{name: main}]}")), "1")
    assert hardening.notes == ["the container main opens no port: write its readinessProbe, see overlay/"]


@pytest.mark.parametrize(
    ("text", "expected", "registry"),
    [
        ("docker.io/library/redis:7.4.1", Image("docker.io/library/redis", "7.4.1", ""), "docker.io/library/"),
        ("registry.example.com:5000/mq", Image("registry.example.com:5000/mq", "", ""), "registry.example.com:5000/"),
        ("mq:2@sha256:00", Image("mq", "2", "sha256:00"), "mq"),
    ],
)
def test_image(text: str, expected: Image, registry: str) -> None:
    (found,) = images_of(objects(workload("Deployment", f"{{containers: [{{name: main, image: '{text}'}}]}}")))
    assert (found, found.registry) == (expected, registry)


def test_the_version_is_an_exact_tag() -> None:
    assert tags_of([Image("a", "1.0", ""), Image("b", "latest", ""), Image("c", "", ""), Image("d", "1.0", "")]) == ["1.0"]


def test_images_of_the_version_are_settings() -> None:
    pod = "{containers: [{name: a, image: x/mq:2}, {name: b, image: y/mq:2@sha256:00}, {name: c, image: x/other:3}]}"
    hardening = hardening_of(objects(workload("Job", pod)), "2")
    assert hardening.values["images"] == {
        "mq": {"repository": "x/mq", "digests": {}},
        "y-mq": {"repository": "y/mq", "digests": {"2": "sha256:00"}},
    }
    assert hardening.images == [
        '- {{ pods.image_override("x/mq", values.images["mq"], version) }}',
        '- {{ pods.image_override("y/mq", values.images["y-mq"], version) }}',
    ]


SERVICE = """apiVersion: v1
kind: Service
metadata: {name: mq, namespace: queue}
spec: {selector: {app: mq}, ports: [{port: 80, targetPort: web}]}
"""
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: mq}\n"


def test_callers_of_a_service_are_settings() -> None:
    hardening = hardening_of(objects(SERVICE), "1")
    assert hardening.values == {"callers": []}
    assert hardening.files == {
        "network-policies.yaml.j2": (
            "{# Who may call: the namespace lets in only what is named. #}\n"
            '{% import "_parts/objects.j2" as objects %}\n{% if values.callers %}\n---\n'
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: mq, namespace: queue}\nspec:\n"
            "  podSelector: {matchLabels: {app: mq}}\n  policyTypes: [Ingress]\n  ingress:\n"
            '    - {{ objects.callers(values.callers, "web") }}\n{% endif %}\n'
        )
    }
    assert hardening_of(objects(SERVICE + "---\n" + POLICY), "1").files == {}
