"""Which metrics a PromQL expression reads. Depends on nothing; it judges no syntax (promtool does, in the tests)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""
    (?P<skip>\s+ | \#[^\n]*)
  | (?P<text>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `[^`]*`)
  | (?P<word>[A-Za-z_:][A-Za-z0-9_:]*)
  | (?P<number>\$?[0-9][A-Za-z0-9_.]* | \$\w+ | \$\{[^}]*\})
  | (?P<sign>=~|!~|!=|==|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LABELS_FOLLOW: Final = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_AFTER_A_FUNCTION: Final = frozenset({"(", "by", "without"})
_OPERATORS: Final = frozenset({"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"})
_CLOSES: Final = {"(": ")", "[": "]", "{": "}"}
_NAME: Final = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")


class _Token(NamedTuple):
    kind: str
    text: str


def metrics(expression: str) -> tuple[str, ...]:
    """The names of all metrics that the expression selects, sorted.

    A name may also be given as the label `__name__`, or as several joined by `|`; any other pattern names no metric.
    """
    tokens = [
        _Token(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(expression) if match.lastgroup not in {None, "skip"}
    ]
    return tuple(sorted(set(_selected(tokens))))


def _selected(tokens: list[_Token]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if token.text == "[":
            at = _end(tokens, at)
        elif token.text == "{":
            end = _end(tokens, at)
            yield from _in_braces(tokens[at + 1 : end])
            at = end
        elif token.kind == "word":
            word = token.text.lower()
            if word in _LABELS_FOLLOW:
                at = _end(tokens, at + 1) if following == "(" else at
            elif following not in _AFTER_A_FUNCTION and word not in _OPERATORS:
                yield token.text
        at += 1


def _end(tokens: list[_Token], start: int) -> int:
    """Where what opens at `start` closes; the end of everything, if it never does."""
    opening, closing, depth = tokens[start].text, _CLOSES[tokens[start].text], 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].text == opening) - (tokens[at].text == closing)
        if depth == 0:
            return at
    return len(tokens) - 1


def _in_braces(tokens: list[_Token]) -> Iterator[str]:
    """Names in a selector's braces: `{__name__="up"}`, `{__name__=~"up|down"}`, `{"up", job="a"}`."""
    part: list[_Token] = []
    for token in [*tokens, _Token("sign", ",")]:
        if token.text != ",":
            part.append(token)
            continue
        match part:
            case [_Token("text", name)]:
                yield name[1:-1]
            case [_Token(_, label), _Token("sign", "=" | "=~"), _Token("text", value)] if label.strip("\"'`") == "__name__":
                names = value[1:-1].removeprefix("^").removesuffix("$").split("|")
                yield from names if all(_NAME.fullmatch(name) for name in names) else ()
        part = []
