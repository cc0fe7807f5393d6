from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.model.plain import JsonObject
from fleetgen.policy.gatekeeper_documents import export, libraries, packages_of, structural
from tests.golden.components.cases import exported

PACKAGES = {"lib.a": "package lib.a\nimport data.lib.b\n", "lib.b": "package lib.b\n", "lib.c": "package lib.c\n"}


def test_libraries_are_closed_over_imports() -> None:
    assert libraries("package policies.x.y\nimport data.lib.a\n", PACKAGES) == ["lib.a", "lib.b"]


def test_sites_get_rego_without_metadata_and_without_tabs() -> None:
    source = """# METADATA
# title: No privileged containers
# custom: {id: FG-POD-001}
package policies.pod.no_privileged

# why the rule is as it is
violation contains result if {
\tsome entry in entries
\t\tresult := entry
}

# METADATA
# description: All containers.
entries := []
"""
    assert packages_of({"policies/rego/pod/no_privileged/policy.rego": source}) == {
        "policies.pod.no_privileged": """package policies.pod.no_privileged

# why the rule is as it is
violation contains result if {
  some entry in entries
    result := entry
}

entries := []
"""
    }


def test_a_structural_schema_closes_nothing() -> None:
    inner: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"additionalProperties": {"type": "string"}},
    }
    schema: JsonObject = {
        "type": "object",
        "properties": {"list": {"type": "array", "items": inner}},
        "additionalProperties": False,
    }
    assert structural(schema) == {
        "type": "object",
        "properties": {
            "list": {"type": "array", "items": {"type": "object", "properties": {"additionalProperties": {"type": "string"}}}}
        },
    }


def test_what_a_component_installs_says_the_same_as_the_gates_policy() -> None:
    for name, policy in exported().items():
        spec = policy.template["spec"]
        assert isinstance(spec, dict)
        assert policy.policy.id == name
        assert spec["crd"] == {
            "spec": {
                "names": {"kind": policy.policy.kind},
                "validation": {"legacySchema": False, "openAPIV3Schema": structural(policy.policy.parameters)},
            }
        }
        for constraint in policy.constraints["production"]:
            assert (constraint["kind"], constraint["apiVersion"]) == (policy.policy.kind, "constraints.gatekeeper.sh/v1beta1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FG-XXX-001", "a component exports policy FG-XXX-001, which does not exist"),
        ("FG-GPU-001", "only policies of scope object run in clusters"),
    ],
)
def test_what_cannot_be_exported(name: str, words: str) -> None:
    known = {policy.policy.id: policy.policy for policy in exported().values()}
    from fleetgen.policy.metadata import read_policies
    from tests.golden.components.cases import ROOT

    path = "policies/rego/gpu/capacity/policy.rego"
    known |= read_policies({path: (ROOT / path).read_text(encoding="utf-8")})
    with pytest.raises(InputError) as caught:
        export([name], known, {}, sources={})
    assert [(f.code, words in f.message) for f in caught.value.findings] == [("E0801", True)]
