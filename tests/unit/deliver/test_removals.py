from __future__ import annotations

from collections.abc import Mapping

import pytest

from fleetgen.deliver.publish_guards import removals, vanished
from fleetgen.errors import problem
from fleetgen.model.config import Guards
from tests.fleets import key

GUARDS = Guards(max_removed_units=2, max_removed_clusters_percent=5.0)

Bills = Mapping[str, Mapping[str, str]]


def _clusters(environment: str, first: int, end: int) -> dict[str, dict[str, str]]:
    return {f"{environment}/c{number:02}": {"web": "variant"} for number in range(first, end)}


def _units(*names: str) -> dict[str, dict[str, str]]:
    return {"prod/c1": dict.fromkeys(names, "variant")}


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        pytest.param(_units("a", "b", "c"), _units("a"), [], id="as many units as allowed"),
        pytest.param(
            _units("a", "b", "c", "d"), _units("a"), ["cluster 'prod/c1' would lose 3 units: b, c, d"], id="a unit too many"
        ),
        pytest.param(
            _units("a", "b", "c"), _units("x", "y", "z"), ["cluster 'prod/c1' would lose 3 units: a, b, c"], id="renamed"
        ),
        pytest.param(_units("a"), {"prod/c1": {"a": "another variant"}}, [], id="another variant is no removal"),
        pytest.param(_clusters("prod", 0, 20), _clusters("prod", 1, 20), [], id="5 % of the clusters"),
        pytest.param(
            _clusters("prod", 0, 19),
            _clusters("prod", 1, 19),
            ["environment 'prod' would lose 1 of 19 clusters: c00"],
            id="more than 5 %",
        ),
        pytest.param(
            {**_clusters("dev", 0, 3), **_clusters("prod", 0, 97)},
            _clusters("prod", 0, 97),
            ["environment 'dev' would lose 3 of 3 clusters: c00, c01, c02"],
            id="a share of its own environment",
        ),
        pytest.param(
            _clusters("prod", 0, 12),
            {},
            ["environment 'prod' would lose 12 of 12 clusters: c00, c01, c02, c03, c04"],
            id="nothing is left",
        ),
        pytest.param({}, _clusters("prod", 0, 3), [], id="the first publish"),
    ],
)
def test_what_a_publish_would_take_away(old: Bills, new: Bills, messages: list[str]) -> None:
    fix = "check the change; if you intend it, pass --allow-removal"
    before, after = ({key(cluster): units for cluster, units in bills.items()} for bills in (old, new))
    assert removals(before, after, GUARDS) == [problem("E0902", message, fix=fix) for message in messages]


def test_a_cluster_that_no_document_is_about() -> None:
    old = dict.fromkeys(map(key, ("prod/gone", "prod/retired", "prod/stays", "dev/moved", "dev/other")))
    new = dict.fromkeys(map(key, ("prod/stays", "prod/moved")))
    fix = (
        "if it was renamed, list the old name in spec.formerNames; if it is gone, set spec.lifecycle: retired; "
        "if its site already pulls another folder, pass --allow-removal"
    )
    assert vanished(old, new, {key("prod/retired")}) == [
        problem("E0902", "environment 'dev' has no document of 2 clusters (moved, other) any more", fix=fix),
        problem("E0902", "environment 'prod' has no document of cluster 'gone' any more", fix=fix),
    ]
