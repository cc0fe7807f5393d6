"""The real conftest, as the gate asks for it: judged by its JSON, never by its exit code (1 means denied *or* could not run)."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from fleetgen.errors import EvaluationFailed, ToolError, problem
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.tools import process
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.results import decoded
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import workspace, write_all

NAMESPACE = "main"
_FAILURES, _WARNINGS = "failures", "warnings"
_TIMEOUT_SECONDS = 900.0
_ADDED_BY_CONFTEST = "query"
# failures or warnings, the message, and what conftest calls metadata: the keys of policies/rego/gate/result
_Said: TypeAlias = tuple[str, str, dict[str, Any]]
_EVALUATION = re.compile(r"evaluating policy: policy/(?P<path>\S+\.rego):(?P<line>\d+): (?P<reason>eval_\w+: [^\n]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestCli:
    """Meets the port `PolicyEngine`. `capabilities` is the file that takes impure built-ins away."""

    tool: Tool
    capabilities: Path
    environ: Mapping[str, str] = field(repr=False)
    jobs: int = 1

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        """One verdict for each of `inputs`, in their order. ToolError E1103 unless every one was really evaluated."""
        if not inputs:
            return ()
        with workspace() as folder:
            # Test files cost load time (seconds for some dozens of policies) and are no part of the gate.
            policies = {f"policy/{path}": text for path, text in policy_files.items() if not path.endswith("_test.rego")}
            write_all(folder, {**policies, **{f"data/{name}.json": _dumps({name: value}) for name, value in data.items()}})
            (folder / "policy").mkdir(exist_ok=True)
            (folder / "home").mkdir()
            shares = _spread([_dumps(value) for value in inputs], self.jobs)
            for number, share in enumerate(shares):
                write_all(folder, {f"{number}/{_file(index)}": text for index, text in share})
            data_files = [part for name in sorted(data) for part in ("-d", f"data/{name}.json")]
            commands = [self._command(folder, number, data_files) for number in range(len(shares))]
            answers: dict[str, Verdict] = {}
            for ran in process.run_all(commands, self.jobs):
                answers |= _verdicts(ran)
        wanted = [f"{number}/{_file(index)}" for number, share in enumerate(shares) for index, _ in share]
        if sorted(wanted) != sorted(answers):
            missing = len(set(wanted) - set(answers))
            raise _nonsense(f"conftest gave no result for {missing} of {len(inputs)} inputs")
        by_name = {name.partition("/")[2]: verdict for name, verdict in answers.items()}
        return tuple(by_name[_file(index)] for index in range(len(inputs)))

    def _command(self, folder: Path, number: int, data_files: Sequence[str]) -> Command:
        flags = ("--policy", "policy", *data_files, "--namespace", NAMESPACE, "--capabilities", str(self.capabilities.resolve()))
        tuning = {"GOGC": "400", "GOMAXPROCS": "1", "GOTRACEBACK": "single"}
        home = str(folder / "home")
        return Command(
            argv=(
                str(self.tool.path),
                "test",
                *flags,
                "--parser",
                "json",
                "--no-fail",
                "--output",
                "json",
                "--no-color",
                str(number),
            ),
            cwd=folder,
            env=process.scrubbed(self.environ, {**tuning, "HOME": home, "PATH": home}),
            ok=frozenset({0, 1}),
            timeout=_TIMEOUT_SECONDS,
            fix="correct the policy in the message",
        )


def _file(index: int) -> str:
    return f"{index:06}.json"


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _spread(texts: Sequence[str], jobs: int) -> list[list[tuple[int, str]]]:
    """Share inputs out to `jobs` processes by size, the largest first; each process pays a start, so never more than inputs."""
    shares: list[list[tuple[int, str]]] = [[] for _ in range(max(1, min(jobs, len(texts))))]
    loads = [(0, number) for number in range(len(shares))]
    for index, text in sorted(enumerate(texts), key=lambda item: (-len(item[1]), item[0])):
        load, number = heapq.heappop(loads)
        shares[number].append((index, text))
        heapq.heappush(loads, (load + len(text), number))
    return shares


def _verdicts(ran: Ran) -> dict[str, Verdict]:
    if ran.code:
        raise _failed(ran)
    try:
        answers = json.loads(ran.stdout)
    except ValueError as error:
        raise process.failure(ran, "gave an answer that is not JSON") from error
    if not isinstance(answers, list):
        raise process.failure(ran, "gave an answer that is not a list of results")
    found = {}
    for answer in answers:
        name = str(answer.get("filename"))
        if name in found or answer.get("namespace") != NAMESPACE:
            raise _nonsense(f"conftest answered twice about {name}, or for another namespace: {answer.get('namespace')}")
        found[name] = _verdict(name, answer)
    return found


def _failed(ran: Ran) -> ToolError:
    """With --no-fail, exit code 1 means that it could not run. An error of one rule's evaluation names the rule's line."""
    match = _EVALUATION.search(ran.err)
    if match is None:
        return process.failure(ran)
    return EvaluationFailed(Place(match["path"], int(match["line"])), match["reason"].strip())


def _verdict(name: str, answer: Mapping[str, Any]) -> Verdict:
    """The coverage record is a warning in form only: exactly one says that the gate itself ran."""
    if answer.get("exceptions"):
        # An `exception` rule silences every result of a rule: waivers are data here, with owner and date.
        raise _nonsense(f"{name}: the policies use conftest's `exception` rules", "write a waiver instead")
    said: list[_Said] = []
    coverages = []
    for kind in (_FAILURES, _WARNINGS):
        for result in answer.get(kind) or ():
            metadata = {name: value for name, value in (result.get("metadata") or {}).items() if name != _ADDED_BY_CONFTEST}
            if kind == _WARNINGS and "coverage" in metadata:
                coverages.append(metadata["coverage"])
            else:
                said.append((kind, str(result["msg"]), metadata))
    if len(coverages) != 1:
        raise _nonsense(f"{name}: {len(coverages)} coverage records instead of one; the gate's own rules did not run")
    results = tuple(decoded(message, metadata) for _, message, metadata in sorted(said, key=_order))
    return Verdict(results=results, coverage=_coverage(name, coverages[0]))


def _coverage(name: str, record: Mapping[str, Any]) -> Coverage:
    try:
        policies = {str(policy): tuple(map(str, ids)) for policy, ids in sorted(record["policies"].items())}
        return Coverage(ids=tuple(map(str, record["ids"])), targets=int(record["targets"]), policies=policies)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _nonsense(f"{name}: a broken coverage record: {record!r}") from error


def _order(said: _Said) -> tuple[str, str, str]:
    kind, message, metadata = said
    return (kind, message, json.dumps(metadata, sort_keys=True))


def _nonsense(message: str, fix: str = "check policies/rego/gate and the pinned conftest: fleetgen tools list") -> ToolError:
    return ToolError(problem("E1103", message, fix=fix))
