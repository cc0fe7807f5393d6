from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.fleets import POLICY_PATH, REGO, TOY
from tests.unit.cli.conftest import Ran, Run


def test_init_writes_a_fleet_that_resolves(run: Run, tmp_path: Path) -> None:
    assert run("init", "fleet").code == 0
    assert run("list", "clusters").out.splitlines() == [
        "NAME         ENVIRONMENT  RING    REGION      PROFILE    LIFECYCLE  UNITS",
        "staging-lab  staging      canary  eu-central  small-box  active     2",
        "store-0001   production   canary  eu-central  small-box  active     2",
        "store-0002   production   broad   eu-central  small-box  active     2",
    ]


def test_init_leaves_a_folder_alone_that_has_one_of_its_files(run: Run, fleet: Path) -> None:
    ran = run("init")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fleet/defaults.yaml: error[E1204]: exists already\n")
    assert {p.relative_to(fleet).as_posix() for p in fleet.rglob("*") if p.is_file()} == set(TOY)


def test_new_ring_changes_one_line_of_its_environment(run: Run, fleet: Path) -> None:
    path = "environments/prod/environment.yaml"
    err = f"environments/prod/rings/late.yaml: written\n{path}: changed to list late\n"
    assert run("new", "ring", "late", "-e", "prod") == Ran(code=0, out="", err=err)
    assert (fleet / path).read_text() == TOY[path].replace("[canary, broad]", "[canary, broad, late]")


def test_new_group_fills_an_empty_list(run: Run, fleet: Path) -> None:
    assert run("new", "group", "drive", "-e", "prod", "--label", "camera=yes").code == 0
    path = "environments/prod/environment.yaml"
    assert (fleet / path).read_text() == TOY[path].replace("groups: []", "groups: [drive]")


def test_new_refuses_what_does_not_exist(run: Run, fleet: Path) -> None:
    err = "error[E0301]: environment 'prod' has no ring 'brod'\n  fix: did you mean 'broad'?\n1 error\n"
    assert run("new", "cluster", "c", "-e", "prod", "--ring", "brod") == Ran(code=2, out="", err=err)


WAIVE: Final = ("--owner", "team-a", "--ticket", "T-1", "--reason", "r", "--agreed", "2026-11-01", "--expires", "2026-11-30")


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("FG-POD-001", ""),
        ("FG-POD-001.container", ""),
        (
            "FG-POD-001.contaner",
            "rule FG-POD-001.contaner, which the policy does not have\n  fix: did you mean 'FG-POD-001.container'?",
        ),
        ("FG-POD-002.container", "policy FG-POD-002, which does not exist\n  fix: did you mean 'FG-POD-001'?"),
    ],
)
def test_new_waiver_names_a_policy_or_one_of_its_rules(run: Run, fleet: Path, policy: str, said: str) -> None:
    (fleet / POLICY_PATH).parent.mkdir(parents=True)
    rego = REGO.replace("custom:", "custom:\n#   rules: {container: A container is privileged.}")
    (fleet / POLICY_PATH).write_text(rego, encoding="utf-8")
    refused = Ran(code=2, out="", err=f"error[E0803]: waiver 'w' names {said}\n1 error\n")
    written = Ran(code=0, out="", err="policies/waivers/w.yaml: written\n")
    assert run("new", "waiver", "w", "--policy", policy, *WAIVE) == (refused if said else written)


def test_new_waiver_for_longer_than_its_policy_allows(run: Run, fleet: Path) -> None:
    (fleet / POLICY_PATH).parent.mkdir(parents=True)
    (fleet / POLICY_PATH).write_text(REGO, encoding="utf-8")
    err = (
        "error[E0803]: waiver 'w' lasts 396 days from 2026-11-01; its policy has severity critical\n"
        "  fix: set `expires` at most 30 days after `agreed`; permanent exceptions belong in the constraint\n1 error\n"
    )
    found = run("new", "waiver", "w", "--policy", "FG-POD-001", *WAIVE[:-1], "2027-12-02")
    assert (found, (fleet / "policies/waivers").exists()) == (Ran(code=2, out="", err=err), False)


def test_list_units(run: Run, fleet: Path) -> None:
    out = "UNIT  COMPONENT  VERSIONS      VARIANTS  CLUSTERS\ntoy   toy        1.0.0, 1.1.0  2         2\n"
    assert run("list", "units") == Ran(code=0, out=out, err="")


def test_list_components(run: Run, fleet: Path) -> None:
    out = (
        "NAME   FORM       VERSIONS      NAMESPACES  WAVE  ENABLED IN  CLUSTERS  TITLE\n"
        "serve  manifests  1.0.0         -           3     -           0         Serve\n"
        "toy    manifests  1.0.0, 1.1.0  -           3     prod        2         Toy\n"
    )
    assert run("list", "components") == Ran(code=0, out=out, err="")
