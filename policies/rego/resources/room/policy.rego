# METADATA
# scope: package
# title: Workloads find room on the nodes
# description: |
#   A Pod that asks for more than any node has left stays pending, and at an unattended site nobody sees it. The Pods of all
#   units are packed onto the nodes of each cluster: their requests against the size of a node less what is reserved, with node
#   selectors, taints and the DaemonSets of every node. What is not known (the size of a pool, what a chart makes) is not counted.
# custom:
#   id: FG-RES-004
#   kind: FGResourcesRoom
#   severity: high
#   scope: cluster
#   where: gate
#   failure: Pods of a workload find no room on the nodes of the cluster.
#   remediation: >-
#     Lower the requests or the replicas of the workload, disable units for this cluster, correct the size of the node pool, or
#     add nodes.
#   controls: []
#   facts: [unplaced]
#   rules:
#     too-large: Not one Pod of the workload fits on a node.
#     too-many: Some Pods of the workload fit, but not all.
#   parameters:
#     type: object
#     properties: {}
package policies.resources.room

import data.lib.texts

violation contains {"msg": msg, "details": {"rule": _rule(entry), "unit": entry.unit, "path": entry.path}} if {
	some entry in input.cluster.unplaced
	shown := [
		_workload(entry),
		entry.missing,
		entry.replicas,
		_amounts(entry.asks),
		texts.short(entry.pool),
		_amounts(entry.left),
	]
	msg := texts.cut(sprintf(_format, shown), 200)
}

violation contains {"msg": "the model of the cluster does not say what is unplaced", "details": {}} if {
	not is_array(object.get(input, ["cluster", "unplaced"], null))
}

_format := "%s: %d of %d Pods find no node; each asks for %s; the roomiest node, in pool %s, has %s left"

_rule(entry) := "too-large" if entry.missing == entry.replicas

_rule(entry) := "too-many" if entry.missing != entry.replicas

_workload(entry) := sprintf("%s %s/%s", [entry.kind, texts.short(entry.namespace), texts.short(entry.name)])

_amounts(amounts) := concat(", ", [sprintf("%v %s", [amount, _unit(name)]) | some name, amount in amounts])

_unit(name) := object.get({"cpu": "CPU", "memoryGiB": "GiB"}, name, texts.short(name))
