# METADATA
# scope: package
# title: Drivers fit the operator, the cards and the systems of the nodes
# description: |
#   NVIDIA validates each release of its GPU operator with a list of drivers, publishes precompiled drivers for few branches,
#   systems and kernels, and ends the support of old cards with a branch. A driver that does not fit is not found in the
#   registry, fails while it is built, or starts and finds no card; the site sees that after the workloads have left its nodes.
#   What fits is data of the operator's releases (`driver`); the pools are those of the inventory.
# custom:
#   id: FG-GPU-005
#   kind: FGGpuDrivers
#   severity: critical
#   scope: cluster
#   where: gate
#   failure: A node pool has a driver that does not fit the GPU operator, its card or its system.
#   remediation: >-
#     Use the driver that the message names (driver.version of the operator, gpu.driverVersion of the pool), another version of
#     the operator, or a driver that the host brings (gpu.driver host).
#   controls: []
#   facts:
#     - 'facts["kubernetes.minor"]'
#     - network.airGapped
#     - nodePools.*.arch
#     - nodePools.*.gpu.driver
#     - nodePools.*.gpu.driverVersion
#     - nodePools.*.gpu.integrated
#     - nodePools.*.gpu.lastDriver
#     - nodePools.*.gpu.product
#     - nodePools.*.gpu.sharing.mode
#     - nodePools.*.gpu.vendor
#     - nodePools.*.kernel
#     - nodePools.*.name
#     - nodePools.*.os
#     - units.*.component
#     - units.*.release.driver
#     - units.*.values.driver.repoConfig.files
#     - units.*.values.driver.version
#     - units.*.version
#   rules:
#     not-validated: The driver is not one that NVIDIA validated for the release of the operator.
#     card-too-old: The driver's branch has no support for the card any more.
#     card-too-new: The card needs a later driver.
#     not-precompiled: No precompiled driver of the branch is published for the system.
#     kernel-unknown: No precompiled driver is published for the kernel.
#     system-unknown: The operator builds no driver on the system.
#     no-arm64: Drivers for the system are not built for arm64.
#     mig-on-host-driver: The MIG manager does not run on the system beside a driver of the host.
#     system-for-kubernetes: With the version of Kubernetes, the operator does not run on the system.
#     mig-mixed: With the driver, Pods stay pending where MIG slices and full GPUs are mixed.
#     no-packages: An air-gapped site reaches no packages to build a driver from.
#     drivers-unknown: Nothing is known of the drivers of the operator's release, or its driver has no version.
#   parameters:
#     type: object
#     properties:
#       operators:
#         type: array
#         description: Components that install drivers; the version is `driver.version` in their values.
#         items: {type: string, minLength: 1}
#         default: [gpu-operator]
package policies.gpu.drivers

import data.lib.drivers
import data.lib.texts

violation contains _of_pool(entry, "not-validated", msg) if {
	some entry in _built
	not entry.version in entry.known.validated
	shown := [entry.version, entry.operator, _nearest(entry, entry.known.validated)]
	msg := sprintf("driver %s is not validated for %s, use %s", shown)
}

violation contains _of_pool(entry, "card-too-old", msg) if {
	some entry in _installed
	last := object.get(entry.pool.gpu, "lastDriver", 0)
	last > 0
	drivers.branch(entry.version) > last
	shown := [entry.version, _card(entry), _nearest(entry, entry.known.validated)]
	msg := sprintf("driver %s has no support for the %s, use %s", shown)
}

violation contains _of_pool(entry, "card-too-new", msg) if {
	some entry in _versions
	needed := entry.known.minimum[entry.pool.gpu.product]
	drivers.parts(entry.version) < drivers.parts(needed)
	msg := sprintf("the %s needs driver %s or later, not %s", [_card(entry), needed, entry.version])
}

violation contains _of_pool(entry, "not-precompiled", msg) if {
	some entry in _loaded
	branches := {branch | some image in _images(entry); some branch in image.branches}
	not entry.version in branches
	shown := [entry.version, entry.operator, _system(entry.pool), _precompiled(entry, branches)]
	msg := sprintf("no precompiled driver %s of %s for %s, %s", shown)
}

violation contains _of_node(entry, "kernel-unknown", msg) if {
	some entry in _loaded
	kernel := object.get(entry.pool, "kernel", "")
	kernel != ""
	kernels := {known | some image in _images(entry); some known in image.kernels}
	count(kernels) > 0
	not drivers.is_one_of(kernel, kernels)
	shown := [_system(entry.pool), texts.short(kernel), concat(", ", sort(kernels))]
	msg := sprintf("precompiled drivers for %s are not for kernel %s, only for %s", shown)
}

violation contains _of_node(entry, "system-unknown", msg) if {
	some entry in _built
	system := object.get(entry.pool, "os", "")
	system != ""
	not drivers.is_one_of(system, entry.known.systems)
	alike := [known | some known in entry.known.systems; _family(known) == _family(system)]
	shown := [entry.operator, texts.short(system), _or_host(alike)]
	msg := sprintf("%s has no driver for %s, %s", shown)
}

violation contains _of_node(entry, "no-arm64", msg) if {
	some entry in _built
	entry.pool.arch == "arm64"
	system := object.get(entry.pool, "os", "")
	drivers.is_one_of(system, entry.known.noArm)
	msg := sprintf("drivers for %s are not built for arm64, use gpu.driver host", [texts.short(system)])
}

violation contains _of_node(entry, "mig-on-host-driver", msg) if {
	some entry in _pools
	_brings(entry.pool) == "host"
	_is_sliced(entry.pool)
	drivers.is_one_of(_system(entry.pool), entry.known.noMigOnHost)
	shown := [entry.operator, _system(entry.pool)]
	msg := sprintf("MIG manager of %s does not run on %s beside a driver of the host, use gpu.driver operator", shown)
}

violation contains _of_node(entry, "system-for-kubernetes", msg) if {
	some entry in _pools
	wanted := entry.known.kubernetes[_minor]
	not drivers.is_one_of(object.get(entry.pool, "os", ""), wanted)
	shown := [entry.operator, _minor, concat(", ", wanted), _system(entry.pool)]
	msg := sprintf("%s runs with Kubernetes %s on %s only, not on %s", shown)
}

violation contains _of_pool(entry, "mig-mixed", msg) if {
	some entry in _versions
	entry.version in entry.known.pendingWithMig
	_is_sliced(entry.pool)
	some other in _pools
	not _is_sliced(other.pool)
	better := [version |
		some version in entry.known.validated
		drivers.branch(version) > drivers.branch(entry.version)
	]
	shown := [entry.version, _nearest(entry, better)]
	msg := sprintf("with driver %s pods stay pending where MIG slices and full GPUs are mixed, use %s", shown)
}

violation contains _at(_setting(entry, "driver.repoConfig"), entry, "no-packages", _no_packages) if {
	some entry in _built
	input.cluster.network.airGapped
	not startswith(_system(entry.pool), "rhcos")
	count(object.get(entry.values, ["driver", "repoConfig", "files"], {})) == 0
}

violation contains {"msg": "the model of the cluster has no units or no node pools", "details": {}} if {
	not _is_model
}

violation contains {"msg": "the parameter operators is not a list", "details": {}} if {
	not is_array(object.get(input, ["parameters", "operators"], null))
}

violation contains {"msg": msg, "details": {"rule": "drivers-unknown", "unit": unit}} if {
	some unit, description in _operators
	not _is_known(description)
	msg := sprintf("nothing is known of the drivers of unit %s", [texts.short(unit)])
}

_no_packages := concat(" ", [
	"an air-gapped site reaches no packages to build a driver from,",
	"set driver.repoConfig, or gpu.driver precompiled or host",
])

_minor := input.cluster.facts["kubernetes.minor"]

_is_model if {
	is_object(input.cluster.units)
	is_array(input.cluster.nodePools)
}

_operators := drivers.installing(input.cluster.units, input.parameters.operators)

_is_known(description) if {
	is_array(description.release.driver.validated)
	drivers.parts(drivers.installed(description))
}

# a pool with cards that the operator is for, and what the operator's release knows of drivers
_pools := [entry |
	some unit, description in _operators
	_is_known(description)
	some pool in input.cluster.nodePools
	pool.gpu.vendor == "nvidia"
	not object.get(pool.gpu, "integrated", false)
	entry := {
		"unit": unit,
		"operator": texts.short(sprintf("%s %s", [unit, description.version])),
		"values": description.values,
		"known": description.release.driver,
		"pool": pool,
		"installed": drivers.installed(description),
	}
]

# the same with the driver that is there, whoever brings it
_versions := [object.union(entry, {"version": drivers.of(entry.pool, entry.installed)}) | some entry in _pools]

# brought by the operator: built on the node, or loaded
_installed := [entry | some entry in _versions; _brings(entry.pool) != "host"]

_built := [entry | some entry in _versions; _brings(entry.pool) == "operator"]

_loaded := [entry | some entry in _versions; _brings(entry.pool) == "precompiled"]

_brings(pool) := object.get(pool.gpu, "driver", "operator")

_is_sliced(pool) if pool.gpu.sharing.mode == "mig"

# Where somebody would change it: the pool's own version, or the one for all pools.
_of_pool(entry, rule, msg) := _of_node(entry, rule, msg) if _names_driver(entry.pool)

_of_pool(entry, rule, msg) := _at(_setting(entry, "driver.version"), entry, rule, msg) if not _names_driver(entry.pool)

_of_node(entry, rule, msg) := _at("spec.nodePools", entry, rule, msg)

_at(path, entry, rule, msg) := {
	"msg": texts.cut(sprintf("pool %s: %s", [texts.short(entry.pool.name), msg]), 200),
	"details": {"rule": rule, "unit": entry.unit, "path": path},
}

_setting(entry, key) := sprintf("spec.components.%s.values.%s", [entry.unit, key])

_names_driver(pool) if object.get(pool.gpu, "driverVersion", "") != ""

# Of drivers that the card can have, one of the nearest branch, and of these the last.
_nearest(entry, candidates) := found if {
	distances := {version: abs(drivers.branch(version) - drivers.branch(entry.version)) |
		some version in candidates
		_suits(entry, version)
	}
	closest := min([distance | some distance in distances])
	last := max([drivers.parts(version) | some version, distance in distances; distance == closest])
	some found, _ in distances
	drivers.parts(found) == last
} else := "another version of the operator"

_suits(entry, version) if {
	_has_support(entry, version)
	drivers.parts(version) >= drivers.parts(object.get(entry.known, ["minimum", entry.pool.gpu.product], "0"))
}

# no last driver: support goes on
_has_support(entry, _) if object.get(entry.pool.gpu, "lastDriver", 0) == 0

_has_support(entry, version) if drivers.branch(version) <= entry.pool.gpu.lastDriver

_images(entry) := [image |
	some image in entry.known.precompiled
	drivers.is_one_of(_system(entry.pool), [image.system])
]

_precompiled(_, branches) := sprintf("use %s", [concat(" or ", sort(branches))]) if count(branches) > 0

_precompiled(entry, branches) := sprintf("only for %s", [concat(", ", systems)]) if {
	count(branches) == 0
	systems := [image.system | some image in entry.known.precompiled]
}

_or_host(alike) := sprintf("only for %s", [concat(", ", alike)]) if count(alike) > 0

_or_host(alike) := "use gpu.driver host" if count(alike) == 0

_family(system) := split(system, "-")[0]

_card(entry) := texts.cut(object.get(entry.pool.gpu, "product", ""), 20)

_system(pool) := system if {
	system := texts.short(object.get(pool, "os", ""))
	system != ""
} else := "an unnamed system"
