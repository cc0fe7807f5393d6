# METADATA
# scope: package
# title: Disruption budgets let a one-node site drain
# description: |
#   A site with one node cannot move a Pod elsewhere first. A budget that wants Pods to stay available, or allows none to be
#   unavailable, blocks the drain for ever, and with it the upgrade of the node. Such a site accepts the outage.
# custom:
#   id: FG-EDGE-002
#   kind: FGEdgeDrainable
#   severity: high
#   scope: object
#   where: both
#   failure: A PodDisruptionBudget blocks the drain of a one-node site.
#   remediation: Set maxUnavailable to 1 or more (100% for several replicas) and remove minAvailable.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.edge.drainable

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", "minAvailable"]}} if {
	wanted := object.get(_object, ["spec", "minAvailable"], null)
	not wanted in {null, 0, "0", "0%"}
	not exempt.is_object_exempt(input)
	msg := sprintf("minAvailable is %s: the last Pod of a node can never be evicted", [texts.short(wanted)])
}

violation contains {"msg": msg, "details": {"path": ["spec", "maxUnavailable"]}} if {
	not _has_min_available
	allowed := object.get(_object, ["spec", "maxUnavailable"], null)
	not _allows_eviction(allowed)
	not exempt.is_object_exempt(input)
	msg := sprintf("maxUnavailable is %s: no Pod can be evicted", [texts.short(allowed)])
}

_object := objects.of(input)

# the API accepts only one of the two
_has_min_available if object.get(_object, ["spec", "minAvailable"], null) != null

_allows_eviction(amount) if {
	is_number(amount)
	amount >= 1
}

# a part of one Pod is rounded up
_allows_eviction(amount) if regex.match(`^0*[1-9][0-9]*%$`, amount)
