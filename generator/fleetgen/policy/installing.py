"""Which policies the components of a fleet install at its sites: known once the policies are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.component import ClusterResource, Component, Installs
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet, Layer
from fleetgen.model.policy import Policy
from fleetgen.model.settings import Items, Scalar, at
from fleetgen.policy.gatekeeper_documents import exportable
from fleetgen.words import suggest

CONSTRAINTS: Final = "constraints.gatekeeper.sh"


def installing(fleet: Fleet, policies: Mapping[str, Policy]) -> Fleet:
    """The fleet, each of whose installing components knows its policies and declares the kinds of their constraints.

    Raises InputError E0301 for a layer that asks for a policy that no site can hold.
    """
    problems: list[Finding] = []
    known = exportable(policies)
    components = dict(fleet.components)
    for name, component in fleet.components.items():
        if installs := component.installs:
            ids = {*filter(installs.takes, known), *_asked(component, fleet, known, problems)}
            components[name] = installed(component, policies, ids)
    if problems:
        raise InputError(problems)
    return replace(fleet, components=components)


def installed(component: Component, policies: Mapping[str, Policy], ids: Collection[str]) -> Component:
    """The component with the policies named by `ids`."""
    ordered = tuple(sorted(ids))
    kinds = sorted(policies[name].kind for name in ordered)
    constraints = tuple(ClusterResource(group=CONSTRAINTS, kind=kind) for kind in kinds)
    return replace(component, policies=ordered, cluster_resources=(*component.cluster_resources, *constraints))


def _asked(component: Component, fleet: Fleet, known: Collection[str], problems: list[Finding]) -> Iterable[str]:
    """The ids that layers list in the component's setting."""
    found: set[str] = set()
    for layer in _layers(fleet, component):
        listed = at(layer.components[component.name], asked_path(component.installs))
        for item in listed.items if isinstance(listed, Items) else ():
            name = str(item.value) if isinstance(item, Scalar) else ""
            if name in known:
                found.add(name)
            elif name:
                fact = f"{name} is not a policy that can run in a cluster"
                problems.append(problem("E0301", fact, fix=suggest(name, known), place=item.origin.place))
    return found


def asked_path(installs: Installs | None) -> tuple[str, ...]:
    """Where a table {enabled, version, values} has the setting that lists more ids."""
    return ("values", *installs.setting.split(".")) if installs and installs.setting else ()


def _layers(fleet: Fleet, component: Component) -> Iterable[Layer]:
    """The layers that set something for the component, each once."""
    if not asked_path(component.installs):
        return ()
    layers = {id(layer): layer for cluster in fleet.clusters.values() for layer in cluster.layers}
    return [layer for layer in layers.values() if component.name in layer.components]
