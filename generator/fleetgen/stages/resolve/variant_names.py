"""Names of variants: first the layers that contribute, then the enum facts that the component declares.

`eu-central--l4-single--k3s`: the tokens of region, profile and groups in the order of the layers,
then the tokens of facts, joined by `--`; `default` without any. A cluster whose own document
contributes has `cluster-<name>` alone. The same name means the same inputs of the content, so no
token may mean two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.component import Component
from fleetgen.model.facts import ENUM_FACTS, STRUCTURED_FACTS, fact_token
from fleetgen.model.fields import TOKEN
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Cluster, Fleet, Layer
from fleetgen.model.place import Place
from fleetgen.model.plain import Json
from fleetgen.model.variant import VariantKey

MAX_TOKEN: Final = 40  # bytes
MAX_NAME: Final = 120  # characters
MAX_PATH: Final = 200  # bytes, from output/ to the longest file of a variant
_SEPARATOR: Final = "--"
_OWN: Final = "cluster-"
_RESERVED: Final = re.compile(r"(default|app|con|prn|aux|nul|com[1-9]|lpt[1-9]|cluster-.*)$", re.IGNORECASE)
_MINOR: Final = re.compile(r"[0-9]+\.[0-9]+$")


def variant_name(cluster: Cluster, component: Component, contributing: Sequence[Layer], facts: Mapping[str, Json]) -> str:
    """The name of the cluster's variant of a component, by the layers that set something for the unit and the declared facts."""
    structured = {token for fact in component.facts if fact in STRUCTURED_FACTS for token in cluster.fact_tokens[fact]}
    tokens = {layer.token for layer in contributing if layer.token} | structured
    own = f"{_OWN}{cluster.name}"
    if own in tokens:
        return own
    in_order = [layer.token for layer in cluster.layers if layer.token in tokens]
    of_facts = [fact_token(facts[fact]) for fact in component.facts if fact not in STRUCTURED_FACTS]
    return _SEPARATOR.join([*dict.fromkeys([*in_order, *sorted(structured)]), *of_facts]) or "default"


def fits_a_path(key: VariantKey) -> bool:
    """Whether the variant's folder can be checked out everywhere (E0403)."""
    return len(key.variant) <= MAX_NAME and len(f"output/{key.folder}/app/kustomization.yaml".encode()) <= MAX_PATH


@dataclass(frozen=True, slots=True)
class _TokenUse:
    """What a token of a layer already stands for: the kind of the document, and where it is."""

    kind: str
    place: Place | None


def token_clashes(fleet: Fleet) -> list[Finding]:
    """Tokens that cannot be part of a path (E0401), and tokens that mean two things (E0402).

    Regions, profiles, groups and facts share one namespace, or two different configurations could get one name.
    """
    findings: list[Finding] = []
    uses: dict[str, _TokenUse] = {}
    seen: set[tuple[str, str]] = set()
    for layer in _layers_with_token(fleet):
        kind = layer.label.split(" ")[0]
        if (kind, layer.token) in seen:
            continue
        seen.add((kind, layer.token))
        findings += _form(layer, kind)
        use = uses.setdefault(layer.token.casefold(), _TokenUse(kind, layer.place))
        findings += _two_meanings(layer, kind, use)
    return findings


def _form(layer: Layer, kind: str) -> Iterator[Finding]:
    token = layer.token
    too_long = len(token.encode()) > MAX_TOKEN
    if not re.match(TOKEN, token) or _SEPARATOR in token or too_long or _RESERVED.match(token):
        allowed = f"lower-case letters, digits and single . + - (at most {MAX_TOKEN})"
        fix = f"use {allowed}; default, app, cluster-* and Windows devices are taken"
        yield problem("E0401", f"the {kind} name '{token}' cannot be part of a path", fix=fix, place=layer.place)


def _two_meanings(layer: Layer, kind: str, use: _TokenUse) -> Iterator[Finding]:
    if meaning := _meaning_as_fact(layer.token.casefold()):
        text = f"the {kind} name '{layer.token}' is also {meaning}"
        yield problem("E0402", text, fix=f"rename it, for example '{layer.token}-{kind}'", place=layer.place)
    elif use.kind != kind:
        text = f"the {kind} '{layer.token}' has the same name as the {use.kind} at {use.place}"
        yield problem("E0402", text, fix="rename one of the two", place=layer.place)


def _meaning_as_fact(token: str) -> str:
    """What the token would stand for as the token of an enum fact; empty if it could be none."""
    meanings = {value: f"a value of the fact {fact.name}" for fact in ENUM_FACTS for value in fact.domain}
    meanings["none"] = "the value of an empty fact"
    for part in (token, *(token.split("+") if "+" in token else ())):
        if part in meanings:
            return meanings[part]
    return "a Kubernetes minor version" if _MINOR.match(token) else ""


def _layers_with_token(fleet: Fleet) -> Iterable[Layer]:
    stacks = {id(cluster.layers): cluster.layers for cluster in fleet.clusters.values()}
    layers = {id(layer): layer for stack in stacks.values() for layer in stack}
    return [layer for layer in layers.values() if layer.token and not layer.token.startswith(_OWN)]
