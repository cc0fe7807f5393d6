package lib.sites_test

import data.lib.sites

_request := {"cluster": {
	"nodePools": [
		{"name": "main", "count": 3, "arch": "amd64", "labels": {"zone": "a"}, "taints": []},
		{"name": "cards", "count": 2, "arch": "arm64", "labels": {"nvidia.com/gpu.product": "L4"}, "taints": [
			{"key": "nvidia.com/gpu", "effect": "NoSchedule"},
			{"key": "slow", "value": "yes", "effect": "PreferNoSchedule"},
		]},
	],
	"units": {"a": {"workloads": [{"kind": "Deployment", "name": "web"}]}, "b": {"workloads": []}, "c": "x"},
}}

_workload(selector, tolerations) := {"nodeSelector": selector, "tolerations": tolerations}

_any := {"operator": "Exists"}

test_items if {
	[[entry.unit, sites.label(entry)] | some entry in sites.items(_request, "workloads")] == [["a", "Deployment web of unit a"]]
	sites.items({}, "workloads") == []
}

test_fitting[name] if {
	some name, [selector, tolerations, expected] in {
		"no selector": [{}, [], ["main"]],
		"everything tolerated": [{}, [_any], ["main", "cards"]],
		"key": [{}, [object.union(_any, {"key": "nvidia.com/gpu"})], ["main", "cards"]],
		"another key": [{}, [object.union(_any, {"key": "amd.com/gpu"})], ["main"]],
		"another effect": [{}, [object.union(_any, {"effect": "NoExecute"})], ["main"]],
		"equal": [{}, [{"key": "nvidia.com/gpu", "value": ""}], ["main", "cards"]],
		"another value": [{}, [{"key": "nvidia.com/gpu", "value": "yes"}], ["main"]],
		"architecture": [{"kubernetes.io/arch": "arm64", "kubernetes.io/os": "linux"}, [_any], ["cards"]],
		"label": [{"zone": "a"}, [_any], ["main"]],
		"name of the pool": [{"fleetgen.io/pool": "cards"}, [_any], ["cards"]],
		"found out at the site": [{"nvidia.com/cuda.driver.major": "580"}, [_any], ["main", "cards"]],
		"known to be something else": [{"nvidia.com/gpu.product": "A2"}, [_any], ["main"]],
		"another system": [{"kubernetes.io/os": "windows"}, [_any], []],
	}
	[pool.name | some pool in sites.fitting(_request, _workload(selector, tolerations))] == expected
}

test_nodes if {
	sites.nodes(sites.pools(_request)) == 5
	sites.nodes([]) == 0
}

test_broken[name] if {
	some name, [request, expected] in {
		"nothing": [{}, {"the model of the cluster has no units"}],
		"unit is text": [_request, {"the model of unit c has no list of workloads"}],
		"whole": [{"cluster": {"units": {"a": {"workloads": []}}, "nodePools": []}}, set()],
	}
	{outcome.msg | some outcome in sites.broken(request, ["workloads"])} == expected
}

test_without_pools if {
	messages := {outcome.msg | some outcome in sites.without_pools({})}
	messages == {"the model of the cluster has no list of node pools"}
	sites.without_pools(_request) == set()
}
