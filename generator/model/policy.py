"""Policies and constraints, as the security team writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.model.place import Place
from generator.model.plain import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One folder policies/rego/<area>/<rule>/ with its METADATA. `environment`: parameter -> key of the environment's spec."""

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
    parameters: JsonObject
    environment: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A Gatekeeper constraint as data; empty `environments` means all."""

    name: str
    policy: Policy
    action: str
    match: JsonObject
    parameters: JsonObject
    environments: tuple[str, ...]
    required: bool
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One result of a policy. `item` is the id of the question, `path` the place inside the object or the inventory."""

    policy: str
    constraint: str
    action: str
    item: str
    msg: str
    details: Mapping[str, Json]
    template: tuple[str, ...]
