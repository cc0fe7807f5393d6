"""Waivers in a cluster: the exemptions that they become, and the companions that keep what is waived visible.

A cluster knows neither dates nor owners: an exemption stays until the waiver's file is removed, and the gate reports the date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from generator.model.fleet import WaiverDocument
from generator.model.plain import Json, JsonObject
from generator.model.policy import Constraint, Policy

COMPANION: Final = "-waived"


def in_cluster(constraints: Sequence[Constraint], waivers: Sequence[WaiverDocument], environment: str) -> tuple[Constraint, ...]:
    """The constraints as a cluster of the environment gets them.

    One that is waived for an object has an exemption for it, and a companion without the exemption that only records (dryrun).
    """
    result: list[Constraint] = []
    for constraint in constraints:
        policy = constraint.policy
        applying = [w for w in waivers if w.spec.policy == policy.id and _reaches(w, environment) and not only_at_gate(w, policy)]
        if not applying:
            result.append(constraint)
            continue
        own = constraint.parameters.get("exemptions", [])
        exemptions: list[Json] = [*(own if isinstance(own, list) else []), *(_exemption(waiver) for waiver in applying)]
        result.append(replace(constraint, parameters={**constraint.parameters, "exemptions": exemptions}))
        result.append(replace(constraint, name=f"{constraint.name}{COMPANION}", action="dryrun", required=False))
    return tuple(result)


def only_at_gate(waiver: WaiverDocument, policy: Policy | None) -> str:
    """Why no cluster gets the waiver; empty if it does."""
    scope = waiver.spec.scope
    if policy is None or policy.scope != "object" or policy.where == "gate":
        return "its policy does not run in clusters"
    if scope.groups or scope.clusters:
        return "its scope is a part of an environment, and constraints are those of a whole one"
    if scope.object is None:
        return "a cluster does not know which objects are a unit's; name the object"
    if not scope.object.namespace:
        return "an exemption of a name without a namespace would reach objects of that name everywhere"
    return ""


def _reaches(waiver: WaiverDocument, environment: str) -> bool:
    environments = waiver.spec.scope.environments
    return not environments or environment in environments


def _exemption(waiver: WaiverDocument) -> JsonObject:
    """Pods answer to the name of the workload that owns them (lib.exempt)."""
    waived = waiver.spec.scope.object
    return {"namespace": waived.namespace, "workload": waived.name} if waived else {}
