# METADATA
# scope: package
# title: /proc stays masked
# description: |
#   The runtime hides parts of /proc from containers. Unmasked, a container reads the memory and keys of the kernel's view of
#   the node. With `level: baseline` a Pod in a user namespace of its own (hostUsers: false) may unmask it, as the standards
#   allow since 1.35; on the restricted level none may.
# custom:
#   id: FG-POD-009
#   kind: FGPodProcMount
#   severity: medium
#   scope: object
#   where: both
#   failure: A container sees the unmasked /proc.
#   remediation: Remove securityContext.procMount.
#   controls: [PSS-baseline-proc-mount, PSS-restricted-proc-mount, CIS-K8s-5.7.3]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
#       level:
#         type: string
#         description: Level of the Pod Security Standards that counts.
#         enum: [baseline, restricted]
#         default: restricted
package policies.pod.proc_mount

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["securityContext", "procMount"])}} if {
	some entry in containers.of(_pod)
	value := objects.at(entry.container, ["securityContext", "procMount"])
	not value in {null, "Default"}
	not _is_relaxed
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: procMount is %s", [containers.label(entry), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_relaxed if {
	input.parameters.level == "baseline"
	security.has_user_namespace(input, _pod)
}
