from __future__ import annotations

import pytest

from fleetgen.errors import InputError
from fleetgen.model.plain import Json
from fleetgen.model.settings import plain
from fleetgen.yamlfile import dump, load_manifests, parse


def _problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        parse(text, "f.yaml")
    return [(str(f.place), f"{f.code} {f.message}; {f.fix}") for f in caught.value.findings]


@pytest.mark.parametrize(
    ("scalar", "meaning"),
    [
        ("yes", "the boolean true"),
        ("NO", "the boolean false"),
        ("off", "the boolean false"),
        ("12:30", "a number in base 60"),
        ("010", "an octal number"),
        ("0o17", "text in YAML 1.1 and an octal number in YAML 1.2"),
        ("0x1F", "a hexadecimal number"),
        ("0b11", "a binary number"),
        ("1_000", "a number without its underscores"),
        (".inf", "a number that JSON does not have"),
        (".nan", "a number that JSON does not have"),
        ("2026-11-24T10:00:00Z", "a timestamp"),
        ("=", "a special key"),
    ],
)
def test_a_plain_scalar_that_two_readers_disagree_about_is_refused(scalar: str, meaning: str) -> None:
    message = f'E0103 {scalar} without quotes is read as {meaning} by YAML 1.1; if you mean text, write "{scalar}"'
    assert _problems(f"a: {scalar}\n") == [("f.yaml:1:4", message)]
    assert plain(parse(f'a: "{scalar}"\n', "f.yaml")[0]) == {"a": scalar}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1", "E0102 key 'a' appears twice; the first is in line 1; keep one of the two"),
        (
            "a: !!python/name:os.system x\n",
            "f.yaml:1:4",
            "E0105 the tag !!python/name:os.system is used; remove the tag; quote the value if it is text",
        ),
        ("a: &x 1\n", "f.yaml:1:4", "E0104 an anchor (&x) is used; write the value out where it is needed"),
        ("1: a\n", "f.yaml:1:1", "E0103 the key 1 is not text; quote it"),
        ("[" * 100 + "]" * 100, "f.yaml:1:66", "E0104 mappings and lists are nested more than 64 deep; flatten the document"),
    ],
)
def test_what_has_no_place_in_a_fleet_is_refused(text: str, place: str, message: str) -> None:
    assert _problems(text) == [(place, message)]


def test_an_alias_is_refused_with_its_anchor() -> None:
    assert [place for place, _ in _problems("a: &x [1]\nb: *x\n")] == ["f.yaml:1:4", "f.yaml:2:4"]


def test_every_problem_is_reported_at_once() -> None:
    assert [place for place, _ in _problems("a: yes\nb: 010\nb: 1\n")] == ["f.yaml:1:4", "f.yaml:2:4", "f.yaml:3:1"]


@pytest.mark.parametrize("text", ["a: [1\n", "a: b: c\n", 'a: "x\n', "a:\n\t- 1\n", "a: \x00\n"])
def test_a_syntax_error_is_one_problem_in_the_file(text: str) -> None:
    ((place, message),) = _problems(text)
    assert place.startswith("f.yaml")
    assert message.startswith("E0101 is not valid YAML: ")


HARD: list[Json] = [
    "",
    "y",
    "n",
    "NO",
    "=",
    "<<",
    "~",
    "null",
    "010",
    "0x1",
    "1e3",
    "0o17",
    "12:30",
    "1_0",
    "2026-01-01",
    " a",
    "a ",
    "a: b",
    "#",
    "- x",
    "a\nb",
    "a\nb\n",
    "a\n\n",
    "\n",
    " a\nb",
    "a\tb",
    "a \nb",
    "\u2028",
    "\u0085",
    "\x7f",
    "é",
    "😀",
    "'",
    '"',
    "\\",
    "%",
    "@",
    "`",
    "!x",
    "&x",
    "*x",
    True,
    None,
    0,
    -1,
    1.5,
    1e22,
    [],
    {},
    [[]],
    {"y": "n"},
    {"a": [{"b": []}]},
]


@pytest.mark.parametrize("value", HARD, ids=repr)
def test_what_is_written_is_read_back_by_both_readers(value: Json) -> None:
    text = dump({"a": value})
    assert load_manifests(text) == [{"a": value}]
    if value is not None:
        assert plain(parse(text, "f.yaml")[0]) == {"a": value}
