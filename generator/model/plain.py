"""Plain JSON data, the form that templates, schemas and Rego read."""

from __future__ import annotations

from typing import TypeAlias, Union

Leaf: TypeAlias = bool | int | float | str | None
Json: TypeAlias = Union[Leaf, list["Json"], dict[str, "Json"]]  # noqa: UP007 - a recursive alias needs Union at run time
JsonObject: TypeAlias = dict[str, Json]
