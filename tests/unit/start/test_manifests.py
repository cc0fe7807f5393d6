"""Plain manifests as a base: what is demanded is put in, all else stays as it was written."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.start.manifests import Base, base_of, definitions_of
from fleetgen.yamlfile import load_manifests

SERVED = {
    ("", "ConfigMap"),
    ("", "Namespace"),
    ("", "PersistentVolumeClaim"),
    ("", "Service"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apps", "Deployment"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
}
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"


def made(text: str, first: str = "", *, scoped: frozenset[tuple[str, str]] = frozenset()) -> Base:
    return base_of({"a.yaml": text}, (first, "mq"), SERVED, scoped)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# kept\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c # here\ndata:\n  x: |\n    y\n",
            "# kept\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c # here\n  namespace: mq\ndata:\n  x: |\n    y\n",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    a: b\n  name: c\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  namespace: mq\n  labels:\n    a: b\n  name: c\n",
        ),
        (CONFIG, "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: mq, name: c}\n"),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: other}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: other}\n",
        ),
        (
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: p\n  namespace: mq\n",
            (
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: p\n"
                '  annotations: {argocd.argoproj.io/sync-options: "Prune=false,Delete=false"}\n  namespace: mq\n'
            ),
        ),
        (
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  namespace: mq\n  name: p\n  annotations:\n    a: b\n",
            (
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  namespace: mq\n  name: p\n  annotations:\n    a: b\n"
                "    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n"
            ),
        ),
        (
            (
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  namespace: mq\n  name: p\n  annotations:\n"
                '    argocd.argoproj.io/sync-options: "Prune=false,Replace=true"\n'
            ),
            (
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  namespace: mq\n  name: p\n  annotations:\n"
                "    argocd.argoproj.io/sync-options: Prune=false,Replace=true,Delete=false\n"
            ),
        ),
        (
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: mq}\nspec:\n  ports:\n    - port: 80\n"
                "      name: http\n    - {port: 81}\n    - {port: 82, protocol: UDP}\n"
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: mq}\nspec:\n  ports:\n    - port: 80\n"
                "      protocol: TCP\n      name: http\n    - {protocol: TCP, port: 81}\n    - {port: 82, protocol: UDP}\n"
            ),
        ),
        (
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: mq}\nspec:\n  template:\n    spec:\n"
                "      containers:\n      - ports:\n        - containerPort: 80\n"
            ),
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: mq}\nspec:\n  template:\n    spec:\n"
                "      containers:\n      - ports:\n        - containerPort: 80\n          protocol: TCP\n"
            ),
        ),
        (
            "apiVersion: mq.example.com/v1\nkind: Broker\nmetadata: {name: b, namespace: mq}\nspec: {ports: [{port: 1}]}\n",
            "apiVersion: mq.example.com/v1\nkind: Broker\nmetadata: {name: b, namespace: mq}\nspec: {ports: [{port: 1}]}\n",
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n",
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n",
        ),
        (
            "---\n# nothing\n---\n" + CONFIG + "--- # next\n" + CONFIG.replace("c}", "d, namespace: mq}"),
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: mq, name: c}\n---\n"
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d, namespace: mq}\n"
            ),
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: mq\n",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: mq}\nx: &a {b: 0644}\nz: *a\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: mq\nx:\n  b: 420\nz:\n  b: 420\n",
        ),
    ],
    ids=[
        "namespace",
        "namespace before a mapping",
        "namespace in braces",
        "namespace there",
        "a claim",
        "a claim with annotations",
        "a claim with options",
        "ports of a Service",
        "ports of containers",
        "ports of others",
        "without a namespace",
        "several documents",
        "a list",
        "what templates may not say",
    ],
)
def test_text(text: str, expected: str) -> None:
    base = made(text)
    (written,) = base.files.values()
    assert load_manifests(written) == [*base.objects]
    assert written == expected


def test_what_a_component_says_about_them() -> None:
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: d}\nspec:\n"
        "  group: mq.example.com\n  names: {kind: Broker}\n  scope: Cluster\n"
        "  versions: [{name: v1, served: true}, {name: v0, served: false}, {name: v2, served: true}]\n"
    )
    documents = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: queue}\n",
        CONFIG,
        definition,
        "apiVersion: mq.example.com/v1\nkind: Broker\nmetadata: {name: b}\n",
        "apiVersion: certs.example.com/v1\nkind: Issuer\nmetadata: {name: i}\n",
        "apiVersion: certs.example.com/v1\nkind: SiteIssuer\nmetadata: {name: i}\n",
    )
    base = made("---\n".join(documents), scoped=frozenset({("certs.example.com", "SiteIssuer")}))
    assert (base.namespaces, base.left_out) == (("queue",), ("queue",))
    assert base.cluster_scoped == (
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("certs.example.com", "SiteIssuer"),
        ("mq.example.com", "Broker"),
    )
    assert base.provides == ("mq.example.com/v1/Broker", "mq.example.com/v2/Broker")
    assert base.requires == ("certs.example.com/v1/Issuer", "certs.example.com/v1/SiteIssuer")
    assert definitions_of(base.objects) == {
        ("mq.example.com", "Broker"): ["mq.example.com/v1/Broker", "mq.example.com/v2/Broker"]
    }


@pytest.mark.parametrize(
    ("first", "text", "expected"),
    [
        ("", CONFIG, ("mq",)),
        ("queue", CONFIG, ("queue",)),
        ("", CONFIG + "---\n" + CONFIG.replace("c}", "d, namespace: other}"), ("other",)),
        ("queue", CONFIG + "---\n" + CONFIG.replace("c}", "d, namespace: other}"), ("queue", "other")),
    ],
)
def test_namespaces(first: str, text: str, expected: tuple[str, ...]) -> None:
    assert made(text, first).namespaces == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "E0305 there is no object to install"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n", "E0305 there is no object to install"),
        (
            CONFIG + "---\nkind: ConfigMap\n",
            "a.yaml:5:1 E0602 the document is not a Kubernetes object: apiVersion is missing or not text",
        ),
        (
            CONFIG + "---\na: {\n",
            "a.yaml:6:1 E0101 is not valid YAML: did not find expected node content while parsing a flow node",
        ),
    ],
)
def test_what_is_no_base(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        made(text)
    assert [f"{f.place or ''} {f.code} {f.message}".strip() for f in caught.value.findings] == [expected]
