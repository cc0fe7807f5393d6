"""How a field of an inventory document is declared: its type, plus what a JSON Schema and a reader need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
KEY: Final = "fleetgen"

DNS_LABEL: Final = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
TOKEN: Final = r"^[a-z0-9]+([.+-][a-z0-9]+)*$"
CIDR: Final = r"^[0-9a-fA-F:.]+/[0-9]{1,3}$"
DURATION: Final = r"^([0-9]+(h|m|s))+$"
CRON: Final = r"^\S+ \S+ \S+ \S+ \S+$"
KUBERNETES_VERSION: Final = r"^v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is declared beside a field's type. `choices` are the only values; `pattern` an ECMA regular expression."""

    doc: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    format: str = ""


def required(doc: str, *, pattern: str = "", choices: tuple[str, ...] = (), minimum: int | None = None) -> Any:  # type: ignore[explicit-any]  # noqa: ANN401 - like dataclasses.field, it stands for a value of any type
    """A key that has to be given."""
    return field(metadata={KEY: Rule(doc, pattern, choices, minimum)})


def optional(default: T, doc: str, *, pattern: str = "", choices: tuple[str, ...] = (), minimum: int | None = None, format: str = "") -> T:  # noqa: A002, PLR0913 - JSON Schema's word; one option a keyword
    """A key that may be left out."""
    rule = Rule(doc, pattern, choices, minimum, format)
    return cast("T", field(default=default, metadata={KEY: rule}))


def built(factory: Callable[[], T], doc: str) -> T:
    """A key whose default is built anew (mappings)."""
    return cast("T", field(default_factory=factory, metadata={KEY: Rule(doc)}))

