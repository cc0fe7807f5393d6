# METADATA
# scope: package
# title: Workloads with cards find a pool, others stay off it
# description: |
#   A card is of no use if the workload's selector or a missing toleration keeps it away from the
#   pool. And if some pools have no cards, a pool with cards but without a taint fills up with other
#   workloads, until no workload that needs a card fits.
# custom:
#   id: FG-GPU-002
#   kind: FGGpuReachable
#   severity: high
#   scope: cluster
#   where: gate
#   failure: >-
#     A workload cannot reach the pool with its card, or a pool with cards is open to all workloads.
#   remediation: >-
#     Correct nodeSelector or tolerations of the unit; give the pool a taint such as
#     nvidia.com/gpu:NoSchedule.
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.labels
#     - nodePools.*.name
#     - nodePools.*.resources
#     - nodePools.*.taints
#     - units.*.workloads.*.kind
#     - units.*.workloads.*.name
#     - units.*.workloads.*.nodeSelector
#     - units.*.workloads.*.resources
#     - units.*.workloads.*.tolerations
#   rules:
#     not-tolerated: A workload asks for cards and may not come to a node pool that has them.
#     no-taint: A node pool with cards has no taint, beside pools without cards.
#   parameters:
#     type: object
#     properties:
#       resources:
#         type: array
#         description: Prefixes of the resource names of cards.
#         items: {type: string, minLength: 1}
#         default: [nvidia.com/, amd.com/, gpu.intel.com/]
#       taints:
#         type: boolean
#         description: Whether a pool with cards needs a taint if other pools have no cards.
#         default: true
package policies.gpu.reachable

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "not-tolerated", "unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "workloads")
	some resource in entry.item.resources
	_is_card(resource)

	# that a card is not there at all is for FG-GPU-001 to say
	_offers(sites.pools(input), resource)
	not _offers(sites.fitting(input, entry.item), resource)
	msg := sprintf("%s asks for %s, but cannot reach a node pool that has it", [sites.label(entry), texts.short(resource)])
}

violation contains {"msg": msg, "details": {"rule": "no-taint", "path": "spec.nodePools"}} if {
	object.get(input, ["parameters", "taints"], true) != false
	some pool in sites.pools(input)
	_has_cards(pool)
	not _has_taint(pool)
	some other in sites.pools(input)
	not _has_cards(other)
	msg := sprintf("node pool %s has cards but no taint, and other pools have no cards", [texts.short(pool.name)])
}

violation contains outcome if some outcome in sites.broken(input, ["workloads"])

violation contains outcome if some outcome in sites.without_pools(input)

_is_card(resource) if {
	some beginning in object.get(input, ["parameters", "resources"], [])
	startswith(resource, beginning)
}

_offers(pools, resource) if {
	some pool in pools
	pool.resources[resource] > 0
}

_has_cards(pool) if {
	some resource, number in pool.resources
	_is_card(resource)
	number > 0
}

_has_taint(pool) if {
	some taint in pool.taints
	taint.effect in {"NoSchedule", "NoExecute"}
}
