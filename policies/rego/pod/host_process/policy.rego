# METADATA
# scope: package
# title: No HostProcess containers on Windows
# description: |
#   A HostProcess container runs with the rights of the Windows node itself. It is the privileged container of Windows.
# custom:
#   id: FG-POD-006
#   kind: FGPodHostProcess
#   severity: high
#   scope: object
#   where: both
#   failure: A container runs as a process of its Windows node.
#   remediation: Remove securityContext.windowsOptions.hostProcess.
#   controls: [PSS-baseline-host-process, CIS-K8s-5.2.11]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.host_process

import data.lib.containers
import data.lib.objects
import data.lib.security
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(context.path, ["windowsOptions", "hostProcess"])}} if {
	some context in security.contexts(_pod)
	value := security.field(context, ["windowsOptions", "hostProcess"])
	not value in {null, false}
	not security.is_exempt(input, context)
	msg := sprintf("%s: hostProcess is %s", [security.label(context), texts.short(value)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)
