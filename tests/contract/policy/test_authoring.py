"""A policy from nothing: scaffolded by the command, it passes every check at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fleetgen.cli.main import main
from fleetgen.yamlfile import load_manifests

PARTS = ("fleet", "environments", "templates", "policies")


@pytest.fixture(scope="module")
def fleet(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    shutil.copy(root / "fleetgen.toml", folder)
    for part in PARTS:
        shutil.copytree(root / part, folder / part)
    return folder


def test_a_new_policy_passes(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["-C", str(fleet)]
    assert main([*run, "new", "policy", "till_floor/no_odd_things"]) == 0
    created = ("policies/rego/till_floor/no_odd_things/policy.rego", "policies/rego/till_floor/no_odd_things/policy_test.rego")
    assert capsys.readouterr().err == "".join(
        f"{path}: written\n" for path in (*created, "policies/constraints/till-floor-no-odd-things.yaml")
    ) + ("next: write the rule and its tests, then run: fleetgen policy test policies/rego/till_floor/no_odd_things\n")
    assert main([*run, "policy", "test", "--as-of", "2026-11-24", str(fleet / "policies/rego/till_floor")]) == 0
    assert capsys.readouterr().err == (
        "policies passed: 1 policy, 3 tests on 6 inputs, every line reached; fit for OPA v1.17.1 in Gatekeeper 3.23.1\n"
    )
    assert main([*run, "check", "--as-of", "2026-11-24", "--quiet"]) == 0
    assert main([*run, "new", "policy", "till_floor/no_odd_things"]) == 2
    told = capsys.readouterr().err
    assert "error[E1204]: there is already a policy till_floor/no_odd_things: FG-TILLFLOOR-001" in told
    assert "error[E1204]: there is already a constraint 'till-floor-no-odd-things'" in told


def test_an_environment_is_exported(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["-C", str(fleet), "policy", "export", "-e", "production"]
    assert main([*run, "--policy", "FG-POD-001"]) == 0
    out, err = capsys.readouterr()
    kinds = [str(document["kind"]) for document in load_manifests(out) if isinstance(document, dict)]
    assert kinds == ["ExpansionTemplate"] * 7 + ["ConstraintTemplate", "FGPodNoPrivileged"]
    assert err == (
        "note: waiver 'platform-admin-wildcards' applies at the gate only: an exemption by name alone would cover "
        "objects of that name in every namespace\n"
        "note: some of its clusters get other constraints; export them with: production/canary, production/canary:drive-thru, "
        "production:drive-thru\n"
    )
    assert main([*run, "-o", str(tmp_path / "out")]) == 0
    written = sorted(path.relative_to(tmp_path / "out").parts[0] for path in (tmp_path / "out").rglob("*.yaml"))
    assert set(written) == {"constraints", "expansions", "templates"}
    assert main([*run, "-o", str(tmp_path / "out")]) == 2
    assert main(["-C", str(fleet), "policy", "export", "-e", "prod"]) == 2
