"""The codes of rules, by what the tests of a policy make it return: declared, returned, and exempted from one by one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from fleetgen.errors import problem
from fleetgen.model.finding import Finding
from fleetgen.model.plain import Json, JsonObject, list_of, mapping_of
from fleetgen.model.policy import Policy
from fleetgen.model.rego import Asked
from fleetgen.words import suggest

# the code from which the input exempts -> what is returned for it, by code; the input as the test has it under the empty code
Returned: TypeAlias = Mapping[str, Counter[str]]


def query(policies: Iterable[Policy]) -> str:
    """Rego that asks each policy about the inputs of `inputs_of`: id -> for each of them, the codes that are returned."""
    said = '[object.get(found, ["details", "rule"], "") | some found in {}.violation with input as one]'
    each = '"{}": [{{exempt: ' + said + ' | some exempt, one in given}} | some given in input["{}"]]'
    parts = (each.format(p.id, f'data.policies["{p.area}"]["{p.rule}"]', p.id) for p in policies)
    return f"{{{', '.join(parts)}}}"


def inputs_of(policies: Iterable[Policy], inputs: Iterable[Asked]) -> JsonObject:
    """Id -> each input of the policy's tests, as it is and with an exemption from each of its rules."""
    asked = [*inputs]
    return {policy.id: [_variants(policy, each.input) for each in asked if each.policy == policy.id] for policy in policies}


def _variants(policy: Policy, given: Json) -> JsonObject:
    written = mapping_of(given)
    parameters = written.get("parameters", {})
    variants: JsonObject = {"": given}
    if policy.scope == "object" and isinstance(parameters, dict):
        own = list_of(parameters.get("exemptions"))
        for code in policy.codes:
            variants[code] = {**written, "parameters": {**parameters, "exemptions": [*own, {"rule": code}]}}
    return variants


def findings(policies: Iterable[Policy], answer: Json) -> Iterator[Finding]:
    """E0821, from what `query` was answered."""
    for policy in policies:
        returned = [
            {exempt: Counter(map(str, list_of(codes))) for exempt, codes in mapping_of(each).items()}
            for each in list_of(mapping_of(answer).get(policy.id))
        ]
        for message, fix in (*_declared(policy, returned), *_exempted(returned)):
            yield problem("E0821", f"{policy.id} {message}", fix=fix, place=policy.place)


def _declared(policy: Policy, returned: Sequence[Returned]) -> Iterator[tuple[str, str]]:
    seen = {code for each in returned for code in each[""] if code}
    for code in sorted(seen - policy.codes.keys()):
        fix = suggest(code, policy.codes) if policy.codes else "add it to custom.rules, with what the rule finds"
        yield f"returns the code '{code}', which its METADATA does not declare", fix
    for code in sorted(policy.codes.keys() - seen):
        yield f"declares the code '{code}', which no test makes it return", "add a failing test, or remove the code"


def _exempted(returned: Sequence[Returned]) -> Iterator[tuple[str, str]]:
    """An exemption from one rule takes away what that rule finds, and nothing else."""
    fix = "ask with the code of the rule: exempt.is_object_exempt_from(input, code), or exempt.is_container_exempt_from"
    for code in sorted({code for each in returned for code in each if code}):
        pairs = [(each[""], each[code]) for each in returned]
        if any(after[code] for _, after in pairs):
            yield f"finds '{code}' in spite of an exemption from it", fix
        if any((before - after).keys() - {code} for before, after in pairs):
            yield f"exempts from more than '{code}' where an exemption names it", fix
