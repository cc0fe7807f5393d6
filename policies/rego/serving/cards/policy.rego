# METADATA
# scope: package
# title: Model servers use the cards of a site well
# description: |
#   Two things work but are worth knowing. A model that wants a card runs on the CPU of a cluster
#   that has cards, because the hardware profile does not say what they are called. And an image
#   that has no code for a card compiles its kernels at the first start. That takes minutes in which
#   nobody is served; the kernels are kept in the Pod's own /tmp, so a new Pod compiles again.
# custom:
#   id: FG-TFS-002
#   kind: FGServingCards
#   severity: medium
#   scope: cluster
#   where: gate
#   failure: A model server leaves the cards of its cluster idle, or has to compile for them.
#   remediation: >-
#     Set modelDefaults.accelerator.resource in the hardware profile, or accelerator.kind none for
#     the model; use an image with code for the card, or set startupSeconds high enough for
#     compiling.
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.gpu.computeCapability
#     - nodePools.*.gpu.product
#     - nodePools.*.gpu.vendor
#     - nodePools.*.name
#     - nodePools.*.resources
#     - units.*.component
#     - units.*.instance
#     - units.*.release.architectures
#     - units.*.release.gpu.compiledFrom
#     - units.*.release.gpu.native
#     - units.*.requests
#     - units.*.values.*.*.accelerator.kind
#     - units.*.values.*.*.startupSeconds
#     - units.*.values.modelDefaults.accelerator.kind
#     - units.*.values.modelDefaults.startupSeconds
#   rules:
#     idle-cards: A server computes on the CPU beside cards that are offered.
#     slow-start: A server compiles its kernels at each start and has too little time for it.
#   parameters:
#     type: object
#     properties:
#       components:
#         type: object
#         description: Components that serve models, and the key of their values that has one entry per model.
#         additionalProperties: {type: string, minLength: 1}
#         default: {tf-serving: models}
#       startupSeconds:
#         type: integer
#         description: Seconds for loading a model that also suffice for compiling.
#         default: 1200
package policies.serving.cards

import data.lib.models
import data.lib.pools
import data.lib.texts

violation contains {
	"msg": msg,
	"details": {"rule": "idle-cards", "unit": unit, "path": _path(description, "modelDefaults.accelerator.resource")},
} if {
	some unit, description in input.cluster.units
	models.accelerator(description, input.parameters.components).kind == "nvidia"
	pools.asked(description) == set()
	some pool in input.cluster.nodePools
	pool.gpu.vendor == "nvidia"
	offered := [resource | some resource, number in pool.resources; number > 0]
	count(offered) > 0
	shown := [texts.short(unit), texts.short(pool.name), texts.short(concat(", ", offered))]
	msg := sprintf("unit %s computes on the CPU, but pool %s offers %s", shown)
}

violation contains {
	"msg": msg,
	"details": {"rule": "slow-start", "unit": unit, "path": _path(description, "modelDefaults.startupSeconds")},
} if {
	some unit, description in input.cluster.units
	seconds := _startup(description)
	seconds < input.parameters.startupSeconds
	some pool in pools.serving(description, input.cluster)
	gpu := description.release.gpu
	not pools.is_native(pool.gpu.computeCapability, gpu.native)
	pools.is_compiled(pool.gpu.computeCapability, gpu.compiledFrom)
	shown := [texts.short(unit), texts.short(pool.gpu.product), texts.short(pool.name), seconds]
	msg := sprintf("unit %s compiles its kernels for the %s in pool %s at each start, and has %d seconds for it", shown)
}

violation contains {"msg": "the model of the cluster has no units or no node pools", "details": {}} if {
	not _is_model
}

_is_model if {
	is_object(input.cluster.units)
	is_array(input.cluster.nodePools)
}

_startup(description) := object.get(
	models.entry(description, input.parameters.components),
	"startupSeconds",
	object.get(description.values, ["modelDefaults", "startupSeconds"], 0),
)

_path(description, setting) := sprintf("spec.components.%s.values.%s", [description.component, setting])
