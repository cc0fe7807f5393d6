"""Policies from outside the working tree: a folder with the layout of policies/, or a commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fleetgen import library
from fleetgen.errors import InputError, problem
from fleetgen.inputs.files import read_tree
from fleetgen.inputs.repository import Repository, checkout_prefix
from fleetgen.model.finding import Finding
from fleetgen.tools.git_cli import Git

RULES: Final = ("rego", "constraints")
ENFORCEMENT: Final = "enforcement"
WAIVERS: Final = "waivers"
_ENTRY: Final = "policies/rego/gate/gate.rego"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySource:
    """What was found, as path -> text. `rules` is complete; `enforcement` is None where a folder says nothing about it."""

    name: str
    rules: Mapping[str, str]
    enforcement: Mapping[str, str] | None
    waivers: Mapping[str, str]
    environments: Mapping[str, str]

    def blamed(self, error: InputError) -> InputError:
        """The error with places that say that they are not those of the work tree: two files have the same path."""
        return InputError([blamed(self.name, finding) for finding in error.findings])

    def library(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files of a library with these rules in place of its own."""
        ours = tuple(f"policies/{name}/" for name in RULES)
        return {**{path: text for path, text in files.items() if not path.startswith(ours)}, **self.rules}


def policies_from(repository: Repository, source: str, git: Callable[[], Git]) -> PolicySource:
    """What a folder or a commit has in place of the repository's policies. Raises InputError E0301, E0801.

    A folder is laid out as `policies/` is, or holds a folder `policies`. As in the repository itself, `library = "builtin"`
    means that only what differs from the policies of fleetgen has to be there.
    """
    found = _of_folder(Path(source)) if Path(source).is_dir() else _of_commit(repository, source, git())
    rules = found.rules
    if repository.config.library == "builtin":
        problems: list[Finding] = []
        builtin = read_tree(library.builtin_root(), [f"policies/{name}" for name in RULES], problems)
        if problems:
            raise InputError(problems)
        rules = library.overlay(builtin, dict(found.rules))
    if not found.rules or _ENTRY not in rules:
        missing = _ENTRY.removeprefix("policies/")
        fix = "name a folder or a commit that has a complete policies/, for example a copy with a changed constraint"
        raise InputError(problem("E0801", f"'{source}' has no policies: {missing} is missing", fix=fix))
    return replace(found, rules=rules)


def _of_folder(folder: Path) -> PolicySource:
    inner = folder / "policies"
    top = inner if inner.is_dir() else folder
    problems: list[Finding] = []
    found = {name: _read(top, name, problems) for name in (*RULES, ENFORCEMENT)}
    if problems:
        raise InputError([blamed(str(folder), finding) for finding in problems])
    return PolicySource(
        name=str(folder),
        rules={path: text for name in RULES for path, text in found[name].items()},
        enforcement=_documents(found[ENFORCEMENT]) if (top / ENFORCEMENT).is_dir() else None,
        waivers={},
        environments={},
    )


def _read(top: Path, name: str, problems: list[Finding]) -> dict[str, str]:
    return {f"policies/{path}": text for path, text in read_tree(top, [name], problems).items()}


def _of_commit(repository: Repository, source: str, git: Git) -> PolicySource:
    commit = git.resolve(source)
    if commit is None:
        fix = "name a folder with the layout of policies/, or a branch, tag or commit"
        raise InputError(problem("E0301", f"'{source}' is neither a folder nor a commit of this repository", fix=fix))
    prefix = checkout_prefix(repository.root)
    top = f"{prefix}/" if prefix else ""

    def below(folder: str) -> dict[str, str]:
        return {path.removeprefix(top): text for path, text in git.archive(commit, f"{top}{folder}").items()}

    return PolicySource(
        name=source,
        rules={path: text for name in RULES for path, text in below(f"policies/{name}").items()},
        enforcement=_documents(below(f"policies/{ENFORCEMENT}")),
        waivers=_documents(below(f"policies/{WAIVERS}")),
        environments=_documents(below("environments")),
    )


def _documents(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.endswith((".yaml", ".yml"))}


def blamed(source: str, finding: Finding) -> Finding:
    """The finding with a place in `source`."""
    place = finding.place
    return replace(finding, place=replace(place, path=f"{source}:{place.path}")) if place else finding
