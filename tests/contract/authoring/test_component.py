"""Somebody new adds components to a starter fleet, and a policy; what is scaffolded passes at once, with the real binaries."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from fleetgen.cli.main import main
from fleetgen.tools.toolchain import Tool
from fleetgen.yamlfile import dump, load_manifests

HERE = Path(__file__).parent
VARIANT = "output/environments/staging/canary"


@pytest.fixture
def own(tmp_path: Path, tools: Callable[[str], Tool], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A starter fleet in a git repository, and beside it manifests and a chart."""
    for name in ("kustomize", "conftest"):
        tools(name)
    shutil.copytree(HERE / "broker", tmp_path / "broker")
    shutil.copytree(HERE / "redis", tmp_path / "redis")
    monkeypatch.chdir(tmp_path)
    assert main(["init", "fleet"]) == 0
    monkeypatch.chdir(tmp_path / "fleet")
    subprocess.run(["git", "init", "--quiet"], check=True)
    return tmp_path / "fleet"


def loaded(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", load_manifests(path.read_text(encoding="utf-8"))[0])


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(below[key], value) if isinstance(value, dict) and key in below else value for key, value in above.items()}
    return {**below, **both}


def switched_on(fleet: Path, said: str) -> None:
    """Do what the command said: its lines into fleet/defaults.yaml, its registries into the environments."""
    lines = [line.removeprefix("    ") for line in said.splitlines() if line.startswith("    ")]
    defaults = loaded(fleet / "fleet/defaults.yaml")
    defaults["spec"]["components"] = merged(defaults["spec"]["components"], cast("Any", load_manifests("\n".join(lines))[0]))
    (fleet / "fleet/defaults.yaml").write_text(dump(defaults))
    told = [line.rpartition(": ")[2] for line in said.splitlines() if line.startswith("permit its images")]
    for path in sorted(fleet.glob("environments/*/environment.yaml")):
        document = loaded(path)
        document["spec"]["registries"] += [registry for line in told for registry in line.split(", ")]
        path.write_text(dump(document))


def passes(fleet: Path) -> None:
    """The line, as the next steps of `init` have it."""
    assert [main(["check", "-q"]), main(["render", "-q"]), main(["verify", "-q"])] == [0, 0, 0]


@pytest.mark.parametrize(
    "words",
    [("mq", "--manifests", "../broker"), ("redis", "--chart", "../redis"), ("redis", "--chart", "../redis.tgz"), ("web",)],
    ids=["manifests", "chart folder", "chart archive", "example"],
)
def test_a_new_component_passes_at_once(own: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with tarfile.open(own.parent / "redis.tgz", "w:gz") as archive:
        archive.add(own.parent / "redis", "redis")
    assert main(["new", "component", *words]) == 0
    switched_on(own, capsys.readouterr().err)
    passes(own)
    assert (own / VARIANT / words[0] / "default/app/application.yaml").is_file()


def test_manifests_reach_a_site_with_what_the_fleet_demands(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "component", "mq", "--manifests", "../broker"]) == 0
    switched_on(own, capsys.readouterr().err)
    defaults = loaded(own / "fleet/defaults.yaml")
    defaults["spec"]["components"]["mq"]["values"] = {
        "images": {"eclipse-mosquitto": {"repository": "mirror.example.com/mosquitto"}},
        "callers": [{"namespace": "tills"}],
    }
    (own / "fleet/defaults.yaml").write_text(dump(defaults))
    for path in sorted(own.glob("environments/*/environment.yaml")):
        path.write_text(path.read_text().replace("docker.io/library/", "mirror.example.com/"))
    passes(own)
    capsys.readouterr()
    assert main(["show", "store-0001"]) == 0
    shown = capsys.readouterr().out
    for line in ("Deployment.apps mq/mq", "NetworkPolicy.networking.k8s.io mq/mq", "Topic.mq.example.com mq/cameras"):
        assert line in shown
    (image,) = loaded(own / VARIANT / "mq/default/kustomization.yaml")["images"]
    name = "docker.io/library/eclipse-mosquitto"
    assert image == {"name": name, "newName": "mirror.example.com/mosquitto", "newTag": "2.0.20"}


def test_what_is_ejected_renders_the_same(own: Path) -> None:
    passes(own)
    before = {path: path.read_bytes() for path in sorted((own / "output").rglob("*")) if path.is_file()}
    assert main(["library", "eject", "--all"]) == 0
    passes(own)
    assert {path: path.read_bytes() for path in sorted((own / "output").rglob("*")) if path.is_file()} == before


def test_a_policy_of_ones_own_reaches_the_sites(own: Path) -> None:
    assert main(["new", "policy", "shop/no_odd"]) == 0
    defaults = loaded(own / "fleet/defaults.yaml")
    namespaces = {"gatekeeper-system": {"enabled": True}}
    defaults["spec"]["components"] |= {
        "gatekeeper": {"enabled": True},
        "gatekeeper-policies": {"enabled": True, "values": {"policies": ["FG-RBAC-001"]}},
        "cluster-baseline": {"enabled": True, "values": {"namespaces": namespaces}},
    }
    (own / "fleet/defaults.yaml").write_text(dump(defaults))
    passes(own)
    text = (own / VARIANT / "gatekeeper-policies/default/constraints.yaml").read_text(encoding="utf-8")
    kinds = {cast("dict[str, Any]", each)["kind"] for each in load_manifests(text)}
    assert {"FGShopNoOdd", "FGPodNoPrivileged"} <= kinds
    assert [kind for kind in kinds if kind.startswith("FGRbac")] == ["FGRbacNoWildcards"]
    project = loaded(own / "output/clusters/staging/staging-lab/project.yaml")
    allowed = {each["kind"] for each in project["spec"]["clusterResourceWhitelist"]}
    assert kinds <= allowed
