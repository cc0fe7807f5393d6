from __future__ import annotations

import pytest

from fleetgen.model.plain import Json, JsonObject
from fleetgen.rehearse.comparing import as_stored, unequal


@pytest.mark.parametrize(
    ("wanted", "live", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),  # what the server fills in
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("a.b[1]", 2, 3)]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", [1], [1, 2])]),  # an element more is a difference
        ({"cpu": "1000m", "memory": "1024Mi"}, {"cpu": "1", "memory": "1Gi"}, []),  # the server writes quantities anew
        ({"cpu": "1000m"}, {"cpu": "1001m"}, [("cpu", "1000m", "1001m")]),
        ({"a": {}, "b": [], "c": None, "d": ""}, {}, []),  # empty is left out
        ({"a": ""}, {"a": "x"}, [("a", "", "x")]),
        ({"a": False}, {}, [("a", False, None)]),
        ({"a": True}, {"a": 1}, []),  # equal in JSON's numbers of Python; the API server keeps types apart
        ({"metadata": {"creationTimestamp": None}}, {"metadata": {"creationTimestamp": "2026-11-24"}}, []),
        ({"a": "x"}, None, [("", {"a": "x"}, None)]),
        # what nobody fills with defaults holds nothing else
        ({"data": {"a": "1"}}, {"data": {"a": "1", "b": "2"}}, [("data.b", None, "2")]),
        (
            {"metadata": {"labels": {"a": "1"}}},
            {"metadata": {"labels": {"a": "1", "b": "2"}}},
            [("metadata.labels.b", None, "2")],
        ),
        (
            {"metadata": {"annotations": {"a": "1"}}},
            {
                "metadata": {
                    "annotations": {
                        "a": "1",
                        "argocd.argoproj.io/tracking-id": "x",
                        "deployment.kubernetes.io/revision": "1",
                    }
                }
            },
            [],
        ),
        (
            {"metadata": {"labels": {"a": "1"}}},
            {"metadata": {"labels": {"a": "1", "app.kubernetes.io/name": "x"}}},
            [("metadata.labels.app.kubernetes.io/name", None, "x")],
        ),
        ({"spec": {"labels": {"a": "1"}}}, {"spec": {"labels": {"a": "1", "b": "2"}}}, []),
    ],
)
def test_unequal(wanted: Json, live: Json, found: list[tuple[str, Json, Json]]) -> None:
    assert list(unequal(wanted, live)) == found


def test_the_texts_of_a_secret_are_stored_encoded() -> None:
    secret: JsonObject = {"kind": "Secret", "stringData": {"a": "x"}, "data": {"b": "eQ=="}}
    assert as_stored(secret) == {"kind": "Secret", "data": {"a": "eA==", "b": "eQ=="}}
    assert as_stored({"kind": "Secret"}) == {"kind": "Secret"}
