# METADATA
# scope: package
# title: No privilege escalation
# description: |
#   With allowPrivilegeEscalation a setuid program gives a process more rights than its parent had. It is on unless a
#   container says no.
# custom:
#   id: FG-POD-014
#   kind: FGPodNoPrivilegeEscalation
#   severity: high
#   scope: object
#   where: both
#   failure: A container may gain more rights than it was started with.
#   remediation: Set securityContext.allowPrivilegeEscalation to false.
#   controls: [PSS-restricted-privilege-escalation, CIS-K8s-5.2.6, NSA-CISA-pod-security, MITRE-T1548]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.no_privilege_escalation

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, _field)}} if {
	not security.is_windows(_pod)
	some entry in containers.of(_pod)
	value := objects.at(entry.container, _field)
	value != false
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: allowPrivilegeEscalation is %s, not false", [containers.label(entry), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_field := ["securityContext", "allowPrivilegeEscalation"]
