"""Changes one value of a YAML file in place: every other byte stays, comments among them."""

from __future__ import annotations

from collections.abc import Sequence

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Leaf
from fleetgen.model.settings import Items, Node, Scalar, Table
from fleetgen.yamlfile import parse


def append(text: str, path: str, document: tuple[str, str], keys: tuple[str, str], item: str) -> str:
    """`text` with `item` at the end of the list at `keys` of the document (kind, name); every other byte stays.

    Unchanged if the item is there already. Raises InputError if the file cannot be read or the list cannot be extended.
    """
    trees = parse(text, path)
    wanted = _document(trees, document)
    parent = _child(wanted, keys[0])
    if not isinstance(parent, Table) or not parent.entries:
        raise InputError(_by_hand(path, keys, item))
    node = parent.entries.get(keys[1])
    names = [n.value for n in node.items if isinstance(n, Scalar)] if isinstance(node, Items) else []
    if item in names:
        return text
    lines = text.split("\n")
    if node is None:
        first = next(iter(parent.key_places.values()))
        lines.insert(first.line - 1, f"{' ' * (first.column - 1)}{keys[1]}: [{item}]")
    elif isinstance(node, Items):
        _insert(lines, node, item)
    changed = "\n".join(lines)
    if node is not None and _names(changed, path, document, keys) != [*names, item]:
        raise InputError(_by_hand(path, keys, item))
    return changed


def change(text: str, path: str, document: tuple[str, str], keys: tuple[str, str], value: str) -> str:
    """`text` with `value` in place of the text at `keys` of the document (kind, name); every other byte stays.

    Raises InputError if the file cannot be read, or there is no text on one line there.
    """
    node = _child(_child(_document(parse(text, path), document), keys[0]), keys[1])
    by_hand = problem("E0203", f"{'.'.join(keys)} is not text on one line", fix=f"write '{value}' by hand", place=Place(path))
    if not isinstance(node, Scalar):
        raise InputError(by_hand)
    lines = text.split("\n")
    place = node.origin.place
    line, start = lines[place.line - 1], place.column - 1
    for quote in ("", '"', "'"):
        old = f"{quote}{node.value}{quote}"
        if line.startswith(old, start):
            lines[place.line - 1] = f"{line[:start]}{quote}{value}{quote}{line[start + len(old) :]}"
    changed = "\n".join(lines)
    if _leaf(_child(_document(parse(changed, path), document), keys[0]), keys[1]) != value:
        raise InputError(by_hand)
    return changed


def _document(trees: Sequence[Node], named: tuple[str, str]) -> Node | None:
    return next((tree for tree in trees if (_leaf(tree, "kind"), _leaf(_child(tree, "metadata"), "name")) == named), None)


def _insert(lines: list[str], node: Items, item: str) -> None:
    """Put the item behind the last one; the caller reads the result again and refuses what came out otherwise."""
    start = node.origin.place
    last = node.items[-1].origin.place if node.items else start
    line = lines[last.line - 1]
    if lines[start.line - 1][start.column - 1] == "[":
        end = line.find("]", last.column - 1)
        head = line[:end].rstrip() if end >= 0 else line
        lines[last.line - 1] = f"{head}{', ' if node.items else ''}{item}{line[end:] if end >= 0 else ''}"
    else:
        lines.insert(last.line, f"{' ' * (start.column - 1)}- {item}")


def _names(text: str, path: str, document: tuple[str, str], keys: tuple[str, str]) -> list[Leaf]:
    try:
        trees = parse(text, path)
    except InputError:
        return []
    wanted = _document(trees, document)
    node = _child(_child(wanted, keys[0]), keys[1])
    return [n.value for n in node.items if isinstance(n, Scalar)] if isinstance(node, Items) else []


def _child(node: Node | None, key: str) -> Node | None:
    return node.entries.get(key) if isinstance(node, Table) else None


def _leaf(node: Node | None, key: str) -> Leaf:
    child = _child(node, key)
    return child.value if isinstance(child, Scalar) else None


def _by_hand(path: str, keys: tuple[str, str], item: str) -> Finding:
    message = f"{'.'.join(keys)} has a form that cannot be extended"
    return problem("E0203", message, fix=f"add '{item}' to it by hand", place=Place(path))
