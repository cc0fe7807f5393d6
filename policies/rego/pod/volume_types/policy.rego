# METADATA
# scope: package
# title: Volumes are of the restricted types
# description: |
#   Volumes of other types than those of the restricted level reach the node or the network by themselves (hostPath, nfs,
#   iscsi, rbd, flexVolume ...). What a site really needs from them goes through a PersistentVolume, which somebody else has
#   to allow. Image volumes are of the level since 1.33.
# custom:
#   id: FG-POD-013
#   kind: FGPodVolumeTypes
#   severity: medium
#   scope: object
#   where: both
#   failure: A Pod uses a volume type beyond the restricted level.
#   remediation: Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret.
#   controls: [PSS-restricted-volume-types, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
#       allowed:
#         type: array
#         description: Further types that may be used.
#         items: {type: string, minLength: 1}
#         default: []
package policies.pod.volume_types

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.pss
import data.lib.texts
import data.lib.volumes

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, [type])}} if {
	not exempt.is_object_exempt(input)
	some entry in volumes.of(_pod)
	some type, source in entry.volume
	type != "name"
	source != null
	not _is_allowed(type)
	msg := sprintf("%s: the volume is of the type %s", [volumes.label(entry), texts.short(type)])
}

violation contains outcome if some outcome in volumes.broken(_pod)

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

# type -> minor version of Kubernetes since which it is allowed
_types := {
	"configMap": 0,
	"csi": 0,
	"downwardAPI": 0,
	"emptyDir": 0,
	"ephemeral": 0,
	"image": 33,
	"persistentVolumeClaim": 0,
	"projected": 0,
	"secret": 0,
}

_is_allowed(type) if pss.is_since(input, _types[type])

_is_allowed(type) if type in object.get(input, ["parameters", "allowed"], [])
