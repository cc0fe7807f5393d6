"""The networks of a cluster in a form that policies can compare, because Rego has no arithmetic on addresses."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from fleetgen.model.inventory import Network
from fleetgen.model.plain import Json

_DIGITS: Final = {4: 8, 6: 32}
# what is inside every cluster, whatever its networks are
_INSIDE: Final = ("localhost", "127.0.0.1", ".svc", ".cluster.local")
_PORTS: Final = {"http": 80, "https": 443}


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


def proxy_data(network: Network) -> Json:
    """`{port, env}` of a site behind a proxy, `{}` of any other site.

    `port` is the TCP port of the proxy. `env` has the variables that programs read, in both spellings, because some know only
    one. What is in the cluster's own networks never goes through the proxy.
    """
    if not network.proxy:
        return {}
    url = network.proxy if "://" in network.proxy else f"http://{network.proxy}"
    parts = urlsplit(url)
    around = ",".join([*_INSIDE, *network.service_cidrs, *network.pod_cidrs, *network.node_cidrs])
    upper: dict[str, Json] = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": around}
    return {
        "port": parts.port or _PORTS.get(parts.scheme, 80),
        "env": {**upper, **{name.lower(): value for name, value in upper.items()}},
    }


def _ends(text: str) -> dict[str, Json]:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return {}
    digits = _DIGITS[network.version]
    first, last = int(network.network_address), int(network.broadcast_address)
    return {"first": f"{network.version}:{first:0{digits}x}", "last": f"{network.version}:{last:0{digits}x}"}
