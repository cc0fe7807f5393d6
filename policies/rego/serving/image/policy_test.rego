package policies.serving.image_test

import data.policies.serving.image

_release := {
	"architectures": ["amd64"],
	"gpu": {"cuda": "12.5", "driver": 525, "native": ["6.0", "7.0", "8.0", "8.9"], "compiledFrom": "9.0", "compiledDriver": 555},
}

_server := {"component": "tf-serving", "requests": {"nvidia.com/gpu": 1}, "release": _release}

_idle := object.union(_server, {"requests": {"nvidia.com/gpu": 0}})

_operator(version) := {
	"component": "gpu-operator",
	"requests": {},
	"values": {"driver": {"version": version}},
	"release": {"driver": {"default": "580.126.20"}},
}

_card := {"vendor": "nvidia", "product": "L4", "computeCapability": "8.9", "driver": "operator", "driverVersion": ""}

_pool(changed) := {
	"name": "main",
	"arch": "amd64",
	"gpu": object.union(_card, changed),
	"resources": {"nvidia.com/gpu": 4},
}

_input(pools, by_unit) := {
	"parameters": {"operators": ["gpu-operator"]},
	"cluster": {"name": "store-1", "nodePools": pools, "units": by_unit},
}

_both := {"gap": _server, "gpu-operator": _operator("580.126.20")}

test_passing[name] if {
	some name, [pools, by_unit] in {
		"no units": [[_pool({})], {}],
		"driver of the operator": [[_pool({})], _both],
		"driver of the operator's release": [[_pool({})], {"gap": _server, "gpu-operator": _operator("")}],
		"driver of the pool": [[_pool({"driverVersion": "535.309.01"})], _both],
		"branch of a precompiled driver": [[_pool({"driver": "precompiled", "driverVersion": "580"})], _both],
		"driver of the host": [[_pool({"driver": "host", "driverVersion": "550.163.01"})], {"gap": _server}],
		"code of an older minor version": [[_pool({"product": "T4", "computeCapability": "7.5"})], _both],
		"code is compiled": [[_pool({"product": "RTX PRO 6000", "computeCapability": "12.0"})], _both],
		"no card asked for": [[_pool({"computeCapability": "5.2"})], {"gap": _idle}],
		"no image for cards": [[_pool({})], {"app": {"component": "app", "requests": {"nvidia.com/gpu": 1}, "release": {}}}],
		"a pool of another architecture": [[object.union(_pool({}), {"arch": "arm64"})], {"gap": _server}],
	}
	image.violation == set() with input as _input(pools, by_unit)
}

test_failing[name] if {
	some name, [pools, by_unit, rule, expected] in {
		"PTX that is newer than the driver": [
			[_pool({"product": "H100", "computeCapability": "9.0", "driver": "host", "driverVersion": "550.163.01"})],
			{"gap": _server},
			"driver-cannot-compile",
			"unit gap: its image has no code for H100 (9.0) in pool main; to compile it needs driver 555 or later, not 550.163.01",
		],
		"old driver": [
			[_pool({"driver": "host", "driverVersion": "470.256.02"})],
			{"gap": _server},
			"driver-too-old",
			"the image of unit gap needs driver 525 or later; pool main has 470.256.02",
		],
		"old driver of the operator": [
			[_pool({})],
			{"gap": _server, "gpu-operator": _operator("470.57.02")},
			"driver-too-old",
			"the image of unit gap needs driver 525 or later; pool main has 470.57.02",
		],
		"driver of the host is not known": [
			[_pool({"driver": "host"})],
			_both,
			"driver-unknown",
			"unit gap needs a driver in pool main, but nothing says which one is there",
		],
		"nobody installs a driver": [
			[_pool({})],
			{"gap": _server},
			"driver-unknown",
			"unit gap needs a driver in pool main, but nothing says which one is there",
		],
		"a card that is too old": [
			[_pool({"product": "M60", "computeCapability": "5.2"})],
			_both,
			"no-code",
			"unit gap: its image has no code for M60 (5.2) in pool main, only for 6.0, 7.0, 8.0, 8.9 and from 9.0 on",
		],
	}
	image.violation == {{"msg": expected, "details": {"rule": rule, "unit": "gap", "path": "spec.nodePools"}}} with input as _input(
		pools,
		by_unit,
	)
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units or no node pools"],
		"no pools": [_input("x", {}), "the model of the cluster has no units or no node pools"],
		"version is text": [
			_input([_pool({"driverVersion": "newest"})], _both),
			"unit gap needs a driver in pool main, but nothing says which one is there",
		],
		"no parameters": [
			{"cluster": {"nodePools": [_pool({})], "units": _both}},
			"unit gap needs a driver in pool main, but nothing says which one is there",
		],
		"nothing known of the card": [
			_input(
				[json.patch(_pool({"driverVersion": "580"}), [
					{"op": "remove", "path": "gpu/product"},
					{"op": "remove", "path": "gpu/computeCapability"},
				])],
				_both,
			),
			"unit gap: its image has no code for  () in pool main, only for 6.0, 7.0, 8.0, 8.9 and from 9.0 on",
		],
	}
	violations := image.violation with input as document
	expected in {v.msg | some v in violations}
}
