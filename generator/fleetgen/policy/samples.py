"""What the tests of policies ask, recorded while they run: nobody has to write an object down a second time for parity.

A probe is a rule that is added to each policy in a copy. It holds for nothing; it prints the input whenever a test
evaluates `violation`, whatever the test is called and however it makes its inputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from fleetgen.model.place import Place
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.policy import Constraint, Policy
from fleetgen.model.rego import Asked, RegoTest
from fleetgen.model.settings import Origin, from_plain
from fleetgen.policy.parameters import with_defaults
from fleetgen.schemas.validate import Validator

_MARK: Final = "fleetgen-probe"
# The head is a variable: a constant one would be compared before the body is evaluated, and mostly in vain.
_PROBE: Final = """
violation contains probed if {{
	print("{mark}", "{id}", json.marshal(input))
	probed := null
	false
}}
"""
NAME: Final = "sample"
WAYS: Final = ("passing", "failing", "malformed")
_ORIGIN: Final = Origin("test", Place(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An object of a test, with the parameters of the test, in a form that both gates take."""

    policy: Policy
    parameters: JsonObject
    object: JsonObject
    asked: Asked


def probed(files: Mapping[str, str], policies: Iterable[Policy]) -> dict[str, str]:
    """The files, with a probe at the end of each policy: no line moves."""
    probes = {policy.place.path: _PROBE.format(mark=_MARK, id=policy.id) for policy in policies}
    return {path: text + probes.get(path, "") for path, text in files.items()}


def asked(tests: Iterable[RegoTest]) -> tuple[Asked, ...]:
    """The distinct inputs that probes recorded, in the order of the tests."""
    found: dict[tuple[str, str, str], Asked] = {}
    for test in tests:
        for line in test.output.splitlines():
            if not line.startswith(_MARK + " "):
                continue
            _, policy, text = line.split(" ", 2)
            if text.startswith("{"):  # else the input is no mapping, which neither gate ever gives
                name = f"{test.package}.{test.name}"
                value = cast("Json", json.loads(text))
                found.setdefault((policy, name, text), Asked(policy=policy, test=name, place=test.place, input=value))
    return tuple(found.values())


def sample(asked_: Asked, policy: Policy, constraints: Sequence[Constraint]) -> Sample | str:
    """The sample of an input, or why there is none: what no cluster can be asked cannot be compared."""
    data = cast("JsonObject", asked_.input)
    review = data.get("review")
    written = review.get("object") if isinstance(review, dict) else None
    if not isinstance(written, dict):
        return "there is no object"
    given = data.get("parameters", {})
    if not isinstance(given, dict) or [*Validator(policy.parameters).findings(from_plain(given, _ORIGIN), code="E0801")]:
        return "no constraint can have these parameters"
    completed = _completed(written, _kind_of(policy, constraints))
    if completed is None:
        return "no API server accepts the form of the metadata"
    parameters = with_defaults(policy.parameters, given)
    return Sample(policy=policy, parameters=parameters, object=completed, asked=asked_)


def _completed(written: JsonObject, kind: tuple[str, str]) -> JsonObject | None:
    """Tests write what the policy reads; both gates also want to know what it is and how it is called."""
    metadata = written.get("metadata", {})
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict) or not _is_sound(metadata):
        return None
    group, name = kind
    api = f"{group}/v1" if group else "v1"
    return {"apiVersion": api, "kind": name, **written, "metadata": {"name": NAME, **metadata}}


def _is_sound(metadata: JsonObject) -> bool:
    """Forms that gator stops on, or silently reads as absent. The API server refuses all of these."""
    return (
        all(isinstance(metadata.get(key, ""), str) for key in ("name", "namespace", "generateName"))
        and all(_are_texts(metadata.get(key)) for key in ("labels", "annotations"))
        and _are_owners(metadata.get("ownerReferences"))
    )


def _are_texts(value: Json) -> bool:
    return value is None or (isinstance(value, dict) and all(isinstance(each, str) for each in value.values()))


def _are_owners(value: Json) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, dict) for each in value))


def _kind_of(policy: Policy, constraints: Sequence[Constraint]) -> tuple[str, str]:
    """(group, kind) of an object that does not say it: the first that a constraint of the policy names."""
    return next(named_kinds(constraints, policy), ("", "ConfigMap"))


def named_kinds(constraints: Iterable[Constraint], policy: Policy) -> Iterator[tuple[str, str]]:
    """(group, kind) of everything that constraints of the policy name exactly."""
    for constraint in constraints:
        if constraint.policy.id != policy.id:
            continue
        for entry in cast("list[dict[str, list[str]]]", constraint.match.get("kinds", [])):
            for group in entry.get("apiGroups") or [""]:
                for kind in entry.get("kinds") or []:
                    if "*" not in (group, kind):
                        yield group, kind


def untested(policies: Iterable[Policy], inputs: Iterable[Asked]) -> Iterator[tuple[Policy, str]]:
    """(policy, word) for each of passing, failing and malformed that no test of the policy shows."""
    shown = {(each.policy, word) for each in inputs for word in WAYS if each.test.rpartition(".")[2].startswith(f"test_{word}")}
    for policy in policies:
        for word in WAYS:
            if (policy.id, word) not in shown:
                yield policy, word
