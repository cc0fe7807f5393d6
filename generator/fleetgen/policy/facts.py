"""Facts that a policy over clusters or the fleet declares in its METADATA: paths of a cluster's model, such as `units.*.values`.

A step is a key, `*` for every key of a mapping or item of a list, or `["a.b"]` for a key with dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.place import Place
from fleetgen.model.plain import JsonObject
from fleetgen.model.policy import Policy
from fleetgen.policy.read_values import ANY, Reads, Steps
from fleetgen.policy.reads import reads_of
from fleetgen.words import suggest

# what a path may begin with: the keys of `catalog/cluster_model.py`, the day, for the fleet the names of clusters
CLUSTER_KEYS: Final = (
    *("name", "environment", "ring", "region", "profile", "role", "topology", "lifecycle", "criticality", "kubernetes", "site"),
    *("network", "provides", "facts", "ranges", "nodePools", "capacity", "units", "unplaced"),
)
AS_OF, ENVIRONMENT, NAMES = "asOf", "environment", "names"
_STEP: Final = re.compile(r'\.?(?:(\*|[A-Za-z0-9_-]+)|\["([^"\]]+)"\])')


def steps(fact: str) -> Steps:
    """The steps of a path; empty if it is none."""
    found: list[str] = []
    position = 0
    while match := _STEP.match(fact, position):
        found.append(match[1] or match[2])
        position = match.end()
    return tuple(found) if position == len(fact) and not fact.startswith(".") else ()


def unknown(facts: Sequence[str], scope: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """Index of each fact that does not exist for a policy of this scope, the fact, and what to write instead."""
    known = (
        AS_OF,
        *(key for key in CLUSTER_KEYS if scope == "cluster" or key != "name"),
        *((NAMES,) if scope == "fleet" else ()),
    )
    for index, fact in enumerate(facts):
        if steps(fact)[:1] not in {(key,) for key in known}:
            yield index, (fact, suggest(fact.partition(".")[0], known))


def check(trees: Mapping[str, JsonObject], policies: Iterable[Policy]) -> Iterator[Finding]:
    """E0822 for what a policy reads and does not declare, declares and does not read, and for what cannot be followed.

    `trees`: path -> syntax tree of libraries and policies, without tests.
    """
    for policy in policies:
        if policy.scope != "object" and policy.place.path in trees:
            yield from _undeclared(policy, reads_of(policy, trees))


def _undeclared(policy: Policy, read: Reads) -> Iterator[Finding]:
    for place, reason in read.lost:
        fix = "write it so that what is read of the model stands in the text; hand a library no more than it needs"
        yield _found(policy, place, f"what {policy.id} reads cannot be followed here: {reason}", fix)
    declared = {fact: _rooted(steps(fact), policy.scope) for fact in policy.facts}
    for path, place in read.whole.items():
        if not any(_covers(given, path) for given in declared.values()):
            yield _not_declared(policy, path, place)
    for path, place in read.passed.items():
        is_given = any(path == given[: len(path)] for given in _given(policy.scope))
        if path not in read.whole and not is_given and not any(_meets(given, path) for given in declared.values()):
            yield _not_declared(policy, path, place)
    for fact, given in declared.items():
        if not any(_meets(given, path) for path in read.whole) and not any(_covers(given, path) for path in read.passed):
            fix = "remove it, so that a change of it asks nothing again"
            yield _found(policy, policy.place, f"{policy.id} declares the fact {fact} and does not read it", fix)


def _not_declared(policy: Policy, path: Steps, place: Place) -> Finding:
    root = ("clusters", ANY) if policy.scope == "fleet" else ("cluster",)
    shown = _shown(path[len(root) :] if path[: len(root)] == root else path)
    fix = f"add it to `facts`: what is not declared is not there at the gate, so the rule would never see {shown or 'it'}"
    return _found(policy, place, f"{policy.id} reads {shown or 'the whole model'} and does not declare it", fix)


def _found(policy: Policy, place: Place, fact: str, fix: str) -> Finding:
    """At the policy, whose METADATA has to change; where a library reads, the message says so."""
    if place.path == policy.place.path:
        return problem("E0822", fact, fix=fix, place=place)
    return problem("E0822", f"{fact} ({place})", fix=fix, place=policy.place)


def _rooted(path: Steps, scope: str) -> Steps:
    """Where in the input of the policy the fact stands."""
    if path[:1] == (AS_OF,) or (scope == "fleet" and path[:1] == (ENVIRONMENT,)):
        return path
    return ("clusters", ANY, *path) if scope == "fleet" else ("cluster", *path)


def _given(scope: str) -> tuple[Steps, ...]:
    """What every input has, whatever is declared: what leads to the facts."""
    return (("clusters", ANY), ("environment",)) if scope == "fleet" else (("cluster",),)


def _covers(declared: Steps, path: Steps) -> bool:
    """Whether all that stands at the path is there."""
    return len(declared) <= len(path) and _meets(declared, path)


def _meets(declared: Steps, path: Steps) -> bool:
    """Whether one leads to the other. Every key of a mapping is only there if the declaration says so."""
    return all(given in {ANY, step} for given, step in zip(declared, path, strict=False))


def _shown(path: Steps) -> str:
    return "".join(f".{step}" if re.fullmatch(r"\*|[A-Za-z0-9_-]+", step) else f'["{step}"]' for step in path).removeprefix(".")
