# METADATA
# scope: package
# title: Namespaces are closed and limited
# description: |
#   A namespace without a NetworkPolicy that denies everything is open to every Pod of the site.
#   Without a quota and limits, one workload can take over the node. Every namespace that a unit
#   creates has the guards of the parameter `needs`. Charts and operators create the Pods in the
#   namespaces of `unbounded`, so those only have to be closed.
# custom:
#   id: FG-NS-002
#   kind: FGNamespaceGuarded
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A namespace has no default-deny policy, quota or limit range.
#   remediation: >-
#     Leave networkPolicy.defaultDeny on, and set quota and limitRange of the namespace in
#     cluster-baseline.
#   controls: [CIS-K8s-5.3.2, NSA-CISA-network]
#   facts: [units.*.namespaces]
#   parameters:
#     type: object
#     properties:
#       needs:
#         type: array
#         description: Guards that a namespace needs.
#         items: {type: string, enum: [defaultDeny, quota, limitRange]}
#         default: [defaultDeny, quota, limitRange]
#       unbounded:
#         type: array
#         description: Namespaces that need defaultDeny only.
#         items: {type: string, minLength: 1}
#         default: []
package policies.namespace.guarded

import data.lib.sites
import data.lib.texts

violation contains {
	"msg": msg,
	"details": {"path": sprintf("spec.components.cluster-baseline.values.namespaces.%s", [name])},
} if {
	some name, guards in _guards
	"namespace" in guards
	some needed in _needed(name)
	not needed in guards
	msg := sprintf("the namespace %s has no %s", [texts.short(name), _words[needed]])
}

violation contains {"msg": msg, "details": {"unit": unit}} if {
	some unit, description in input.cluster.units
	not _has_namespaces(description)
	msg := sprintf("the model of unit %s has no namespaces", [texts.short(unit)])
}

violation contains outcome if some outcome in sites.broken(input, [])

_has_namespaces(description) if is_object(description.namespaces)

# all units of a cluster together: another may bring what one leaves out
_guards[name] contains guard if {
	some description in input.cluster.units
	some name, guards in description.namespaces
	some guard in guards
}

_needs := object.get(input, ["parameters", "needs"], ["defaultDeny", "quota", "limitRange"])

_needed(name) := [need | some need in _needs; need == "defaultDeny"] if name in _unbounded

_needed(name) := _needs if not name in _unbounded

_unbounded := object.get(input, ["parameters", "unbounded"], [])

_words := {"defaultDeny": "NetworkPolicy that denies everything", "quota": "ResourceQuota", "limitRange": "LimitRange"}
