# METADATA
# scope: package
# title: AppArmor is not switched off
# description: |
#   On nodes with AppArmor the profile of the runtime keeps a container from files and system calls that it does not need. A
#   Pod may name a profile of its own, but not run unconfined. Both forms count: the field appArmorProfile and the annotations
#   from before Kubernetes 1.30.
# custom:
#   id: FG-POD-007
#   kind: FGPodAppArmor
#   severity: medium
#   scope: object
#   where: both
#   failure: A container runs without an AppArmor profile.
#   remediation: Remove appArmorProfile, or set its type to RuntimeDefault or Localhost.
#   controls: [PSS-baseline-apparmor, CIS-K8s-5.7.3, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.apparmor

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["appArmorProfile", "type"])}} if {
	some context in security.contexts(_pod)
	value := security.field(context, ["appArmorProfile", "type"])
	not value in {null, "RuntimeDefault", "Localhost"}
	not security.is_exempt(input, context)
	msg := sprintf("%s: the AppArmor profile is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": msg, "details": {"path": ["metadata", "annotations", key]}} if {
	not exempt.is_object_exempt(input)
	some key, value in object.get(_pod, ["metadata", "annotations"], {})
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not _is_confined(value)
	name := trim_prefix(key, "container.apparmor.security.beta.kubernetes.io/")
	msg := sprintf("annotation for container %s: the AppArmor profile is %s", [texts.short(name), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_confined(value) if value in {"", "runtime/default"}

_is_confined(value) if startswith(value, "localhost/")
