"""The policies and constraints of a repository, read once: for the gate, and for the export to Gatekeeper."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from generator import library
from generator.errors import InputError
from generator.model.finding import Finding
from generator.model.fleet import Fleet, WaiverDocument
from generator.model.plain import Json, JsonObject
from generator.model.policy import Constraint, Exported, Policy
from generator.pipeline import memo
from generator.pipeline.repository import Inputs, Repository, read_tree
from generator.policy.constraints import read_constraints
from generator.policy.export import export
from generator.policy.metadata import read_policies
from generator.policy.plan import known_policies, plan

_REGO: Final = "policies/rego/"
_CONSTRAINTS: Final = "policies/constraints/"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The policies of a repository, ready for the engine."""

    policies: Mapping[str, Policy]
    constraints: Sequence[Constraint]
    files: Mapping[str, str]
    data: JsonObject
    environments: Mapping[str, Mapping[str, Json]]

    def digest(self, policy_set: str) -> str:
        """What a verdict of one policy set depends on."""
        plans = cast("dict[str, Json]", self.data["plan"])
        return memo.key(
            "rules",
            json.dumps(plans.get(policy_set), sort_keys=True),
            *(part for path in sorted(self.files) for part in (path, self.files[path])),
        )


def rules_of(inputs: Inputs, fleet: Fleet) -> Rules:
    """Read policies and constraints; a set of policies for each environment. Raises InputError E0801, E0805."""
    sets: dict[str, Mapping[str, Json]] = {
        name: {"registries": [*environment.spec.registries]} for name, environment in fleet.environments.items()
    }
    return read_rules(inputs.library, sets)


def read_rules(files: Mapping[str, str], sets: Mapping[str, Mapping[str, Json]]) -> Rules:
    """The rules among the files of a library, planned for the given sets of policies: name -> values of its environment."""
    rego = _rego(files)
    policies = read_policies(rego)
    texts = {path: text for path, text in files.items() if path.startswith(_CONSTRAINTS) and path.endswith(".yaml")}
    constraints = read_constraints(texts, policies, list(sets))
    data: JsonObject = {
        "plan": plan(constraints, sets),
        "known_policies": known_policies(constraints),
        "gate": {"default": min(sets, default="")},
    }
    return Rules(policies=policies, constraints=constraints, files=rego, data=data, environments=sets)


def library_of(repository: Repository | None) -> Mapping[str, str]:
    """The files of a repository's library; without a repository, of the one that comes with fleetgen. Raises InputError."""
    if repository is not None:
        return repository.read().library
    problems: list[Finding] = []
    files = read_tree(library.builtin_root(), library.FOLDERS, problems)
    if problems:
        raise InputError(problems)
    return files


def policies_of(files: Mapping[str, str]) -> dict[str, Policy]:
    """The policies among the files of a library by id. Raises InputError E0801."""
    return read_policies(_rego(files))


def _rego(files: Mapping[str, str]) -> dict[str, str]:
    return {
        path: text
        for path, text in files.items()
        if path.startswith(_REGO) and path.endswith(".rego") and not path.endswith("_test.rego")
    }


def exported(inputs: Inputs, fleet: Fleet) -> dict[str, Exported]:
    """The policies that components install, by id. Raises InputError E0801, E0805."""
    ids = sorted({name for component in fleet.components.values() for name in component.policies})
    if not ids:
        return {}
    rules = rules_of(inputs, fleet)
    return exported_of(rules, ids, fleet.waivers)


def exported_of(rules: Rules, ids: Sequence[str], waivers: Sequence[WaiverDocument]) -> dict[str, Exported]:
    """The policies named by `ids` in the form that Gatekeeper takes. Raises InputError E0801."""
    return export(ids, rules.policies, rules.constraints, sources=rules.files, environments=rules.environments, waivers=waivers)
