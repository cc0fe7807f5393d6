"""As `test_messages.py`, for messages that would take tools, a second run or a site: what is printed of the finding itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from fleetgen.build import output_tree
from fleetgen.catalog.quotas import QuotaShortfall
from fleetgen.catalog.stale import stale_note
from fleetgen.catalog.upgrades import version_problem
from fleetgen.cli.main import _refused_by_the_machine
from fleetgen.deliver.publish_guards import owner_changes, removals
from fleetgen.deliver.upgrades import step_finding
from fleetgen.errors import FleetgenError
from fleetgen.library import builtin_root
from fleetgen.model.catalog import Catalog, Release, UpgradeRules
from fleetgen.model.config import Guards
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.policies import parity
from fleetgen.policies.both_gates import Comparison
from fleetgen.policy.gate_differences import Disagreement
from fleetgen.rehearse.apiserver import RefusedError
from fleetgen.report.text import finding_lines
from fleetgen.stages.contract import quota_finding
from fleetgen.stages.gate import demand_coverage
from fleetgen.tools import dask_cluster
from fleetgen.tools.process import Command, Ran, failure
from fleetgen.tools.toolchain import Toolchain
from tests.fleets import key, manifest, tree
from tests.unit.cli.errors.demanding import demand
from tests.unit.dask_fakes import WANTED, fake_client, fake_future, killed


def _finding(error: Exception) -> Finding:
    assert isinstance(error, FleetgenError)
    (found,) = error.findings
    return found


def _raised(call: Callable[[], object]) -> Finding:
    with pytest.raises(FleetgenError) as caught:
        call()
    return _finding(caught.value)


def _owner_change(_folder: Path) -> Finding:
    board = manifest("Deployment shop/menu-board")
    old, new = tree({"production/store-0042": {"menu-board": [board]}}), tree({"production/store-0042": {"menus": [board]}})
    (found,) = owner_changes(old, new)
    return found


def _removal(_folder: Path) -> Finding:
    bill = dict.fromkeys(("menu-board", "price-tags", "till-proxy"), "variant")
    (found,) = removals({key("production/store-0042"): bill}, {key("production/store-0042"): {}}, Guards())
    return found


def _upgrade(_folder: Path) -> Finding:
    series = (("25.3", "v25.3.4"), ("25.10", "v25.10.1"), ("26.3", "v26.3.3"), ("26.7", "v26.7.0"))
    releases = tuple(Release(line=line, versions=(version,), supports=(), data={}, series=line) for line, version in series)
    rules = UpgradeRules(to="next-series")
    found = version_problem(Catalog(releases=releases, steps=rules), "gpu-operator", "v25.3.4", "v26.7.0")
    assert found is not None
    return step_finding(found, Place("fleet/clusters/store-0042.yaml", 48, 16), [key("production/store-0042")])


def _old_facts(_folder: Path) -> Finding:
    catalog = Catalog(checked="2026-05-01", place=Place("policies/catalog/menu-board/releases.yaml", 1, 1))
    found = stale_note("menu-board", catalog, date(2026, 11, 24))
    assert found is not None
    return found


def _quota(_folder: Path) -> Finding:
    found = QuotaShortfall("serving", "requests.nvidia.com/gpu", "0", 1)
    return replace(quota_finding(found, Place("fleet/defaults.yaml", 36, 40)), clusters=("store-0042",))


def _unanswered(_folder: Path) -> Finding:
    return _raised(lambda: demand_coverage(["9a89f3587de918d4/"], []))


def _two_opinions(_folder: Path) -> Finding:
    said = ("spec.containers[0] (main): the container is privileged",)
    one = Disagreement(constraint="pod-no-privileged", subject="Pod shop/menu-board", gate=said, gatekeeper=())
    tried = Comparison(name="tests", constraints=1, objects=1, pairs=1, refused=(), results=(), differences=(one,))
    (found,) = parity.findings(tried, lambda _: None)
    return found


def _held(folder: Path) -> Finding:
    def second() -> None:
        with output_tree.locked(folder, 0.05):
            raise AssertionError

    with output_tree.locked(folder, 1):
        found = _raised(second)
    return replace(found, message=found.message.replace("0.05 seconds", "10 seconds"))


def _linked(folder: Path) -> Finding:
    (folder / "clusters").symlink_to("elsewhere")
    return _raised(lambda: output_tree.ids_on_disk(folder))


def _no_program(folder: Path) -> Finding:
    path = Path("/opt/tools/kustomize")
    tools = Toolchain(library=builtin_root(), cache=folder, environ={}, configured={"kustomize": path})
    return _raised(lambda: tools.find("kustomize"))


def _crashed(_folder: Path) -> Finding:
    command = Command(argv=("kustomize", "build", "."), env={}, fix="check the tool: fleetgen tools list")
    return _finding(failure(Ran(command=command, code=2, stdout=b"", stderr=b"fatal error: runtime: out of memory\n")))


def _no_space(_folder: Path) -> Finding:
    path = "/var/lib/fleet/.fleetgen/output-x1"
    return _finding(_refused_by_the_machine(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)))


def _forbidden(_folder: Path) -> Finding:
    return _finding(RefusedError(403, "namespaces is forbidden", "Namespace shop"))


def _no_workers(_folder: Path) -> Finding:
    return _raised(lambda: dask_cluster._demand_a_worker("tcp://scheduler.example.com:8786", fake_client()))


def _other_kustomize(_folder: Path) -> Finding:
    theirs = {**WANTED, "sha256": "9c1185a5c5e9fc54612808977ee8f548"}
    (found,) = dask_cluster._differences("tcp://10.0.4.7:41873", WANTED, theirs)
    return found


def _killed(_folder: Path) -> Finding:
    return _finding(dask_cluster._failure("tcp://scheduler.example.com:8786", fake_future(killed("tcp://10.0.4.7:41873"))))


FINDINGS: Final[Mapping[str, Callable[[Path], Finding]]] = {
    "E0703": _owner_change,
    "E0804": _unanswered,
    "E0819": _two_opinions,
    "E0509": _old_facts,
    "E0711": _quota,
    "E0902": _removal,
    "E0908": _upgrade,
    "E0905": _held,
    "E0907": _linked,
    "E1101": _no_program,
    "E1103": _crashed,
    "E1205": _no_space,
    "E1304": _forbidden,
    "E1401": _no_workers,
    "E1402": _other_kustomize,
    "E1403": _killed,
}


@pytest.mark.parametrize("code", FINDINGS)
def test_what_takes_more_than_a_command(tmp_path: Path, code: str) -> None:
    demand(code, finding_lines(FINDINGS[code](tmp_path)))
