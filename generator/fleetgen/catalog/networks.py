"""The networks of a cluster in a form that policies can compare, because Rego has no arithmetic on addresses."""

from __future__ import annotations

import ipaddress
from typing import Final

from fleetgen.model.inventory import Network
from fleetgen.model.plain import Json

_DIGITS: Final = {4: 8, 6: 32}


def address_ranges(network: Network) -> list[Json]:
    """`{kind, cidr, first, last}` of each network: pods, services, nodes, in this order.

    `first` and `last` are addresses as text that sorts as the addresses do, IPv4 before IPv6: the IP
    version, a colon, hexadecimal digits of a fixed width. An invalid network has neither, and a policy
    reports it.
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
