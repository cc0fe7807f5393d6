"""From a repository to the plan: the fleet as loaded and its variants. Who only reads a plan imports nothing that renders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fleetgen.inputs.read_documents import read_documents
from fleetgen.inputs.repository import Inputs
from fleetgen.inputs.rules import PolicyLibrary, Rules, knowing_policies, rules_of, split_by_policy_set
from fleetgen.inputs.run import Run
from fleetgen.inputs.timings import timed
from fleetgen.library import COMPONENTS
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.variant import Resolved
from fleetgen.stages.load import load_documents
from fleetgen.stages.resolve import resolve


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The fleet and its variants: what can be known without any tool."""

    inputs: Inputs
    fleet: Fleet
    library: PolicyLibrary
    resolved: Resolved

    @cached_property
    def rules(self) -> Rules:
        """The repository's own policies, as they are enforced in this fleet. Raises InputError E0301, E0306, E0801, E0805."""
        return rules_of(self.library, self.fleet)


@timed("load")
def plan_of(run: Run) -> Plan:
    """Load and resolve. Raises InputError."""
    inputs = run.inputs
    run.progress("load", 0, 1)
    problems: list[Finding] = []
    documents = read_documents(run.cache, inputs.inventory, problems)
    fleet = load_documents(documents, inputs.with_prefix(*COMPONENTS), problems)
    library = PolicyLibrary(inputs.library, tuple(fleet.environments))
    fleet = split_by_policy_set(knowing_policies(fleet, library), library)
    with run.timings.stage("resolve"):
        resolved = resolve(fleet)
    run.progress("load", 1, 1)
    return Plan(inputs=inputs, fleet=fleet, library=library, resolved=resolved)
