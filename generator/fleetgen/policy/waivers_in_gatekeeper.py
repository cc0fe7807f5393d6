"""Waivers in Gatekeeper: they become exemptions, and companion constraints keep record of what is waived.

Both gates get the same constraints. A cluster knows neither dates nor owners: an exemption stays until the waiver's file is
removed, and the gate tells by the companion what it waives, and what it says about the date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import WaiverDocument
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, Policy

COMPANION: Final = "-waived"
# what the API server allows as the name of an object of Gatekeeper's
_LONGEST: Final = 63


def only_at_gate(waiver: WaiverDocument, policy: Policy | None) -> str:
    """Why the waiver applies at the gate only; empty if clusters can get it."""
    scope = waiver.spec.scope
    if policy is None or policy.scope != "object" or policy.where == "gate":
        return "its policy does not run in clusters"
    if scope.clusters:
        return "a single cluster has no constraints to itself; name a group"
    if scope.unit and scope.object is None:
        return "a cluster does not know which objects belong to a unit; name the object"
    if scope.object is not None and not (scope.object.namespace or scope.namespace):
        return "an exemption by name alone would cover objects of that name in every namespace"
    return ""


def in_clusters(waivers: Iterable[WaiverDocument], policies: Mapping[str, Policy]) -> tuple[WaiverDocument, ...]:
    """The waivers that clusters can get, by name."""
    found = [each for each in waivers if not only_at_gate(each, policies.get(each.spec.policy_id))]
    return tuple(sorted(found, key=lambda waiver: waiver.name))


def exemption(waiver: WaiverDocument) -> JsonObject:
    """The entry of `exemptions` (lib.exempt). Pods answer to the name of the workload that owns them.

    A waiver of everything says so: an exemption without any key exempts nothing.
    """
    scope = waiver.spec.scope
    waived = scope.object
    keys = {
        "rule": waiver.spec.rule,
        "namespace": (waived.namespace if waived else "") or scope.namespace,
        "workload": waived.name if waived else "",
        "container": scope.container,
        "image": scope.image,
    }
    return {key: value for key, value in keys.items() if value} or {"namespace": "*"}


def exempted(
    constraints: Iterable[Constraint], waivers: Sequence[WaiverDocument]
) -> tuple[tuple[Constraint, ...], dict[str, Constraint]]:
    """The constraints as clusters with these waivers get them, and companion -> the constraint that it accompanies.

    A constraint with a waiver has an exemption for it, and a companion without the exemption that only records (dryrun).
    """
    result: list[Constraint] = []
    companions: dict[str, Constraint] = {}
    for constraint in constraints:
        entries: list[Json] = [exemption(waiver) for waiver in waivers if waiver.spec.policy_id == constraint.policy.id]
        if not entries:
            result.append(constraint)
            continue
        own = constraint.parameters.get("exemptions", [])
        parameters = {**constraint.parameters, "exemptions": [*(own if isinstance(own, list) else []), *entries]}
        result.append(replace(constraint, parameters=parameters))
        companion = replace(constraint, name=f"{constraint.name}{COMPANION}", action="dryrun", required=False)
        result.append(companion)
        companions[companion.name] = constraint
    return tuple(result), companions


def unnameable(constraints: Sequence[Constraint], waivers: Sequence[WaiverDocument]) -> Iterator[Finding]:
    """Constraints whose companion cannot have its name (E0801)."""
    names = {constraint.name for constraint in constraints}
    waived = {waiver.spec.policy_id for waiver in waivers}
    for constraint in constraints:
        name = f"{constraint.name}{COMPANION}"
        if constraint.policy.id in waived and (name in names or len(name) > _LONGEST):
            problem_of_name = "is taken" if name in names else f"is longer than {_LONGEST} characters"
            message = f"'{constraint.name}' has a waiver, so it needs a companion '{name}', but that {problem_of_name}"
            yield problem("E0801", message, fix="rename the constraint", place=constraint.place)
