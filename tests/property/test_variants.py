"""The promise of variants: the same name means the same content inputs; nobody else is touched by a change."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from fleetgen.model.plain import Json
from fleetgen.model.settings import plain
from fleetgen.model.variant import Resolved, VariantKey
from fleetgen.stages.resolve import resolve
from fleetgen.yamlfile import dump, dump_all
from tests.fleets import load

COMPONENT = """
apiVersion: fleetgen.io/v1alpha1
kind: Component
metadata: {name: app}
spec:
  title: App
  description: Reads every kind of fact.
  wave: 3
  facts: [distribution, gpu.products, nodePools]
  instances: {each: models}
  settings: {properties: {size: {}, models: {}}}
  defaults: {version: "1", values: {size: 0, models: {a: {enabled: true}, b: {enabled: true}}}}
"""
SIZES = st.integers(min_value=0, max_value=2)
VALUES = st.one_of(
    st.just({}),
    st.builds(lambda size: {"values": {"size": size}}, SIZES),
    st.builds(lambda name, size: {"values": {"models": {name: {"size": size}}}}, st.sampled_from(["a", "b"]), SIZES),
)
COMPONENTS = st.one_of(st.just({}), st.builds(lambda value: {"app": value}, VALUES))


def document(kind: str, name: str, spec: Mapping[str, Json], labels: Mapping[str, str] | None = None) -> Json:
    metadata: dict[str, Json] = {"name": name}
    if labels:
        metadata["labels"] = dict(labels)
    return {"apiVersion": "fleetgen.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": dict(spec)}


@st.composite
def layers(draw: st.DrawFn) -> list[Json]:
    delivery: Json = {"repoURL": "https://git.example.com/fleet.git"}
    made: list[Json] = []
    for name in ("dev", "production"):
        components = draw(COMPONENTS)
        components = {**components, "app": {**components.get("app", {}), "enabled": True}}
        spec: dict[str, Json] = {
            "rank": 1,
            "rings": ["one", "two"],
            "groups": ["red", "blue"],
            "delivery": delivery,
            "components": components,
        }
        made.append(document("Environment", name, spec))
        made.append(document("Ring", "one", {"environment": name, "components": draw(COMPONENTS)}))
    made += [document("Region", name, {"components": draw(COMPONENTS)}) for name in ("north", "south")]
    pool: Json = [{"name": "main", "gpu": {"product": "L4", "count": 1}}]
    made.append(document("HardwareProfile", "small", {"nodePools": pool, "components": draw(COMPONENTS)}))
    made.append(document("HardwareProfile", "plain", {"nodePools": [{"name": "main"}], "components": draw(COMPONENTS)}))
    made += [
        document("Group", name, {"selector": {"matchLabels": {name: "yes"}}, "components": draw(COMPONENTS)})
        for name in ("red", "blue")
    ]
    return made


@st.composite
def cluster(draw: st.DrawFn, number: int) -> Json:
    spec: dict[str, Json] = {
        "environment": draw(st.sampled_from(["dev", "production"])),
        "ring": draw(st.sampled_from(["one", "two"])),
        "region": draw(st.sampled_from(["north", "south"])),
        "profile": draw(st.sampled_from(["small", "plain"])),
        "kubernetes": {"distribution": draw(st.sampled_from(["k3s", "rke2"])), "version": "v1.35.4"},
    }
    if draw(st.integers(min_value=0, max_value=4)) == 0:
        spec["components"] = draw(COMPONENTS)
    if draw(st.integers(min_value=0, max_value=4)) == 0:
        spec["nodePools"] = [{"name": "main", "count": draw(st.integers(min_value=1, max_value=3))}]
    labels = {name: "yes" for name in ("red", "blue") if draw(st.booleans())}
    return document("Cluster", f"c{number}", spec, labels)


@st.composite
def fleets(draw: st.DrawFn) -> list[Json]:
    count = draw(st.integers(min_value=2, max_value=8))
    return [*draw(layers()), *(draw(cluster(number)) for number in range(count))]


def resolved(documents: list[Json]) -> Resolved:
    return resolve(load({"fleet/all.yaml": dump_all(documents)}, {"templates/app/component.yaml": COMPONENT}))


def content(fleet: Resolved, key: VariantKey) -> Json:
    variant = fleet.variants[key]
    return [plain(variant.settings), dict(variant.facts), variant.instance, variant.version]


@given(fleets())
def test_a_cluster_alone_gets_the_content_that_its_shared_variant_has(documents: list[Json]) -> None:
    """Resolved by itself, with nobody to share with, each cluster has the same names and the same content inputs."""
    whole = resolved(documents)
    shared = [item for item in documents if not (isinstance(item, dict) and item["kind"] == "Cluster")]
    for item in documents:
        if not (isinstance(item, dict) and item["kind"] == "Cluster"):
            continue
        alone = resolved([*shared, item])
        for name, bill in alone.bills.items():
            assert bill == whole.bills[name]
            assert [content(alone, key) for key in bill.values()] == [content(whole, key) for key in bill.values()]


@given(fleets(), cluster(99))
def test_a_new_cluster_changes_no_other_bill_of_materials(documents: list[Json], added: Json) -> None:
    before, after = resolved(documents), resolved([*documents, added])
    assert {name: bill for name, bill in after.bills.items() if name != "c99"} == before.bills


@given(fleets(), SIZES)
def test_changing_a_value_renames_nothing(documents: list[Json], size: int) -> None:
    text = dump_all(documents)
    changed = "\n".join(f"{line.partition('size:')[0]}size: {size}" if "size:" in line else line for line in text.split("\n"))
    library = {"templates/app/component.yaml": COMPONENT}
    before, after = resolved(documents), resolve(load({"fleet/all.yaml": changed}, library))
    assert after.bills == before.bills


def test_the_generator_of_fleets_makes_what_a_person_would_write() -> None:
    assert dump(document("Region", "north", {"components": {}})) == (
        "apiVersion: fleetgen.io/v1alpha1\nkind: Region\nmetadata:\n  name: north\nspec:\n  components: {}\n"
    )
