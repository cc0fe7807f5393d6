"""The messages on the pages of the error codes are those that fleetgen prints, and their inputs make it print them.

`fleet/` is the fleet that the pages speak of. Where a page names a file of it, the wrong text is put in place of the right one,
and the command has to print what the page says. After a wanted change of messages, write the pages anew:

    FLEETGEN_UPDATE_GOLDEN=1 .venv/bin/pytest tests/unit/cli/errors
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
import yaml

from fleetgen.answers.error_pages import page
from fleetgen.errors import CODES
from fleetgen.model.gate import Coverage, Verdict
from fleetgen.model.manifest import BuildRoot, Built
from fleetgen.model.plain import JsonObject, list_of, mapping_of
from tests.unit.cli.conftest import Ran, Run
from tests.unit.cli.errors.demanding import demand

FLEET: Final = Path(__file__).parent / "fleet"
INVENTORY: Final = ("check", "--inventory")
CHECK: Final = ("check",)
IMPORT: Final = ("import", "imports/stores.csv", "--map", "imports/mapping.yaml")

# What has to be run to see the message; for most codes, reading the inventory is enough.
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(("E0107", "E0502", "E0503", "E0504", "E0505", "E0602", "E0603", "E0604", "E0605", "E0606", "E0607"), CHECK),
    **dict.fromkeys(("E0701", "E0702", "E0704", "E0706", "E0707", "E0709", "E0710", "E0801", "E0803", "E0805", "E0807"), CHECK),
    **dict.fromkeys(("E1001", "E1002", "E1003"), IMPORT),
    "E0401": ("new", "group", "Kiosks", "--label", "format=kiosk"),
    "E1201": ("check", "--as-of", "tomorrow"),
    "E1204": (*IMPORT, "-o", "fleet/clusters/store-0042.yaml"),
}


class Concatenation:
    """A builder for the example fleet, whose kustomizations only list resources."""

    def __init__(self, **_: object) -> None:
        """As `KustomizeCli`."""

    def build(self, roots: Sequence[BuildRoot]) -> Sequence[Built]:
        return [Built(root=root.folder, text="---\n".join(self._texts(root.files, root.folder)), error="") for root in roots]

    def _texts(self, files: Mapping[str, str], folder: str) -> Iterator[str]:
        for name in yaml.safe_load(files[f"{folder}/kustomization.yaml"]).get("resources", []):
            path = posixpath.normpath(posixpath.join(folder, name))
            if path in files:
                yield files[path]
            else:
                yield from self._texts(files, path)


class Passing:
    """An engine that finds nothing in anything."""

    def __init__(self, **_: object) -> None:
        """As `ConftestCli`."""

    def evaluate(self, _files: object, _data: object, inputs: Sequence[JsonObject]) -> Sequence[Verdict]:
        asked = [tuple(str(mapping_of(item)["id"]) for item in list_of(each.get("items"))) for each in inputs]
        return [Verdict(results=(), coverage=Coverage(ids=ids, targets=0, policies={"FG-POD-001": ids})) for ids in asked]


@pytest.fixture
def fleet(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example fleet, with one policy of the library, as the current folder."""
    target = tmp_path / "fleet"
    shutil.copytree(FLEET, target)
    rule = Path("policies/rego/pod/no_privileged")
    shutil.copytree(root / rule, target / rule)
    monkeypatch.chdir(target)
    monkeypatch.setattr("fleetgen.tools.kustomize_cli.KustomizeCli", Concatenation)
    monkeypatch.setattr("fleetgen.tools.conftest_cli.ConftestCli", Passing)
    monkeypatch.setattr("fleetgen.tools.toolchain.Toolchain.need", lambda *_: None)
    monkeypatch.setattr("fleetgen.inputs.repository.__version__", "1.0.0")
    return target


def first(ran: Ran, code: str) -> str:
    """The first message of a run with the code; no error has another one."""
    blocks = re.split(r"\n(?=\S)", ran.err)
    errors = [block for block in blocks if "error[" in block]
    assert [block for block in errors if f"error[{code}]: " not in block] == [], ran.err
    return next(block for block in (*errors, *blocks) if f"[{code}]: " in block)


def test_the_example_fleet_is_right(fleet: Path, run: Run) -> None:
    assert run(*INVENTORY) == Ran(code=0, out="", err="inventory is valid: 1 cluster, 3 variants\n")
    assert run(*IMPORT).code == 0


def test_an_import_into_a_folder_is_refused(fleet: Path, run: Run) -> None:
    said = "fleet/clusters: error[E1204]: this is a folder, not a file\n  fix: add a file name: -o fleet/clusters/clusters.yaml\n"
    assert run(*IMPORT, "-o", "fleet/clusters") == Ran(code=2, out="", err=f"{said}1 error\n")
    assert [*(fleet / "fleet/clusters").glob("clusters.yaml")] == []


@pytest.mark.parametrize("code", [code for code in CODES if page(code).file])
def test_a_wrong_input_prints_the_message(fleet: Path, run: Run, code: str) -> None:
    found = page(code)
    path = fleet / found.file
    text = path.read_text(encoding="utf-8")
    assert text.count(f"{found.right}\n") == 1
    path.write_text(text.replace(f"{found.right}\n", f"{found.wrong}\n"), encoding="utf-8")
    demand(code, first(run(*COMMANDS.get(code, INVENTORY)), code))


def _latin_1(fleet: Path) -> None:
    (fleet / "fleet/regions/eu-west.yaml").write_bytes("# Köln\n".encode("latin-1"))


def _link(fleet: Path) -> None:
    (fleet / "fleet/regions/shared.yaml").symlink_to("/srv/shared.yaml")


def _twice(fleet: Path) -> None:
    shutil.copy(fleet / "fleet/clusters/store-0042.yaml", fleet / "fleet/clusters/store-0043.yaml")


def _no_cluster(fleet: Path) -> None:
    (fleet / "fleet/clusters/store-0042.yaml").unlink()


def _edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def _two_meanings(fleet: Path) -> None:
    _edit(fleet / "fleet/groups/kiosks.yaml", ("kiosks", "k3s"))
    _edit(fleet / "environments/production/environment.yaml", ("[kiosks]", "[k3s]"))
    _edit(fleet / "policies/waivers/camera-driver.yaml", ("[kiosks]", "[k3s]"))


def _many_groups(fleet: Path) -> None:
    names = [f"stores-with-{what}-and-extended-hours" for what in ("bakery", "butcher", "florist", "fuel", "pharmacy", "post")]
    group = (fleet / "fleet/groups/kiosks.yaml").read_text(encoding="utf-8")
    for name in names:
        own = group.replace("kiosks", name).replace("components: {}", "components: {price-tags: {values: {metrics: true}}}")
        (fleet / f"fleet/groups/{name}.yaml").write_text(own, encoding="utf-8")
    _edit(fleet / "environments/production/environment.yaml", ("[kiosks]", f"[kiosks, {', '.join(names)}]"))


def _custom_kind(fleet: Path) -> None:
    with (fleet / "templates/price-tags/base/config.yaml").open("a", encoding="utf-8") as file:
        file.write("---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a, namespace: labels}\n")


def _new_kubernetes(fleet: Path) -> None:
    _edit(fleet / "fleet/profiles/l4-single.yaml", ("v1.35.4+k3s1", "v1.45.0+k3s1"))


def _no_constraint(fleet: Path) -> None:
    (fleet / "policies/constraints/pod-no-privileged.yaml").unlink()
    (fleet / "policies/enforcement/no-privileged.yaml").unlink()


SET_UP: Final[Mapping[str, Callable[[Path], None]]] = {
    "E0106": _latin_1,
    "E0107": _link,
    "E0205": _twice,
    "E0305": _no_cluster,
    "E0401": lambda _fleet: None,
    "E0402": _two_meanings,
    "E0403": _many_groups,
    "E0605": _custom_kind,
    "E0606": _new_kubernetes,
    "E0805": _no_constraint,
    "E1201": lambda _fleet: None,
    "E1204": lambda _fleet: None,
}


@pytest.mark.parametrize("code", SET_UP)
def test_what_no_single_line_shows(fleet: Path, run: Run, code: str) -> None:
    SET_UP[code](fleet)
    demand(code, first(run(*COMMANDS.get(code, INVENTORY)), code))
