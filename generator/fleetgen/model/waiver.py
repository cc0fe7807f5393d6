"""A dated, owned exception, ready to be matched."""

from __future__ import annotations

from dataclasses import dataclass

from fleetgen.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """`clusters` are the names that the scope's environments, groups and clusters come to; `expires` is an ISO date.

    `rule` is the code of the waived rule, empty for all rules of the policy. `namespace`, `container` and `image` are patterns,
    empty for any. `only_at_gate` says why no cluster gets the waiver; empty
    means that it is an exemption in the constraints of both gates.
    """

    name: str
    policy: str
    rule: str = ""
    clusters: frozenset[str]
    unit: str = ""
    object: tuple[str, str, str] | None = None
    namespace: str = ""
    container: str = ""
    image: str = ""
    owner: str
    expires: str
    only_at_gate: str
    place: Place
