from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.model.plain import Json
from fleetgen.stages.render import _Jinja, context
from fleetgen.yamlfile import load_manifests
from tests.golden.components.cases import case

ESCAPES = [
    "''.__class__.__mro__",
    "''.__class__.__base__.__subclasses__()",
    "().__class__.__bases__[0]",
    "[]|attr('__class__')|attr('__base__')",
    "values.__init__.__globals__",
    "self.__init__.__globals__",
    "self._TemplateReference__context",
    "''['__class__']['__mro__']",
    "'{0.__class__.__mro__}'.format('')",
    "'{x.__class__.__mro__}'.format_map({'x': ''})",
    "lipsum.__globals__",
    "cycler.__init__.__globals__",
    "joiner.__init__.__globals__",
    "namespace.__init__.__globals__",
    "dict.__base__.__subclasses__()",
    "range(10**9)",
    "values.update({'a': 1})",
    "values.items.append(1)",
    "(''.format).__self__.__class__.__mro__",
    "''.join.__func__",
    "range.__class__.__call__",
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_a_template_cannot_leave_the_sandbox(expression: str) -> None:
    template = _Jinja({}).from_string("{{ " + expression + " }}")
    with pytest.raises(Exception) as caught:
        template.render(values={"items": [1]})
    assert type(caught.value).__name__ in {"SecurityError", "_MissingNameError", "OverflowError"}


@pytest.mark.parametrize(
    "value",
    ["a: b", "#x", "NO", "010", '"', "'", "\n", "a\n  b: 1", "{{ x }}", "\x7f", "\u2028", "😀", "", [1, "y"], {"n": "=x"}],
    ids=repr,
)
def test_the_yaml_filter_keeps_any_value_in_its_place(value: Json) -> None:
    text = _Jinja({}).from_string("a: {{ v | yaml }}\nb: 1\n").render(v=value)
    assert load_manifests(text) == [{"a": value, "b": 1}]


def test_the_yaml_filter_refuses_what_is_undefined() -> None:
    with pytest.raises(Exception, match="'v' is undefined"):
        _Jinja({}).from_string("{{ v | yaml }}").render()


def test_a_template_refuses_a_setting_at_its_place() -> None:
    template = _Jinja({}).from_string("{{ refuse('image.repository', 'is not ours', 'use ours') }}")
    with pytest.raises(InputError) as caught:
        template.render(context(case("tf-serving/gpu").variant))
    found = [(str(each.place), each.code, each.message, each.fix) for each in caught.value.findings]
    place = "tests/golden/components/tf-serving/gpu/input.yaml:6:19"
    assert found == [(place, "E0501", "values.image.repository: is not ours", "use ours")]


@pytest.mark.parametrize("name", ["__closure__", "func_closure", "__globals__", "__code__", "args", "func"])
def test_a_template_cannot_look_into_what_refuses(name: str) -> None:
    template = _Jinja({}).from_string("{{ refuse." + name + " }}")
    with pytest.raises(Exception) as caught:
        template.render(context(case("tf-serving/gpu").variant))
    assert type(caught.value).__name__ in {"SecurityError", "_MissingNameError"}


def test_input_error_is_two() -> None:
    assert InputError.exit_code == 2
