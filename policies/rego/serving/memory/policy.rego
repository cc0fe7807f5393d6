# METADATA
# scope: package
# title: Model servers fit on the cards that they share
# description: |
#   Time-slicing and MPS offer a card several times, but its memory exists once. TensorFlow takes
#   nearly all of it unless it is given a fraction, and the next server then fails to load its
#   model. So on a shared card every server has a fraction, and the servers that can meet on one
#   card stay within its memory.
#   The scheduler and the device plugin decide which servers meet. A card that is offered R times
#   has at most R servers, so the R largest fractions of all servers that can land in the pool have
#   to fit on one card. That is exact for one card; with several, it is the only bound that no
#   placement breaks. MIG slices and whole cards are not shared, whatever runs on the others.
#   A fraction is not all that a process takes: its CUDA context and the code of its kernels lie
#   beside it (tensorflow/serving#1668), so each server counts with `contextGiB` more.
# custom:
#   id: FG-TFS-004
#   kind: FGServingMemory
#   severity: high
#   scope: cluster
#   where: gate
#   failure: >-
#     Servers that share a card take more memory than it has, or do not say how much they take.
#   remediation: >-
#     Set accelerator.memoryFraction in the hardware profile (modelDefaults) or the model; lower it,
#     run fewer servers, or share the card fewer times.
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.gpu.memoryGiB
#     - nodePools.*.gpu.sharing.mode
#     - nodePools.*.gpu.sharing.replicas
#     - nodePools.*.gpu.vendor
#     - nodePools.*.name
#     - nodePools.*.resources
#     - units.*.component
#     - units.*.instance
#     - units.*.release.architectures
#     - units.*.requests
#     - units.*.values.*.*.accelerator.count
#     - units.*.values.*.*.accelerator.memoryFraction
#     - units.*.values.modelDefaults.accelerator.count
#     - units.*.values.modelDefaults.accelerator.memoryFraction
#   rules:
#     no-fraction: A server shares a card, and its memoryFraction is not set.
#     several-shares: A server asks for several shares of a card.
#     too-much: Servers that can meet on a card take more than its memory.
#   parameters:
#     type: object
#     properties:
#       components:
#         type: object
#         description: Components that serve models, and the key of their values that has one entry per model.
#         additionalProperties: {type: string, minLength: 1}
#         default: {tf-serving: models}
#       maximum:
#         type: number
#         description: Share of a card that all servers together may use, with what each takes beside its fraction.
#         default: 1
#       contextGiB:
#         type: number
#         description: Memory of a card that each server takes beside its fraction, in GiB.
#         default: 0.5
package policies.serving.memory

import data.lib.models
import data.lib.pools
import data.lib.quantities
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "no-fraction", "unit": unit, "path": _path(unit)}} if {
	some unit, _ in _sharing
	not _fraction(unit)
	some name in _sharing[unit]
	msg := sprintf("unit %s shares the cards of pool %s, but its memoryFraction is not set", [texts.short(unit), texts.short(name)])
}

violation contains {"msg": msg, "details": {"rule": "several-shares", "unit": unit, "path": _path(unit)}} if {
	some unit, names in _sharing
	accelerator := models.accelerator(input.cluster.units[unit], input.parameters.components)
	object.get(accelerator, "count", 1) != 1
	some name in names
	shown := [texts.short(unit), texts.short(accelerator.count), texts.short(name)]
	msg := sprintf("unit %s asks for %s shares of a card in pool %s: a second share adds no computing power", shown)
}

violation contains {"msg": msg, "details": {"rule": "too-much", "units": sharing, "path": "spec.nodePools"}} if {
	some pool in _shared_pools
	sharing := {unit | some unit, names in _sharing; pool.name in names}

	# a thousandth is exact, where sums of fractions are not
	taken := sort([round((_fraction(unit) + _beside(pool)) * 1000) |
		some unit in sharing
		some _ in numbers.range(1, _servers(unit))
	])
	meeting := array.slice(taken, max([0, count(taken) - pool.gpu.sharing.replicas]), count(taken))
	sum(meeting) > round(input.parameters.maximum * 1000)
	shown := [count(meeting), texts.short(pool.name), sum(meeting) / 1000, texts.short(concat(", ", sharing))]
	msg := sprintf("%d servers that can meet on one card of pool %s take %v of its memory, CUDA contexts included: %s", shown)
}

violation contains {"msg": "the model of the cluster has no units or no node pools", "details": {}} if {
	not _is_model
}

violation contains {"msg": "the parameter maximum is not a number", "details": {}} if {
	not is_number(object.get(input, ["parameters", "maximum"], null))
}

violation contains {"msg": "the parameter contextGiB is not a number", "details": {}} if {
	not is_number(object.get(input, ["parameters", "contextGiB"], null))
}

_is_model if {
	is_object(input.cluster.units)
	is_array(input.cluster.nodePools)
}

_shared_pools := [pool | some pool in input.cluster.nodePools; _is_shared(pool)]

_is_shared(pool) if {
	pool.gpu.sharing.mode in {"time-slicing", "mps"}
	pool.gpu.sharing.replicas > 1
}

# unit -> names of the shared pools that it can get a card from
_sharing[unit] contains pool.name if {
	some unit, description in input.cluster.units
	some pool in pools.serving(description, input.cluster)
	_is_shared(pool)
}

_fraction(unit) := fraction if {
	fraction := models.accelerator(input.cluster.units[unit], input.parameters.components).memoryFraction
	is_number(fraction)
}

# the share of a card that a server takes beside its fraction
_beside(pool) := input.parameters.contextGiB / pool.gpu.memoryGiB if pool.gpu.memoryGiB > 0

# all replicas; what asks for more than one share is reported by itself
_servers(unit) := max([quantities.whole(input.cluster.units[unit].requests[resource]) |
	some resource in pools.asked(input.cluster.units[unit])
])

_path(unit) := sprintf("spec.components.%s.values.modelDefaults.accelerator.memoryFraction", [component]) if {
	component := input.cluster.units[unit].component
	input.parameters.components[component]
}

_path(unit) := "spec.components" if not input.parameters.components[input.cluster.units[unit].component]
