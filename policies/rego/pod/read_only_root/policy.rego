# METADATA
# scope: package
# title: The root file system is read-only
# description: |
#   What cannot be written cannot be replaced: an intruder finds no place for tools, and nothing fills the disk of a node that
#   nobody watches. What a container has to write goes into volumes with a size.
# custom:
#   id: FG-POD-019
#   kind: FGPodReadOnlyRoot
#   severity: medium
#   scope: object
#   where: both
#   failure: A container may write to its root file system.
#   remediation: Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program writes.
#   controls: [CIS-K8s-5.7.3, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.read_only_root

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, _field)}} if {
	some entry in containers.of(_pod)
	value := objects.at(entry.container, _field)
	value != true
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: readOnlyRootFilesystem is %s, not true", [containers.label(entry), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_field := ["securityContext", "readOnlyRootFilesystem"]
