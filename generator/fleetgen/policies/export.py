"""`fleetgen policy export`: the documents of a policy set as files, in the order in which a cluster has to take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fleetgen.build.plan import Plan
from fleetgen.errors import InputError, problem
from fleetgen.inputs.rules import exported_of
from fleetgen.model.plain import JsonObject
from fleetgen.policy.expansion import expansion_templates
from fleetgen.policy.gatekeeper_documents import exportable
from fleetgen.policy.waivers_in_gatekeeper import only_at_gate
from fleetgen.words import suggest
from fleetgen.yamlfile import dump


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """`files`: path -> YAML, in order. `notes`: what the environment has at the gate and no cluster gets."""

    files: Mapping[str, str]
    notes: tuple[str, ...]


def export(plan: Plan, name: str, policies: Sequence[str] = ()) -> Export:
    """All policies that can run in clusters, or those named, for the policy set `name`: an environment, or a part of one.

    Raises InputError E0301, E0801.
    """
    rules = plan.rules
    known = {each.name for each in rules.sets.values() if not each.whole}
    if name not in known:
        raise InputError(problem("E0301", f"there is no environment or policy set '{name}'", fix=suggest(name, known)))
    environment = rules.sets[name].environment
    exported = exported_of(rules, policies or exportable(rules.policies))
    files: dict[str, str] = {f"expansions/{_name(each)}.yaml": dump(each) for each in expansion_templates()}
    files |= {f"templates/{_name(each.template)}.yaml": dump(each.template) for each in exported.values()}
    for each in exported.values():
        files |= {f"constraints/{_name(document)}.yaml": dump(document) for document in each.constraints[name]}
    notes = []
    for waiver in plan.fleet.waivers:
        listed = waiver.spec.scope.environments
        reason = only_at_gate(waiver, rules.policies.get(waiver.spec.policy_id))
        if reason and (not listed or environment in listed):
            notes.append(f"waiver '{waiver.name}' applies at the gate only: {reason}")
    parts = sorted(each for each in known if each != name and rules.sets[each].environment == environment)
    if parts and name == environment:
        notes.append(f"some of its clusters get other constraints; export them with: {', '.join(parts)}")
    return Export(files=files, notes=tuple(notes))


def _name(document: JsonObject) -> str:
    return str(cast("JsonObject", document["metadata"])["name"])
