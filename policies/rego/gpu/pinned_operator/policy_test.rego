package policies.gpu.pinned_operator_test

import data.policies.gpu.pinned_operator

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ClusterPolicy", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_driver(more) := {"spec": {"driver": object.union({"version": "580.126.20"}, more), "daemonsets": {}}}

_upgrade(policy) := _driver({"upgradePolicy": object.union({"autoUpgrade": true}, policy)})

_passing := {
	"pinned": [object.union(_driver({}), {"spec": {"toolkit": {"image": "toolkit", "version": "v1.18.1"}, "mig": null}}), {}],
	"digest": [_driver({"version": concat("", ["sha256:", concat("", ["a" | some _ in numbers.range(1, 64)])])}), {}],
	"driver of the host": [{"spec": {"driver": {"enabled": false}}}, {}],
	"careful": [_upgrade({"maxParallelUpgrades": 1, "drain": {"enable": true, "force": false}}), {}],
	"not by itself": [_driver({"upgradePolicy": {"autoUpgrade": false, "maxParallelUpgrades": 0}}), {}],
	"the other kind": [{"kind": "GPUCluster", "spec": {}}, {"resource": "GPUCluster"}],
	"exempt": [
		object.union(
			_upgrade({"drain": {"force": true}, "maxParallelUpgrades": 0}),
			{"kind": "GPUCluster", "spec": {"driver": {"version": "latest"}}},
		),
		{"exemptions": [{"workload": "web"}]},
	],
}

_policy_path := ["spec", "driver", "upgradePolicy"]

_failing := {
	"latest": [
		_driver({"version": "latest"}),
		{},
		"spec.driver.version is latest",
		{"rule": "version", "path": ["spec", "driver", "version"]},
	],
	"no driver version": [
		{"spec": {"driver": {}}},
		{},
		"spec.driver.version is null",
		{"rule": "version", "path": ["spec", "driver", "version"]},
	],
	"image without version": [
		object.union(_driver({}), {"spec": {"toolkit": {"image": "toolkit"}}}),
		{},
		"spec.toolkit.version is null",
		{"rule": "version", "path": ["spec", "toolkit", "version"]},
	],
	"all at once": [
		_upgrade({"maxParallelUpgrades": 0}),
		{},
		"spec.driver.upgradePolicy.maxParallelUpgrades is 0: all nodes at once",
		{"rule": "upgrade-policy", "path": array.concat(_policy_path, ["maxParallelUpgrades"])},
	],
	"forced drain": [
		_upgrade({"drain": {"force": true}}),
		{},
		"spec.driver.upgradePolicy.drain.force is not false",
		{"rule": "upgrade-policy", "path": array.concat(_policy_path, ["drain", "force"])},
	],
	"forced deletion": [
		_upgrade({"podDeletion": {"force": true}}),
		{},
		"spec.driver.upgradePolicy.podDeletion.force is not false",
		{"rule": "upgrade-policy", "path": array.concat(_policy_path, ["podDeletion", "force"])},
	],
	"both kinds": [
		{"kind": "GPUCluster", "spec": {}},
		{},
		"the kind is GPUCluster; the fleet uses ClusterPolicy",
		{"rule": "other-kind", "path": ["kind"]},
	],
}

_malformed := {
	"empty input": [{}, {"the kind is null; the fleet uses ClusterPolicy", "the object has no spec"}],
	"spec is text": [_request({"spec": "x"}, {}), {"the object has no spec"}],
	"version is a number": [_request(_driver({"version": 580}), {}), {"spec.driver.version is 580"}],
	"number is text": [
		_request(_upgrade({"maxParallelUpgrades": "one"}), {}),
		{"spec.driver.upgradePolicy.maxParallelUpgrades is one: all nodes at once"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	pinned_operator.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	pinned_operator.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := pinned_operator.violation with input as document
	{v.msg | some v in violations} == expected
}
