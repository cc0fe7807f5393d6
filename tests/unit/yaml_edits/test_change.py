"""One text of a document changed in place: every other byte stays."""

from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.yaml_edits import change

TEXT = """# why
kind: Enforcement
metadata: {name: a}
spec:
  action: %s # seen only
  stages: [{action: dryrun}]
---
kind: Enforcement
metadata: {name: b}
spec: {owner: dryrun, action: 'dryrun'}
"""


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_text_is_replaced_where_it_stands(quote: str) -> None:
    text = TEXT % f"{quote}dryrun{quote}"
    assert change(text, "x.yaml", ("Enforcement", "a"), ("spec", "action"), "warn") == TEXT % f"{quote}warn{quote}"


def test_in_a_flow_mapping_of_the_second_document() -> None:
    changed = change(TEXT % "dryrun", "x.yaml", ("Enforcement", "b"), ("spec", "action"), "deny")
    assert changed == (TEXT % "dryrun").replace("action: 'dryrun'", "action: 'deny'")


@pytest.mark.parametrize("written", ["|\n    dryrun", "{a: b}", ">-\n    dry\n    run", '"dry\\u0072un"'])
def test_what_is_written_in_another_way_is_left_to_people(written: str) -> None:
    with pytest.raises(InputError) as caught:
        change(TEXT % written, "x.yaml", ("Enforcement", "a"), ("spec", "action"), "warn")
    assert [(f.message, f.fix) for f in caught.value.findings] == [
        ("spec.action is not text on one line", "write 'warn' by hand")
    ]


def test_a_document_that_is_not_there() -> None:
    with pytest.raises(InputError):
        change(TEXT % "dryrun", "x.yaml", ("Enforcement", "c"), ("spec", "action"), "warn")
