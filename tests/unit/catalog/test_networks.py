"""Networks as texts that compare like their addresses."""

from __future__ import annotations

from fleetgen.catalog.networks import address_ranges
from fleetgen.model.inventory import Network


def test_ranges_in_the_order_of_the_kinds() -> None:
    network = Network(
        pod_cidrs=("10.42.0.0/16", "fd00::/126"), service_cidrs=("10.43.0.1/32",), node_cidrs=("192.168.1.7/24", "300.1.1.1/8")
    )
    assert address_ranges(network) == [
        {"kind": "podCIDRs", "cidr": "10.42.0.0/16", "first": "4:0a2a0000", "last": "4:0a2affff"},
        {"kind": "podCIDRs", "cidr": "fd00::/126", "first": "6:fd" + "0" * 30, "last": "6:fd" + "0" * 29 + "3"},
        {"kind": "serviceCIDRs", "cidr": "10.43.0.1/32", "first": "4:0a2b0001", "last": "4:0a2b0001"},
        {"kind": "nodeCIDRs", "cidr": "192.168.1.7/24", "first": "4:c0a80100", "last": "4:c0a801ff"},
        {"kind": "nodeCIDRs", "cidr": "300.1.1.1/8"},
    ]


def test_nothing_is_known_of_nothing() -> None:
    assert address_ranges(Network()) == []
