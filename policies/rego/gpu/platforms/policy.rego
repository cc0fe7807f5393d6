# METADATA
# scope: package
# title: Operators of cards run on platforms that their makers validated
# description: |
#   The makers of the operators test few combinations of distribution, system, container runtime and kernel, not all that
#   can be put together from their lists. On others a driver is not found in the registry, does not build, or is not handed
#   to containers, and nobody answers for it. What was tested is data of the operators' releases (`platforms`); the nodes are
#   those of the inventory.
# custom:
#   id: FG-GPU-006
#   kind: FGGpuPlatforms
#   severity: high
#   scope: cluster
#   where: gate
#   failure: A node pool with cards is a combination that the maker of the operator did not validate.
#   remediation: >-
#     Use the nearest combination that the message names, or a driver that the host brings (gpu.driver host). Who tested the
#     combination waives the rule by its code.
#   controls: []
#   facts:
#     - facts.distribution
#     - nodePools.*.gpu.driver
#     - nodePools.*.gpu.driverVersion
#     - nodePools.*.gpu.integrated
#     - nodePools.*.gpu.vendor
#     - nodePools.*.kernel
#     - nodePools.*.name
#     - nodePools.*.os
#     - nodePools.*.runtime
#     - units.*.component
#     - units.*.release.driver.default
#     - units.*.release.platforms
#     - units.*.values.driver.version
#     - units.*.version
#   rules:
#     system-not-validated: The maker did not validate the system of the nodes with the distribution.
#     runtime-not-listed: The maker lists no such container runtime, or not on the system.
#     runtime-not-validated: The maker did not validate the version of the container runtime.
#     kernel-realtime: The driver does not build on a realtime kernel.
#     kernel-not-published: No precompiled driver is published for the flavour of the kernel.
#     driver-not-published: No image of the driver is published for the system.
#   parameters:
#     type: object
#     properties:
#       operators:
#         type: array
#         description: Components whose releases say on which platforms they were validated.
#         items: {type: string, minLength: 1}
#         default: [gpu-operator, amd-gpu-operator]
package policies.gpu.platforms

import data.lib.drivers
import data.lib.texts

violation contains _of_pool(entry, "system-not-validated", msg) if {
	some entry in _installed
	object.get(entry.pool, "os", "") != ""
	systems := _validated_systems(entry)
	not drivers.is_one_of(entry.pool.os, systems)
	shown := [entry.operator, _distribution, texts.short(entry.pool.os), _or_none(systems)]
	msg := sprintf("%s is not validated for %s on %s, only on %s", shown)
}

violation contains _of_pool(entry, "runtime-not-listed", msg) if {
	some entry in _pools
	runtime := _runtime(entry.pool)
	not _is_listed(entry, runtime)
	shown := [entry.operator, texts.short(runtime.name), texts.short(_system(entry.pool)), _near_runtimes(entry)]
	msg := sprintf("%s does not support %s on %s, use %s", shown)
}

violation contains _of_pool(entry, "runtime-not-validated", msg) if {
	some entry in _pools
	runtime := _runtime(entry.pool)
	_is_listed(entry, runtime)
	runtime.version != ""
	versions := entry.known.runtimes[runtime.name].versions
	not drivers.is_one_of(runtime.version, versions)
	shown := [entry.operator, texts.short(entry.pool.runtime), concat(", ", versions)]
	msg := sprintf("%s is not validated with %s, only with %s", shown)
}

violation contains _of_pool(entry, "kernel-realtime", msg) if {
	some entry in _installed
	_brings(entry.pool) == "operator"
	_is_realtime(entry)
	shown := [entry.operator, texts.short(entry.pool.kernel)]
	msg := sprintf("the driver of %s does not build on the realtime kernel %s, use gpu.driver host", shown)
}

violation contains _of_pool(entry, "kernel-not-published", msg) if {
	some entry in _installed
	_brings(entry.pool) == "precompiled"
	flavour := _flavour(entry.pool)
	not flavour in entry.known.flavours
	shown := [entry.operator, texts.short(flavour), concat(", ", entry.known.flavours)]
	msg := sprintf("no precompiled driver of %s is published for kernels of the flavour %s, only for %s", shown)
}

violation contains _of_pool(entry, "driver-not-published", msg) if {
	some entry in _installed
	some system, branches in entry.known.published
	drivers.is_one_of(_system(entry.pool), [system])
	version := drivers.of(entry.pool, entry.installed)
	not sprintf("%d", [drivers.branch(version)]) in branches
	shown := [texts.short(version), texts.short(_system(entry.pool)), concat(" or ", branches)]
	msg := sprintf("no image of driver %s is published for %s, use branch %s", shown)
}

violation contains {"msg": "the model of the cluster has no units or no node pools", "details": {}} if {
	not _is_model
}

violation contains {"msg": "the parameter operators is not a list", "details": {}} if {
	not is_array(object.get(input, ["parameters", "operators"], null))
}

_is_model if {
	is_object(input.cluster.units)
	is_array(input.cluster.nodePools)
}

_validated_systems(entry) := {system |
	some row in entry.known.rows
	_distribution in row.distributions
	some system in row.systems
}

_distribution := input.cluster.facts.distribution

# the pools with cards of the operator's vendor whose release says where it was validated
_pools := [entry |
	some unit, description in drivers.installing(input.cluster.units, input.parameters.operators)
	known := description.release.platforms
	some pool in input.cluster.nodePools
	pool.gpu.vendor == known.vendor
	not object.get(pool.gpu, "integrated", false)
	entry := {
		"unit": unit,
		"operator": texts.short(sprintf("%s %s", [unit, description.version])),
		"known": known,
		"pool": pool,
		"installed": _installed_by(description),
	}
]

_installed_by(description) := drivers.installed(description)

_installed_by(description) := "" if not drivers.installed(description)

# where the operator brings the driver
_installed := [entry | some entry in _pools; _brings(entry.pool) != "host"]

_brings(pool) := object.get(pool.gpu, "driver", "operator")

# containerd-2.1 is version 2.1 of containerd, cri-o-1.33 is version 1.33 of cri-o; a pool that does not say is not judged
_runtime(pool) := {"name": name, "version": version} if {
	[[_, name, version]] := regex.find_all_string_submatch_n(`(?s)^(.+?)(?:-([0-9].*))?$`, pool.runtime, 1)
}

_is_listed(entry, runtime) if {
	systems := entry.known.runtimes[runtime.name].systems
	drivers.is_one_of(_system(entry.pool), systems)
}

_is_listed(entry, _) if not entry.known.runtimes

# a system that is not named is on no list, but nothing is known against it either
_is_listed(entry, runtime) if {
	entry.known.runtimes[runtime.name]
	object.get(entry.pool, "os", "") == ""
}

_near_runtimes(entry) := concat(" or ", names) if {
	names := [name |
		some name, runtime in entry.known.runtimes
		drivers.is_one_of(_system(entry.pool), runtime.systems)
	]
	count(names) > 0
} else := "another system"

# 6.8.1-1015-realtime and 5.14.0-570.12.1.el9_6.x86_64+rt
_is_realtime(entry) if regex.match(`[-+.](rt|realtime|preempt-rt)([0-9.]*)$`, entry.pool.kernel)

_is_realtime(entry) if regex.match(`[-+.]rt[0-9]*[-+.]`, entry.pool.kernel)

# the letters at the end of Ubuntu's kernels; a kernel that is only a version has none
_flavour(pool) := flavour if {
	[[_, flavour]] := regex.find_all_string_submatch_n(`^[0-9][0-9.]*-[0-9.]+-([a-z][a-z0-9-]*)$`, pool.kernel, 1)
}

_of_pool(entry, rule, msg) := {
	"msg": texts.cut(sprintf("pool %s: %s", [texts.short(entry.pool.name), msg]), 200),
	"details": {"rule": rule, "unit": entry.unit, "path": "spec.nodePools"},
}

_system(pool) := system if {
	system := object.get(pool, "os", "")
	system != ""
} else := "an unnamed system"

_or_none(systems) := concat(", ", sort(systems)) if count(systems) > 0

_or_none(systems) := "other distributions" if count(systems) == 0
