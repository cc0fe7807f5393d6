"""What the gate relies on, against the real conftest. Each trap of conftest can turn a gate into decoration."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fleetgen.errors import EvaluationFailed, InputError, ToolError
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.result import Result
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.executor import LocalExecutor
from fleetgen.tools.toolchain import Tool

GATE = """package main

deny contains {"msg": msg, "policy": "FG-1", "id": input.name} if {
    input.size > data.limit
    msg := sprintf("%s is above %d", [input.name, data.limit])
}

warn contains {"msg": "gate coverage", "coverage": coverage} if {
    coverage := {"ids": [input.name], "targets": 1, "policies": {"FG-1": [input.name]}}
}
"""


def verdict(name: str, *messages: str) -> Verdict:
    results = tuple(Result(policy="FG-1", constraint="", action="deny", id=name, message=text) for text in messages)
    return Verdict(results=results, coverage=Coverage(ids=(name,), targets=1, policies={"FG-1": (name,)}))


@pytest.fixture
def conftest(tools: Callable[[str], Tool], root: Path) -> ConftestCli:
    capabilities = root / "policies" / "capabilities.json"
    executor = LocalExecutor(environ=os.environ, jobs=2)
    return ConftestCli(tool=tools("conftest"), capabilities=capabilities, executor=executor)


def words(conftest: ConftestCli, rego: str, data: dict[str, Json] | None = None) -> str:
    """What the ToolError says when this policy is used."""
    with pytest.raises(ToolError) as caught:
        conftest.evaluate({"gate.rego": rego}, data or {"limit": 1}, [{"name": "a", "size": 1}])
    (finding,) = caught.value.findings
    assert finding.code == "E1103"
    return finding.message


def refused(conftest: ConftestCli, line: str) -> str:
    """What is said of a line that does not compile."""
    with pytest.raises(InputError) as caught:
        conftest.evaluate({"gate.rego": f"{GATE}\n{line}\n"}, {"limit": 1}, [{"name": "a", "size": 1}])
    (finding,) = caught.value.findings
    assert (finding.code, finding.place) == ("E0813", Place("gate.rego", 12))
    return finding.message


def test_verdicts_come_in_the_order_of_the_inputs(conftest: ConftestCli) -> None:
    inputs: list[Json] = [{"name": f"n{number}", "size": number, "pad": "x" * (7 * number % 5)} for number in range(7)]
    expected = [verdict(f"n{n}", *([f"n{n} is above 4"] if n > 4 else [])) for n in range(7)]
    assert list(conftest.evaluate({"gate/main.rego": GATE}, {"limit": 4, "other": {"limit": 0}}, inputs)) == expected


def test_jobs_do_not_matter(conftest: ConftestCli) -> None:
    inputs: list[Json] = [{"name": f"n{number}", "size": number, "pad": "x" * 300_000} for number in range(5)]
    one, many = (
        replace(conftest, executor=LocalExecutor(environ=os.environ, jobs=jobs)).evaluate({"g.rego": GATE}, {"limit": 2}, inputs)
        for jobs in (1, 9)
    )
    assert one == many


def test_no_inputs_need_no_conftest(conftest: ConftestCli, tmp_path: Path) -> None:
    assert replace(conftest, tool=replace(conftest.tool, path=tmp_path / "none")).evaluate({}, {}, []) == ()


def test_tests_of_policies_are_left_out(conftest: ConftestCli) -> None:
    files = {"g.rego": GATE, "g_test.rego": "this is not Rego"}
    assert list(conftest.evaluate(files, {"limit": 4}, [{"name": "a", "size": 1}])) == [verdict("a")]


@pytest.mark.parametrize("given", [None, [], "text", 3, {"kind": "List"}], ids=["null", "list", "string", "number", "no name"])
def test_an_input_that_no_rule_understands_is_no_pass(conftest: ConftestCli, given: Json) -> None:
    with pytest.raises(ToolError) as caught:
        conftest.evaluate({"g.rego": GATE}, {"limit": 1}, [given])
    assert caught.value.findings[0].code == "E1103"


def test_a_typo_in_the_package_is_no_pass(conftest: ConftestCli) -> None:
    assert words(conftest, GATE.replace("package main", "package mian")) == (
        "inputs/000000.json: 0 coverage records instead of one; the gate's own rules did not run"
    )


def test_a_rule_of_another_name_is_ignored_by_conftest(conftest: ConftestCli) -> None:
    """`denies` never fires: that is why the gate proves its coverage policy by policy."""
    (found,) = conftest.evaluate(
        {"g.rego": GATE.replace("deny contains", "denies contains")}, {"limit": 0}, [{"name": "a", "size": 9}]
    )
    assert found.results == ()


def test_an_evaluation_error_names_file_and_line(conftest: ConftestCli) -> None:
    rego = f'{GATE}\nf(x) := 1 if x\n\nf(x) := 2 if x\n\ndeny contains {{"msg": "m"}} if f(input.name) == 1\n'
    with pytest.raises(EvaluationFailed) as caught:
        conftest.evaluate({"gate.rego": rego}, {"limit": 1}, [{"name": "a", "size": 1}])
    assert (caught.value.place, caught.value.reason) == (
        Place("gate.rego", 14),
        "eval_conflict_error: functions must not produce multiple outputs for same inputs",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [("x contians {1} if true", "unexpected if keyword"), ("x if nosuch(1)", "undefined function nosuch")],
)
def test_rego_that_does_not_compile_is_a_mistake_at_its_line(conftest: ConftestCli, line: str, reason: str) -> None:
    assert refused(conftest, line) == reason


def test_a_result_without_text_is_an_error(conftest: ConftestCli) -> None:
    assert "msg" in words(conftest, f'{GATE}\ndeny contains {{"msg": 3}} if true\n')


def test_exception_rules_cannot_silence_the_gate(conftest: ConftestCli) -> None:
    rego = GATE + '\ndeny_x contains {"msg": "m"} if true\n\nexception contains ["x"] if true\n'
    assert "`exception` rules" in words(conftest, rego)


def test_two_data_files_with_one_key_are_kept_apart_by_construction(conftest: ConftestCli) -> None:
    (found,) = conftest.evaluate({"g.rego": GATE}, {"limit": 4, "plan": {"limit": 9}}, [{"name": "a", "size": 5}])
    assert found == verdict("a", "a is above 4")


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("http.send", 'http.send({"method": "get", "url": "http://127.0.0.1:9"})'),
        ("opa.runtime", "opa.runtime()"),
        ("net.lookup_ip_addr", 'net.lookup_ip_addr("localhost")'),
        ("time.now_ns", "time.now_ns()"),
        ("rand.intn", 'rand.intn("a", 3)'),
        ("uuid.rfc4122", 'uuid.rfc4122("a")'),
    ],
)
def test_impure_builtins_are_taken_away(conftest: ConftestCli, name: str, call: str) -> None:
    assert refused(conftest, f'deny contains {{"msg": "m"}} if {call}') == f"undefined function {name}"


@pytest.mark.parametrize(
    "condition",
    [
        'net.cidr_contains("10.0.0.0/8", "10.1.0.0/16")', 'units.parse_bytes("1Gi") > 1', 'semver.compare("1.2.3", "1.2.4") < 0',
        'json.match_schema({"a": 1}, {"type": "object"})[0]', 'regex.match("^a", "ab")', 'glob.match("a*", [], "ab")',
        "every x in [1, 2] { x > 0 }", 'time.parse_rfc3339_ns("2026-11-24T00:00:00Z") > 0', 'strings.count("aa", "a") == 2',
    ],
)  # fmt: skip
def test_what_policies_need_is_there(conftest: ConftestCli, condition: str) -> None:
    rego = f'{GATE}\ndeny contains {{"msg": "it works"}} if {condition}\n'
    (found,) = conftest.evaluate({"g.rego": rego}, {"limit": 4}, [{"name": "a", "size": 1}])
    assert [result.message for result in found.results] == ["it works"]


def test_the_users_configuration_has_no_say(conftest: ConftestCli, tmp_path: Path) -> None:
    (tmp_path / "conftest.toml").write_text('namespace = ["other"]\n', encoding="utf-8")
    hostile = {
        **os.environ,
        "CONFTEST_NAMESPACE": "other",
        "CONFTEST_NO_FAIL": "true",
        "HOME": str(tmp_path),
        "CONFTEST_DATA": "/x",
    }
    misled = replace(conftest, executor=LocalExecutor(environ=hostile))
    found = misled.evaluate({"g.rego": GATE}, {"limit": 0}, [{"name": "a", "size": 1}])
    assert list(found) == [verdict("a", "a is above 0")]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -KILL $$", "was stopped by SIGKILL"),
        ("exit 0", "gave an answer that is not JSON"),
        ("echo null", "gave an answer that is not a list of results"),
        ("echo '[]'", "conftest gave no result for 1 of 1 inputs"),
    ],
    ids=["killed", "silent", "null", "empty"],
)
def test_a_crash_or_silence_is_an_error_of_the_tool(conftest: ConftestCli, tmp_path: Path, script: str, message: str) -> None:
    path = tmp_path / "conftest"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    assert message in words(replace(conftest, tool=replace(conftest.tool, path=path)), GATE)


def test_why_the_exit_code_is_not_trusted(conftest: ConftestCli, tmp_path: Path) -> None:
    """Facts of this version: if one of them changes, the adapter may be simplified; until then it must not be."""
    (tmp_path / "p.rego").write_text('package main\n\ndeny contains "m" if input.bad\n', encoding="utf-8")
    for name, text in (("bad", '{"bad": true}'), ("good", "{}")):
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")

    def code(*arguments: str) -> int:
        argv = [str(conftest.tool.path), "test", "--policy", "p.rego", "--output", "json", *arguments]
        return subprocess.run(argv, cwd=tmp_path, check=False, capture_output=True).returncode

    codes = {
        "denied": code("bad.json"),
        "cannot run": code("none.json"),
        "denied with --no-fail": code("--no-fail", "bad.json"),
        "namespace without rules": code("--namespace", "mian", "bad.json"),
        "passed": code("good.json"),
    }
    assert codes == {"denied": 1, "cannot run": 1, "denied with --no-fail": 0, "namespace without rules": 0, "passed": 0}


def test_the_capabilities_file_is_what_its_script_writes(tools: Callable[[str], Tool], root: Path) -> None:
    text = subprocess.run([str(tools("opa").path), "capabilities", "--version", "v1.3.0"], check=True, capture_output=True).stdout
    base = {builtin["name"] for builtin in json.loads(text)["builtins"]}
    here = json.loads((root / "policies" / "capabilities.json").read_text(encoding="utf-8"))
    assert sorted(base - {builtin["name"] for builtin in here["builtins"]}) == [
        "http.send", "io.jwt.decode_verify", "io.jwt.encode_sign", "io.jwt.encode_sign_raw", "net.lookup_ip_addr",
        "opa.runtime", "rand.intn", "rego.parse_module", "time.now_ns", "trace", "uuid.rfc4122",
    ]  # fmt: skip
    assert here["allow_net"] == []
