"""Rules over Rego itself, by its syntax tree: what Gatekeeper refuses or evaluates differently, and what can stop a whole run.

What is refused was tried on gator v3.23 (OPA 1.17): `import rego.v1`, imports of anything but libraries, `data` in rules, an
element of `violation` that is no object with a `msg`, libraries that are not below `lib`. What differs: requests have no
`operation`, `userInfo` or `namespaceObject` in audits and in gator, and the inventory holds other objects there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Policy
from fleetgen.policy.tree import Ref, as_list, as_object, entries, gets, head_of, place_of, refs, rules

_LIB: Final = "policies/rego/lib/"
_READ: Final = "read only input.review.object and input.parameters; pass the whole input to libraries only"
_CALLABLE: Final = "import it: `import data.lib.<name>`"


def check(trees: Mapping[str, JsonObject], policies: Mapping[str, Policy]) -> Iterator[Finding]:
    """`trees`: path -> syntax tree of libraries and policies, without tests. Yields E0816 and E0817."""
    portable = {policy.place.path for policy in policies.values() if policy.where != "gate"}
    libraries = {tuple(_package(tree)) for path, tree in trees.items() if path.startswith(_LIB)}
    for path, tree in trees.items():
        yield from _two_values(tree)
        if path.startswith(_LIB):
            yield from _library_package(path, tree)
        if path.startswith(_LIB) or path in portable:
            yield from _imports(tree, libraries)
            yield from _data(tree)
            yield from _input(tree)
        if path in portable:
            yield from _elements(tree)


def _refused(place: Place, fact: str, fix: str) -> Finding:
    return problem("E0816", fact, fix=fix, place=place)


def _package(tree: JsonObject) -> list[str]:
    parts = as_list(as_object(tree.get("package")).get("path"))
    return [str(as_object(part).get("value")) for part in parts[1:]]


def _library_package(path: str, tree: JsonObject) -> Iterable[Finding]:
    package = _package(tree)
    if package[:1] != ["lib"] or len(package) < 2:
        name = ".".join(package)
        fix = f"write 'package lib.{path.removeprefix(_LIB).partition('/')[0]}'"
        place = place_of(as_object(tree.get("package")))
        yield _refused(place, f"the package of a library is '{name}'; Gatekeeper accepts only packages below 'lib'", fix)


def _imports(tree: JsonObject, libraries: set[tuple[str, ...]]) -> Iterator[Finding]:
    for entry in as_list(tree.get("imports")):
        path = as_object(as_object(entry).get("path"))
        parts = [str(as_object(part).get("value")) for part in as_list(path.get("value"))]
        place, name = place_of(path), ".".join(parts)
        if parts[:1] == ["future"]:
            continue
        if parts == ["rego", "v1"]:
            yield _refused(place, "Gatekeeper refuses `import rego.v1`", "remove it: all Rego here is Rego v1")
        elif parts[:2] != ["data", "lib"]:
            yield _refused(place, f"Gatekeeper refuses `import {name}`", "import libraries only (data.lib.<name>)")
        elif tuple(parts[1:]) not in libraries:
            fix = "correct the name; Gatekeeper would load the policy without the library, and it would never fire"
            yield _refused(place, f"there is no library {'.'.join(parts[1:])}", fix)


def _data(tree: JsonObject) -> Iterator[Finding]:
    for ref in refs(tree.get("rules"), "data"):
        shown = ".".join(("data", *ref.steps)).replace(".?", "[...]")
        if ref.steps[:1] == ("lib",):
            fix = _CALLABLE
        elif ref.steps[:1] == ("inventory",):
            fix = "judge each object by itself: the gate and a cluster do not hold the same other objects"
        else:
            fix = "make it a parameter: constraints are the only data that a policy has in a cluster"
        yield _refused(ref.place, f"{shown} is not the same in both gates", fix)


def _input(tree: JsonObject) -> Iterator[Finding]:
    for ref in (*refs(tree.get("rules"), "input"), *gets(tree.get("rules"), "input")):
        if not _is_readable(ref):
            shown = ".".join(("input", *ref.steps)).replace(".?", "[...]")
            yield _refused(ref.place, f"{shown} does not exist in both gates", _READ)


def _is_readable(ref: Ref) -> bool:
    """`input` and `input.review` as a whole are given to libraries and to object.get, which read the same two."""
    match ref.steps:
        case () | ("parameters", *_) | ("review",) | ("review", "object", *_):
            return True
        case _:
            return False


def _elements(tree: JsonObject) -> Iterator[Finding]:
    """An element that is written out must be an object with a text as msg; what a variable holds, tests show."""
    found = [head_of(rule) for rule in rules(tree) if head_of(rule).get("name") == "violation"]
    if not found:
        place = place_of(as_object(tree.get("package")))
        yield _refused(place, "there is no rule `violation`", 'write: violation contains {"msg": ..., "details": ...} if { ... }')
    for head in found:
        key = as_object(head.get("key"))
        place = place_of(key) if key else place_of(head)
        if not key:
            yield _refused(place, "`violation` is not a set", 'write: violation contains {"msg": ...} if { ... }')
        elif key.get("type") in {"string", "number", "boolean", "null", "array", "set"}:
            yield _refused(place, f"an element of `violation` has type {key['type']}", "write an object with `msg` and `details`")
        elif (written := entries(key)) is not None:
            yield from _keys(place, written)


def _keys(place: Place, written: Mapping[str, JsonObject]) -> Iterator[Finding]:
    if "msg" not in written:
        yield _refused(place, "an element of `violation` has no `msg`", "add `msg` with a text")
    elif written["msg"].get("type") in {"number", "boolean", "null", "array", "object", "set"}:
        kind = written["msg"]["type"]
        yield _refused(place, f"the `msg` of a violation has type {kind}, which stops Gatekeeper", "make it a text, with sprintf")
    for name in sorted(set(written) - {"msg", "details"}):
        yield _refused(place, f"an element of `violation` has the key '{name}', which Gatekeeper drops", "put it into `details`")


def _two_values(tree: JsonObject) -> Iterator[Finding]:
    """Two bodies that hold with different values stop the evaluation, and with it every other policy of the run."""
    first: dict[str, Place] = {}
    for rule in rules(tree):
        head = head_of(rule)
        name, value = str(head.get("name")), as_object(head.get("value"))
        partial = "key" in head or "args" in head or len(as_list(head.get("ref"))) != 1
        if partial or (value.get("type"), value.get("value")) == ("boolean", True):
            continue
        place = place_of(rule)
        if (known := first.setdefault(name, place)) is not place:
            fix = "write one body with `else`, or a function with one body for each case"
            message = f"the complete rule '{name}' has two bodies (the first in line {known.line}); if both hold, the run stops"
            yield problem("E0817", message, fix=fix, place=place)
