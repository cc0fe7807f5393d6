"""What policies over clusters read and declare, by the syntax trees of the real opa."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from fleetgen.policy.facts import check
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import write_all
from tests.unit.policy.examples import policy

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
    text = f'package policies.pod.no_privileged\n\nimport data.lib.pools\n\nviolation contains {{"msg": "x"}} if {{ {body}\n'
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
    "with": ("input.cluster.ring == 1 with input as {} }", "cannot be followed here: `with` replaces what is read"),
    "more than is declared": ("input.cluster.site == {} }", "FG-POD-001 reads site and does not declare it"),
    "keys that are not declared": ("count(input.cluster.site) > 0 }", "FG-POD-001 reads site.* and does not declare it"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tools: Callable[[str], Tool], tmp_path: Path) -> None:
    body, message = REFUSED[case]
    assert any(message in each for each in found(body, ["site.country", "ring"], tools, tmp_path))
