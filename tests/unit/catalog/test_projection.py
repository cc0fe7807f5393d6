"""Models cut down to what a policy declares."""

from __future__ import annotations

import pytest

from fleetgen.catalog.projection import Projection, cut, kept
from fleetgen.model.manifest import digest_of
from fleetgen.model.plain import Json, JsonObject, value_at

CARDS: JsonObject = {"gpu": {"product": "L4", "driver": "host"}}
MODEL: JsonObject = {
    "name": "store",
    "site": {"country": "DE", "dataClasses": ["video"]},
    "nodePools": [{"name": "main", "gpu": None}, {"name": "cards", **CARDS}],
    "units": {"app": {"values": {"size": 2, "image": {"tag": "1"}}, "requests": {"cpu": 1}}, "other": {"values": {}}},
}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], {}),
        (["site"], {"site": MODEL["site"]}),
        (["site.country"], {"site": {"country": "DE"}}),
        (["site.city"], {"site": {}}),
        (["ranges"], {}),
        (["nodePools.*.gpu.product"], {"nodePools": [{"gpu": None}, {"gpu": {"product": "L4"}}]}),
        (["nodePools.name"], {"nodePools": []}),
        (["nodePools.0.name"], {"nodePools": [{"name": "main"}]}),
        (["nodePools.1.name"], {"nodePools": [{}, {"name": "cards"}]}),
        (["nodePools.1.name", "nodePools.*.gpu"], {"nodePools": [{"gpu": None}, {**CARDS, "name": "cards"}]}),
        (["units.*.requests"], {"units": {"app": {"requests": {"cpu": 1}}, "other": {}}}),
        (["units.app.requests"], {"units": {"app": {"requests": {"cpu": 1}}}}),
        (
            ["units.*.requests", "units.app.values.size"],
            {"units": {"app": {"requests": {"cpu": 1}, "values": {"size": 2}}, "other": {}}},
        ),
        (
            ["units.*.values.*.tag"],
            {"units": {"app": {"values": {"size": None, "image": {"tag": "1"}}}, "other": {"values": {}}}},
        ),
        (["name.first"], {"name": None}),
    ],
)
def test_what_is_left(paths: list[str], expected: Json) -> None:
    steps = [path.split(".") for path in paths]
    assert cut(MODEL, kept(steps)) == expected
    assert Projection(steps).of(MODEL).value == expected


def test_equal_cuts_have_equal_digests() -> None:
    """Whether parts are the same value, or only equal; and whatever else differs."""
    projection = Projection([("site",), ("units", "*", "requests")])
    units: JsonObject = {"app": {"requests": {"cpu": 1}, "values": "else"}, "other": {}}
    other: JsonObject = {"name": "annex", "site": {"dataClasses": ["video"], "country": "DE"}, "units": units}
    assert projection.of(MODEL) == projection.of(other)
    more: JsonObject = {**other, "units": {**units, "third": {}}}
    assert projection.of(more).digest != projection.of(other).digest


def test_values_that_are_met_again_are_cut_once() -> None:
    projection = Projection([("units", "*", "requests")])
    first, second = (projection.of({**MODEL, "name": name}).value for name in ("a", "b"))
    assert value_at(first, ("units",)) is value_at(second, ("units",)) is not None


def test_digest_is_of_the_content() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1}) != digest_of({"a": 1})
