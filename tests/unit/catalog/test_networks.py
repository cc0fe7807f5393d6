"""Networks as texts that compare like their addresses."""

from __future__ import annotations

import pytest

from fleetgen.catalog.networks import address_ranges, proxy_data
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


@pytest.mark.parametrize(
    ("proxy", "url", "port"),
    [
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128", 3128),
        ("https://proxy.example.com", "https://proxy.example.com", 443),
        ("http://[fd00::1]:8080/", "http://[fd00::1]:8080/", 8080),
        ("10.0.0.1:3128", "http://10.0.0.1:3128", 3128),
        ("proxy", "http://proxy", 80),
    ],
)
def test_what_goes_through_a_proxy_and_what_goes_around_it(proxy: str, url: str, port: int) -> None:
    network = Network(proxy=proxy, pod_cidrs=("10.42.0.0/16",), service_cidrs=("10.43.0.0/16",), node_cidrs=("192.168.1.0/24",))
    around = "localhost,127.0.0.1,.svc,.cluster.local,10.43.0.0/16,10.42.0.0/16,192.168.1.0/24"
    upper = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": around}
    lower = {"http_proxy": url, "https_proxy": url, "no_proxy": around}
    assert proxy_data(network) == {"port": port, "env": upper | lower}


def test_a_site_without_a_proxy_says_nothing_about_one() -> None:
    assert proxy_data(Network(service_cidrs=("10.43.0.0/16",))) == {}
