# METADATA
# scope: package
# title: Accelerators are asked for as a whole
# description: |
#   Kubernetes hands out accelerators whole: a part, or a request without a limit, is refused by the API server when the Pod is
#   created, which at a site is after the change went out. The limit must be a whole number and the request, if any, the same.
# custom:
#   id: FG-RES-002
#   kind: FGResourcesWholeGpus
#   severity: high
#   scope: object
#   where: both
#   failure: A container asks for a part of an accelerator, or for another number in requests than in limits.
#   remediation: Write a whole number under resources.limits, none under requests; to share a card use time-slicing.
#   controls: []
#   facts: []
#   rules:
#     not-whole: The limit of an accelerator is missing or no whole number.
#     request-differs: Request and limit of an accelerator differ.
#   parameters:
#     type: object
#     properties:
#       resources:
#         type: array
#         description: Beginnings of the resource names that are checked.
#         items: {type: string, minLength: 1}
#         default: [nvidia.com/, amd.com/, gpu.intel.com/]
package policies.resources.whole_gpus

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.quantities
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "not-whole", "path": path}} if {
	some entry in containers.of(_pod)
	some resource in _accelerators(entry.container)
	limit := object.get(entry.container, ["resources", "limits", resource], null)
	not quantities.whole(limit)
	not exempt.is_container_exempt_from(input, entry.container, "not-whole")
	path := array.concat(entry.path, ["resources", "limits"])
	shown := [containers.label(entry), texts.short(resource), texts.short(limit)]
	msg := sprintf("%s: the limit of %s is %s, not a whole number", shown)
}

violation contains {"msg": msg, "details": {"rule": "request-differs", "path": path}} if {
	some entry in containers.of(_pod)
	some resource in _accelerators(entry.container)
	limit := quantities.whole(entry.container.resources.limits[resource])
	request := entry.container.resources.requests[resource]
	not _is_same(request, limit)
	not exempt.is_container_exempt_from(input, entry.container, "request-differs")
	path := array.concat(entry.path, ["resources", "requests"])
	shown := [containers.label(entry), texts.short(request), texts.short(resource), limit]
	msg := sprintf("%s: %s of %s requested, but the limit is %d", shown)
}

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, path)}} if {
	some entry in containers.of(_pod)
	some path in [["resources"], ["resources", "limits"], ["resources", "requests"]]
	not _is_mapping(object.get(entry.container, path, null))
	msg := sprintf("%s: %s is not a mapping", [containers.label(entry), texts.dotted(path)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_accelerators(container) := {resource |
	some field in ["limits", "requests"]
	some resource, _ in object.get(container, ["resources", field], {})
	some prefix in object.get(input, ["parameters", "resources"], ["nvidia.com/", "amd.com/", "gpu.intel.com/"])
	startswith(resource, prefix)
}

_is_same(request, limit) if quantities.whole(request) == limit

_is_mapping(null)

_is_mapping(value) if is_object(value)
