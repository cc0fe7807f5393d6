"""The real conftest, as the gate asks for it: judged by its JSON, never by its exit code (1 means denied *or* could not run)."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from fleetgen.errors import EvaluationFailed, FleetgenError, InputError, ToolError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.tools import process
from fleetgen.tools.executor import Executor, Machine, Work
from fleetgen.tools.process import Command, Ran
from fleetgen.tools.results import decoded
from fleetgen.tools.toolchain import Tool
from fleetgen.tools.workspace import workspace, write_all

NAMESPACE = "main"
_FAILURES, _WARNINGS = "failures", "warnings"
_TIMEOUT_SECONDS = 900.0
_ADDED_BY_CONFTEST = "query"
_POLICY, _DATA, _INPUTS, _CAPABILITIES = "policy", "data", "inputs", "capabilities.json"  # where conftest finds them
_LEAST_SIZE, _MOST_SIZE = 2**18, 2**22  # characters of inputs in a part
# failures or warnings, the message, and what conftest calls metadata: the keys of policies/rego/gate/result
_Said: TypeAlias = tuple[str, str, dict[str, Any]]
_EVALUATION = re.compile(r"evaluating policy: policy/(?P<path>\S+\.rego):(?P<line>\d+): (?P<reason>eval_\w+: [^\n]*)")
_REFUSED = re.compile(r"policy/(?P<path>\S+\.rego):(?P<line>\d+): rego_\w+_error: (?P<reason>[^\n]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What every process reads: `files` of policies and data, path -> text."""

    files: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPart:
    """Some of the inputs as JSON, each with its number."""

    inputs: Sequence[tuple[int, str]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestCli:
    """Meets the port `PolicyEngine`. `capabilities` is the file that takes impure built-ins away."""

    tool: Tool
    capabilities: Path
    executor: Executor = field(repr=False)

    def evaluate(self, policy_files: Mapping[str, str], data: Mapping[str, Json], inputs: Sequence[Json]) -> Sequence[Verdict]:
        """One verdict for each of `inputs`, in their order.

        Raises InputError E0813 for Rego that does not compile, ToolError E1103 unless every input was really evaluated.
        """
        if not inputs:
            return ()
        # Test files cost load time (seconds for some dozens of policies) and are no part of the gate.
        policies = {f"{_POLICY}/{path}": text for path, text in policy_files.items() if not path.endswith("_test.rego")}
        documents = {f"{_DATA}/{name}.json": _dumps({name: value}) for name, value in data.items()}
        capabilities = {_CAPABILITIES: self.capabilities.read_text(encoding="utf-8")}
        work = Work(function=judge_part, tool=self.tool, shared=Policies(files={**policies, **documents, **capabilities}))
        texts = [_dumps(value) for value in inputs]
        answers = self.executor.map(work, lambda slots: divided(texts, slots))
        verdicts = {number: verdict for answer in answers for number, verdict in answer.items()}
        if len(verdicts) != len(inputs):
            raise _nonsense(f"conftest gave no result for {len(inputs) - len(verdicts)} of {len(inputs)} inputs")
        return tuple(verdicts[number] for number in range(len(inputs)))


def divided(texts: Sequence[str], slots: int) -> list[JudgedPart]:
    """Inputs by size, the largest first, so that all parts take about as long.

    As many parts as can be worked on at a time, but not so small that the start of conftest is most of their time, and not so
    large that a process needs much memory. (UTF-8 may be larger; that does not matter here.)
    """
    size = sum(map(len, texts))
    parts = max(min(slots, size // _LEAST_SIZE), size // _MOST_SIZE, 1)
    shares: list[list[tuple[int, str]]] = [[] for _ in range(min(parts, len(texts)))]
    loads = [(0, number) for number in range(len(shares))]
    for index, text in sorted(enumerate(texts), key=lambda item: (-len(item[1]), item[0])):
        load, number = heapq.heappop(loads)
        shares[number].append((index, text))
        heapq.heappush(loads, (load + len(text), number))
    return [JudgedPart(inputs=share) for share in shares]


def judge_part(machine: Machine, policies: Policies, part: JudgedPart) -> dict[int, Verdict]:
    """Number of an input -> its verdict, from one process."""
    names = {f"{_INPUTS}/{number:06}.json": number for number, _ in part.inputs}
    with workspace() as folder:
        write_all(folder, policies.files)
        write_all(folder, {name: text for name, (_, text) in zip(names, part.inputs, strict=True)})
        for name in (_POLICY, "home"):
            (folder / name).mkdir(exist_ok=True)
        answers = _verdicts(process.run(_command(machine, folder, policies)))
    if unknown := answers.keys() - names.keys():
        raise _nonsense(f"conftest gave a result for {min(unknown)}, which is no input")
    return {names[name]: verdict for name, verdict in answers.items()}


def _command(machine: Machine, folder: Path, policies: Policies) -> Command:
    data = [part for name in sorted(policies.files) if name.startswith(f"{_DATA}/") for part in ("-d", name)]
    flags = ("--policy", _POLICY, *data, "--namespace", NAMESPACE, "--capabilities", _CAPABILITIES)
    answer = ("--parser", "json", "--no-fail", "--output", "json", "--no-color")
    tuning = {"GOGC": "400", "GOMAXPROCS": "1", "GOTRACEBACK": "single"}
    home = str(folder / "home")
    return Command(
        argv=(str(machine.tool.path), "test", *flags, *answer, _INPUTS),
        cwd=folder,
        env=process.scrubbed(machine.environ, {**tuning, "HOME": home, "PATH": home}),
        ok=frozenset({0, 1}),
        timeout=_TIMEOUT_SECONDS,
        fix="correct the policy in the message",
    )


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


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


def _failed(ran: Ran) -> FleetgenError:
    """With --no-fail, exit code 1 means that it could not run: a line does not compile, or a rule's evaluation failed."""
    if refused := [_refusal(match) for match in _REFUSED.finditer(ran.err)]:
        return InputError(refused)
    match = _EVALUATION.search(ran.err)
    if match is None:
        return process.failure(ran)
    return EvaluationFailed(Place(match["path"], int(match["line"])), match["reason"].strip())


def _refusal(match: re.Match[str]) -> Finding:
    fix = "correct the line; `fleetgen policy test` checks the policies alone"
    return problem("E0813", match["reason"], fix=fix, place=Place(match["path"], int(match["line"])))


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
