from __future__ import annotations

import pytest

from fleetgen.model import inventory
from fleetgen.rehearse import olm
from fleetgen.rehearse.distributions import DISTRIBUTIONS, has

MONITOR = "monitoring.coreos.com/v1/ServiceMonitor"


@pytest.mark.parametrize(
    ("name", "provides", "apis", "namespaces"),
    [
        ("kubeadm", (), (), ()),
        ("kubeadm", (MONITOR,), (MONITOR,), ()),
        ("k3s", (MONITOR,), (MONITOR, "helm.cattle.io/v1/HelmChart", "helm.cattle.io/v1/HelmChartConfig"), ()),
        # a site that has OLM has all of it, whoever brought it
        (
            "kubeadm",
            (f"{olm.GROUP}/v1alpha1/Subscription",),
            tuple(dict.fromkeys((f"{olm.GROUP}/v1alpha1/Subscription", *olm.APIS))),
            (),
        ),
        ("openshift", (), DISTRIBUTIONS["openshift"].apis, DISTRIBUTIONS["openshift"].namespaces),
    ],
)
def test_what_a_site_has_before_its_first_sync(
    name: str, provides: tuple[str, ...], apis: tuple[str, ...], namespaces: tuple[str, ...]
) -> None:
    found = has(name, provides)
    assert (found.apis, found.namespaces) == (apis, namespaces)


def test_every_distribution_is_one_of_the_inventory() -> None:
    assert set(DISTRIBUTIONS) <= set(inventory.DISTRIBUTIONS)


def test_openshift_has_olm_and_its_marketplace() -> None:
    assert set(olm.APIS) <= set(DISTRIBUTIONS["openshift"].apis)
    assert "openshift-marketplace" in DISTRIBUTIONS["openshift"].namespaces
