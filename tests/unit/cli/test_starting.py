from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import FILES, Ran, Run


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
    assert {p.relative_to(fleet).as_posix() for p in fleet.rglob("*") if p.is_file()} == set(FILES)


def test_new_ring_changes_one_line_of_its_environment(run: Run, fleet: Path) -> None:
    path = "environments/prod/environment.yaml"
    err = f"environments/prod/rings/late.yaml: written\n{path}: changed to list late\n"
    assert run("new", "ring", "late", "-e", "prod") == Ran(code=0, out="", err=err)
    assert (fleet / path).read_text() == FILES[path].replace("[canary, broad]", "[canary, broad, late]")


def test_new_group_fills_an_empty_list(run: Run, fleet: Path) -> None:
    assert run("new", "group", "drive", "-e", "prod", "--label", "camera=yes").code == 0
    path = "environments/prod/environment.yaml"
    assert (fleet / path).read_text() == FILES[path].replace("groups: []", "groups: [drive]")


def test_new_refuses_what_does_not_exist(run: Run, fleet: Path) -> None:
    err = "error[E0301]: environment 'prod' has no ring 'brod'\n  fix: did you mean 'broad'?\n1 error\n"
    assert run("new", "cluster", "c", "-e", "prod", "--ring", "brod") == Ran(code=2, out="", err=err)


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
