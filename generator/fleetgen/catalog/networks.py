"""The networks of a cluster as numbers that policies can compare: Rego has no arithmetic over addresses."""

from __future__ import annotations

import ipaddress
from typing import Final

from fleetgen.model.inventory import Network
from fleetgen.model.plain import Json

_DIGITS: Final = {4: 8, 6: 32}


def address_ranges(network: Network) -> list[Json]:
    """First and last address of each network, as text of a fixed width: equal order as the addresses, IPv4 before IPv6.

    A network that is none has neither, and a policy says so.
    """
    listed = [
        *(("podCIDRs", text) for text in network.pod_cidrs),
        *(("serviceCIDRs", text) for text in network.service_cidrs),
        *(("nodeCIDRs", text) for text in network.node_cidrs),
    ]
    return [{"kind": kind, "cidr": text, **_ends(text)} for kind, text in listed]


def _ends(text: str) -> dict[str, Json]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return {}
    digits = _DIGITS[network.version]
    first, last = int(network.network_address), int(network.broadcast_address)
    return {"first": f"{network.version}:{first:0{digits}x}", "last": f"{network.version}:{last:0{digits}x}"}
