# METADATA
# scope: package
# title: A seccomp profile is named
# description: |
#   Kubernetes starts containers without seccomp unless the kubelet or the Pod says otherwise. A Pod, or each of its
#   containers, names the profile of the runtime or one of its own.
# custom:
#   id: FG-POD-017
#   kind: FGPodSeccompProfile
#   severity: medium
#   scope: object
#   where: both
#   failure: A container has no seccomp profile.
#   remediation: Set securityContext.seccompProfile.type to RuntimeDefault for the Pod.
#   controls: [PSS-restricted-seccomp, CIS-K8s-5.7.2, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.seccomp_profile

import data.lib.containers
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, _field)}} if {
	not security.is_windows(_pod)
	some context in security.contexts(_pod)
	value := security.field(context, _field)
	not value in {null, "RuntimeDefault", "Localhost"}
	not security.is_exempt(input, context)
	msg := sprintf("%s: the seccomp profile is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": msg, "details": {"path": array.concat(context.path, _field)}} if {
	not security.is_windows(_pod)
	some context in security.unset(_pod, _field)
	not security.is_exempt(input, context)
	msg := sprintf("%s: no seccomp profile is set, nor for the Pod", [security.label(context)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_field := ["seccompProfile", "type"]
