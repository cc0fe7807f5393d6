# METADATA
# scope: package
# title: Containers say what they need
# description: |
#   A site has one or a few small nodes. Without requests the scheduler packs blindly; without a memory limit one leaking
#   container takes the node down, and everything with it. A CPU limit is not asked for: it only throttles.
# custom:
#   id: FG-RES-001
#   kind: FGResourcesRequestsAndLimits
#   severity: medium
#   scope: object
#   where: both
#   failure: A container has no requests or no memory limit.
#   remediation: Set resources.requests for cpu and memory and resources.limits.memory in the settings of the component.
#   controls: [CIS-K8s-5.7.4]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       requests:
#         type: array
#         description: Resources for which a request is needed.
#         items: {type: string, minLength: 1}
#         default: [cpu, memory]
#       limits:
#         type: array
#         description: Resources for which a limit is needed.
#         items: {type: string, minLength: 1}
#         default: [memory]
package policies.resources.requests_and_limits

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.quantities
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["resources"])}} if {
	some entry in containers.of(_pod)

	# the API accepts no resources for these
	entry.path[1] != "ephemeralContainers"
	some [field, resource] in _needed
	not _is_given(entry.container, field, resource)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: resources.%s.%s is missing or zero", [containers.label(entry), field, texts.short(resource)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_needed contains ["requests", resource] if {
	some resource in object.get(input, ["parameters", "requests"], ["cpu", "memory"])
}

_needed contains ["limits", resource] if {
	some resource in object.get(input, ["parameters", "limits"], ["memory"])
}

_is_given(container, field, resource) if quantities.is_positive(container.resources[field][resource])

# a limit is also the request, if there is none
_is_given(container, "requests", resource) if {
	object.get(container, ["resources", "requests", resource], null) == null
	quantities.is_positive(container.resources.limits[resource])
}
