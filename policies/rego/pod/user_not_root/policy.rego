# METADATA
# scope: package
# title: runAsUser is not 0
# description: |
#   A Pod that names user 0 contradicts its own runAsNonRoot and never starts, or runs as root where that is not set. Pods in
#   a user namespace of their own (hostUsers: false) are free of it, as in the standards since 1.35.
# custom:
#   id: FG-POD-016
#   kind: FGPodUserNotRoot
#   severity: high
#   scope: object
#   where: both
#   failure: A container runs as user 0.
#   remediation: Set securityContext.runAsUser to the number of an ordinary user, or leave it to the image.
#   controls: [PSS-restricted-run-as-user, CIS-K8s-5.2.7, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       pssVersion:
#         type: string
#         description: Version of the Pod Security Standards that counts; that of the namespaces' labels.
#         pattern: ^v1\.[0-9]+$
#         default: v1.35
package policies.pod.user_not_root

import data.lib.containers
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["runAsUser"])}} if {
	not security.has_user_namespace(input, _pod)
	some context in security.contexts(_pod)
	value := security.field(context, ["runAsUser"])
	not _is_ordinary(value)
	not security.is_exempt(input, context)
	msg := sprintf("%s: runAsUser is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_ordinary(null)

_is_ordinary(value) if {
	is_number(value)
	value > 0
}
