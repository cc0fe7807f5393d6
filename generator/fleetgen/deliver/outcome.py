"""What a passed check leaves to say, cached by its inputs. Whoever finds it imports nothing that loads, renders or judges."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fleetgen.inputs.cache import key
from fleetgen.inputs.kubernetes_schemas import PackagedKubernetes, judges_digest
from fleetgen.inputs.run import Run
from fleetgen.model.finding import Finding
from fleetgen.model.plain import JsonObject


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


def keep(run: Run, outcome: Outcome) -> None:
    """For the next run with the same inputs."""
    if not run.policies_from:
        data: JsonObject = {"sizes": outcome.sizes, "findings": [f.as_data() for f in outcome.findings], "tree": outcome.tree}
        run.gate_cache.put_many({_outcome_key(run): data})
