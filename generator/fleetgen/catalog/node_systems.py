"""Checks the system and container runtime of nodes against the distribution of Kubernetes that they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fleetgen.catalog.mistake import Mistake
from fleetgen.model.inventory import ClusterSpec, NodePool
from fleetgen.model.settings import Path

# `rhcos-4.20`: RHCOS as it is called after the release of OpenShift that it belongs to
_RHCOS: Final = re.compile(r"rhcos-(4\.[0-9]+)")
_OPENSHIFT_SYSTEMS: Final = ("rhcos", "rhel")


def system_mistakes(spec: ClusterSpec) -> Iterator[Mistake]:
    """Systems and runtimes that nodes of the distribution cannot have. A pool that names none is not checked."""
    if spec.kubernetes is None:
        return
    openshift = spec.kubernetes.distribution == "openshift"
    for index, pool in enumerate(spec.node_pools):
        path: Path = ("nodePools", index)
        if openshift:
            yield from _openshift(pool, path, spec.kubernetes.version)
        elif pool.os.partition("-")[0] == "rhcos":
            text = f"RHCOS is part of OpenShift; {spec.kubernetes.distribution} does not run on it"
            yield Mistake((*path, "os"), text, "name the system of the nodes, for example rhel-9.6")


def _openshift(pool: NodePool, path: Path, version: str) -> Iterator[Mistake]:
    """Nodes of OpenShift run RHCOS of its release (or RHEL), and CRI-O (OpenShift documentation, architecture of nodes)."""
    release = ".".join(version.removeprefix("v").split(".")[:2])
    named = _RHCOS.fullmatch(pool.os)
    if pool.os and pool.os.partition("-")[0] not in _OPENSHIFT_SYSTEMS:
        yield Mistake((*path, "os"), f"nodes of OpenShift do not run '{pool.os}'", f"write rhcos-{release}")
    elif named and named.group(1) != release:
        text = f"'{pool.os}' is not the system of OpenShift {release}, which brings its own"
        yield Mistake((*path, "os"), text, f"write rhcos-{release}")
    if pool.runtime and not pool.runtime.startswith("cri-o"):
        text = f"nodes of OpenShift do not run '{pool.runtime}'"
        yield Mistake((*path, "runtime"), text, "write cri-o with its version, which is that of Kubernetes")
