"""`fleetgen check`: the line up to the gate. The outcome of a check that passed is cached by its inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from fleetgen.build.desired_state import Desired, desired
from fleetgen.gate.approval import gated
from fleetgen.inputs.cache import key
from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes, judges_digest
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.settings import at, plain
from fleetgen.model.variant import Resolved
from fleetgen.stages.gate import Approved


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The result of the line up to the gate."""

    desired: Desired
    approved: Approved


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a passed check leaves to say.

    `tree` is the digest of the output tree that was approved; empty as long as nobody asked for its texts.
    """

    sizes: JsonObject
    findings: tuple[Finding, ...]
    tree: str


def tree_digest(blobs: Mapping[str, str]) -> str:
    """sha256 over the paths of a tree and the names that git gives to the contents (`blob_ids`)."""
    digest = hashlib.sha256()
    for path in sorted(blobs):
        digest.update(f"{path}\0{blobs[path]}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


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


def checked_outcome(run: Run) -> Outcome:
    """Check. If no byte of the inputs has changed since a check that passed, read its outcome from the cache."""
    known = remembered(run)
    return known or remember(run, check(run))


def _outcome_key(run: Run) -> str:
    schemas = judges_digest(PackagedKubernetes(), run.schema_files)
    return key("outcome", run.inputs.digest, schemas, run.as_of.isoformat(), run.delivery_repo)


def remembered(run: Run) -> Outcome | None:
    """The cached outcome for these inputs. A change that other policies judge is never read from the cache."""
    if run.policies_from:
        return None
    name = _outcome_key(run)
    data = run.gate_cache.get_many([name]).get(name)
    if not isinstance(data, dict):
        return None
    findings = cast("list[JsonObject]", data["findings"])
    return Outcome(
        sizes=cast("JsonObject", data["sizes"]), findings=tuple(map(Finding.from_data, findings)), tree=str(data["tree"])
    )


def remember(run: Run, checked: Checked, tree: str = "") -> Outcome:
    """The outcome, kept for the next run with the same inputs."""
    outcome = replace(outcome_of(checked), tree=tree)
    if run.policies_from or not checked.approved.lasts:
        return outcome
    name = _outcome_key(run)
    data: JsonObject = {"sizes": outcome.sizes, "findings": [f.as_data() for f in outcome.findings], "tree": outcome.tree}
    run.gate_cache.put_many({name: data})
    return outcome


def check(run: Run) -> Checked:
    """Load, render, build, conform and gate. Raises the first step's error with everything that step found."""
    from fleetgen.build.conformance import conformed  # noqa: PLC0415 - not needed where nothing has changed

    wanted = desired(run)
    return Checked(desired=wanted, approved=gated(run, wanted, conformed(run, wanted)))
