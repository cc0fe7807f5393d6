# METADATA
# scope: package
# title: Rules find the nodes of a pool
# description: |
#   Node feature discovery labels and taints the nodes of a pool by a rule. The rule recognizes them
#   by their names, by their cards, or because they are all nodes of the cluster. If none of these
#   works, there is no rule, and a pool that needs one stays without its labels and taints: its
#   workloads find no node, or other workloads take its cards.
# custom:
#   id: FG-NODE-001
#   kind: FGNodePoolRules
#   severity: high
#   scope: cluster
#   where: gate
#   failure: Nothing tells the nodes of a pool apart.
#   remediation: Set nodeNames of the pool to a regular expression for the names of its nodes.
#   controls: []
#   facts: [nodePools.*.name, nodePools.*.rule.isNeeded, nodePools.*.rule.match, units.*.component]
#   parameters:
#     type: object
#     properties:
#       component:
#         type: string
#         description: The component that sets labels and taints by rule.
#         minLength: 1
#         default: node-feature-discovery
package policies.node.pool_rules

import data.lib.noderules
import data.lib.texts

violation contains {"msg": msg, "details": {"unit": unit, "path": path}} if {
	some unit, description in _units
	description.component == input.parameters.component
	some pool in noderules.ruled(input)
	pool.rule.match == null
	pool.rule.isNeeded
	path := sprintf("spec.nodePools.%s", [pool.name])
	shown := texts.short(pool.name)
	msg := sprintf("nothing tells the nodes of pool %s apart, so no rule sets its labels and taints", [shown])
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameter component is not text", "details": {}} if {
	not is_string(object.get(input, ["parameters", "component"], null))
}

violation contains {"msg": noderules.broken, "details": {"path": "spec.nodePools"}} if not noderules.are_ruled(input)

_units := object.get(input, ["cluster", "units"], {})
