"""Policy sets for tests that have no fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleetgen.model.policy import Constraint, PolicySet
from fleetgen.policy.sets import Values, policy_sets


def for_environments(constraints: Sequence[Constraint], environments: Mapping[str, Values]) -> dict[str, PolicySet]:
    """A set for each environment (name -> what its parameters are filled with), with nothing but the constraints themselves."""
    return dict(policy_sets({}, environments, constraints).sets)
