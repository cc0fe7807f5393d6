from __future__ import annotations

from pathlib import Path

import pytest

from generator.rehearse.crds import Definitions, anything
from generator.yamlfile import dump


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("ServiceMonitor", "servicemonitors.g.io"),
        ("ClusterPolicy", "clusterpolicies.g.io"),
        ("Gateway", "gateways.g.io"),
        ("Ingress", "ingresses.g.io"),
        ("Mesh", "meshes.g.io"),
    ],
)
def test_names_follow_the_fields_rule(kind: str, name: str) -> None:
    metadata = anything("g.io", "v1", kind)["metadata"]
    assert metadata == {"name": name}


def test_the_users_folder_wins_by_version_then_the_tools_then_anything(tmp_path: Path) -> None:
    for folder, title in (("user/v1.0", "old"), ("user/v2.0", "new"), ("tool", "tool")):
        definition = anything("g.io", "v1", "Thing") | {"metadata": {"name": "things.g.io", "labels": {"from": title}}}
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "thing.yaml").write_text(dump(definition), encoding="utf-8")
    both = Definitions([("mine", tmp_path / "user"), ("the tool", tmp_path / "tool")])
    found = [both.find("g.io/v1/Thing", version).origin for version in ("v1.0", "2.0", "")]
    assert found == ["mine: v1.0/thing.yaml", "mine: v2.0/thing.yaml", "mine: v2.0/thing.yaml"]
    assert Definitions([("the tool", tmp_path / "tool")]).find("g.io/v1/Thing").origin == "the tool: thing.yaml"
    made_up = both.find("other.io/v1/Thing")
    assert (made_up.origin, made_up.data) == ("", anything("other.io", "v1", "Thing"))


def test_a_broken_or_foreign_file_in_the_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("kind: Pod\n", encoding="utf-8")
    (tmp_path / "y.yaml").write_bytes(b"\xff\xfe")
    assert Definitions([("mine", tmp_path)]).find("g.io/v1/Thing").origin == ""
