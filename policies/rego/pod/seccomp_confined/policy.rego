# METADATA
# scope: package
# title: seccomp is not switched off
# description: |
#   seccomp keeps a container from system calls that it does not need; several ways out of a container start with one of them.
#   A Pod may leave the profile to the runtime or name one, but not run unconfined. That a profile must be named is
#   FG-POD-017.
# custom:
#   id: FG-POD-010
#   kind: FGPodSeccompConfined
#   severity: medium
#   scope: object
#   where: both
#   failure: A container runs without a seccomp profile.
#   remediation: Remove seccompProfile, or set its type to RuntimeDefault or Localhost.
#   controls: [PSS-baseline-seccomp, CIS-K8s-5.7.2, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.seccomp_confined

import data.lib.containers
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["seccompProfile", "type"])}} if {
	some context in security.contexts(_pod)
	value := security.field(context, ["seccompProfile", "type"])
	not value in {null, "RuntimeDefault", "Localhost"}
	not security.is_exempt(input, context)
	msg := sprintf("%s: the seccomp profile is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
