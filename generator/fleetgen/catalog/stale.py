"""Facts that nobody held against their sources for a long time."""

from __future__ import annotations

from datetime import date
from typing import Final

from fleetgen.model.catalog import Catalog
from fleetgen.model.finding import Finding, Severity

STALE_DAYS: Final = 180  # makers bring a series every quarter; two of them are missing then


def stale_note(name: str, catalog: Catalog, as_of: date) -> Finding | None:
    """E0509 for facts that are old; a catalog that does not say when it was checked is a matter of `fleetgen catalog lint`."""
    days = (as_of - date.fromisoformat(catalog.checked)).days if catalog.checked else 0
    if days <= STALE_DAYS:
        return None
    fix = "hold it against its sources and set spec.checked"
    return warning(f"the catalog of {name} was checked {days} days ago, on {catalog.checked}", fix, catalog)


def warning(message: str, fix: str, catalog: Catalog) -> Finding:
    """A warning at the file."""
    return Finding(code="E0509", message=message, fix=fix, place=catalog.place, severity=Severity.WARNING)
