# METADATA
# scope: package
# title: A plain device plugin can serve the pools
# description: |
#   A device plugin without an operator uses the driver and container toolkit of the host, knows
#   fewer ways to share a card, and must be told on which nodes to run. It serves the pools of its
#   vendor whose driver and toolkit come from the host. An operator for the same pool would register
#   the same resource a second time.
# custom:
#   id: FG-NODE-003
#   kind: FGNodePluginPools
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A device plugin cannot serve a node pool.
#   remediation: Change the pool as the message says, or use the vendor's operator if there is one.
#   controls: []
#   facts:
#     - nodePools.*.gpu.driver
#     - nodePools.*.gpu.integrated
#     - nodePools.*.gpu.sharing.mode
#     - nodePools.*.gpu.toolkit
#     - nodePools.*.gpu.vendor
#     - nodePools.*.name
#     - nodePools.*.rule.match
#     - units.*.component
#   rules:
#     needs-host-driver: The device plugin serves the pool only with driver and toolkit of the host.
#     sharing-unknown: The device plugin does not share cards in the way that the pool wants.
#     two-plugins: Two units serve the same pool.
#     nodes-unknown: The device plugin cannot find the nodes of the pool.
#   parameters:
#     type: object
#     properties:
#       labels:
#         type: string
#         description: The component that labels the nodes of each pool.
#         minLength: 1
#         default: node-feature-discovery
#       plugins:
#         type: object
#         description: What each plain device plugin needs from a pool, and the operators for the same cards.
#         additionalProperties:
#           type: object
#           required: [vendor, host, sharing, operators]
#           additionalProperties: false
#           properties:
#             vendor: {type: string, minLength: 1}
#             host: {type: array, items: {type: string, enum: [driver, toolkit]}}
#             sharing: {type: array, items: {type: string, minLength: 1}}
#             operators: {type: array, items: {type: string, minLength: 1}}
#         default:
#           nvidia-device-plugin:
#             vendor: nvidia
#             host: [driver, toolkit]
#             sharing: [none, time-slicing, mig]
#             operators: [gpu-operator]
#           intel-gpu-plugin:
#             vendor: intel
#             host: [driver]
#             sharing: [none, time-slicing]
#             operators: []
package policies.node.plugin_pools

import data.lib.noderules
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "needs-host-driver", "unit": unit, "path": _path(pool, "gpu")}} if {
	some unit, plugin in _plugins
	some pool in _of(plugin)
	not _is_served(plugin, pool)
	not _is_for_operator(plugin, pool)
	shown := [texts.short(unit), texts.short(pool.name), concat(" and ", plugin.host)]
	msg := sprintf("unit %s can serve pool %s only with %s of the host", shown)
}

violation contains {
	"msg": msg,
	"details": {"rule": "sharing-unknown", "unit": unit, "path": _path(pool, "gpu.sharing.mode")},
} if {
	some unit, plugin in _plugins
	some pool in _of(plugin)
	_is_served(plugin, pool)
	mode := pool.gpu.sharing.mode
	not mode in plugin.sharing
	shown := [texts.short(unit), texts.short(mode), texts.short(pool.name), concat(", ", plugin.sharing)]
	msg := sprintf("unit %s does not share cards by %s (node pool %s); it knows %s", shown)
}

violation contains {"msg": msg, "details": {"rule": "two-plugins", "units": {unit, operator}, "path": _path(pool, "gpu")}} if {
	some unit, plugin in _plugins
	some operator in _operators(plugin)
	some pool in _of(plugin)
	_is_served(plugin, pool)
	not pool.gpu.integrated
	shown := [texts.short(unit), texts.short(operator), texts.short(pool.name)]
	msg := sprintf("units %s and %s both serve node pool %s; disable one of them", shown)
}

violation contains {"msg": msg, "details": {"rule": "nodes-unknown", "unit": unit, "path": _path(pool, "nodeNames")}} if {
	count(noderules.ruled(input)) > 1
	some unit, plugin in _plugins
	some pool in _of(plugin)
	_is_served(plugin, pool)
	not _is_labelled(pool)
	shown := [texts.short(unit), texts.short(pool.name), texts.short(input.parameters.labels)]
	msg := sprintf("unit %s cannot find the nodes of pool %s; enable %s and set nodeNames if it cannot tell them apart", shown)
}

violation contains {"msg": "the model of the cluster has no units", "details": {}} if {
	not is_object(object.get(input, ["cluster", "units"], null))
}

violation contains {"msg": "the parameter plugins is not a mapping", "details": {}} if {
	not is_object(object.get(input, ["parameters", "plugins"], null))
}

violation contains {"msg": noderules.broken, "details": {"path": "spec.nodePools"}} if not noderules.are_ruled(input)

_units := object.get(input, ["cluster", "units"], {})

_plugins[unit] := plugin if {
	some unit, description in _units
	plugin := input.parameters.plugins[description.component]
}

_of(plugin) := [pool | some pool in noderules.ruled(input); pool.gpu.vendor == plugin.vendor]

_is_served(plugin, pool) if {
	every what in plugin.host { _is_of_host(pool, what) }
}

_is_of_host(pool, "driver") if pool.gpu.driver == "host"

_is_of_host(pool, "toolkit") if pool.gpu.toolkit == "host"

# an operator is there, and integrated GPUs are not for it
_is_for_operator(plugin, pool) if {
	not pool.gpu.integrated
	count(_operators(plugin)) > 0
}

_operators(plugin) := {unit |
	some unit, description in _units
	description.component in plugin.operators
}

_is_labelled(pool) if {
	pool.rule.match != null
	some description in _units
	description.component == input.parameters.labels
}

_path(pool, rest) := sprintf("spec.nodePools.%s.%s", [pool.name, rest])
