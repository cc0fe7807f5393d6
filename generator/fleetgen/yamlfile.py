"""YAML in with line and column, YAML out byte-stable. The only importer of a YAML library.

Reading follows the meaning that YAML 1.1 and 1.2 share: where they differ (`NO`, `12:30`, `010`, `1_000`) a plain scalar is an
error, because Kubernetes reads 1.1 and most editors show 1.2. Aliases, tags and duplicate keys are refused: nothing in a fleet
repository needs them, and each has hidden a mistake somewhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

import yaml

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import Json, Leaf
from fleetgen.model.settings import Items, Node, Origin, Scalar, Table

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_DEPTH: Final = 64
_LONGEST_KEY: Final = 100  # longer ones PyYAML writes with a question mark
_REPEATED: Final = 1 << 16  # keys and values of a fleet repeat; each distinct text is looked at once
DOCUMENT_LAYER: Final = "document"

_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_FLOAT: Final = re.compile(
    r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?$|[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?[eE][-+]?[0-9]+$|[-+]?(0|[1-9][0-9]*)\.$"
)
_NULL: Final = {"", "~", "null", "Null", "NULL"}
_TRUE: Final = {"true", "True", "TRUE"}
_FALSE: Final = {"false", "False", "FALSE"}

# What YAML 1.1 reads as something else than the text that a person sees, and how it reads it.
_TRAPS: Final = (
    (re.compile(r"(y|Y|yes|Yes|YES|on|On|ON)$"), "the boolean true"),
    (re.compile(r"(n|N|no|No|NO|off|Off|OFF)$"), "the boolean false"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$"), "a number in base 60"),
    (re.compile(r"[-+]?0[0-9_]+$"), "an octal number"),
    (re.compile(r"[-+]?0o[0-7_]+$"), "text in YAML 1.1 and an octal number in YAML 1.2"),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+$"), "a hexadecimal number"),
    (re.compile(r"[-+]?0b[01_]+$"), "a binary number"),
    (re.compile(r"[-+]?[0-9]+(_[0-9]*)+(\.[0-9_]*)?$"), "a number without its underscores"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"), "a number that JSON does not have"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]"), "a timestamp"),
    (re.compile(r"(=|<<)$"), "a special key"),
)

# types-PyYAML leaves the event classes without attributes that we read
_Event: TypeAlias = Any


def parse(text: str, path: str) -> tuple[Node, ...]:
    """Return the documents of a file, every node with its place; empty documents are left out.

    Raises InputError with all problems that were found; after a syntax error nothing behind it can be read.
    """
    if len(text) > MAX_BYTES:
        raise InputError(
            problem("E0106", f"the file has {len(text)} characters; the limit is {MAX_BYTES}", fix="split it", place=Place(path))
        )
    return Reader(text, path).read()


class Reader:
    """One pass over the parser's events; collects problems as it goes. `plain_scalar`, `anchored` and `alias` are the dialect."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.problems: list[Finding] = []
        self._text = text

    def read(self) -> tuple[Node, ...]:
        """The documents. Raises InputError with all problems."""
        documents = tuple(self._documents())
        if self.problems:
            raise InputError(self.problems)
        return documents

    def plain_scalar(self, text: str, origin: Origin) -> Scalar:
        """The value of a scalar that is written without quotes."""
        if meaning := _trap(text):
            quoted = text.replace('"', "")
            fact = f"{text} without quotes is read as {meaning} by YAML 1.1"
            self.report("E0103", fact, f'if you mean text, write "{quoted}"', origin.place)
            return Scalar(text, origin)
        value = resolve_plain(text)
        return Scalar(value, origin, raw="" if isinstance(value, str) else text)

    def anchored(self, name: str, node: Node) -> None:
        """Called for each node with an anchor, after it was read."""
        self.report("E0104", f"an anchor (&{name}) is used", "write the value out where it is needed", node.origin.place)

    def alias(self, name: str, origin: Origin) -> Node:
        """What an alias stands for."""
        fix = "write the value out; a shared value belongs in a layer"
        self.report("E0104", f"an alias (*{name}) is used", fix, origin.place)
        return Scalar("", origin)

    def table(self, node: Table) -> Table:
        """Called for each mapping that was read."""
        return node

    def _documents(self) -> Iterator[Node]:
        """Yield one tree a document."""
        try:
            loader = yaml.CSafeLoader(self._text)
        except yaml.reader.ReaderError as error:
            self.report(
                "E0101",
                f"is not valid YAML: {error.reason} (character {error.character!r})",
                "remove the control character",
                Place(self.path),
            )
            return
        try:
            while True:
                event = loader.get_event()
                if isinstance(event, yaml.StreamEndEvent):
                    return
                if isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)):
                    continue
                node = self._node(loader, event, 0)
                if not (isinstance(node, Scalar) and node.value is None):
                    yield node
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            place = Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path)
            context = f" {error.context}" if error.context else ""
            self.report(
                "E0101",
                f"is not valid YAML: {error.problem}{context}",
                "check the indentation, quotes and brackets on this line and the one before",
                place,
            )
        except yaml.YAMLError as error:
            self.report(
                "E0101",
                f"is not valid YAML: {error}",
                "write the file as UTF-8 text without control characters",
                Place(self.path),
            )
        except _TooDeep as error:
            self.report("E0104", f"mappings and lists are nested more than {MAX_DEPTH} deep", "flatten the document", error.place)
        finally:
            loader.dispose()

    def report(self, code: str, message: str, fix: str, place: Place) -> None:
        self.problems.append(problem(code, message, fix=fix, place=place))

    def _place(self, event: _Event) -> Place:
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, loader: yaml.CSafeLoader, event: _Event, depth: int) -> Node:
        place = self._place(event)
        if depth > MAX_DEPTH:
            raise _TooDeep(place)
        origin = Origin(DOCUMENT_LAYER, place)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(str(event.anchor), origin)
        node = self._content(loader, event, origin, depth)
        if event.anchor:
            self.anchored(event.anchor, node)
        return node

    def _content(self, loader: yaml.CSafeLoader, event: _Event, origin: Origin, depth: int) -> Node:
        if (tag := getattr(event, "tag", None)) is not None and tag != "!":
            self.report(
                "E0105", f"the tag {_short_tag(tag)} is used", "remove the tag; quote the value if it is text", origin.place
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, origin)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := loader.get_event(), yaml.SequenceEndEvent):
                items.append(self._node(loader, inner, depth + 1))
            return Items(tuple(items), origin)
        return self.table(self._table(loader, origin, depth))

    def _table(self, loader: yaml.CSafeLoader, origin: Origin, depth: int) -> Table:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := loader.get_event(), yaml.MappingEndEvent):
            key_node = self._node(loader, event, depth + 1)
            place = self._place(event)
            value = self._node(loader, loader.get_event(), depth + 1)
            if not isinstance(key_node, Scalar) or not isinstance(key_node.value, str):
                shown = key_node.raw or key_node.value if isinstance(key_node, Scalar) else "a collection"
                self.report("E0103", f"the key {shown} is not text", "quote it", place)
                continue
            key = key_node.value
            if key in entries:
                self.report(
                    "E0102",
                    f"key '{key}' appears twice; the first is in line {places[key].line}",
                    "keep one of the two",
                    place,
                )
                continue
            entries[key] = value
            places[key] = place
        return Table(entries, origin, places)

    def _scalar(self, event: yaml.ScalarEvent, origin: Origin) -> Scalar:
        text = str(event.value)
        if event.style or not event.implicit[0]:
            return Scalar(text, origin)
        return self.plain_scalar(text, origin)


class _TooDeep(Exception):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


def _short_tag(tag: str) -> str:
    return "!!" + tag.removeprefix("tag:yaml.org,2002:") if tag.startswith("tag:yaml.org,2002:") else tag


@lru_cache(maxsize=_REPEATED)
def _trap(text: str) -> str:
    """How YAML 1.1 reads a plain scalar that looks like something else; empty for most."""
    return next((meaning for trap, meaning in _TRAPS if trap.match(text)), "")


@lru_cache(maxsize=_REPEATED)
def resolve_plain(text: str) -> Leaf:
    """The value of a plain scalar in the part that YAML 1.1 and 1.2 share; dates stay text."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.match(text):
        return int(text) if len(text) < 4000 else text
    if _FLOAT.match(text):
        return float(text)
    return text


class _Dumper(yaml.CSafeDumper):
    """PyYAML's writer: of those measured the only one that quotes everything a YAML 1.1 reader would change."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - signature of the base class
        return True


@lru_cache(maxsize=_REPEATED)
def _style(value: str) -> str | None:
    """How to write a text so that every reader reads it back; None leaves the choice to PyYAML."""
    # go-yaml (kubectl, kustomize) reads y and n as booleans, PyYAML writes them plain
    if value in {"y", "Y", "n", "N", "="}:
        return '"'
    # the same goes for 1e3 (a number) and 0o17 (an octal number); single quotes are what PyYAML itself chooses
    if value and (not isinstance(resolve_plain(value), str) or _trap(value)):
        return "'"
    if "\n" in value and not re.search(r"[ \t]\n|\t|[^\x20-\x7e\n]", value) and not value.startswith((" ", "\n")):
        return "|"
    return None


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))


_Dumper.add_representer(str, _text)


def dump(value: Json) -> str:
    """`value` as one block-style YAML document, keys in the given order, LF, no line folding."""
    return dump_all([value])


def dump_all(values: Iterable[Json]) -> str:
    """Several documents, separated by `---`."""
    documents = list(values)
    try:
        texts = ["".join(_block(document, "")) for document in documents]
    except _NeedsPyYaml:
        return _dump_all(documents)
    return "".join(f"---\n{text}" for text in texts) if len(texts) > 1 else "".join(texts)


class _NeedsPyYaml(Exception):
    """A value that only PyYAML's own writer lays out: text with line breaks, long keys, bare scalars."""


def _block(value: Json, indent: str) -> Iterator[str]:
    """The lines of a mapping or list, as PyYAML would write them but several times faster (a property test holds the two equal).

    How a scalar is quoted is PyYAML's decision, asked once for each distinct one.
    """
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar_text(key, key=True)}:", item, indent, indent + "  ")
    elif isinstance(value, list) and value:
        for item in value:
            yield from _entry(f"{indent}-", item, indent + "  ", indent + "  ")
    else:
        raise _NeedsPyYaml


def _entry(head: str, item: Json, list_indent: str, map_indent: str) -> Iterator[str]:
    if isinstance(item, (dict, list)) and item:
        inner = _block(item, map_indent if isinstance(item, dict) else list_indent)
        if head.endswith("-"):  # a collection in a list starts on the dash's line
            yield f"{head} {next(inner)[len(map_indent) :]}"
        else:
            yield f"{head}\n"
        yield from inner
    elif isinstance(item, (dict, list)):
        yield f"{head} {'{}' if isinstance(item, dict) else '[]'}\n"
    else:
        yield f"{head} {_scalar_text(item)}\n"


@lru_cache(maxsize=_REPEATED, typed=True)  # 1, 1.0 and True are equal, but not written alike
def _scalar_text(value: Leaf, *, key: bool = False) -> str:
    """The scalar as PyYAML writes it on one line."""
    if isinstance(value, str) and ("\n" in value or (key and len(value) > _LONGEST_KEY)):
        raise _NeedsPyYaml
    text = _dump_all([value]).removesuffix("...\n")
    if text.count("\n") != 1:
        raise _NeedsPyYaml
    return text[:-1]


def _dump_all(documents: list[Json]) -> str:
    out = io.StringIO()
    yaml.dump_all(
        documents,
        out,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        width=2**30,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
    )
    return out.getvalue()


class _ManifestLoader(yaml.CSafeLoader):
    """Reads what kustomize wrote, as Kubernetes reads it; dates stay text because JSON has none."""


_ManifestLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


# A plain `=` is text to Kubernetes; PyYAML gives it a tag of its own and then has no constructor for it
_ManifestLoader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def load_manifests(text: str) -> list[Json]:
    """The documents of built manifests as plain data, without places; empty documents are left out."""
    return [document for document in yaml.load_all(text, Loader=_ManifestLoader) if document is not None]


def load_objects(text: str, place: Place) -> list[Json]:
    """As `load_manifests`, for big files that others wrote: `text` starts at `place`.

    Raises InputError E0101 (not YAML), E0104 (aliases expand to more than was written), E0105 (something that JSON lacks).
    """
    try:
        documents = load_manifests(text)
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        here = Place(place.path, max(place.line, 1) + mark.line, mark.column + 1) if mark else place
        raise InputError(problem("E0101", f"is not valid YAML: {error.problem}", fix="correct the line", place=here)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            problem("E0101", f"is not valid YAML: {error}", fix="write the file as UTF-8 text", place=place)
        ) from error
    _demand_json(documents, len(text), place)
    return documents


def _demand_json(documents: list[Json], most: int, place: Place) -> None:
    """A document without aliases has no more values than characters; one with them can have any number, even without end."""
    waiting: list[Json] = [*documents]
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > most:
            raise InputError(problem("E0104", "its aliases expand to more than was written", fix="write values out", place=place))
        if isinstance(node, dict) and all(isinstance(key, str) for key in node):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif not (node is None or isinstance(node, (str, int, float))):
            fact = f"a {type(node).__name__} or a key that is not text, which JSON does not have"
            raise InputError(problem("E0105", fact, fix="remove the tag, or quote the key", place=place))
