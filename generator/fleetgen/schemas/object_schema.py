"""Judging a Kubernetes object by the schema of its kind: every breach, in words."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, cast

import jsonschema_rs

from fleetgen.model.plain import JsonObject
from fleetgen.model.schema import Breach
from fleetgen.model.settings import dotted
from fleetgen.schemas.structural import LIST_KEYS, defaulted
from fleetgen.schemas.validate import faults

_CODE: Final = "E0603"
_WHOLE: Final = "the object"
# What the alternatives of a schema are called in a message
_CHOICES: Final = {"anyOf": "at least one", "oneOf": "exactly one"}


class NotASchema(Exception):
    """A schema that cannot be compiled; the message says why."""


class ObjectSchema:
    """The schema of one kind in one version. Raises NotASchema."""

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema
        try:
            self._compiled = jsonschema_rs.Draft202012Validator(
                schema,
                validate_formats=True,
                formats=_FORMATS,
                keywords={LIST_KEYS: _DistinctItems},
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except jsonschema_rs.ValidationError as error:
            raise NotASchema(f"{dotted(tuple(error.instance_path)) or 'it'}: {error.message}") from error
        except (jsonschema_rs.ReferencingError, ValueError) as error:
            raise NotASchema(str(error).partition("\n")[0]) from error

    def breaches(self, data: JsonObject) -> tuple[Breach, ...]:
        """Everything that is wrong with an object, in the order of its paths."""
        value = defaulted(data, self._schema)
        if self._compiled.is_valid(value):
            return ()
        found = [breach for error in self._compiled.iter_errors(value) for breach in self._explain(error)]
        return tuple(sorted(dict.fromkeys(found), key=lambda breach: (dotted(breach.path), breach.message)))

    def _explain(self, error: jsonschema_rs.ValidationError) -> Iterator[Breach]:
        path = tuple(error.instance_path)
        shown = dotted(path) or _WHOLE
        name = error.kind.name
        if name in _CHOICES:
            message = f"{shown} must fit {_CHOICES[name]} of the alternatives: {_alternatives(error)}"
            yield Breach(code=_CODE, message=message, fix="choose one of them", path=path)
        elif name == LIST_KEYS:
            message, fix = f"{shown} has {error.message}", "keep one of them; server-side apply refuses duplicates"
            yield Breach(code=_CODE, message=message, fix=fix, path=path)
        else:
            value = error.instance
            written = None if value is None or isinstance(value, (dict, list)) else _text(value)
            for fault in faults(error, self._schema, written, "", _WHOLE):
                # the value of a key that should not be there, or of one that is missing, is set nowhere
                named = () if fault.key or name == "required" else fault.path
                yield Breach(code=_CODE, message=fault.message, fix=fault.fix, path=named)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _alternatives(error: jsonschema_rs.ValidationError) -> str:
    """What each alternative misses; where several fit, that they do."""
    context = cast("list[list[jsonschema_rs.ValidationError]]", error.kind.as_dict()["context"])
    missed = [_short(errors[0]) for errors in context if errors]
    return "; ".join(missed) if len(missed) == len(context) else "it fits several"


def _short(error: jsonschema_rs.ValidationError) -> str:
    if error.kind.name == "required":
        return f"with '{error.kind.as_dict()['property']}'"
    return error.message


class _DistinctItems:
    """`x-kubernetes-list-map-keys`: the items of such a list are told apart by these keys."""

    def __init__(self, _parent: JsonObject, value: Sequence[str], _path: Sequence[str | int]) -> None:
        self._keys = tuple(value)

    def validate(self, instance: object) -> None:
        """Raise ValueError for the first two equal items."""
        for error in self.iter_errors(instance):
            raise error

    def iter_errors(self, instance: object) -> Iterator[ValueError]:
        """An error for each item that has the keys of an earlier one."""
        seen: set[tuple[str, ...]] = set()
        for item in instance if isinstance(instance, list) else ():
            if not isinstance(item, dict) or not all(key in item for key in self._keys):
                continue
            named = tuple(str(item[key]) for key in self._keys)
            if named in seen:
                words = ", ".join(f"{key} {text}" for key, text in zip(self._keys, named, strict=True))
                yield ValueError(f"two items with {words}")
            seen.add(named)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None and "T" in text.upper()
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


_FORMATS: Final = {
    "byte": _is_base64,
    "date-time": _is_time,
    "ipv4": lambda text: _is_address(text, 4),
    "ipv6": lambda text: _is_address(text, 6),
}
