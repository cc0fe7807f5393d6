"""The policies and constraints of a repository, read once: for the gate, and for the export to Gatekeeper."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from generator.model.fleet import Fleet
from generator.model.plain import Json, JsonObject
from generator.model.policy import Constraint, Exported, Policy
from generator.pipeline import memo
from generator.pipeline.repository import Inputs
from generator.policy.constraints import read_constraints
from generator.policy.export import export
from generator.policy.metadata import read_policies
from generator.policy.plan import known_policies, plan


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
    """Read policies and constraints. Raises InputError E0801, E0805."""
    rego = {
        path: text
        for path, text in inputs.with_prefix("policies/rego/").items()
        if path.endswith(".rego") and not path.endswith("_test.rego")
    }
    policies = read_policies(rego)
    texts = {path: text for path, text in inputs.with_prefix("policies/constraints/").items() if path.endswith(".yaml")}
    constraints = read_constraints(texts, policies, list(fleet.environments))
    sets: dict[str, dict[str, Json]] = {
        name: {"registries": [*environment.spec.registries]} for name, environment in fleet.environments.items()
    }
    data: JsonObject = {
        "plan": plan(constraints, sets),
        "known_policies": known_policies(constraints),
        "gate": {"default": min(fleet.environments, default="")},
    }
    return Rules(policies=policies, constraints=constraints, files=rego, data=data, environments=sets)


def exported(inputs: Inputs, fleet: Fleet) -> dict[str, Exported]:
    """The policies that components install, by id. Raises InputError E0801, E0805."""
    ids = sorted({name for component in fleet.components.values() for name in component.policies})
    if not ids:
        return {}
    rules = rules_of(inputs, fleet)
    return export(ids, rules.policies, rules.constraints, sources=rules.files, environments=rules.environments)
