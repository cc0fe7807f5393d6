# METADATA
# scope: package
# title: What a Pod writes to the node is bounded
# description: |
#   A full disk takes the node down: the kubelet evicts everything and cannot pull images any more. An emptyDir needs a
#   sizeLimit; a container that may write to its root file system needs a limit for ephemeral-storage. With a read-only root
#   file system only its volumes and logs can grow, and the kubelet rotates logs.
# custom:
#   id: FG-RES-003
#   kind: FGResourcesBoundedStorage
#   severity: medium
#   scope: object
#   where: both
#   failure: A Pod can fill the disk of its node.
#   remediation: Set emptyDir.sizeLimit, and readOnlyRootFilesystem or resources.limits.ephemeral-storage.
#   controls: [NSA-CISA-pod-security]
#   facts: []
#   rules:
#     empty-dir: An emptyDir has no size limit.
#     root-filesystem: A root file system can be written, and ephemeral storage has no limit.
#   parameters:
#     type: object
#     properties: {}
package policies.resources.bounded_storage

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.quantities
import data.lib.volumes

violation contains {
	"msg": msg,
	"details": {"rule": "empty-dir", "path": array.concat(entry.path, ["emptyDir", "sizeLimit"])},
} if {
	not exempt.is_object_exempt_from(input, "empty-dir")
	some entry in volumes.of(_pod)
	object.get(entry.volume, "emptyDir", null) != null
	not quantities.is_positive(objects.at(entry.volume, ["emptyDir", "sizeLimit"]))
	msg := sprintf("%s: the emptyDir has no size limit", [volumes.label(entry)])
}

violation contains {
	"msg": msg,
	"details": {"rule": "root-filesystem", "path": array.concat(entry.path, ["resources", "limits"])},
} if {
	some entry in containers.of(_pod)

	# the API accepts no resources for these
	entry.path[1] != "ephemeralContainers"
	objects.at(entry.container, ["securityContext", "readOnlyRootFilesystem"]) != true
	not quantities.is_positive(objects.at(entry.container, ["resources", "limits", "ephemeral-storage"]))
	not exempt.is_container_exempt_from(input, entry.container, "root-filesystem")
	msg := sprintf("%s: no limit for ephemeral-storage, and the root file system can be written", [containers.label(entry)])
}

violation contains outcome if some outcome in volumes.broken(_pod)

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
