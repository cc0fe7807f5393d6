# METADATA
# scope: package
# title: No privileged containers
# description: |
#   A privileged container owns the node: all devices, all capabilities, the host's kernel. At an edge site the node stands in a
#   back room and holds the keys of the site, so no workload may run privileged. Device plugins and drivers run in namespaces
#   that the constraint excludes.
# custom:
#   id: FG-POD-001
#   kind: FGPodNoPrivileged
#   severity: critical
#   scope: object
#   where: both
#   failure: A container runs privileged.
#   remediation: Remove securityContext.privileged; ask for a device through resources.limits or for single capabilities instead.
#   controls: [CIS-K8s-5.2.2, PSS-baseline-privileged, NSA-CISA-pod-security]
#   facts: []
#   parameters:
#     type: object
#     properties: {}
package policies.pod.no_privileged

import data.lib.containers
import data.lib.exempt
import data.lib.objects

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["securityContext", "privileged"])}} if {
	some entry in containers.of(_pod)
	not _is_unprivileged(entry.container)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: the container is privileged", [containers.label(entry)])
}

violation contains {"msg": msg, "details": {"path": path}} if {
	some entry in containers.of(_pod)
	path := array.concat(entry.path, ["securityContext"])
	not _is_mapping(object.get(entry.container, "securityContext", {}))
	msg := sprintf("%s: securityContext is not a mapping", [containers.label(entry)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_mapping(null)

_is_mapping(value) if is_object(value)

# anything but false counts as privileged, text and numbers too
_is_unprivileged(container) if object.get(container, ["securityContext", "privileged"], null) in {null, false}
