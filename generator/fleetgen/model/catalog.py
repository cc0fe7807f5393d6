"""What is known of a component's versions: where they run, what is wrong with them, and where a running site may go from them."""

from __future__ import annotations

from dataclasses import dataclass

from fleetgen.model.conditions import Conditions
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssue:
    """What is wrong with `versions` of a release: a CVE, or a report of its maker. `fixed_in`: empty if nothing fixes it."""

    id: str
    severity: str
    versions: tuple[str, ...]
    fixed_in: str
    summary: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A line of versions. `supports`: where it runs, any of them; none means everywhere. `data`: `release` in templates.

    `series`: the line's own name where it belongs to none. `support_ends`: a date, or empty.

    A release may be `like` one above it: its data then only says what differs, null removes.
    """

    line: str
    versions: tuple[str, ...]
    supports: tuple[Conditions, ...]
    data: JsonObject
    series: str = ""
    support_ends: str = ""
    issues: tuple[KnownIssue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedField:
    """A setting or field that a running site cannot change; by itself it can from the version `until` on, if there is one."""

    field: str
    until: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeRules:
    """What a running site may be told to do in one commit. `to`: `newer`, or `next-series`. `apart`: not with a new version."""

    to: str
    fixed: tuple[FixedField, ...] = ()
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What is known of a component's versions. `releases` go from the oldest to the newest; `checked` is a date, or empty."""

    releases: tuple[Release, ...] = ()
    steps: UpgradeRules | None = None
    checked: str = ""
    place: Place | None = None
