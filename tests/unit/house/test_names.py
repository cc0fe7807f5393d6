"""One name, one thing: no two classes or type aliases of the package share a name, whatever module they are in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[3] / "generator" / "fleetgen"


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of classes at any depth, and of aliases of types; an underscore in front makes no other name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name.lstrip("_")
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.annotation) == "TypeAlias":
            yield ast.unparse(statement.target).lstrip("_")
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Subscript) and is_type(statement.value.value):
            yield from (ast.unparse(target).lstrip("_") for target in statement.targets)


def is_type(node: ast.expr) -> bool:
    """Whether what is subscripted is a type: `Mapping[...]`, `tuple[...]`, `Literal[...]`."""
    return isinstance(node, ast.Name) and (
        node.id[:1].isupper() or node.id in {"dict", "frozenset", "list", "set", "tuple", "type"}
    )


def test_no_name_stands_for_two_things() -> None:
    places: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in defined(ast.parse(path.read_text(encoding="utf-8"))):
            places.setdefault(name, []).append(path.relative_to(PACKAGE).as_posix())
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert twice == {}
