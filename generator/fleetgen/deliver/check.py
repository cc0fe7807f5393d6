"""`fleetgen check`: the line up to the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fleetgen.build.conformance import conformed
from fleetgen.build.desired_state import Desired, desired
from fleetgen.deliver.outcome import Outcome, keep
from fleetgen.gate.approval import gated
from fleetgen.inputs.run import Run
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import at, plain
from fleetgen.model.variant import Resolved
from fleetgen.stages.gate import Approved


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of the line up to the gate."""

    desired: Desired
    approved: Approved


def outcome_of(checked: Checked) -> Outcome:
    """The outcome of a check that was computed."""
    return Outcome(sizes=sizes(checked), findings=checked.approved.findings, tree="")


def sizes(checked: Checked) -> JsonObject:
    """How much was checked."""
    resolved, objects = checked.desired.plan.resolved, checked.desired.objects
    return {
        "clusters": len(resolved.clusters),
        "variants": len(resolved.variants),
        "distinct": len({tuple(m.digest for m in manifests) for manifests in objects.values()}),
        "objects": sum(len(manifests) for manifests in objects.values()),
        "files": len(checked.approved.files),
        "stated": shown_settings(resolved),
    }


def shown_settings(resolved: Resolved) -> Json:
    """`component.setting` -> environment -> the values in it, each once, sorted; of the settings that components want shown."""
    values: dict[str, dict[str, set[str]]] = {}
    for identity, variant in resolved.variants.items():
        for path in variant.component.shown_settings:
            node = at(variant.settings, ("values", *path.split(".")))
            environments = values.setdefault(f"{variant.component.name}.{path}", {})
            environments.setdefault(identity.environment, set()).add("unset" if node is None else str(plain(node)))
    return {
        setting: {environment: [*sorted(texts)] for environment, texts in sorted(environments.items())}
        for setting, environments in sorted(values.items())
    }


def remember(run: Run, checked: Checked, tree: str = "") -> Outcome:
    """The outcome, kept for the next run with the same inputs."""
    outcome = replace(outcome_of(checked), tree=tree)
    if checked.approved.lasts:
        keep(run, outcome)
    return outcome


def check(run: Run) -> Checked:
    """Load, render, build, conform and gate. Raises the first step's error with everything that step found."""
    wanted = desired(run)
    return Checked(desired=wanted, approved=gated(run, wanted, conformed(run, wanted)))
