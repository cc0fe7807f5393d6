"""`fleetgen policy test`: everything that can be said about policies before they judge anything, in one report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from fleetgen.build.plan import Plan
from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import place_files, shown_path
from fleetgen.inputs.repository import Repository
from fleetgen.inputs.rules import Rules, exported_of, policies_of, rules_of
from fleetgen.library import builtin_root
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Policy
from fleetgen.model.rego import Asked, Complaint, RegoTest
from fleetgen.policies.both_gates import GatekeeperEngine, refused
from fleetgen.policy import facts, portable, rule_codes
from fleetgen.policy.engines import Engine, limited, oldest
from fleetgen.policy.expansion import expansion_templates
from fleetgen.policy.gatekeeper_documents import exportable
from fleetgen.policy.samples import asked, probed, untested
from fleetgen.tools.opa_cli import OpaCli
from fleetgen.tools.regal_cli import RegalCli
from fleetgen.tools.workspace import workspace, write_all

REGO: Final = "policies/rego/"
_REGAL: Final = "policies/.regal/config.yaml"
_CAPABILITIES: Final = "policies/capabilities.json"
_ASKED: Final = "asked.json"
_PACKAGE: Final = re.compile(r"^package\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTools:
    """The tools. `opa` and `regal` are made for the folder that they run in, `regal` with its settings, too."""

    opa: Callable[[Path], OpaCli]
    regal: Callable[[Path, Path], RegalCli]
    gator: Callable[[], GatekeeperEngine]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteReport:
    """What was found, and how much was looked at. `formatted` are files that were written anew."""

    findings: tuple[Finding, ...]
    policies: int
    tests: int
    inputs: int
    engine: Engine | None
    formatted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What is looked at: all, or the files below some folders."""

    prefixes: tuple[str, ...]

    def __contains__(self, path: str) -> bool:
        return not self.prefixes or any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What came of the Rego alone."""

    findings: Sequence[Finding]
    tests: Sequence[RegoTest] = ()
    inputs: Sequence[Asked] = ()


def examine(
    plan: Plan, repository: Repository, bench: PolicyTools, paths: Sequence[str] = (), *, fix: bool = False
) -> SuiteReport:
    """Look at the policies below `paths`, or at all. `fix` writes what is not formatted.

    Raises InputError E1201 for a path without Rego, ToolError if a tool gives no answer.
    """
    files = {path: text for path, text in plan.inputs.with_prefix(REGO).items() if path.endswith(".rego")}
    scope = _scope(repository, paths, files)
    engine = oldest(v.version for v in plan.resolved.variants.values() if v.component.name == "gatekeeper")
    policies, broken = _policies(plan, files)
    with workspace() as folder:
        write_all(folder, {**files, _REGAL: _regal_config(repository)})
        opa = bench.opa(folder)
        complaints = [_checked(each, engine) for each in _check(opa, folder, engine)]
        styles = [] if complaints else [_styled(each) for each in bench.regal(folder, folder / _REGAL).lint([REGO])]
        # What opa cannot compile cannot be run either.
        seen = _Seen(findings=complaints) if complaints else _see(opa, bench, files, policies, scope)
        formatted, shapeless = ((), []) if complaints else _formatting(opa, repository, scope, fix=fix)
    found = [f for f in (*broken, *_too_old(engine), *styles, *shapeless, *seen.findings) if _concerns(f, scope)]
    if not found:
        loaded = _loaded(plan.rules, bench.gator())
        found = [finding for finding in loaded if _concerns(finding, scope)]
    return SuiteReport(
        findings=tuple(sorted(dict.fromkeys(found), key=Finding.sort_key)),
        policies=sum(policy.place.path in scope for policy in policies.values()),
        tests=len(seen.tests),
        inputs=len(seen.inputs),
        engine=engine,
        formatted=formatted,
    )


def _see(opa: OpaCli, bench: PolicyTools, files: Mapping[str, str], policies: Mapping[str, Policy], scope: _Scope) -> _Seen:
    """Run the tests and read the syntax trees. Coverage is only worth a look when the tests pass."""
    tests = _run(bench, files, policies, scope)
    inputs = asked(tests)
    failures = [*_failures(tests)]
    sources = [path for path in files if not path.endswith("_test.rego") and not path.startswith(f"{REGO}gate/")]
    trees = opa.parse(sources)
    findings = [
        *(failures or [*_uncovered(opa, files, scope), *_codes(opa, policies, inputs)]),
        *portable.check(trees, policies),
        *facts.check(trees, policies.values()),
        *_untested(policies, inputs),
    ]
    return _Seen(findings=findings, tests=tests, inputs=inputs)


def record(bench: PolicyTools, files: Mapping[str, str], policies: Mapping[str, Policy]) -> tuple[Asked, ...]:
    """What the tests ask of the policies. Raises InputError E0811 if one fails: what it asks would not be what it means."""
    tests = _run(bench, files, policies, _Scope(prefixes=()))
    if found := [*_failures(tests)]:
        raise InputError(found)
    return asked(tests)


def _concerns(finding: Finding, scope: _Scope) -> bool:
    """Whether it is about the scope; what is said about constraints, or about no file, always is."""
    path = finding.place.path if finding.place else ""
    return not path.startswith(REGO) or path in scope


def _scope(repository: Repository, paths: Sequence[str], files: Mapping[str, str]) -> _Scope:
    scope = _Scope(prefixes=tuple(shown_path(repository.root, Path(path)) for path in paths))
    for given, prefix in zip(paths, scope.prefixes, strict=True):
        if not any(path in _Scope(prefixes=(prefix,)) for path in files):
            fix = "name a folder below policies/rego, for example policies/rego/pod"
            raise InputError(problem("E1201", f"there is no Rego in '{given}'", fix=fix))
    return scope


def _regal_config(repository: Repository) -> str:
    """The repository's own, else the one that comes with fleetgen."""
    own = repository.root / _REGAL
    return (own if own.is_file() else builtin_root() / _REGAL).read_text(encoding="utf-8")


def _policies(plan: Plan, files: Mapping[str, str]) -> tuple[dict[str, Policy], list[Finding]]:
    """The policies and what is wrong with METADATA and constraints; a broken one hides the others, as in the gate."""
    try:
        policies = policies_of(files)
    except InputError as error:
        return {}, [*error.findings]
    try:
        rules_of(plan.library, plan.fleet)
    except InputError as error:
        return policies, [*error.findings]
    return policies, []


def _check(opa: OpaCli, folder: Path, engine: Engine | None) -> tuple[Complaint, ...]:
    gate = cast("JsonObject", json.loads((builtin_root() / _CAPABILITIES).read_text(encoding="utf-8")))
    allowed = limited(opa.capabilities(engine.opa), gate) if engine and engine.opa else gate
    write_all(folder, {_CAPABILITIES: json.dumps(allowed)})
    return opa.check([REGO], capabilities=folder / _CAPABILITIES)


def _too_old(engine: Engine | None) -> Iterator[Finding]:
    if engine and not engine.opa:
        message = f"Gatekeeper {engine.gatekeeper}, the oldest of the fleet, does not support Rego v1"
        yield problem("E0813", message, fix="set components.gatekeeper.version to 3.19.0 or later")


def _checked(each: Complaint, engine: Engine | None) -> Finding:
    fix = "correct the line"
    if each.message.startswith("undefined function"):
        oldest_ = f"OPA {engine.opa} in Gatekeeper {engine.gatekeeper}" if engine and engine.opa else "the oldest Gatekeeper"
        fix = f"correct the name, or use a function that {oldest_} has and that depends on its arguments alone"
    return problem("E0813", each.message, fix=fix, place=each.place)


def _styled(each: Complaint) -> Finding:
    fix = "change the code, or add `# regal ignore:<rule>` with a comment that gives the reason"
    return problem("E0814", f"{each.message} ({each.rule})", fix=fix, place=each.place)


def _formatting(opa: OpaCli, repository: Repository, scope: _Scope, *, fix: bool) -> tuple[tuple[str, ...], list[Finding]]:
    """Files of the repository itself can be written; those that come with fleetgen cannot."""
    paths = [path for path in opa.unformatted([REGO]) if path in scope]
    own = {path: opa.formatted(path) for path in paths if fix and (repository.root / path).is_file()}
    place_files(repository.root, own, replace=True)
    hint = "run: fleetgen policy test --fix"
    found = [problem("E0815", "is not formatted", fix=hint, place=Place(path)) for path in paths if path not in own]
    return tuple(own), found


def _run(bench: PolicyTools, files: Mapping[str, str], policies: Mapping[str, Policy], scope: _Scope) -> tuple[RegoTest, ...]:
    """Run the tests, with the probes that record what they ask."""
    with workspace() as folder:
        write_all(folder, probed(files, policies.values()))
        return bench.opa(folder).test([REGO], only=_only(files, scope))


def _only(files: Mapping[str, str], scope: _Scope) -> str:
    """An expression for the tests of some packages; empty for all."""
    if not scope.prefixes:
        return ""
    texts = [text for path, text in sorted(files.items()) if path in scope]
    packages = {match[1] for text in texts if (match := _PACKAGE.search(text))}
    return rf"^data\.({'|'.join(re.escape(name) for name in sorted(packages))})\."


def _failures(tests: Iterable[RegoTest]) -> Iterator[Finding]:
    for each in tests:
        if each.outcome == "pass":
            continue
        cases = f" in {', '.join(repr(name) for name in each.cases)}" if each.cases else ""
        verb = {"fail": "fails", "error": "stops with an error", "skip": "is skipped"}[each.outcome]
        told = f": {each.output.strip().splitlines()[0]}" if each.outcome == "error" and each.output.strip() else ""
        fix = "correct the policy or the test" if each.outcome != "skip" else "remove what skips it; no test may be skipped"
        yield problem("E0811", f"{each.name} {verb}{cases}{told}", fix=fix, place=each.place)


def _uncovered(opa: OpaCli, files: Mapping[str, str], scope: _Scope) -> Iterator[Finding]:
    for path, parts in opa.uncovered([REGO], only=_only(files, scope)).items():
        for first, last in parts:
            lines = f"line {first}" if first == last else f"lines {first} to {last}"
            yield problem("E0812", f"no test reaches {lines}", fix="add a test, or remove the code", place=Place(path, first))


def _untested(policies: Mapping[str, Policy], inputs: Iterable[Asked]) -> Iterator[Finding]:
    for policy, word in untested(policies.values(), inputs):
        message = f"no test of {policy.id} whose name begins with test_{word} evaluates the policy"
        yield problem("E0818", message, fix=f"add test_{word} to policy_test.rego beside it", place=policy.place)


def _codes(opa: OpaCli, policies: Mapping[str, Policy], inputs: Sequence[Asked]) -> Iterator[Finding]:
    """Ask every policy once more what its tests ask: a test compares results, but need not look at their codes."""
    ordered = [*policies.values()]
    write_all(opa.root, {_ASKED: json.dumps(rule_codes.inputs_of(ordered, inputs))})
    answer = opa.evaluate(rule_codes.query(ordered), data=[REGO], given=_ASKED)
    yield from rule_codes.findings(ordered, answer)


def _loaded(rules: Rules, gator: GatekeeperEngine) -> list[Finding]:
    """Gatekeeper's own engine takes every template and every constraint of every policy set."""
    exported = exported_of(rules, exportable(rules.policies))
    documents = [each.template for each in exported.values()]
    documents += expansion_templates()
    constraints = {
        (name, json.dumps(document, sort_keys=True)): document
        for each in exported.values()
        for listed in each.constraints.values()
        for document in listed
        for name in [str(document["kind"])]
    }
    # One name once in a run: environments differ in parameters only, so each content is loaded under a name of its own.
    for number, document in enumerate(constraints.values()):
        documents.append({**document, "metadata": {"name": f"constraint-{number}"}})
    return refused([each.policy for each in exported.values()], documents, gator)
