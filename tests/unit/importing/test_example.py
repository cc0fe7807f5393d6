"""The committed clusters are what the committed mapping makes of the committed table."""

from __future__ import annotations

from pathlib import Path

from fleetgen.importing import import_clusters, render_documents
from fleetgen.yamlfile import parse

ROOT = Path(__file__).parents[3]
MAPPING = "docs/examples/retail-stores.map.yaml"
PUBLIC_TABLE = ROOT.parent / "shared" / "data" / "retail-stores.csv"  # stays beside the project
OWN_TABLE = Path(__file__).with_name("stores.csv")
OWN_RESULT = Path(__file__).with_name("stores.expected.yaml")


def _imported(table: Path) -> str:
    tree = parse((ROOT / MAPPING).read_text("utf-8"), MAPPING)[0]
    return render_documents(import_clusters(table.read_text("utf-8"), str(table), tree))


def test_the_mapping_of_the_example_works_without_the_public_table() -> None:
    assert _imported(OWN_TABLE) == OWN_RESULT.read_text("utf-8")


def test_the_import_reproduces_the_committed_fleet() -> None:
    if not PUBLIC_TABLE.is_file():  # then only the project's own table above is imported; the public one is not ours to copy
        return
    assert _imported(PUBLIC_TABLE) == (ROOT / "fleet/clusters/retail-stores.yaml").read_text("utf-8")
