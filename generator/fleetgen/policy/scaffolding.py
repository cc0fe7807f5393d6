"""The files of a new policy: a small rule that passes every check, to be replaced by the one that is wanted. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fleetgen.errors import InputError, problem
from fleetgen.model.finding import Finding
from fleetgen.model.policy import Constraint, Policy
from fleetgen.policy.waivers_in_gatekeeper import COMPANION

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*$")
# a name of Kubernetes, with room for the companion of a waived constraint
_LONGEST: Final = 63 - len(COMPANION)
# words of Rego, and the folders of policies/rego that hold no policies
_TAKEN: Final = frozenset(
    {
        *("as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not", "null"),
        *("package", "some", "true", "violation", "with", "gate", "lib"),
    }
)
_POLICY: Final = """\
# METADATA
# scope: package
# title: No forbidden annotations
# description: |
#   Say here what goes wrong at a site where the rule is broken, so that a reader can judge whether it is worth a waiver. What
#   stands below is an example: it finds annotations that the parameter `forbidden` lists.
# custom:
#   id: {id}
#   kind: {kind}
#   severity: medium
#   scope: object
#   where: both
#   failure: An object has an annotation that is forbidden.
#   remediation: Remove the annotation.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties:
#       forbidden:
#         type: array
#         description: Annotations that no object may have.
#         items: {{type: string}}
#         default: [example.com/forbidden]
package policies.{area}.{rule}

import data.lib.exempt
import data.lib.texts

violation contains {{"msg": msg, "details": {{"path": array.concat(_path, [key])}}}} if {{
	not exempt.is_object_exempt(input)
	some key, _ in _annotations
	key in input.parameters.forbidden
	msg := sprintf("the annotation %s is forbidden", [texts.short(key)])
}}

# An object whose form hides something from the rule must not pass it.
violation contains {{"msg": "metadata.annotations is not a mapping", "details": {{"path": _path}}}} if {{
	not _is_mapping(_annotations)
}}

_path := ["metadata", "annotations"]

_annotations := object.get(input, array.concat(["review", "object"], _path), null)

_is_mapping(null)

_is_mapping(value) if is_object(value)
"""
_TEST: Final = """\
package policies.{area}.{rule}_test

import data.policies.{area}.{rule}

_request(annotations, exemptions) := {{
	"parameters": {{"forbidden": ["example.com/forbidden"], "exemptions": exemptions}},
	"review": {{"object": {{"metadata": {{"name": "web", "namespace": "shop", "annotations": annotations}}}}}},
}}

_forbidden := {{"example.com/forbidden": "x", "example.com/allowed": "x"}}

test_passing[name] if {{
	some name, document in {{
		"none": _request({{}}, []),
		"null": _request(null, []),
		"another": _request({{"example.com/allowed": "x"}}, []),
		"exempt": _request(_forbidden, [{{"namespace": "shop", "workload": "web"}}]),
	}}
	{rule}.violation == set() with input as document
}}

test_failing if {{
	{rule}.violation == {{{{
		"msg": "the annotation example.com/forbidden is forbidden",
		"details": {{"path": ["metadata", "annotations", "example.com/forbidden"]}},
	}}}} with input as _request(_forbidden, [])
}}

test_malformed if {{
	{rule}.violation == {{{{
		"msg": "metadata.annotations is not a mapping",
		"details": {{"path": ["metadata", "annotations"]}},
	}}}} with input as _request("text", [])
}}
"""
_CONSTRAINT: Final = """\
# A new rule only records what it would refuse. Next: warn, then deny, as docs/how-to/change-a-policy.md says.
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {kind}
metadata:
  name: {name}
spec:
  enforcementAction: dryrun
  match:
    kinds:
      - {{apiGroups: [""], kinds: [Pod]}}
"""


def policy_files(name: str, policies: Mapping[str, Policy], constraints: Iterable[Constraint]) -> dict[str, str]:
    """Path -> text of the new policy AREA/NAME. Raises InputError with every reason why it cannot be one (E0401, E1204)."""
    area, _, rule = name.partition("/")
    if found := [*_unusable(name, area, rule)]:
        raise InputError(found)
    kind = "FG" + "".join(word.capitalize() for word in (*area.split("_"), *rule.split("_")))
    constraint = f"{area}-{rule}".replace("_", "-")
    if found := [*_existing(area, rule, kind, policies), *_named(constraint, constraints)]:
        raise InputError(found)
    folder = f"policies/rego/{area}/{rule}"
    values = {"area": area, "rule": rule, "kind": kind, "name": constraint, "id": next_id(area, policies)}
    return {
        f"{folder}/policy.rego": _POLICY.format(**values),
        f"{folder}/policy_test.rego": _TEST.format(**values),
        f"policies/constraints/{constraint}.yaml": _CONSTRAINT.format(**values),
    }


def next_id(area: str, policies: Mapping[str, Policy]) -> str:
    """The number after the last of the area's. An area without policies begins with its own name."""
    used = Counter(name.rpartition("-")[0] for name, policy in sorted(policies.items()) if policy.area == area)
    prefix = used.most_common(1)[0][0] if used else f"FG-{area.replace('_', '').upper()}"
    numbers = [int(name.rpartition("-")[2]) for name in policies if name.rpartition("-")[0] == prefix]
    return f"{prefix}-{max(numbers, default=0) + 1:03}"


def _unusable(name: str, area: str, rule: str) -> Iterator[Finding]:
    if not _NAME.match(area) or not _NAME.match(rule) or rule.endswith("_test"):
        fix = "write AREA/NAME in lower case with underscores, for example pod/no_host_ports"
        yield problem("E0401", f"'{name}' cannot be the name of a policy", fix=fix)
    elif taken := sorted({area, rule} & _TAKEN):
        yield problem("E0401", f"'{taken[0]}' has a special meaning in Rego or in policies/rego", fix="choose another name")
    elif len(f"{area}-{rule}") > _LONGEST:
        yield problem("E0401", f"'{name}' has more than {_LONGEST} characters", fix="choose a shorter name")


def _existing(area: str, rule: str, kind: str, policies: Mapping[str, Policy]) -> Iterator[Finding]:
    for policy in policies.values():
        if (policy.area, policy.rule) == (area, rule):
            message = f"there is already a policy {area}/{rule}: {policy.id}"
            yield problem("E1204", message, fix="choose another name", place=policy.place)
        elif policy.kind.lower() == kind.lower():
            message = f"{policy.id} already has the kind {policy.kind}"
            yield problem("E1204", message, fix="choose another name", place=policy.place)


def _named(name: str, constraints: Iterable[Constraint]) -> Iterator[Finding]:
    for constraint in constraints:
        if constraint.name == name:
            message = f"there is already a constraint '{name}'"
            yield problem("E1204", message, fix="choose another name", place=constraint.place)
