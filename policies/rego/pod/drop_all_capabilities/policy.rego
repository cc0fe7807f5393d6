# METADATA
# scope: package
# title: All capabilities are dropped
# description: |
#   Runtimes give each container a dozen capabilities, of which a server needs none, or the one to listen on a port below
#   1024. A container drops ALL and adds nothing else.
# custom:
#   id: FG-POD-018
#   kind: FGPodDropAllCapabilities
#   severity: high
#   scope: object
#   where: both
#   failure: A container keeps capabilities.
#   remediation: Set securityContext.capabilities.drop to [ALL]; add NET_BIND_SERVICE if a port below 1024 is needed.
#   controls: [PSS-restricted-capabilities, CIS-K8s-5.2.8, CIS-K8s-5.2.10, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       allowed:
#         type: array
#         description: Capabilities that may be added.
#         items: {type: string, minLength: 1}
#         default: [NET_BIND_SERVICE]
package policies.pod.drop_all_capabilities

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, _drop)}} if {
	not security.is_windows(_pod)
	some entry in containers.of(_pod)
	not "ALL" in objects.items(entry.container, _drop)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: capabilities.drop does not hold ALL", [containers.label(entry)])
}

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, _add)}} if {
	not security.is_windows(_pod)
	some entry in containers.of(_pod)
	some capability in objects.items(entry.container, _add)
	not capability in object.get(input, ["parameters", "allowed"], [])
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: the capability %s is added", [containers.label(entry), texts.short(capability)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_drop := ["securityContext", "capabilities", "drop"]

_add := ["securityContext", "capabilities", "add"]
