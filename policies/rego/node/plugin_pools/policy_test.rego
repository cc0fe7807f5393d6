package policies.node.plugin_pools_test

import data.policies.node.plugin_pools

_gpu := {
	"vendor": "nvidia",
	"integrated": false,
	"driver": "host",
	"toolkit": "host",
	"sharing": {"mode": "none"},
}

_pool(name, gpu) := {"name": name, "rule": {"match": [{"feature": "pci.device"}]}, "gpu": object.union(_gpu, gpu)}

_plain := {"name": "system", "rule": {"match": null}, "gpu": null}

_input(components, node_pools) := {
	"parameters": {
		"labels": "node-feature-discovery",
		"plugins": {"nvidia-device-plugin": {
			"vendor": "nvidia",
			"host": ["driver", "toolkit"],
			"sharing": ["none", "time-slicing"],
			"operators": ["gpu-operator"],
		}},
	},
	"cluster": {"name": "store-1", "units": {name: {"component": name} | some name in components}, "nodePools": node_pools},
}

test_passing[name] if {
	some name, [components, node_pools] in {
		"no plug-in": [["gpu-operator"], [_pool("a", {"driver": "operator"})]],
		"the only pool": [["nvidia-device-plugin"], [_pool("a", {"sharing": {"mode": "time-slicing"}})]],
		"cards of another vendor": [["nvidia-device-plugin"], [_pool("a", {"vendor": "amd", "driver": "operator"})]],
		"two pools that are told apart": [
			["nvidia-device-plugin", "node-feature-discovery"],
			[_pool("a", {}), _plain],
		],
		"an operator serves the other pool": [
			["nvidia-device-plugin", "gpu-operator", "node-feature-discovery"],
			[_pool("a", {"integrated": true}), _pool("b", {"driver": "operator"})],
		],
	}
	plugin_pools.violation == set() with input as _input(components, node_pools)
}

test_failing[name] if {
	some name, [components, node_pools, msg, details] in {
		"driver of an operator": [
			["nvidia-device-plugin"],
			[_pool("a", {"driver": "operator"})],
			"unit nvidia-device-plugin can serve pool a only with driver and toolkit of the host",
			{"rule": "needs-host-driver", "path": "spec.nodePools.a.gpu"},
		],
		"a Jetson beside an operator": [
			["nvidia-device-plugin", "gpu-operator"],
			[_pool("a", {"integrated": true, "toolkit": "operator"})],
			"unit nvidia-device-plugin can serve pool a only with driver and toolkit of the host",
			{"rule": "needs-host-driver", "path": "spec.nodePools.a.gpu"},
		],
		"a way to share that it has not": [
			["nvidia-device-plugin"],
			[_pool("a", {"sharing": {"mode": "mps"}})],
			"unit nvidia-device-plugin does not share cards by mps (node pool a); it knows none, time-slicing",
			{"rule": "sharing-unknown", "path": "spec.nodePools.a.gpu.sharing.mode"},
		],
		"no labels": [
			["nvidia-device-plugin"],
			[_pool("a", {}), _plain],
			concat("", [
				"unit nvidia-device-plugin cannot find the nodes of pool a; ",
				"enable node-feature-discovery and set nodeNames if it cannot tell them apart",
			]),
			{"rule": "nodes-unknown", "path": "spec.nodePools.a.nodeNames"},
		],
		"no rule": [
			["nvidia-device-plugin", "node-feature-discovery"],
			[object.union(_pool("a", {}), {"rule": {"match": null}}), _plain],
			concat("", [
				"unit nvidia-device-plugin cannot find the nodes of pool a; ",
				"enable node-feature-discovery and set nodeNames if it cannot tell them apart",
			]),
			{"rule": "nodes-unknown", "path": "spec.nodePools.a.nodeNames"},
		],
	}
	expected := {{"msg": msg, "details": object.union(details, {"unit": "nvidia-device-plugin"})}}
	plugin_pools.violation == expected with input as _input(components, node_pools)
}

test_failing_two_that_serve_one_pool if {
	plugin_pools.violation == {{
		"msg": "units nvidia-device-plugin and gpu-operator both serve node pool a; disable one of them",
		"details": {"rule": "two-plugins", "units": {"nvidia-device-plugin", "gpu-operator"}, "path": "spec.nodePools.a.gpu"},
	}} with input as _input(["nvidia-device-plugin", "gpu-operator"], [_pool("a", {})])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units"],
		"no parameters": [{}, "the parameter plugins is not a mapping"],
		"no pools": [{}, "the model of the cluster has a node pool without name or rule"],
	}
	violations := plugin_pools.violation with input as document
	expected in {v.msg | some v in violations}
}
