# METADATA
# scope: package
# title: Roles name verbs and resources
# description: |
#   A `*` in a role also grants what will be invented later: the next resource, the next verb (impersonate, escalate, bind).
#   Roles list the verbs and the resources that they need.
# custom:
#   id: FG-RBAC-001
#   kind: FGRbacNoWildcards
#   severity: critical
#   scope: object
#   where: both
#   failure: A role grants all verbs or all resources.
#   remediation: List verbs and resources in the TeamRole; a role that must have all is named in the constraint's `roles`.
#   controls: [CIS-K8s-5.1.3, NSA-CISA-authorization]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       roles:
#         type: array
#         description: Names of roles that may use `*`.
#         items: {type: string, minLength: 1}
#         default: []
package policies.rbac.no_wildcards

import data.lib.exempt
import data.lib.texts

violation contains {"msg": msg, "details": {"path": path}} if {
	some index, rule in _rules
	some field in ["verbs", "resources"]
	some value in _values(rule, field)
	contains(value, "*")
	not _is_allowed
	path := ["rules", index, field]
	msg := sprintf("%s grants %s", [texts.dotted(path), texts.short(value)])
}

violation contains {"msg": msg, "details": {"path": path}} if {
	some index, rule in _rules
	some field in ["verbs", "resources"]
	not _is_list_of_texts(rule, field)
	path := ["rules", index, field]
	msg := sprintf("%s is not a list of names", [texts.dotted(path)])
}

violation contains {"msg": "the role has no list of rules", "details": {"path": ["rules"]}} if not _has_rules

default _object := {}

_object := input.review.object if is_object(input.review.object)

_rules := object.get(_object, "rules", null)

_has_rules if is_array(_rules)

# an aggregated ClusterRole has none of its own
_has_rules if {
	_rules == null
	is_object(_object.metadata)
}

_is_allowed if object.get(_object, ["metadata", "name"], "") in object.get(input, ["parameters", "roles"], [])

_is_allowed if exempt.is_object_exempt(input)

_values(rule, field) := [value | some value in object.get(rule, field, []); is_string(value)]

# a rule about URLs has no resources
_is_list_of_texts(rule, "resources") if is_array(rule.nonResourceURLs)

_is_list_of_texts(rule, field) if {
	is_array(rule[field])
	every value in rule[field] {
		is_string(value)
	}
}
