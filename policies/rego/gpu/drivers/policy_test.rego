package policies.gpu.drivers_test

import data.policies.gpu.drivers

_known := {
	"default": "595.91.07",
	"validated": ["610.57.04", "595.91.07", "580.173.02", "570.148.08", "535.309.01"],
	"precompiled": [
		{"system": "ubuntu-22.04", "kernels": ["5.15", "6.8"], "branches": ["580", "595"]},
		{"system": "ubuntu-24.04", "kernels": ["6.8"], "branches": ["580"]},
	],
	"systems": ["ubuntu-22.04", "ubuntu-24.04", "rhel-9.6", "rhcos"],
	"noArm": ["rhel-9"],
	"noMigOnHost": ["rhel-8"],
	"minimum": {"RTX PRO 6000": "575.57.08"},
	"pendingWithMig": ["570.148.08"],
	"kubernetes": {"1.32": ["ubuntu-24.04"]},
}

_operator := {
	"component": "gpu-operator",
	"version": "v26.7.0",
	"values": {"driver": {"version": "", "repoConfig": {"files": {}}}},
	"release": {"driver": _known},
}

_set(version) := object.union(_operator, {"values": {"driver": {"version": version}}})

_card := {"vendor": "nvidia", "product": "L4", "driver": "operator", "driverVersion": "", "lastDriver": 0}

_pool(gpu) := {"name": "main", "arch": "amd64", "os": "ubuntu-24.04", "kernel": "", "gpu": object.union(_card, gpu)}

_on(system, gpu) := object.union(_pool(gpu), {"os": system})

_sliced := {"sharing": {"mode": "mig"}}

_input(pools, unit) := {
	"parameters": {"operators": ["gpu-operator"]},
	"cluster": {
		"name": "store-1",
		"facts": {"kubernetes.minor": "1.35"},
		"network": {"airGapped": false},
		"nodePools": pools,
		"units": {"gpu-operator": unit, "app": {"component": "app"}},
	},
}

_without_link(pools, unit) := object.union(_input(pools, unit), {"cluster": {"network": {"airGapped": true}}})

_old_kubernetes(pools) := object.union(
	_input(pools, _operator),
	{"cluster": {"facts": {"kubernetes.minor": "1.32"}}},
)

test_passing[name] if {
	some name, document in {
		"the release's driver": _input([_pool({})], _operator),
		"a validated driver for all": _input([_pool({})], _set("580.173.02")),
		"a validated driver of the pool": _input([_pool({"driverVersion": "610.57.04"})], _operator),
		"an old card with its last branch": _input(
			[_pool({"product": "P40", "lastDriver": 580, "driverVersion": "580.173.02"})],
			_operator,
		),
		"any driver of the host": _input([_on("debian-13", {"driver": "host", "driverVersion": "550.163.01"})], _operator),
		"a driver of the host that is not known": _input([_pool({"driver": "host"})], _operator),
		"a precompiled driver": _input(
			[object.union(_pool({"driver": "precompiled", "driverVersion": "580"}), {"kernel": "6.8.0-60-generic"})],
			_operator,
		),
		"a precompiled driver for an unnamed kernel": _input(
			[_on("ubuntu-22.04", {"driver": "precompiled", "driverVersion": "595"})],
			_operator,
		),
		"a system that nobody named": _input([_on("", {})], _operator),
		"a minor version of a system": _input([_on("rhcos-4.20", {})], _operator),
		"old Kubernetes on its system": _old_kubernetes([_pool({})]),
		"a card that is new enough": _input([_pool({"product": "RTX PRO 6000"})], _operator),
		"MIG with another driver": _input([_pool({}), _pool(_sliced)], _operator),
		"MIG alone": _input([_pool(_sliced)], _set("570.148.08")),
		"cards of another vendor": _input([_pool({"vendor": "amd", "driverVersion": "6.4"})], _operator),
		"a Jetson": _input([_pool({"integrated": true, "driverVersion": "1.0"})], _operator),
		"no cards": _input([{"name": "main"}], _operator),
		"no operator": object.union(_input([_pool({"driverVersion": "1"})], _operator), {"parameters": {"operators": []}}),
		"no link, and packages at the site": _without_link(
			[_pool({})],
			object.union(_operator, {"values": {"driver": {"repoConfig": {"files": {"a.list": "deb x"}}}}}),
		),
		"no link, and a precompiled driver": _without_link([_pool({"driver": "precompiled", "driverVersion": "580"})], _operator),
		"no link on OpenShift, which ships what is needed": _without_link([_on("rhcos-4.20", {})], _operator),
	}
	drivers.violation == set() with input as document
}

# the only violation of a document, and where it points
_only(rule, path, expected) := {{
	"msg": sprintf("pool main: %s", [expected]),
	"details": {"rule": rule, "unit": "gpu-operator", "path": path},
}}

_setting := "spec.components.gpu-operator.values.driver.version"

test_failing_versions[name] if {
	some name, [document, rule, path, expected] in {
		"a driver for all that is not validated": [
			_input([_pool({})], _set("580.65.06")),
			"not-validated",
			_setting,
			"driver 580.65.06 is not validated for gpu-operator v26.7.0, use 580.173.02",
		],
		"the next branch is nearer than an older one": [
			_input([_pool({})], _set("590.48.01")),
			"not-validated",
			_setting,
			"driver 590.48.01 is not validated for gpu-operator v26.7.0, use 595.91.07",
		],
		"a driver of a pool that is not validated": [
			_input([_pool({"driverVersion": "550.163.01"})], _operator),
			"not-validated",
			"spec.nodePools",
			"driver 550.163.01 is not validated for gpu-operator v26.7.0, use 535.309.01",
		],
		"an old card with the release's driver": [
			_input([_pool({"product": "V100", "lastDriver": 580})], _operator),
			"card-too-old",
			_setting,
			"driver 595.91.07 has no support for the V100, use 580.173.02",
		],
		"an old card for which nothing is validated": [
			_input([_pool({"product": "K80", "lastDriver": 470})], _operator),
			"card-too-old",
			_setting,
			"driver 595.91.07 has no support for the K80, use another version of the operator",
		],
		"a card that is too new": [
			_input([_pool({"product": "RTX PRO 6000", "driver": "host", "driverVersion": "570.211.01"})], _operator),
			"card-too-new",
			"spec.nodePools",
			"the RTX PRO 6000 needs driver 575.57.08 or later, not 570.211.01",
		],
	}
	drivers.violation == _only(rule, path, expected) with input as document
}

test_failing_precompiled[name] if {
	some name, [document, rule, path, expected] in {
		"a branch that is not precompiled": [
			_input([_pool({"driver": "precompiled", "driverVersion": "595"})], _operator),
			"not-precompiled",
			"spec.nodePools",
			"no precompiled driver 595 of gpu-operator v26.7.0 for ubuntu-24.04, use 580",
		],
		"a system without precompiled drivers": [
			_input([_on("ubuntu-20.04", {"driver": "precompiled", "driverVersion": "580"})], _operator),
			"not-precompiled",
			"spec.nodePools",
			"no precompiled driver 580 of gpu-operator v26.7.0 for ubuntu-20.04, only for ubuntu-22.04, ubuntu-24.04",
		],
		"a kernel without precompiled drivers": [
			_input(
				[object.union(_pool({"driver": "precompiled", "driverVersion": "580"}), {"kernel": "6.11.0-17"})],
				_operator,
			),
			"kernel-unknown",
			"spec.nodePools",
			"precompiled drivers for ubuntu-24.04 are not for kernel 6.11.0-17, only for 6.8",
		],
	}
	drivers.violation == _only(rule, path, expected) with input as document
}

test_failing_systems[name] if {
	some name, [document, rule, path, expected] in {
		"a system without drivers": [
			_input([_on("ubuntu-26.04", {})], _operator),
			"system-unknown",
			"spec.nodePools",
			"gpu-operator v26.7.0 has no driver for ubuntu-26.04, only for ubuntu-22.04, ubuntu-24.04",
		],
		"a family of systems without drivers": [
			_input([_on("debian-13", {})], _operator),
			"system-unknown",
			"spec.nodePools",
			"gpu-operator v26.7.0 has no driver for debian-13, use gpu.driver host",
		],
		"RHEL on ARM": [
			_input([object.union(_on("rhel-9.6", {}), {"arch": "arm64"})], _operator),
			"no-arm64",
			"spec.nodePools",
			"drivers for rhel-9.6 are not built for arm64, use gpu.driver host",
		],
		"MIG on an old host": [
			_input([_on("rhel-8.10", object.union(_sliced, {"driver": "host"}))], _operator),
			"mig-on-host-driver",
			"spec.nodePools",
			"MIG manager of gpu-operator v26.7.0 does not run on rhel-8.10 beside a driver of the host, use gpu.driver operator",
		],
		"old Kubernetes on another system": [
			_old_kubernetes([_on("ubuntu-22.04", {})]),
			"system-for-kubernetes",
			"spec.nodePools",
			"gpu-operator v26.7.0 runs with Kubernetes 1.32 on ubuntu-24.04 only, not on ubuntu-22.04",
		],
		"old Kubernetes on who knows what": [
			_old_kubernetes([_on("", {})]),
			"system-for-kubernetes",
			"spec.nodePools",
			"gpu-operator v26.7.0 runs with Kubernetes 1.32 on ubuntu-24.04 only, not on an unnamed system",
		],
		"MIG slices beside full GPUs": [
			_input([_pool(_sliced), object.union(_pool({"driverVersion": "580.173.02"}), {"name": "other"})], _set("570.148.08")),
			"mig-mixed",
			_setting,
			"with driver 570.148.08 pods stay pending where MIG slices and full GPUs are mixed, use 580.173.02",
		],
		"no link and no packages": [
			_without_link([_pool({})], _operator),
			"no-packages",
			"spec.components.gpu-operator.values.driver.repoConfig",
			"an air-gapped site reaches no packages to build a driver from, set driver.repoConfig, or gpu.driver precompiled or host",
		],
	}
	drivers.violation == _only(rule, path, expected) with input as document
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units or no node pools"],
		"no pools": [
			{"parameters": {"operators": []}, "cluster": {"units": {}}},
			"the model of the cluster has no units or no node pools",
		],
		"no parameters": [{"cluster": {"units": {}, "nodePools": []}}, "the parameter operators is not a list"],
		"a release without drivers": [
			_input([_pool({})], object.union(_set("580.173.02"), {"release": {"driver": null}})),
			"nothing is known of the drivers of unit gpu-operator",
		],
		"a version that is none": [
			_input([_pool({})], _set("latest")),
			"nothing is known of the drivers of unit gpu-operator",
		],
	}
	violations := drivers.violation with input as document
	expected in {v.msg | some v in violations}
}
