"""The rules that judge a change: the policies and waivers of the working tree, or those of a protected branch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fleetgen.build.plan import Plan
from fleetgen.errors import InputError
from fleetgen.inputs.policy_source import PolicySource, policies_from
from fleetgen.inputs.rules import PolicyLibrary, Rules, environment_values, governed_by, read_governing, read_rules, values_of
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.model.fleet import Fleet
from fleetgen.model.waiver import Waiver
from fleetgen.policy import enforcement, waivers
from fleetgen.policy.loosening import State, loosened
from fleetgen.policy.waiver_reach import waivers_of


@dataclass(frozen=True, kw_only=True)
class Judging:
    """The rules and waivers of a verdict. `findings`: broken documents, due stages, loosened rules."""

    rules: Rules
    waivers: tuple[Waiver, ...]
    findings: tuple[Finding, ...]


def judging(run: Run, plan: Plan) -> Judging:
    """What the gate judges by. Raises InputError for policies that cannot be used (E0301, E0306, E0801, E0805)."""
    fleet = plan.fleet
    own = plan.rules
    found = [
        *waivers.broken(fleet.waivers, fleet.enforcements, own.policies, fleet.duties),
        *enforcement.due(fleet.enforcements, run.as_of),
    ]
    if not run.policies_from:
        return Judging(rules=own, waivers=waivers_of(fleet.waivers, plan.resolved, own.policies), findings=tuple(found))
    source = policies_from(run.repository, run.policies_from, run.need_git)
    try:
        lent, rules = _lent(plan, source)
    except InputError as error:
        raise source.blamed(error) from error
    found += loosened(_state(rules, lent), _state(own, fleet))
    return Judging(rules=rules, waivers=waivers_of(lent.waivers, plan.resolved, rules.policies), findings=tuple(found))


def _lent(plan: Plan, source: PolicySource) -> tuple[Fleet, Rules]:
    """The fleet with the waivers and Enforcement documents of the source, and the rules of the source for its clusters.

    Parameters that come from an environment come from the source's, too, unless the environment is new.
    """
    lent_waivers, enforcements = read_governing({**source.waivers, **(source.enforcement or {})})
    fleet = replace(plan.fleet, waivers=lent_waivers, enforcements=enforcements)
    known = dict(environment_values(source.environments))
    values = {name: known.get(name, own) for name, own in values_of(fleet).items()}
    return fleet, read_rules(PolicyLibrary(source.rules, tuple(values)), values, governed_by(fleet))


def _state(rules: Rules, fleet: Fleet) -> State:
    return State(
        policies=rules.policies,
        files=rules.files,
        constraints=rules.constraints,
        enforcements=fleet.enforcements,
        waivers=fleet.waivers,
        sets=rules.sets,
        of=rules.of,
    )
