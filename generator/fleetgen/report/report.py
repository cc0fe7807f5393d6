"""What every format is made of: the findings of one run, and what is known about the rules behind them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fleetgen.errors import CODES
from fleetgen.model.finding import Finding
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Policy
from fleetgen.report.text import clusters_text

# where a finding without a place is shown by formats that must have one
NOWHERE: Final = "fleetgen.toml"
# `a/b.yaml:3:7` and `line 3` inside a message: where the other half of a problem stands
_POSITION: Final = re.compile(r"(?<=\S):[0-9]+(?::[0-9]+)?\b|\bline [0-9]+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run. `policies` are those of the run by id; `judged` says whether the gate got as far as a verdict.

    `prefix` leads from the top of the checkout, to which forges count paths, to the folder to which places count theirs.
    """

    findings: Sequence[Finding]
    summary: JsonObject
    policies: Mapping[str, Policy] = field(default_factory=dict)
    judged: bool = True
    exit_code: int = 0
    prefix: str = ""

    def path(self, finding: Finding) -> str:
        """The file that a forge shows the finding in, from the top of the checkout."""
        path = finding.place.path if finding.place else NOWHERE
        return path if path.startswith("/") or not self.prefix else f"{self.prefix}/{path}"


def line(finding: Finding) -> int:
    """The line for formats that know no file as a whole."""
    return max(finding.place.line, 1) if finding.place else 1


def title(report: Report, code: str) -> str:
    """What a code stands for, in a few words."""
    policy = report.policies.get(code.partition(".")[0])
    return policy_title(policy, code) if policy else CODES.get(code, code)


def policy_title(policy: Policy, code: str) -> str:
    """The title of a policy; for the code of one of its rules, what that rule finds."""
    return policy.codes.get(code.partition(".")[2], policy.title)


def details(finding: Finding) -> list[str]:
    """What belongs to a message beside its place, one line each."""
    lines = [f"object: {finding.object}"] if finding.object else []
    lines += [f"clusters: {clusters_text(finding.clusters)}"] if finding.clusters else []
    return [*lines, f"fix: {finding.fix}"] if finding.fix else lines


def message(finding: Finding) -> str:
    """The message and its details."""
    return "\n".join([finding.message, *details(finding)])


def fingerprints(findings: Sequence[Finding]) -> Iterator[str]:
    """One a finding, in their order: 32 hexadecimal digits, `:` and a counter.

    Equal for the same finding of two runs, whatever was inserted above it: the digits stand for code, file, object and message,
    without lines and columns. Numbers that are facts (a version, an index, an amount) stay, because they tell findings apart.
    Findings that agree in all of that are counted from top to bottom, so two of a run are never equal.
    """
    order = sorted(range(len(findings)), key=lambda index: findings[index].sort_key())
    seen: dict[str, int] = {}
    made: dict[int, str] = {}
    for index in order:
        finding = findings[index]
        path = finding.place.path if finding.place else ""
        parts = (finding.code, path, str(finding.object or ""), _POSITION.sub("", finding.message))
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        seen[digest] = seen.get(digest, 0) + 1
        made[index] = f"{digest}:{seen[digest]}"
    return (made[index] for index in range(len(findings)))
