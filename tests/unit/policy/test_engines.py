from __future__ import annotations

import pytest

from fleetgen.model.plain import JsonObject
from fleetgen.policy.engines import Engine, limited, oldest


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        (["3.23.1"], Engine(gatekeeper="3.23.1", opa="v1.17.1")),
        (["3.23.1", "v3.20.1", "3.22.0"], Engine(gatekeeper="v3.20.1", opa="v1.7.1")),
        (["3.19.0", "3.9.0"], Engine(gatekeeper="3.9.0", opa="")),
        (["3.18.3"], Engine(gatekeeper="3.18.3", opa="")),
        (["3.24.0"], Engine(gatekeeper="3.24.0", opa="v1.17.1")),
        (["main"], Engine(gatekeeper="main", opa="")),
    ],
    ids=str,
)
def test_oldest(versions: list[str], expected: Engine | None) -> None:
    assert oldest(versions) == expected


def test_what_both_offer_is_left() -> None:
    engine: JsonObject = {
        "builtins": [{"name": "count"}, {"name": "http.send"}],
        "features": ["rego_v1", "newer"],
        "future_keywords": ["in"],
        "wasm_abi_versions": [],
    }
    gate: JsonObject = {"builtins": [{"name": "count"}, {"name": "sum"}], "features": ["rego_v1"]}
    assert limited(engine, gate) == {
        "builtins": [{"name": "count"}],
        "features": ["rego_v1"],
        "future_keywords": [],
        "wasm_abi_versions": [],
        "allow_net": [],
    }
