# METADATA
# scope: package
# title: Claims name storage that the site has
# description: |
#   A claim for a storage class that does not exist waits forever, and the Pod with it. A claim for
#   many writers (ReadWriteMany) needs a class that supports them; local disks do not.
# custom:
#   id: FG-EDGE-006
#   kind: FGEdgeStorage
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A claim asks for storage that the site does not have.
#   remediation: Use a storage class of the node pools, and ReadWriteOnce with local disks.
#   controls: []
#   facts: [nodePools.*.storage.*.class, units.*.claims]
#   parameters:
#     type: object
#     properties:
#       shared:
#         type: array
#         description: Storage classes that support many writers.
#         items: {type: string, minLength: 1}
#         default: []
package policies.edge.storage

import data.lib.sites
import data.lib.texts

violation contains {"msg": msg, "details": {"unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "claims")
	class := entry.item.class
	class != null
	not class in _classes
	msg := sprintf("claim %s of unit %s asks for the storage class %s, which no node pool has", [
		texts.short(entry.item.name),
		texts.short(entry.unit),
		texts.short(class),
	])
}

violation contains {"msg": msg, "details": {"unit": entry.unit, "path": "spec.nodePools"}} if {
	some entry in sites.items(input, "claims")
	"ReadWriteMany" in entry.item.modes
	class := entry.item.class
	not class in object.get(input, ["parameters", "shared"], [])
	msg := sprintf("claim %s of unit %s needs many writers, but the storage class %s allows one", [
		texts.short(entry.item.name),
		texts.short(entry.unit),
		texts.short(class),
	])
}

violation contains outcome if some outcome in sites.broken(input, ["claims"])

violation contains outcome if some outcome in sites.without_pools(input)

_classes contains storage.class if {
	some pool in sites.pools(input)
	some storage in pool.storage
}
