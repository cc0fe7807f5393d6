# METADATA
# scope: package
# title: GPU images run on the cards and drivers of a site
# description: |
#   An image with CUDA needs a driver that is new enough, and code for the card: either built in for
#   its compute capability, or an intermediate form that the driver compiles for newer cards.
#   Without either, the container starts, finds no usable card and fails, or silently computes on
#   the CPU. What an image needs is data of the component's releases (`gpu`): the oldest driver
#   branch, the built-in capabilities, the first capability that is compiled, and the oldest branch
#   that can compile it: one of the CUDA version that made the intermediate form (PTX). A unit is
#   checked against every pool of the cluster that offers a resource which it asks for.
# custom:
#   id: FG-TFS-003
#   kind: FGServingImage
#   severity: critical
#   scope: cluster
#   where: gate
#   failure: The image of a unit does not run on a card or with a driver of the cluster.
#   remediation: >-
#     Use a version of the component with code for the card or a newer driver (driver.version of
#     gpu-operator, driverVersion of the pool), or remove the unit from this cluster.
#   controls: []
#   facts:
#     - nodePools.*.arch
#     - nodePools.*.gpu.computeCapability
#     - nodePools.*.gpu.driver
#     - nodePools.*.gpu.driverVersion
#     - nodePools.*.gpu.product
#     - nodePools.*.gpu.vendor
#     - nodePools.*.name
#     - nodePools.*.resources
#     - units.*.component
#     - units.*.release.architectures
#     - units.*.release.driver.default
#     - units.*.release.gpu
#     - units.*.requests
#     - units.*.values.driver.version
#   rules:
#     driver-too-old: The image needs a later driver than the pool has.
#     driver-unknown: Nothing says which driver the pool has.
#     driver-cannot-compile: The card needs compiled code, and the driver is older than what made its intermediate form.
#     no-code: The image holds no code for the card.
#   parameters:
#     type: object
#     properties:
#       operators:
#         type: array
#         description: Components that install drivers; the version is `driver.version` in their values.
#         items: {type: string, minLength: 1}
#         default: [gpu-operator]
package policies.serving.image

import data.lib.drivers
import data.lib.pools
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "driver-too-old", "unit": unit, "path": "spec.nodePools"}} if {
	some [unit, description, pool] in _placed
	needed := description.release.gpu.driver
	drivers.branch(_driver(pool)) < needed
	shown := [texts.short(unit), needed, texts.short(pool.name), texts.short(_driver(pool))]
	msg := sprintf("the image of unit %s needs driver %d or later; pool %s has %s", shown)
}

violation contains {"msg": msg, "details": {"rule": "driver-cannot-compile", "unit": unit, "path": "spec.nodePools"}} if {
	some [unit, description, pool] in _placed
	gpu := description.release.gpu
	drivers.branch(_driver(pool)) >= gpu.driver
	drivers.branch(_driver(pool)) < gpu.compiledDriver
	capability := object.get(pool.gpu, "computeCapability", "")
	not pools.is_native(capability, gpu.native)
	pools.is_compiled(capability, gpu.compiledFrom)
	shown := [texts.short(unit), _card(pool), gpu.compiledDriver, texts.short(_driver(pool))]
	msg := sprintf("unit %s: its image has no code for %s; to compile it needs driver %d or later, not %s", shown)
}

violation contains {"msg": msg, "details": {"rule": "driver-unknown", "unit": unit, "path": "spec.nodePools"}} if {
	some [unit, _, pool] in _placed
	not _is_known(pool)
	shown := [texts.short(unit), texts.short(pool.name)]
	msg := sprintf("unit %s needs a driver in pool %s, but nothing says which one is there", shown)
}

violation contains {"msg": msg, "details": {"rule": "no-code", "unit": unit, "path": "spec.nodePools"}} if {
	some [unit, description, pool] in _placed
	capability := object.get(pool.gpu, "computeCapability", "")
	gpu := description.release.gpu
	not pools.is_native(capability, gpu.native)
	not pools.is_compiled(capability, gpu.compiledFrom)
	shown := [texts.short(unit), _card(pool), texts.cut(concat(", ", gpu.native), 24), gpu.compiledFrom]
	msg := sprintf("unit %s: its image has no code for %s, only for %s and from %s on", shown)
}

violation contains {"msg": "the model of the cluster has no units or no node pools", "details": {}} if {
	not _is_model
}

_is_model if {
	is_object(input.cluster.units)
	is_array(input.cluster.nodePools)
}

# a unit with an image for cards, and a pool whose cards it can get
_placed := [[unit, description, pool] |
	some unit, description in input.cluster.units
	is_object(object.get(description, ["release", "gpu"], null))
	some pool in pools.serving(description, input.cluster)
]

# Nothing is installed where no unit does that.
_driver(pool) := drivers.of(pool, _installed)

default _installed := "none"

_installed := min([drivers.installed(description) |
	some description in drivers.installing(input.cluster.units, input.parameters.operators)
])

_is_known(pool) if drivers.branch(_driver(pool))

_card(pool) := sprintf("%s (%s) in pool %s", [
	texts.cut(object.get(pool.gpu, "product", ""), 20),
	texts.short(object.get(pool.gpu, "computeCapability", "")),
	texts.short(pool.name),
])
