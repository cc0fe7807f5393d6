"""METADATA of a policy becomes a value, or a message that names the line."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.policy.metadata import read_policies
from tests.fleets import POLICY_PATH, REGO, policy


def problems(text: str, path: str = POLICY_PATH, **more: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        read_policies({path: text, **{name.replace("__", "/"): rego for name, rego in more.items()}})
    return [(str(found.place), found.message, found.fix) for found in caught.value.findings]


def test_policy() -> None:
    assert read_policies({POLICY_PATH: REGO}) == {"FG-POD-001": policy()}


def test_codes_of_rules() -> None:
    text = REGO.replace(
        "custom:", "custom:\n#   rules:\n#     host-port: A port of the host.\n#     host-path: A path of the host."
    )
    (found,) = read_policies({POLICY_PATH: text}).values()
    assert found.codes == {"host-port": "A port of the host.", "host-path": "A path of the host."}


def test_other_files_are_no_policies() -> None:
    assert read_policies({"policies/rego/lib/texts/texts.rego": "package lib.texts", "a/b/policy_test.rego": ""}) == {}


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "fix"),
    [
        pytest.param(
            "# METADATA\n", "", ":1", "the policy has no METADATA", "start the file with a '# METADATA' comment", id="none"
        ),
        pytest.param(
            "id: FG-POD-001",
            "id: POD-1",
            ":7:9",
            "METADATA.custom.id is 'POD-1', which has the wrong form",
            "the form is ^FG-[A-Z0-9]+-[0-9]{3}$",
            id="id",
        ),
        pytest.param(
            "#   remediation: Remove it.\n",
            "",
            ":6:3",
            "'remediation' is missing in METADATA.custom",
            "add 'remediation'",
            id="no remediation",
        ),
        pytest.param(
            "severity: critical",
            "severity: hihg",
            ":9:15",
            "METADATA.custom.severity is 'hihg', which is not one of the 3 known values",
            "did you mean 'high'?",
            id="severity",
        ),
        pytest.param(
            "facts: []", "fact: []", ":15:5", "unknown key 'fact' in METADATA.custom", "did you mean 'facts'?", id="unknown key"
        ),
        pytest.param(
            "package policies.pod.no_privileged",
            "package policies.pod.no_privilege",
            ":22",
            "the package is 'policies.pod.no_privilege', the folder says 'policies.pod.no_privileged'",
            "write 'package policies.pod.no_privileged', or move the file",
            id="package",
        ),
        pytest.param(
            "limit: {type: integer",
            "limit: {type: integr",
            ":16:5",
            "METADATA.custom.parameters is not a valid JSON Schema: "
            "\"integr\" is not valid under any of the schemas listed in the 'anyOf' keyword",
            "correct it",
            id="schema",
        ),
        pytest.param(
            "default: 3",
            "default: many",
            ":19:65",
            "the default of limit must be a whole number, not text",
            "How many",
            id="default",
        ),
        pytest.param(
            "environment: {registries: registries}",
            "environment: {registry: registries}",
            ":21:19",
            "there is no parameter 'registry' to fill",
            "did you mean 'registries'?",
            id="environment",
        ),
        pytest.param(
            "custom:",
            "custom:\n#   rules: {Host_port: A port of the host.}",
            ":7:5",
            'METADATA.custom.rules: "Host_port" does not match "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"',
            "write codes in lower case with dashes",
            id="code of a rule",
        ),
        pytest.param(
            "custom:",
            "custom:\n#   rules: {host-port: 3}",
            ":7:24",
            "METADATA.custom.rules.host-port must be text, but 3 is read as a whole number",
            'quote it: "3"',
            id="what a rule finds",
        ),
    ],
)
def test_broken_metadata(old: str, new: str, place: str, message: str, fix: str) -> None:
    assert REGO.count(old) == 1
    got = problems(REGO.replace(old, new))
    assert (POLICY_PATH + place, message, fix) in got


def test_metadata_is_no_mapping() -> None:
    text = "# METADATA\n# - a\npackage policies.pod.no_privileged\n"
    assert problems(text) == [(f"{POLICY_PATH}:1", "METADATA is not a mapping", "write title, description, scope and custom")]


def test_metadata_is_empty() -> None:
    text = "# METADATA\npackage policies.pod.no_privileged\n"
    assert problems(text) == [(f"{POLICY_PATH}:1", "METADATA is not a mapping", "write title, description, scope and custom")]


@pytest.mark.parametrize("folder", ["lib/x", "gate/x", "Pod/x", "pod/no-privileged"])
def test_folder_that_cannot_hold_a_policy(folder: str) -> None:
    path = f"policies/rego/{folder}/policy.rego"
    expected = (path, f"'{folder}' cannot be the folder of a policy", "name area and policy in lower case with underscores")
    assert problems(REGO, path) == [expected]


def test_ids_and_kinds_are_unique() -> None:
    second = "policies/rego/pod/other/policy.rego"
    got = problems(REGO, **{second: REGO.replace("pod.no_privileged", "pod.other").replace("FGPodNo", "FGPODNo")})
    assert got == [
        (
            f"{second}:1",
            f"FG-POD-001 is also the id of {POLICY_PATH}",
            "give one of them a new number; an id never changes and is never reused",
        ),
        (f"{second}:1", f"FGPODNoPrivileged is also the kind of {POLICY_PATH}", "give one of them another kind"),
    ]


def test_all_policies_are_looked_at() -> None:
    second = "policies/rego/pod/other/policy.rego"
    got = problems("package x", **{second: "package y"})
    assert [place for place, _, _ in got] == [f"{POLICY_PATH}:1", f"{second}:1"]


@pytest.mark.parametrize(
    ("scope", "fact", "message", "fix"),
    [
        ("cluster", "nodePool.*.name", "there is no fact 'nodePool.*.name' of a cluster", "did you mean 'nodePools'?"),
        ("cluster", "units..values", "there is no fact 'units..values' of a cluster", "did you mean 'units'?"),
        ("cluster", "names", "there is no fact 'names' of a cluster", "did you mean 'name'?"),
        ("fleet", "name", "there is no fact 'name' of a fleet", "did you mean 'names'?"),
    ],
)
def test_facts_that_do_not_exist(scope: str, fact: str, message: str, fix: str) -> None:
    text = REGO.replace("scope: object", f"scope: {scope}").replace("facts: []", f"facts: [asOf, {fact}]")
    with pytest.raises(InputError) as caught:
        read_policies({POLICY_PATH: text})
    found = [(each.code, str(each.place), each.message, each.fix) for each in caught.value.findings]
    assert found == [("E0801", f"{POLICY_PATH}:15:19", message, fix)]


@pytest.mark.parametrize("scope", ["cluster", "fleet"])
def test_no_facts(scope: str) -> None:
    with pytest.raises(InputError) as caught:
        read_policies({POLICY_PATH: REGO.replace("scope: object", f"scope: {scope}")})
    found = [(each.code, str(each.place), each.message, each.fix) for each in caught.value.findings]
    message = f"a policy of scope {scope} declares no facts, so the gate has none to give"
    fix = "list what it reads of the model, such as nodePools.*.labels: docs/how-to/write-a-policy.md"
    assert found == [("E0801", f"{POLICY_PATH}:15:12", message, fix)]


def test_facts_of_clusters_and_the_fleet() -> None:
    known = {"cluster": ("nodePools.*.labels", 'facts["kubernetes.minor"]'), "fleet": ("names", "environment.roles")}
    for scope, facts in known.items():
        listed = ", ".join(f"'{fact}'" for fact in facts)
        text = REGO.replace("scope: object", f"scope: {scope}").replace("facts: []", f"facts: [{listed}]")
        assert [policy.facts for policy in read_policies({POLICY_PATH: text}).values()] == [facts]
