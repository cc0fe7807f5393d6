# METADATA
# scope: package
# title: No workload needs more nodes than there are
# description: |
#   Replicas that must not share a node wait forever at a site with fewer nodes than replicas. So
#   does a spread over more domains than there are. At small sites such rules are preferred, never
#   required.
# custom:
#   id: FG-EDGE-004
#   kind: FGEdgeSpread
#   severity: medium
#   scope: cluster
#   where: gate
#   failure: A workload must spread over more nodes than the cluster has.
#   remediation: "Use preferredDuringScheduling or whenUnsatisfiable: ScheduleAnyway, or lower the replicas."
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.count
#     - nodePools.*.labels
#     - nodePools.*.name
#     - nodePools.*.taints
#     - units.*.workloads.*.apart
#     - units.*.workloads.*.kind
#     - units.*.workloads.*.name
#     - units.*.workloads.*.nodeSelector
#     - units.*.workloads.*.replicas
#     - units.*.workloads.*.spread
#     - units.*.workloads.*.tolerations
#   parameters:
#     type: object
#     properties: {}
package policies.edge.spread

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "workloads")
	some key in entry.item.apart
	domains := _domains(sites.fitting(input, entry.item), key)
	entry.item.replicas > domains
	msg := sprintf("%s keeps %d replicas apart by %s, but there are only %d", [
		sites.label(entry),
		entry.item.replicas,
		texts.short(key),
		domains,
	])
}

violation contains {"msg": msg, "details": {"unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "workloads")
	some spread in entry.item.spread
	domains := _domains(sites.fitting(input, entry.item), spread.topologyKey)
	spread.minDomains > domains
	msg := sprintf("%s must spread over %d domains of %s, but there are only %d", [
		sites.label(entry),
		spread.minDomains,
		texts.short(spread.topologyKey),
		domains,
	])
}

violation contains outcome if some outcome in sites.broken(input, ["workloads"])

violation contains outcome if some outcome in sites.without_pools(input)

# nodes, or different values of a label of pools; a label that is only known at the site says nothing
_domains(pools, "kubernetes.io/hostname") := sites.nodes(pools)

_domains(pools, key) := count(values) if {
	key != "kubernetes.io/hostname"
	values := {pool.labels[key] | some pool in pools}
	count(values) > 0
}
