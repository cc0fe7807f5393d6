"""Gatekeeper's match: which form is accepted here, and the form that the gate evaluates.

Gatekeeper takes what it does not understand as "matches everything" (an unknown scope) or "matches nothing" (a version in
apiGroups, a glob in kinds), and its tools abort on a null selector. All of these are refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import Items, Node, Path, Scalar, Table, at, dotted, leaves

_TEXTS: Final[JsonObject] = {"type": "array", "items": {"type": "string"}}
_EXPRESSION: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key", "operator"],
    "properties": {
        "key": {"type": "string", "minLength": 1},
        "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
        "values": _TEXTS,
    },
}
_SELECTOR: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
        "matchExpressions": {"type": "array", "items": _EXPRESSION},
    },
}
SCHEMA: Final[JsonObject] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "kinds": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"apiGroups": _TEXTS, "kinds": _TEXTS},
            },
        },
        "scope": {"enum": ["*", "Cluster", "Namespaced"]},
        "namespaces": _TEXTS,
        "excludedNamespaces": _TEXTS,
        "labelSelector": _SELECTOR,
        "namespaceSelector": _SELECTOR,
        "name": {"type": "string", "minLength": 1},
        "source": {"enum": ["All", "Original", "Generated"]},
    },
}
_KIND: Final = re.compile(r"\*$|[A-Z][A-Za-z0-9]*$")
_GROUP: Final = re.compile(r"\*?$|[a-z0-9-]+(\.[a-z0-9-]+)*$")
_VERSION: Final = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?$")
# the form that Gatekeeper's own schema wants of names
_GLOB: Final = re.compile(r"\*?[-:a-z0-9]*\*?$")
# matchers with these values hold for everything, so they are as good as absent
_NEUTRAL: Final[tuple[Json, ...]] = ([], "", "*", "All")


def findings(tree: Node, path: Path) -> Iterator[Finding]:
    """What the schema cannot say about the match at `path` of a constraint: E0801, each with its place."""
    match = at(tree, path)
    if match is None:
        return
    for inner, leaf in leaves(match):
        if leaf.value is None:
            message = f"{dotted((*path, *inner))} is null, which makes Gatekeeper's tools abort"
            yield problem("E0801", message, fix="set a value or remove the key", place=leaf.origin.place)
    for step, good, message, fix in _CHECKS:
        for where, text in _texts(match, step):
            if not good(text.value):
                shown = f"{dotted((*path, *where))} is '{text.value}'"
                yield problem("E0801", f"{shown}, {message}", fix=fix, place=text.origin.place)
    for selector in ("labelSelector", "namespaceSelector"):
        yield from _expressions(match, selector, path)


def _is(pattern: re.Pattern[str]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.match(value))


def _is_group(value: Json) -> bool:
    return _is(_GROUP)(value) and not _is(_VERSION)(value)


_NOTHING: Final = "which matches nothing"
_REFUSED: Final = "which Gatekeeper refuses"
_ENDS: Final = "use lower-case letters, digits, '-' and ':', with '*' at the ends only"
_CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Json], bool], str, str], ...]] = (
    (("kinds", "kinds"), _is(_KIND), _NOTHING, "write the kind as in the object, for example Deployment, or '*'"),
    (("kinds", "apiGroups"), _is_group, _NOTHING, "write the group without version ('' is the core group), or '*'"),
    (("namespaces",), _is(_GLOB), _REFUSED, _ENDS),
    (("excludedNamespaces",), _is(_GLOB), _REFUSED, _ENDS),
    (("name",), _is(_GLOB), _REFUSED, _ENDS),
)


def _texts(node: Node, steps: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """The texts at `steps`, whatever the number of list items between; null is reported elsewhere."""
    if isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from _texts(item, steps, (*path, index))
    elif isinstance(node, Scalar):
        if not steps and node.value is not None:
            yield path, node
    elif steps and steps[0] in node.entries:
        yield from _texts(node.entries[steps[0]], steps[1:], (*path, steps[0]))


def _expressions(match: Node, selector: str, path: Path) -> Iterable[Finding]:
    """The API server wants values for In and NotIn, and none for the other two."""
    listed = at(match, (selector, "matchExpressions"))
    for index, expression in enumerate(listed.items if isinstance(listed, Items) else ()):
        operator, values = at(expression, ("operator",)), at(expression, ("values",))
        if not isinstance(operator, Scalar) or not isinstance(expression, Table):
            continue
        has_values = isinstance(values, Items) and bool(values.items)
        if has_values != (operator.value in {"In", "NotIn"}):
            shown = dotted((*path, selector, "matchExpressions", index))
            fix = "remove values" if has_values else "add values"
            need = "takes no values" if has_values else "needs values"
            yield problem("E0801", f"{shown}: {operator.value} {need}", fix=fix, place=operator.origin.place)


def indexed(match: JsonObject) -> list[tuple[str, JsonObject]]:
    """(`group/Kind` or `*`, the matchers that are left for the gate to evaluate)."""
    rest: JsonObject = {key: value for key, value in match.items() if key != "kinds" and value not in _NEUTRAL}
    entries = match.get("kinds")
    if not isinstance(entries, list) or not entries:
        return [("*", rest)]
    exact: list[str] = []
    for entry in entries:
        groups, kinds = _names(entry, "apiGroups"), _names(entry, "kinds")
        if not groups or not kinds or "*" in groups or "*" in kinds:
            return [("*", {**rest, "kinds": entries})]
        exact += [f"{group}/{kind}" for group in groups for kind in kinds]
    return [(key, rest) for key in dict.fromkeys(exact)]


def _names(entry: Json, key: str) -> list[str]:
    names = entry.get(key) if isinstance(entry, dict) else None
    return [str(name) for name in names] if isinstance(names, list) else []
