"""The validators of the kinds of documents."""

from __future__ import annotations

from functools import cache

from fleetgen.schemas.derive import kind_schema
from fleetgen.schemas.validate import Validator


@cache
def validator_of_kind(kind: str) -> Validator:
    """The validator of a document kind."""
    return Validator(kind_schema(kind))
