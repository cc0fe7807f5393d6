"""The real gator, Gatekeeper's engine as a program: judged by what it prints, never by its exit code (1: denied *or* failed).

`gator test` gives objects without a namespace an empty Namespace, as no cluster does; `gator verify` does not. So the first is
for objects in namespaces, the second for the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fleetgen.errors import ToolError, problem
from fleetgen.model.gatekeeper import Case, Reviewed, Suite
from fleetgen.model.plain import JsonObject
from fleetgen.tools import process
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.results import decoded
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import workspace, write_all

_TIMEOUT_SECONDS: Final = 900.0
_EXPANSIONS: Final = "expansions.yaml"
_CASE: Final = re.compile(r"^    --- (PASS|FAIL): (\S+)\s", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatorCli:
    """`jobs` processes at a time: gator itself works on one core."""

    tool: Tool
    environ: Mapping[str, str] = field(repr=False)
    jobs: int = 1

    def review(self, policies: Sequence[JsonObject], groups: Sequence[Sequence[JsonObject]]) -> list[tuple[Reviewed, ...] | str]:
        """`gator test` of each group by itself: its violations, or gator's words where it gave no verdict.

        Templates and constraints are judged as objects, too; the caller tells their violations from those of its objects.
        """
        with workspace() as folder:
            write_all(folder, {"policies.yaml": _stream(policies)})
            write_all(folder, {f"{number}.yaml": _stream(group) for number, group in enumerate(groups)})
            ran = process.run_all([self._test(folder, f"{number}.yaml") for number in range(len(groups))], self.jobs)
        return [_reviewed(answer) for answer in ran]

    def verify(self, expansions: Sequence[JsonObject], suites: Sequence[Suite]) -> dict[str, str]:
        """Case -> gator's words about the difference, for each case that did not give the expected messages.

        ToolError E1103 unless every case was really run.
        """
        with workspace() as folder:
            write_all(folder, {_EXPANSIONS: _stream(expansions)})
            commands = [self._verify(folder, number, share) for number, share in enumerate(_shares(suites, self.jobs)) if share]
            answers = [_cases(ran) for ran in process.run_all(commands, self.jobs)]
        told = {name: words for answer in answers for name, words in answer.items()}
        wanted = {case.name for suite in suites for case in suite.cases}
        if told.keys() != wanted:
            missing = sorted(wanted - told.keys())
            message = f"gator verify ran {len(told)} of {len(wanted)} cases; the first that is missing: {missing[:1]}"
            raise ToolError(problem("E1103", message, fix="check the pinned gator: fleetgen tools list"))
        return {name: words for name, words in told.items() if words}

    def _test(self, folder: Path, objects: str) -> Command:
        argv = ("test", "--filename", "policies.yaml", "--filename", objects, "--output", "json")
        return self._command(folder, *argv)

    def _verify(self, folder: Path, number: int, suites: Sequence[Suite]) -> Command:
        files: dict[str, str] = {}
        tests: list[JsonObject] = []
        for index, suite in enumerate(suites):
            files[f"{number}/{index}-template.yaml"] = json.dumps(suite.template)
            files[f"{number}/{index}-constraint.yaml"] = json.dumps(suite.constraint)
            files |= {f"{number}/{index}-{at}.yaml": json.dumps(case.object) for at, case in enumerate(suite.cases)}
            tests.append(
                {
                    "name": str(index),
                    "template": f"{index}-template.yaml",
                    "constraint": f"{index}-constraint.yaml",
                    "expansion": f"../{_EXPANSIONS}",
                    "cases": [_case(f"{index}-{at}.yaml", case) for at, case in enumerate(suite.cases)],
                }
            )
        head: JsonObject = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", "metadata": {"name": "parity"}}
        files[f"{number}/suite.yaml"] = json.dumps({**head, "tests": tests})
        write_all(folder, files)
        return self._command(folder, "verify", "--verbose", f"{number}/suite.yaml")

    def _command(self, folder: Path, *arguments: str) -> Command:
        home = str(folder)
        env = process.scrubbed(self.environ, {"GOGC": "400", "GOTRACEBACK": "single", "HOME": home, "PATH": home})
        return Command(
            argv=(str(self.tool.path), *arguments),
            cwd=folder,
            env=env,
            ok=frozenset({0, 1}),
            timeout=_TIMEOUT_SECONDS,
            fix="correct the policy in the message",
        )


def _stream(documents: Iterable[JsonObject]) -> str:
    """JSON is YAML, and no YAML library decides what a `y` is."""
    return "".join(f"---\n{json.dumps(document, ensure_ascii=False, allow_nan=False)}\n" for document in documents)


def _shares(suites: Sequence[Suite], jobs: int) -> list[list[Suite]]:
    shares: list[list[Suite]] = [[] for _ in range(jobs)]
    for suite in sorted(suites, key=lambda each: -len(each.cases)):
        min(shares, key=lambda share: sum(len(each.cases) for each in share)).append(suite)
    return shares


def _case(path: str, case: Case) -> JsonObject:
    """The number of all violations, and of each message, so that one cannot stand for another."""
    counted: list[JsonObject] = [
        {"violations": case.messages.count(message), "message": f"^{re.escape(message)}$"} for message in sorted({*case.messages})
    ]
    return {"name": case.name, "object": path, "assertions": [{"violations": len(case.messages)}, *counted]}


def _reviewed(ran: Ran) -> tuple[Reviewed, ...] | str:
    try:
        answers = json.loads(ran.stdout)
    except ValueError:
        return ran.err.strip() or ran.out.strip() or f"no answer and exit code {ran.code}"
    return tuple(_violation(entry) for entry in answers or ())


def _violation(entry: Mapping[str, Any]) -> Reviewed:
    said = {
        "constraint": entry["constraint"]["metadata"]["name"],
        "action": entry["enforcementAction"],
        "details": (entry.get("metadata") or {}).get("details"),
    }
    return Reviewed(object=entry["violatingObject"], result=decoded(str(entry["msg"]), said))


def _cases(ran: Ran) -> dict[str, str]:
    """Case -> what was wrong with it, empty for those that passed."""
    parts = _CASE.split(ran.out)
    return {
        name: "" if verdict == "PASS" else _words(rest) or "failed"
        for verdict, name, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


def _words(text: str) -> str:
    """The lines that belong to a case are those that are indented further than it."""
    lines = text.splitlines()[1:]
    end = next((number for number, line in enumerate(lines) if not line.startswith("        ")), len(lines))
    return " ".join(line.strip() for line in lines[:end])
