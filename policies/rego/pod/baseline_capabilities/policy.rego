# METADATA
# scope: package
# title: Added capabilities are within the baseline
# description: |
#   Linux capabilities divide the rights of root. Those beyond what container runtimes give by default (SYS_ADMIN, NET_ADMIN,
#   SYS_PTRACE and others) lead out of the container. A container adds only what the baseline level of Pod Security lists.
# custom:
#   id: FG-POD-005
#   kind: FGPodBaselineCapabilities
#   severity: high
#   scope: object
#   where: both
#   failure: A container adds a capability beyond the baseline.
#   remediation: Remove the capability from securityContext.capabilities.add.
#   controls: [PSS-baseline-capabilities, CIS-K8s-5.2.9, NSA-CISA-pod-security, MITRE-T1611]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       allowed:
#         type: array
#         description: Capabilities that may be added; those of the baseline level.
#         items: {type: string, minLength: 1}
#         default:
#           - AUDIT_WRITE
#           - CHOWN
#           - DAC_OVERRIDE
#           - FOWNER
#           - FSETID
#           - KILL
#           - MKNOD
#           - NET_BIND_SERVICE
#           - SETFCAP
#           - SETGID
#           - SETPCAP
#           - SETUID
#           - SYS_CHROOT
package policies.pod.baseline_capabilities

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, _add)}} if {
	some entry in containers.of(_pod)
	some capability in objects.items(entry.container, _add)
	not capability in object.get(input, ["parameters", "allowed"], [])
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: the capability %s is added", [containers.label(entry), texts.short(capability)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_add := ["securityContext", "capabilities", "add"]
