"""What is copied out of the builtin library, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetgen.library import builtin_root
from tests.unit.cli.conftest import Ran, Run

NEXT = "next: nothing has changed yet; edit it, then run: fleetgen diff"


@pytest.fixture
def own(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that uses the builtin library."""
    assert run("init", "fleet").code == 0
    monkeypatch.chdir(tmp_path / "fleet")
    return tmp_path / "fleet"


def copied(folder: Path, *tops: str) -> dict[str, str]:
    """Path -> text of all files below the folders."""
    files = (path for top in tops for path in sorted((folder / top).rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_a_component_comes_with_the_parts_that_it_imports(run: Run, own: Path) -> None:
    expected = copied(builtin_root(), "templates/gatekeeper")
    ran = run("library", "eject", "gatekeeper")
    assert (ran.code, ran.out) == (0, "")
    assert sorted(ran.err.splitlines()) == [
        NEXT,
        "templates/_parts/objects.j2: written",
        "templates/_parts/openshift.j2: written",
        "templates/_parts/pools.j2: written",
        f"templates/gatekeeper: {len(expected)} files written",
    ]
    parts = {path: (builtin_root() / path).read_text(encoding="utf-8") for path in copied(own, "templates/_parts")}
    assert copied(own, "templates") == expected | parts


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("pod/no_privileged", "policies/rego/pod/no_privileged"),
        ("policies/rego/pod/no_privileged/", "policies/rego/pod/no_privileged"),
        ("pod-no-privileged", "policies/constraints/pod-no-privileged.yaml"),
    ],
)
def test_a_policy_or_a_constraint(run: Run, own: Path, name: str, unit: str) -> None:
    assert run("library", "eject", name).code == 0
    assert copied(own, "policies") == {
        path: text
        for path, text in copied(builtin_root(), "policies/rego", "policies/constraints").items()
        if path.startswith(unit)
    }


def test_another_part_of_the_same_name_stays_and_the_component_gets_its_own(run: Run, own: Path) -> None:
    mine = own / "templates/_parts/pools.j2"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    assert run("library", "eject", "gatekeeper").code == 0
    assert copied(own, "templates/_parts") == {"templates/_parts/pools.j2": "mine\n"}
    assert set(copied(own, "templates/gatekeeper/_parts")) == {
        f"templates/gatekeeper/_parts/{name}.j2" for name in ("objects", "openshift", "pools")
    }


def test_nothing_is_written_over(run: Run, own: Path) -> None:
    (own / "templates/gatekeeper").mkdir(parents=True)
    (own / "templates/gatekeeper/component.yaml").write_text("mine\n")
    err = (
        "templates/gatekeeper: error[E1204]: the repository already has it\n"
        "  fix: edit it there; to start from the library's copy, move it away first\n1 error\n"
    )
    assert run("library", "eject", "gatekeeper") == Ran(code=2, out="", err=err)


def test_all_but_what_is_there(run: Run, own: Path) -> None:
    (own / "templates/gatekeeper").mkdir(parents=True)
    (own / "templates/gatekeeper/component.yaml").write_text("mine\n")
    dry = run("library", "eject", "--all", "--dry-run")
    assert (dry.code, NEXT in dry.err) == (0, False)
    assert copied(own, "templates") == {"templates/gatekeeper/component.yaml": "mine\n"}
    assert run("library", "eject", "--all").code == 0
    builtin = copied(builtin_root(), "templates", "policies/rego", "policies/constraints")
    assert copied(own, "templates", "policies/rego", "policies/constraints") == {
        **{path: text for path, text in builtin.items() if not path.startswith("templates/gatekeeper/")},
        "templates/gatekeeper/component.yaml": "mine\n",
    }


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (
            ("gatekeper",),
            "no component, policy or constraint 'gatekeper'\n  fix: did you mean 'gatekeeper'?\n1 error\n",
        ),
        ((), "use library eject NAME or library eject --all\n"),
        (("gatekeeper", "--all"), "use library eject NAME or library eject --all\n"),
    ],
)
def test_what_is_meant_has_to_be_clear(run: Run, own: Path, words: tuple[str, ...], err: str) -> None:
    ran = run("library", "eject", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(err)


def test_a_repository_that_is_its_own_library(run: Run, fleet: Path) -> None:
    err = (
        'fleetgen.toml: error[E1202]: this repository is its own library (library = ".")\n  fix: edit the files there\n1 error\n'
    )
    assert run("library", "eject", "toy") == Ran(code=2, out="", err=err)
