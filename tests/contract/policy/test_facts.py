"""What policies over clusters read and declare, by the syntax trees of the real opa, and whether it is enough for them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from fleetgen.build.plan import Plan
from fleetgen.catalog.projection import cut, kept
from fleetgen.model.plain import Json, JsonObject, mapping_of
from fleetgen.model.policy import Policy
from fleetgen.policies.test_suite import PolicyTools, record
from fleetgen.policy.facts import check, steps
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import write_all
from tests.fleets import policy

POLICY: Final = "policies/rego/pod/no_privileged/policy.rego"
LIBRARY: Final = "policies/rego/lib/pools/pools.rego"
LIB: Final = """package lib.pools

named(model) := [pool.name | some pool in model.cluster.nodePools]

item(described, list) := described[list]

names(pools) := {pool.name | some pool in pools}
"""
# body of the rule and what comes after it -> facts that it has to declare, no more and no less
READ: Final[Mapping[str, tuple[str, list[str]]]] = {
    "a reference": ("input.cluster.site.country == input.parameters.x }", ["site.country"]),
    "a key with dots": ('input.cluster.facts["kubernetes.minor"] == "1.35" }', ['facts["kubernetes.minor"]']),
    "iteration": ("some unit, described in input.cluster.units; described.version == unit }", ["units.*.version"]),
    "keys alone": ("some unit, _ in input.cluster.units; unit == input.parameters.x }", ["units.*"]),
    "any key": ("input.cluster.site[input.parameters.x] == 1 }", ["site.*"]),
    "a variable that nothing binds": ("input.cluster.units[unit].version == unit }", ["units.*.version"]),
    "object.get": ('object.get(input, ["cluster", "site", "city"], "") == "" }', ["site.city"]),
    "object.get with an unknown key": ("object.get(input.cluster.site, input.parameters.x, 1) == 1 }", ["site"]),
    "a boolean": ("not input.cluster.network.airGapped }", ["network.airGapped"]),
    "a default": ('not object.get(input.cluster.network, "airGapped", false) }', ["network.airGapped"]),
    "a rule": ("_site.country == 1 }\n_site := input.cluster.site", ["site.country"]),
    "a function": ("f(input.cluster.site) }\nf(x) if x.country == 1", ["site.country"]),
    "else": ("f(1) == 1 }\nf(_) := 1 if false\nelse := input.cluster.ring", ["ring"]),
    "an array": ("[a, b] := [input.cluster.ring, input.cluster.site]; a == b.city }", ["ring", "site.city"]),
    "a set": ("_seen[_] }\n_seen contains described if some described in input.cluster.units", ["units.*"]),
    "a mapping of one's own": ('{"a": input.cluster.site, "b": 1}.a.country == 1 }', ["site.country"]),
    "a comprehension": ("count([1 | some p in input.cluster.nodePools; p.arch == 1]) > 0 }", ["nodePools.*.arch"]),
    "every": ("every p in input.cluster.nodePools { p.arch == 1 } }", ["nodePools.*.arch"]),
    "a built-in function": ("walk(input.cluster.site, [_, x]); x == 1 }", ["site"]),
    "union": ('object.union(input.cluster.site, {"a": 1}).city == 1 }', ["site.city"]),
    "a library": ("pools.named(input) == [] }", ["nodePools.*.name"]),
    "a library and a word": ('pools.item(input.cluster.site, "city") == 1 }', ["site.city"]),
    "a library and a part": ("pools.names(input.cluster.nodePools) == {1} }", ["nodePools.*.name"]),
    "the day": ("input.asOf == 1 }", ["asOf"]),
    "parameters": ("input.parameters.a == 1 }", []),
}


def found(body: str, facts: list[str], tools: Callable[[str], Tool], folder: Path) -> list[str]:
    imports = "import data.lib\nimport data.lib.pools\nimport input.cluster.site"
    text = f'package policies.pod.no_privileged\n\n{imports}\n\nviolation contains {{"msg": "x"}} if {{ {body}\n'
    files = {POLICY: text, LIBRARY: LIB}
    write_all(folder, files)
    trees = OpaCli(tool=tools("opa"), root=folder, environ={}).parse(list(files))
    declaring = replace(policy(scope="cluster", where="gate"), facts=tuple(facts))
    results = [*check(trees, [declaring])]
    assert {(result.code, result.place and result.place.path) for result in results} <= {("E0822", POLICY)}
    return [result.message for result in results]


@pytest.mark.parametrize("case", READ)
def test_what_is_read(case: str, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    body, facts = READ[case]
    assert found(body, facts, tools, tmp_path) == []
    missing = found(body, [], tools, tmp_path)
    assert bool(missing) == bool(facts)
    assert all("and does not declare it" in message for message in missing)
    assert found(body, [*facts, "provides"], tools, tmp_path) == ["FG-POD-001 declares the fact provides and does not read it"]


REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "the whole input": ("count(json.marshal(input)) > 1 }", "FG-POD-001 reads the whole model and does not declare it"),
    "other data": ("data.plan.x == 1 }", "cannot be followed here: `data` may be anything; import a library"),
    "a function in other data": ("data.plan.f(1) }", "cannot be followed here: `data` may be anything; import a library"),
    "an imported part": ("site == 1 }", "cannot be followed here: `site` is imported and no library with that name"),
    "below an imported part": ("site.city == 1 }", "cannot be followed here: `site` is imported and no library with that name"),
    "a folder of libraries": ("lib.pools.named(1) }", "cannot be followed here: `lib` is imported and no library with that name"),
    "with": ("input.cluster.ring == 1 with input as {} }", "cannot be followed here: `with` replaces what is read"),
    "more than is declared": ("input.cluster.site == {} }", "FG-POD-001 reads site and does not declare it"),
    "keys that are not declared": ("count(input.cluster.site) > 0 }", "FG-POD-001 reads site.* and does not declare it"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    body, message = REFUSED[case]
    assert any(message in each for each in found(body, ["site.country", "ring"], tools, tmp_path))


def projected(policy: Policy, given: JsonObject) -> JsonObject:
    """The input as the gate would give it, if it is a model."""
    fleet = policy.scope == "fleet"
    paths = [steps(fact) for fact in policy.facts]
    apart = [path for path in paths if path[0] in ({"asOf", "environment"} if fleet else {"asOf"})]
    below = ("clusters", "*") if fleet else ("cluster",)
    return mapping_of(cut(given, kept([("parameters",), *apart, *((*below, *path) for path in paths if path not in apart)])))


def test_what_is_declared_is_enough(
    plan: Plan, bench: PolicyTools, root: Path, tools: Callable[[str], Tool], tmp_path: Path
) -> None:
    """For every input of the policies' tests, which reach every line: the policy finds the same without all other facts."""
    policies = {policy.id: policy for policy in plan.rules.policies.values() if policy.scope != "object"}
    files = {path: text for path, text in plan.inputs.with_prefix("policies/rego/").items() if path.endswith(".rego")}
    pairs: dict[str, list[Json]] = {name: [] for name in policies}
    for each in record(bench, files, plan.rules.policies):
        if each.policy in policies:
            given = mapping_of(each.input)
            pairs[each.policy].append([given, projected(policies[each.policy], given)])
    (tmp_path / "input.json").write_text(json.dumps(pairs), "utf-8")
    found = "{{found | some found in data.policies.{}.{}.violation with input as pair[{}]}}"
    queries = [
        f'"{p.id}": [[{found.format(p.area, p.rule, 0)}, {found.format(p.area, p.rule, 1)}] | some pair in input["{p.id}"]]'
        for p in policies.values()
    ]
    opa = OpaCli(tool=tools("opa"), root=root, environ=os.environ)
    answer = mapping_of(opa.evaluate(f"{{{', '.join(queries)}}}", data=["policies/rego"], given=str(tmp_path / "input.json")))
    assert min(len(each) for each in pairs.values()) > 2
    for name, listed in answer.items():
        assert isinstance(listed, list)
        assert [pair for pair in listed if isinstance(pair, list) and pair[0] != pair[1]] == [], name
