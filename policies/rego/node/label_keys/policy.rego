# METADATA
# scope: package
# title: Labels and taints of pools can be set
# description: |
#   Node feature discovery does not set labels and taints that belong to Kubernetes, that have no
#   prefix, or that Kubernetes does not allow. The node or its distribution sets some of them
#   itself, such as node-role.kubernetes.io. The others exist in the inventory but on no node,
#   unless somebody sets them by hand.
# custom:
#   id: FG-NODE-002
#   kind: FGNodeLabelKeys
#   severity: medium
#   scope: cluster
#   where: gate
#   failure: A node pool has a label or taint that node feature discovery does not set.
#   remediation: >-
#     Use your own prefix, such as example.com/, or waive the finding if nodes get the key when they
#     join.
#   controls: []
#   facts: [nodePools.*.name, nodePools.*.rule.refused, units.*.component]
#   parameters:
#     type: object
#     properties:
#       component:
#         type: string
#         description: The component that sets labels and taints by rule.
#         minLength: 1
#         default: node-feature-discovery
#       carried:
#         type: array
#         description: Prefixes of the keys that nodes and distributions set themselves.
#         items: {type: string, minLength: 1}
#         default:
#           - beta.kubernetes.io/
#           - kubernetes.io/
#           - kubelet.kubernetes.io/
#           - node-role.kubernetes.io/
#           - node.kubernetes.io/
#           - topology.kubernetes.io/
package policies.node.label_keys

import data.lib.noderules
import data.lib.texts

violation contains {"msg": msg, "details": {"unit": unit, "path": path}} if {
	some unit, description in _units
	description.component == input.parameters.component
	some pool in noderules.ruled(input)
	some refused in pool.rule.refused
	not _is_carried(refused.key)
	path := sprintf("spec.nodePools.%s.%ss", [pool.name, refused.what])
	shown := [refused.what, texts.short(refused.key), texts.short(pool.name), refused.why]
	msg := sprintf("node feature discovery does not set the %s %s of node pool %s: %s", shown)
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameters component and carried are not text and a list", "details": {}} if {
	not _has_parameters
}

violation contains {"msg": noderules.broken, "details": {"path": "spec.nodePools"}} if not noderules.are_ruled(input)

_units := object.get(input, ["cluster", "units"], {})

_has_parameters if {
	is_string(input.parameters.component)
	is_array(input.parameters.carried)
}

_is_carried(key) if {
	some prefix in input.parameters.carried
	startswith(key, prefix)
}
