"""The entries of `schemas` in fleetgen.toml: what is read, and what is refused with which place."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.errors import InputError
from fleetgen.inputs.repository import Repository

CRD = "kind: CustomResourceDefinition\n"


def repository(root: Path, entries: str, *, below: str = "fleet") -> Repository:
    folder = root / below
    folder.mkdir(exist_ok=True)
    (folder / "fleetgen.toml").write_text(f'library = "."\n\nschemas = [\n{entries}\n]\n', encoding="utf-8")
    return Repository.find(folder)


def test_folders_and_files_are_read_and_hidden_or_other_files_are_not(tmp_path: Path) -> None:
    repo = repository(tmp_path, '"crds/", "./more/one.yaml"')
    for name in ("crds/v1.0/a.yaml", "crds/b.yml", "crds/README.md", "crds/.git/c.yaml", "more/one.yaml", "more/two.yaml"):
        (repo.root / name).parent.mkdir(parents=True, exist_ok=True)
        (repo.root / name).write_text(CRD, encoding="utf-8")
    assert sorted(repo.read_schemas()) == ["crds/b.yml", "crds/v1.0/a.yaml", "more/one.yaml"]
    assert repo.schema_paths == ("crds", "more/one.yaml")


def test_every_entry_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    repo = repository(tmp_path, '"../outside",\n"/etc",\n"linked",\n"linked/inner",\n"missing",\n"crds"')
    (repo.root / "linked").symlink_to(tmp_path / "outside")
    (tmp_path / "outside" / "inner").mkdir()
    (repo.root / "crds").mkdir()
    (repo.root / "crds" / "x.yaml").write_bytes(b"\xff")
    with pytest.raises(InputError) as caught:
        repo.read_schemas()
    leaves = "leaves the repository, or is a symbolic link"
    assert [(f.code, str(f.place), f.message) for f in caught.value.findings] == [
        ("E0106", "crds/x.yaml:1", "is not UTF-8"),
        ("E0107", "fleetgen.toml:4", f"'../outside' {leaves}"),
        ("E0107", "fleetgen.toml:5", f"'/etc' {leaves}"),
        ("E0107", "fleetgen.toml:6", f"'linked' {leaves}"),
        ("E0107", "fleetgen.toml:7", f"'linked/inner' {leaves}"),
        ("E0607", "fleetgen.toml:8", "'missing' does not exist"),
    ]


def test_without_the_setting_nothing_is_read(tmp_path: Path) -> None:
    assert repository(tmp_path, "").read_schemas() == {}
