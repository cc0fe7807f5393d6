from __future__ import annotations

from typing import Final

import pytest

from fleetgen.model.settings import is_on
from fleetgen.yamlfile import parse

SETTINGS: Final = """
form: operator
alerts: {enabled: true, hours: 24}
models:
  a: {kind: small}
  b: {kind: large, served: true}
empty: {}
"""
CASES: Final = {
    "alerts.enabled": True,
    "alerts": True,
    "empty": False,
    "nowhere": False,
    "alerts.enabled.deeper": False,
    "form=operator": True,
    "form=standalone": False,
    "form=": False,
    "nowhere=": False,
    "alerts.hours=24": True,
    "models.*.served": True,
    "models.*.held": False,
    "models.*.kind=large": True,
    "models.*.kind=huge": False,
}


@pytest.mark.parametrize(("path", "expected"), CASES.items(), ids=CASES)
def test_is_on(path: str, *, expected: bool) -> None:
    (node,) = parse(SETTINGS, "a.yaml")
    assert is_on(node, path) is expected


def test_nothing_is_on_in_nothing() -> None:
    assert is_on(None, "form=operator") is False
