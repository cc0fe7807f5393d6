"""How a field of an inventory document is declared: its type, plus what a JSON Schema and a reader need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")
KEY: Final = "fleetgen"

DNS_LABEL: Final = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
TOKEN: Final = r"^[a-z0-9]+([.+-][a-z0-9]+)*$"  # noqa: S105 - a token of a path, not a secret
CIDR: Final = r"^[0-9a-fA-F:.]+/[0-9]{1,3}$"
ADDRESS: Final = r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$"
# A name or address with an optional port. Credentials have no place here: what is made of it is readable in git and at the site.
_PORT: Final = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
PROXY: Final = rf"^((https?://)?([0-9a-zA-Z]([0-9a-zA-Z.-]*[0-9a-zA-Z])?|\[[0-9a-fA-F:.]+\])(:{_PORT})?/?)?$"
ADDRESS_OR_HOST: Final = r"^([0-9a-zA-Z]([0-9a-zA-Z.-]*[0-9a-zA-Z])?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$"
DURATION: Final = r"^([0-9]+(h|m|s))+$"
CRON: Final = r"^\S+ \S+ \S+ \S+ \S+$"
DRIVER_VERSION: Final = r"^[0-9]{3}(\.[0-9]{2,3}(\.[0-9]{2})?)?$"
POLICY_OR_AREA: Final = r"^FG-[A-Z0-9]+(-[0-9]{3})?$"
KUBERNETES_VERSION: Final = r"^v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What is declared beside a field's type. `choices` are the only values; `pattern` an ECMA regular expression."""

    doc: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    format: str = ""


def required(  # type: ignore[explicit-any]
    doc: str, *, pattern: str = "", choices: tuple[str, ...] = (), minimum: int | None = None, form: str = ""
) -> Any:  # noqa: ANN401 - like dataclasses.field, it stands for a value of any type
    """A key that has to be given."""
    return field(metadata={KEY: FieldRule(doc, pattern, choices, minimum, form)})


def optional(
    default: T, doc: str, *, pattern: str = "", choices: tuple[str, ...] = (), minimum: int | None = None, form: str = ""
) -> T:
    """A key that may be left out."""
    rule = FieldRule(doc, pattern, choices, minimum, form)
    return field(default=default, metadata={KEY: rule})


def built(factory: Callable[[], T], doc: str) -> T:
    """A key whose default is built anew (mappings)."""
    return field(default_factory=factory, metadata={KEY: FieldRule(doc)})
