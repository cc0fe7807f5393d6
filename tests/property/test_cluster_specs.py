"""A cluster's spec that is put together value by value is the one that the whole merged tree makes."""

from __future__ import annotations

from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from fleetgen.model.finding import Finding
from fleetgen.model.inventory import ClusterSpec
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import plain
from fleetgen.schemas.derive import build
from fleetgen.stages.load.clusters import Specs
from fleetgen.stages.load.documents import read
from fleetgen.yamlfile import dump

_POOLS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b"])},
        optional={"count": st.sampled_from([1, 2, None]), "gpu": st.sampled_from([None, {"product": "L4", "count": 1}])},
    ),
    max_size=2,
)
_SUPPLIED: dict[str, st.SearchStrategy[Json]] = {
    "kubernetes": st.sampled_from([None, {"distribution": "k3s", "version": "v1.35.4"}]),
    "uplink": st.sampled_from([None, {"downMbps": 50}, {"upMbps": 5.5, "downMbps": None}]),
    "nodePools": cast("st.SearchStrategy[Json]", _POOLS),
    "provides": st.sampled_from([[], ["a/v1/A"]]),
}
_OWN: dict[str, st.SearchStrategy[Json]] = {
    **_SUPPLIED,
    "site": st.sampled_from([{"name": "Till"}, {"name": None}, None]),
    "components": st.sampled_from([{}, {"app": {"values": {"size": None}}}]),
}


def document(kind: str, name: str, spec: Json) -> str:
    return dump({"apiVersion": "fleetgen.io/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})


@settings(max_examples=150)
@given(
    st.fixed_dictionaries({}, optional=_SUPPLIED),
    st.fixed_dictionaries({}, optional=_SUPPLIED),
    st.lists(st.fixed_dictionaries({}, optional=_OWN), min_size=1, max_size=3),
)
def test_value_by_value_or_as_a_whole(profile: JsonObject, production: JsonObject, own: list[JsonObject]) -> None:
    where: JsonObject = {"environment": "production", "ring": "one", "profile": "box"}
    files = {
        "box.yaml": document("HardwareProfile", "box", profile),
        "production.yaml": document("HardwareProfile", "box", {"environment": "production", **production}),
        **{f"c{number}.yaml": document("Cluster", f"c{number}", {**where, **spec}) for number, spec in enumerate(own)},
    }
    problems: list[Finding] = []
    documents = read(files, problems)
    assert problems == []
    specs = Specs({(d.name, d.environment): d for d in documents if d.kind == "HardwareProfile"})
    for each in documents:
        if each.kind == "Cluster":
            findings = specs.findings(each)
            whole = build(ClusterSpec, cast("JsonObject", plain(specs.tree(each))))
            assert specs.spec(each) == (None if findings else whole)
