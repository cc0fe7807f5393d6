# METADATA
# scope: package
# title: Requested accelerators exist
# description: |
#   A workload that asks for an accelerator which no node of the site offers stays pending forever,
#   and nobody is there to see it. A node pool must offer every vendor resource that the units of a
#   cluster ask for, and all requests together must fit into what the pools offer.
# custom:
#   id: FG-GPU-001
#   kind: FGGpuCapacity
#   severity: high
#   scope: cluster
#   where: gate
#   failure: Units ask for accelerators that the cluster does not have.
#   remediation: >-
#     Lower the requests of the units, disable units for this cluster, raise gpu.sharing.replicas,
#     or add a node pool.
#   controls: []
#   facts: [capacity, units.*.requests]
#   rules:
#     not-offered: A unit asks for a resource that no node pool offers.
#     too-few: All units together ask for more than the node pools offer.
#     not-whole: A unit asks for a part of a card.
#   parameters:
#     type: object
#     properties:
#       resources:
#         type: array
#         description: Prefixes of the resource names to check.
#         items: {type: string, minLength: 1}
#         default: [nvidia.com/, amd.com/, gpu.intel.com/]
package policies.gpu.capacity

import data.lib.quantities
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "not-offered", "unit": unit, "path": "spec.nodePools"}} if {
	some resource, amounts in _requested
	_offered(resource) == 0
	some unit, _ in amounts
	msg := sprintf("unit %s asks for %s, which no node pool offers", [texts.short(unit), texts.short(resource)])
}

violation contains {"msg": msg, "details": {"rule": "too-few", "units": object.keys(amounts), "path": "spec.nodePools"}} if {
	some resource, amounts in _requested
	total := sum([amount | some amount in amounts])
	offered := _offered(resource)
	offered > 0
	total > offered
	msg := sprintf("units ask for %d %s, but the node pools offer %d", [total, texts.short(resource), offered])
}

violation contains {"msg": msg, "details": {"rule": "not-whole", "unit": unit, "path": "spec.components"}} if {
	some unit, resources in _requests
	some resource, amount in resources
	_is_checked(resource)
	not quantities.whole(amount)
	shown := [texts.short(unit), texts.short(amount), texts.short(resource)]
	msg := sprintf("unit %s asks for %s of %s, which is not a whole number", shown)
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameter resources is not a list", "details": {}} if {
	not is_array(object.get(input, ["parameters", "resources"], null))
}

violation contains {"msg": msg, "details": {"unit": unit}} if {
	some unit, _ in _units
	not _requests[unit]
	msg := sprintf("the model of unit %s has no requests", [texts.short(unit)])
}

_units := object.get(input, ["cluster", "units"], {})

_requests[unit] := resources if {
	some unit, description in _units
	resources := object.get(description, "requests", null)
	is_object(resources)
}

# resource -> unit -> number
_requested[resource][unit] := amount if {
	some unit, resources in _requests
	some resource, quantity in resources
	_is_checked(resource)
	amount := quantities.whole(quantity)
	amount > 0
}

# what is not a number is not there
_offered(resource) := number if {
	number := quantities.whole(object.get(input, ["cluster", "capacity", resource], 0))
} else := 0

_is_checked(resource) if {
	some prefix in input.parameters.resources
	startswith(resource, prefix)
}
