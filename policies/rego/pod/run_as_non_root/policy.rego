# METADATA
# scope: package
# title: Containers run as somebody else than root
# description: |
#   With runAsNonRoot the kubelet refuses to start an image as root, whatever the image says. It is set for the Pod or for
#   every container, and nobody takes it back. Pods in a user namespace of their own (hostUsers: false) are free of it, as in
#   the standards since 1.35.
# custom:
#   id: FG-POD-015
#   kind: FGPodRunAsNonRoot
#   severity: high
#   scope: object
#   where: both
#   failure: A container may run as root.
#   remediation: Set securityContext.runAsNonRoot to true for the Pod.
#   controls: [PSS-restricted-run-as-non-root, CIS-K8s-5.2.7, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
package policies.pod.run_as_non_root

import data.lib.containers
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["runAsNonRoot"])}} if {
	not security.has_user_namespace(input, _pod)
	some context in security.contexts(_pod)
	value := security.field(context, ["runAsNonRoot"])
	not value in {null, true}
	not security.is_exempt(input, context)
	msg := sprintf("%s: runAsNonRoot is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["runAsNonRoot"])}} if {
	not security.has_user_namespace(input, _pod)
	some context in security.unset(_pod, ["runAsNonRoot"])
	not security.is_exempt(input, context)
	msg := sprintf("%s: runAsNonRoot is not set, nor for the Pod", [security.label(context)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
