"""Where a running site may go from a version."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from fleetgen.catalog.upgrades import UpgradeProblem, hops, setting_problems, version_problem
from fleetgen.model.catalog import Catalog, FixedField, Release, UpgradeRules

FIXED: Final = FixedField(field="driver.mode", until="v3.0", reason="the operator removes the drivers")
RULES: Final = UpgradeRules(to="next-series", fixed=(FIXED,), apart=("driver.mode",))
CATALOG: Final = Catalog(
    releases=tuple(
        Release(line=line, versions=versions, supports=(), data={}, series=series)
        for line, versions, series in (
            ("1.0", ("v1.0", "v1.1"), "1"),
            ("2.0", ("v2.0",), "2"),
            ("2.1", ("v2.9", "v2.10"), "2"),
            ("3", ("v3.0",), "3"),
        )
    ),
    steps=RULES,
)
NEWER: Final = replace(CATALOG, steps=UpgradeRules(to="newer"))


@pytest.mark.parametrize(
    ("catalog", "old", "new", "way"),
    [
        (CATALOG, "v1.0", "v1.1", ("v1.1",)),
        (CATALOG, "v1.0", "v2.0", ("v2.0",)),
        (CATALOG, "v2.9", "v2.10", ("v2.10",)),
        (CATALOG, "v1.0", "v3.0", ("v2.10", "v3.0")),
        (CATALOG, "v2.0", "v1.1", ()),
        (CATALOG, "v2.0", "v2.0", ()),
        (CATALOG, "v0.9", "v2.0", ()),
        (NEWER, "v1.0", "v3.0", ("v3.0",)),
    ],
)
def test_hops(catalog: Catalog, old: str, new: str, way: tuple[str, ...]) -> None:
    assert hops(catalog, old, new) == way


@pytest.mark.parametrize(
    ("catalog", "old", "new", "problem"),
    [
        (CATALOG, "v1.0", "v2.10", None),
        (CATALOG, "v1.0", "v1.0", None),
        (CATALOG, "v0.9", "v3.0", None),
        (replace(CATALOG, steps=None), "v3.0", "v1.0", None),
        (
            CATALOG,
            "v1.0",
            "v3.0",
            UpgradeProblem(
                "op goes from v1.0 to v3.0, but a running site goes to the next series only",
                "publish v2.10 and v3.0, each when the sites have taken the one before",
            ),
        ),
        (
            NEWER,
            "v2.10",
            "v2.9",
            UpgradeProblem(
                "op goes back from v2.10 to v2.9 on running sites",
                "keep v2.10, or a newer version; a site that has nothing yet may get v2.9",
            ),
        ),
    ],
)
def test_versions(catalog: Catalog, old: str, new: str, problem: UpgradeProblem | None) -> None:
    assert version_problem(catalog, "op", old, new) == problem


@pytest.mark.parametrize(
    ("old", "new", "changed", "messages"),
    [
        ("v2.0", "v2.0", {"driver.version"}, []),
        ("v2.0", "v2.0", {"driver.mode"}, ["driver.mode changes on running sites: the operator removes the drivers"]),
        ("v3.0", "v3.0", {"driver.mode"}, []),
        ("v2.10", "v3.0", {"driver.mode"}, ["driver.mode changes together with the version, from v2.10 to v3.0"]),
        ("v2.10", "v3.0", {"driver.version"}, []),
    ],
)
def test_settings(old: str, new: str, changed: set[str], messages: list[str]) -> None:
    assert [each.message for each in setting_problems(CATALOG, old, new, changed)] == messages
