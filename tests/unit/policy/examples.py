"""Policies and constraints that the tests of this folder share."""

from __future__ import annotations

from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Constraint, Policy
from fleetgen.policy.parameters import complete

PATH = "policies/rego/pod/no_privileged/policy.rego"

REGO = """# METADATA
# scope: package
# title: No privileged containers
# description: |
#   A privileged container owns the node.
# custom:
#   id: FG-POD-001
#   kind: FGPodNoPrivileged
#   severity: critical
#   scope: object
#   where: both
#   failure: A container runs privileged.
#   remediation: Remove it.
#   controls: [PSS]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       limit: {type: integer, description: How many., default: 3}
#       registries: {type: array, description: Which., items: {type: string}}
#   environment: {registries: registries}
package policies.pod.no_privileged

violation contains {"msg": "bad", "details": {}} if input.review
"""

CONSTRAINT = """apiVersion: constraints.gatekeeper.sh/v1beta1
kind: FGPodNoPrivileged
metadata:
  name: no-privileged
  annotations: {fleetgen.io/required: "true", fleetgen.io/environments: "production, dev"}
spec:
  enforcementAction: deny
  match:
    kinds: [{apiGroups: [""], kinds: [Pod]}]
  parameters: {limit: 5}
"""

PARAMETERS: JsonObject = {
    "type": "object",
    "properties": {
        "limit": {"type": "integer", "description": "How many.", "default": 3},
        "registries": {"type": "array", "description": "Which.", "items": {"type": "string"}},
    },
}


def policy(number: str = "FG-POD-001", *, scope: str = "object", where: str = "both") -> Policy:
    """What REGO says, or a variation of it."""
    return Policy(
        id=number,
        kind="FGPodNoPrivileged",
        area="pod",
        rule="no_privileged",
        title="No privileged containers",
        description="A privileged container owns the node.",
        severity="critical",
        scope=scope,
        where=where,
        failure="A container runs privileged.",
        remediation="Remove it.",
        controls=("PSS",),
        facts=(),
        parameters=complete(PARAMETERS, scope),
        environment={"registries": "registries"},
        place=Place(PATH, 1),
    )


def constraint(
    name: str = "no-privileged", *, of: Policy | None = None, match: JsonObject | None = None, **said: object
) -> Constraint:
    """A constraint of `of`; `said` are its parameters."""
    parameters: JsonObject = {key: value for key, value in said.items() if isinstance(value, (int, list))}
    return Constraint(
        name=name,
        policy=of or policy(),
        action="deny",
        match=match or {},
        parameters=parameters,
        environments=(),
        required=False,
        place=Place("policies/constraints/x.yaml", 1, 1),
    )
