"""Policies and constraints, as the security team writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One folder policies/rego/<area>/<rule>/ with its METADATA. `environment`: parameter -> key of the environment's spec.

    `codes`: code of a rule -> what it finds, for a policy whose rules have causes of their own; findings and waivers then name
    `<id>.<code>`. `parameters` is the JSON Schema of what a constraint may say, complete: with the parameters that every policy
    has, and strict.
    """

    id: str
    kind: str
    area: str
    rule: str
    title: str
    description: str
    severity: str
    scope: str
    where: str
    failure: str
    remediation: str
    controls: tuple[str, ...]
    facts: tuple[str, ...]
    parameters: JsonObject
    environment: Mapping[str, str]
    place: Place
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A Gatekeeper constraint as data; empty `environments` means all. `parameters` is what it says itself, without defaults."""

    name: str
    policy: Policy
    action: str
    match: JsonObject
    parameters: JsonObject
    environments: tuple[str, ...]
    required: bool
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """What is enforced in a part of an environment: one for all clusters that nothing tells apart.

    `values` fill in parameters that come from the environment. The `constraints` are as they are enforced here: with the actions
    of Enforcement documents and the exemptions of waivers. `companions`: name of a constraint that records what is waived -> the
    constraint that it accompanies. `whole`: a set of an environment that is split; it judges all of its clusters together, by
    policies over the fleet and no others.
    """

    name: str
    environment: str
    values: Mapping[str, Json]
    constraints: tuple[Constraint, ...]
    companions: Mapping[str, Constraint] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPolicy:
    """A policy in the form that Gatekeeper takes: its ConstraintTemplate, and its constraints by policy set."""

    policy: Policy
    template: JsonObject
    constraints: Mapping[str, tuple[JsonObject, ...]]
