from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetgen.promql import metrics

CASES: Final = {
    "a metric": ("up", ["up"]),
    "a matcher's label and value are none": ('up{job="node",node=~"a|b"}', ["up"]),
    "functions and aggregations are none": ("sum(rate(a[5m])) / count(b)", ["a", "b"]),
    "an aggregation with its labels before": ("max by (node, gpu) (a) > 0", ["a"]),
    "an aggregation with its labels after": ("max(a) without (pod)", ["a"]),
    "matching on labels": ("a * on (UUID) group_left (modelName) b", ["a", "b"]),
    "matching without labels of one side": ("a / ignoring (code) group_left b", ["a", "b"]),
    "set operators": ("a and b or c unless d", ["a", "b", "c", "d"]),
    "a recorded series": ("avg_over_time(gpu:utilization:ratio[3d])", ["gpu:utilization:ratio"]),
    "a subquery": ("max_over_time((a > 0)[1h:5m])", ["a"]),
    "offset and time": ("a offset -5m + b @ end() + c @ 1609746000", ["a", "b", "c"]),
    "numbers": ("a > 1e3 and b < 0x1f + .5 * Inf", ["a", "b"]),
    "a comparison as a number": ("a > bool 1", ["a"]),
    "a comment": ("a # not b\n+ c", ["a", "c"]),
    "texts": ("""label_replace(a, "x", "$1", 'y', `z(.*)`)""", ["a"]),
    "braces in a text": ('a{path="/{id}"} + b', ["a", "b"]),
    "a comma in a text": ('{__name__="a",x="b,c"}', ["a"]),
    "a name as a label": ('{__name__="a", job="b"}', ["a"]),
    "names as a pattern": ('{__name__=~"^a|b:c$"}', ["a", "b:c"]),
    "a pattern that is no list of names": ('{__name__=~"a.*"}', []),
    "a name that a metric does not have": ('{__name__!="a"}', []),
    "a quoted name": ('{"a", job="b"}', ["a"]),
    "a metric with the name of an aggregation": ("sum + a", ["a", "sum"]),
    "an aggregation with a parameter": ("topk(3, a)", ["a"]),
    "variables of a dashboard": ('rate(a{node=~"$node"}[$__rate_interval]) > ${limit} + $x', ["a"]),
    "one metric twice": ("a / a", ["a"]),
    "something that is open": ("sum(a{b=", ["a"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("expression", "expected"), CASES.values(), ids=CASES)
def test_metrics(expression: str, expected: list[str]) -> None:
    assert metrics(expression) == tuple(expected)


@given(st.text(alphabet='ab:_(){}[]",=~|#\\\n $1.'))
def test_any_text_has_an_answer(expression: str) -> None:
    assert sorted(set(metrics(expression))) == list(metrics(expression))
