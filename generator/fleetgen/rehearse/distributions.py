"""What a distribution has that neither plain Kubernetes nor a component of the fleet brings: data, of their documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fleetgen.rehearse import olm


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """APIs as `group/version/Kind`, and namespaces."""

    apis: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


_NOTHING: Final = Distribution()
_HELM_CONTROLLER: Final = Distribution(apis=("helm.cattle.io/v1/HelmChart", "helm.cattle.io/v1/HelmChartConfig"))
_MICROSHIFT: Final = ("route.openshift.io/v1/Route", "security.openshift.io/v1/SecurityContextConstraints")

DISTRIBUTIONS: Final = {
    "k3s": _HELM_CONTROLLER,
    "rke2": _HELM_CONTROLLER,
    "microshift": Distribution(apis=_MICROSHIFT),
    "openshift": Distribution(
        apis=(
            *_MICROSHIFT,
            *olm.APIS,
            "config.openshift.io/v1/APIServer",
            "config.openshift.io/v1/ImageDigestMirrorSet",
            "config.openshift.io/v1/ImageTagMirrorSet",
            "console.openshift.io/v1/ConsolePlugin",
            "machineconfiguration.openshift.io/v1/MachineConfig",
        ),
        namespaces=("openshift-config-managed", "openshift-marketplace", "openshift-monitoring", "openshift-operators"),
    ),
}


def has(name: str, provides: tuple[str, ...]) -> Distribution:
    """What a site of a distribution has before its first sync, with the APIs that its cluster `provides`."""
    own = DISTRIBUTIONS.get(name, _NOTHING)
    by_olm = olm.APIS if any(api.startswith(f"{olm.GROUP}/") for api in provides) else ()
    return Distribution(apis=tuple(dict.fromkeys((*provides, *own.apis, *by_olm))), namespaces=own.namespaces)
