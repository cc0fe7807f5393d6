"""Which clusters and units a waiver reaches. Only this module decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fleetgen.model.fleet import WaiverDocument
from fleetgen.model.policy import Policy
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.model.waiver import Waiver
from fleetgen.policy.enforcement import Membership, membership_of
from fleetgen.policy.waivers_in_gatekeeper import only_at_gate


def reaches(waiver: WaiverDocument, member: Membership) -> bool:
    """Whether the scope admits clusters that stand there; clusters that it names one by one are another condition."""
    scope = waiver.spec.scope
    return (not scope.environments or member.environment in scope.environments) and (
        not scope.groups or not set(scope.groups).isdisjoint(member.groups)
    )


def clusters_reached(waiver: WaiverDocument, resolved: Resolved) -> frozenset[str]:
    """The names of the rendered clusters in the scope."""
    named = waiver.spec.scope.clusters
    return frozenset(
        name
        for name, cluster in resolved.clusters.items()
        if (not named or name in named) and reaches(waiver, membership_of(cluster))
    )


def waivers_of(documents: Iterable[WaiverDocument], resolved: Resolved, policies: Mapping[str, Policy]) -> tuple[Waiver, ...]:
    """The waivers with their scopes resolved to names of clusters."""
    return tuple(_waiver(document, clusters_reached(document, resolved), policies) for document in documents)


def _waiver(document: WaiverDocument, clusters: frozenset[str], policies: Mapping[str, Policy]) -> Waiver:
    spec, scope = document.spec, document.spec.scope
    return Waiver(
        name=document.name,
        policy=spec.policy_id,
        rule=spec.rule,
        clusters=clusters,
        unit=scope.unit,
        object=(scope.object.kind, scope.object.namespace, scope.object.name) if scope.object else None,
        namespace=scope.namespace,
        container=scope.container,
        image=scope.image,
        owner=spec.owner,
        expires=spec.expires,
        only_at_gate=only_at_gate(document, policies.get(spec.policy_id)),
        place=document.place,
    )


def waivers_by_variant(documents: Iterable[WaiverDocument], resolved: Resolved) -> dict[VariantKey, list[str]]:
    """Variant -> names of the waivers that reach it, whatever their date."""
    found: dict[VariantKey, list[str]] = {}
    for document in documents:
        clusters, unit = clusters_reached(document, resolved), document.spec.scope.unit
        for key, variant in resolved.variants.items():
            if (not unit or unit == key.unit) and not clusters.isdisjoint(variant.clusters):
                found.setdefault(key, []).append(document.name)
    return found
