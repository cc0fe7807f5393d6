"""The real opa: checks, tests and reads Rego while it is written. The gate itself does not need it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.rego import Complaint, RegoTest, TestOutcome
from fleetgen.tools import process
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.toolchain import Tool

# 1: errors in the Rego or a failed test; 2: also tests that failed or errored, by version.
_ANSWERS = frozenset({0, 1, 2})
_TIMEOUT_SECONDS = 900.0
# opa ends a test after 5 s by default, which a busy machine exceeds.
_PATIENT = ("--timeout", "120s")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaCli:
    """Paths are relative to `root`, where opa runs, and so are the places in answers."""

    tool: Tool
    root: Path
    environ: Mapping[str, str] = field(repr=False)
    jobs: int = 1

    def check(self, paths: Sequence[str], *, capabilities: Path | None = None) -> tuple[Complaint, ...]:
        """`opa check --strict`: what it refuses, in its order."""
        flags = ("--capabilities", str(capabilities)) if capabilities else ()
        ran = self._run("check", "--strict", "--max-errors", "0", "--format", "json", *flags, "--", *paths)
        return () if ran.code == 0 else tuple(_complaint(error) for error in _errors(ran))

    def test(self, paths: Sequence[str], *, only: str = "") -> tuple[RegoTest, ...]:
        """`opa test`, by place. `only`: an expression that the full name of a test must match."""
        ran = self._run("test", *_PATIENT, "--format", "json", *_run_flag(only), "--", *paths)
        return tuple(sorted((_tested(entry) for entry in _json(ran) or ()), key=lambda one: (one.place.path, one.place.line)))

    def uncovered(self, paths: Sequence[str], *, only: str = "") -> dict[str, tuple[tuple[int, int], ...]]:
        """Path -> first and last line of each part that no test reaches. ToolError E1103 if a test fails."""
        report = _json(self._run("test", *_PATIENT, "--format", "json", "--coverage", *_run_flag(only), "--", *paths))
        files = cast("dict[str, dict[str, list[dict[str, dict[str, int]]]]]", report["files"])
        return {
            path: tuple((part["start"]["row"], part["end"]["row"]) for part in coverage["not_covered"])
            for path, coverage in sorted(files.items())
            if coverage.get("not_covered")
        }

    def parse(self, paths: Sequence[str]) -> dict[str, JsonObject]:
        """Path -> syntax tree, with the location of everything. ToolError E1103 with opa's words if one does not parse."""
        flags = ("--format", "json", "--json-include", "locations,-comments")
        answers = process.run_all([self._command("parse", *flags, "--", path) for path in paths], self.jobs)
        return {path: cast("JsonObject", _json(ran)) for path, ran in zip(paths, answers, strict=True)}

    def evaluate(self, query: str, *, data: Sequence[str], given: str) -> Json:
        """The value of a query. `data`: paths of Rego, `given`: path of the input. ToolError E1103 if the query has no value."""
        paths = [flag for path in data for flag in ("--data", path)]
        ran = self._run("eval", "--format", "json", *paths, "--input", given, "--", query)
        try:
            return cast("Json", _json(ran)["result"][0]["expressions"][0]["value"])
        except (KeyError, IndexError, TypeError) as error:
            raise process.failure(ran) from error

    def capabilities(self, version: str) -> JsonObject:
        """What the engine of an older release offers. ToolError E1103 for a version that opa does not know."""
        return cast("JsonObject", _json(self._run("capabilities", "--version", version)))

    def unformatted(self, paths: Sequence[str]) -> tuple[str, ...]:
        """The files that `opa fmt` would write differently."""
        return tuple(self._run("fmt", "--list", "--", *paths).out.split("\n")[:-1])

    def formatted(self, path: str) -> str:
        """The file as `opa fmt` writes it."""
        ran = self._run("fmt", "--", path)
        if ran.code != 0:
            raise process.failure(ran)
        return ran.out

    def _run(self, *arguments: str) -> Ran:
        return process.run(self._command(*arguments))

    def _command(self, *arguments: str) -> Command:
        env = process.scrubbed(self.environ, {"GOTRACEBACK": "single"})
        argv = (str(self.tool.path), *arguments)
        return Command(argv=argv, cwd=self.root, env=env, ok=_ANSWERS, timeout=_TIMEOUT_SECONDS)


def _run_flag(only: str) -> tuple[str, ...]:
    return ("--run", only) if only else ()


def _json(ran: Ran) -> Any:  # noqa: ANN401 - decoded by the caller
    """ToolError E1103 with opa's words if it answered no JSON: it did not get as far as an answer."""
    try:
        return json.loads(ran.stdout)
    except ValueError as error:
        raise process.failure(ran) from error


def _errors(ran: Ran) -> list[dict[str, Any]]:
    """`opa check` writes its JSON to stderr."""
    try:
        return list(json.loads(ran.stderr)["errors"])
    except (ValueError, KeyError, TypeError) as error:
        raise process.failure(ran, "gave an answer that is not JSON") from error


def _complaint(error: Mapping[str, Any]) -> Complaint:
    location = error.get("location") or {}
    place = Place(str(location.get("file", "")), int(location.get("row", 1)), int(location.get("col", 1)))
    return Complaint(place=place, message=str(error["message"]).strip(), rule=str(error.get("code", "")))


def _tested(entry: Mapping[str, Any]) -> RegoTest:
    location = entry["location"]
    outcome: TestOutcome = (
        "error" if entry.get("error") else "fail" if entry.get("fail") else "skip" if entry.get("skip") else "pass"
    )
    output = base64.b64decode(entry.get("output", "")).decode("utf-8", errors="replace")
    error = cast("Json", entry.get("error"))
    return RegoTest(
        place=Place(str(location["file"]), int(location["row"]), int(location["col"])),
        package=str(entry["package"]).removeprefix("data."),
        name=str(entry["name"]),
        outcome=outcome,
        cases=tuple(sorted(_failed(entry.get("sub_results") or {}))),
        output=f"{error['message']}\n{output}" if isinstance(error, dict) and "message" in error else output,
    )


def _failed(cases: Mapping[str, Mapping[str, Any]], above: str = "") -> list[str]:
    """Cases may have cases."""
    names = []
    for name, case in cases.items():
        inner = case.get("sub_results")
        if inner:
            names += _failed(inner, f"{above}{name}/")
        elif case.get("fail"):
            names.append(above + name)
    return names
