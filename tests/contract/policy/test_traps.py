"""Ways in which the real conftest says "passed" or "failed" and means something else. The gate rests on knowing each of them.

If a new conftest behaves differently, the test that fails names the place in generator/fleetgen/tools/conftest_cli.py or
policies/rego/gate that was written because of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fleetgen.errors import FleetgenError
from fleetgen.tools import process
from fleetgen.tools.conftest_cli import ConftestCli
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import write_all

DENY = 'package main\n\ndeny contains {"msg": "no"}\n'
WARN = 'package main\n\nwarn contains {"msg": "careful"}\n'
SILENT = "package main\n\ndeny contains 1 if false\n"
Conftest = Callable[..., Ran]


@pytest.fixture
def conftest(tools: Callable[[str], Tool], tmp_path: Path) -> Conftest:
    def run(rego: str, *flags: str, document: str = "{}", files: Mapping[str, str] | None = None, output: str = "json") -> Ran:
        write_all(tmp_path, {"policy/a.rego": rego, "input.yaml": document, **(files or {})})
        form = ("--output", output) if output else ()
        argv = (str(tools("conftest").path), "test", "--policy", "policy", *form, *flags, "input.yaml")
        env = process.scrubbed(os.environ, {"HOME": str(tmp_path)})
        return process.run(Command(argv=argv, cwd=tmp_path, env=env, ok=frozenset(range(256))))

    return run


def report(ran: Ran) -> dict[str, Any]:
    (answer,) = json.loads(ran.stdout)
    return cast("dict[str, Any]", answer)


def messages(ran: Ran) -> list[str]:
    return sorted(result["msg"] for key in ("failures", "warnings") for result in report(ran).get(key, []))


def test_a_namespace_without_rules_passes(conftest: Conftest) -> None:
    ran = conftest(DENY, "--namespace", "mian")
    assert (ran.code, report(ran)) == (0, {"filename": "input.yaml", "namespace": "mian", "successes": 0})


@pytest.mark.parametrize(
    ("rego", "flags", "code"),
    [
        (SILENT, (), 0),
        (DENY, (), 1),
        ("package main\n\ndeny contains", (), 1),
        (WARN, (), 0),
        (WARN, ("--fail-on-warn",), 1),
        (DENY, ("--fail-on-warn",), 2),
        (DENY, ("--no-fail",), 0),
        ("package main\n\ndeny contains", ("--no-fail",), 1),
    ],
    ids=[
        "passed",
        "denied",
        "could not run",
        "warned",
        "warned and failed",
        "denied beside",
        "denied and passed",
        "could not run",
    ],
)
def test_one_means_denied_or_could_not_run(conftest: Conftest, rego: str, flags: Sequence[str], code: int) -> None:
    assert conftest(rego, *flags).code == code


def test_quiet_is_silent_when_it_passes(conftest: Conftest) -> None:
    assert conftest(SILENT, "--quiet").stdout == b""


def test_only_some_names_are_rules(conftest: Conftest) -> None:
    names = ("deny", "deny_a", "violation", "violation_a", "warn", "warn_a", "denies", "deny2", "denied_a", "error")
    rules = "".join(f'{name} contains {{"msg": "{name}"}}\n\n' for name in names)
    assert messages(conftest(f"package main\n\n{rules}")) == ["deny", "deny_a", "violation", "violation_a", "warn", "warn_a"]


def test_what_stands_beside_msg_is_metadata(conftest: Conftest) -> None:
    ran = conftest('package main\n\ndeny contains {"msg": "no", "code": 7, "_loc": {"file": "x.yaml", "line": 3}}\n')
    (failure,) = report(ran)["failures"]
    assert (failure["msg"], failure["metadata"]) == ("no", {"code": 7, "query": "data.main.deny"})


@pytest.mark.parametrize("element", ['{"message": "no"}', '{"msg": 7}'])
def test_a_result_without_a_text_cannot_be_run(conftest: Conftest, element: str) -> None:
    ran = conftest(f"package main\n\ndeny contains {element}\n")
    assert (ran.code, ran.stdout) == (1, b"")


def test_a_result_that_is_neither_text_nor_object_is_dropped(conftest: Conftest) -> None:
    ran = conftest("package main\n\ndeny contains 7\n")
    assert (ran.code, messages(ran)) == (0, [])


def test_an_exception_hides_every_result_of_a_rule(conftest: Conftest) -> None:
    rego = 'package main\n\ndeny_a contains {"msg": "one"}\n\ndeny_a contains {"msg": "two"}\n\nexception contains ["a"]\n'
    ran = conftest(rego)
    assert (ran.code, messages(ran), len(report(ran)["exceptions"])) == (0, [], 1)


@pytest.mark.parametrize("document", ["null", "[]", "text", ""])
def test_a_document_that_is_no_object_passes(conftest: Conftest, document: str) -> None:
    rule = 'package main\n\ndeny contains {"msg": "no"} if input.kind == "Pod"\n'
    ran = conftest(rule, document=document)
    assert (ran.code, messages(ran)) == (0, [])


def test_a_list_is_not_unpacked(conftest: Conftest) -> None:
    rule = 'package main\n\ndeny contains {"msg": input.kind}\n'
    document = json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod"}]})
    assert messages(conftest(rule, document=document)) == ["List"]


def test_data_of_a_folder_lies_below_the_names_of_its_folders(conftest: Conftest) -> None:
    rules = "".join(f'deny contains {{"msg": "{path}"}} if data.{path}\n\n' for path in ("a", "inner.a"))
    files = {"data/inner/x.json": '{"a": 1}'}
    assert messages(conftest(f"package main\n\n{rules}", "--data", "data", files=files)) == ["inner.a"]
    assert messages(conftest(f"package main\n\n{rules}", "--data", "data/inner/x.json", files=files)) == ["a"]


def test_equal_keys_of_data_cannot_be_run(conftest: Conftest) -> None:
    files = {"x.json": '{"a": {"b": 1}}', "y.json": '{"a": {"b": 2}}'}
    ran = conftest(DENY, "--data", "x.json", "--data", "y.json", files=files)
    assert (ran.code, ran.stdout) == (1, b"")


def test_one_broken_rule_costs_the_whole_run(conftest: Conftest) -> None:
    clash = '_clash := 1\n\n_clash := 2\n\ndeny contains {"msg": "x"} if _clash\n\ndeny contains {"msg": "y"}\n'
    ran = conftest(f"package main\n\n{clash}", "--no-fail")
    assert (ran.code, ran.stdout) == (1, b"")
    assert "policy/a.rego:5: eval_conflict_error" in ran.err


@pytest.mark.parametrize(
    ("rego", "words"),
    [
        ("package mian\n\ndeny contains 1 if false\n", "the gate's own rules did not run"),
        (SILENT, "0 coverage records instead of one"),
        (
            'package main\n\ndeny contains {"msg": "no"}\n\nexception contains [""]\n',
            "the policies use conftest's `exception` rules",
        ),
        ('package main\n\ndeny contains {"message": "no"}\n', '"msg" field must be present and a string'),
        ("package main\n\ndeny contains", "unexpected eof token"),
    ],
    ids=["namespace", "silence", "exception", "no message", "broken"],
)
def test_the_gate_falls_into_none_of_them(engine: ConftestCli, rego: str, words: str) -> None:
    with pytest.raises(FleetgenError) as caught:
        engine.evaluate({"a.rego": rego}, {}, [{}])
    assert words in caught.value.findings[0].message


def test_the_gate_takes_impure_built_ins_away(engine: ConftestCli) -> None:
    rego = {"a.rego": 'package main\n\ndeny contains {"msg": http.send({"method": "get", "url": "http://127.0.0.1"}).body}\n'}
    with pytest.raises(FleetgenError, match=r"undefined function http\.send"):
        replace(engine).evaluate(rego, {}, [{}])
