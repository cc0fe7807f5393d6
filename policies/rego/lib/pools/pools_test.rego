package lib.pools_test

import data.lib.pools

_pool(name, changed) := object.union(
	{"name": name, "arch": "amd64", "gpu": {"vendor": "nvidia"}, "resources": {"nvidia.com/gpu": 2}},
	changed,
)

_cluster := {"nodePools": [
	_pool("main", {}),
	_pool("arm", {"arch": "arm64"}),
	_pool("slices", {"resources": {"nvidia.com/gpu": 0, "nvidia.com/mig-1g.6gb": 4}}),
	_pool("amd", {"gpu": {"vendor": "amd"}}),
	{"name": "plain", "gpu": null, "resources": {}},
]}

test_serving[name] if {
	some name, [description, cluster, expected] in {
		"whole cards": [{"requests": {"nvidia.com/gpu": 1, "cpu": 4}}, _cluster, ["main", "arm"]],
		"one architecture": [{"requests": {"nvidia.com/gpu": 1}, "release": {"architectures": ["amd64"]}}, _cluster, ["main"]],
		"slices": [{"requests": {"nvidia.com/mig-1g.6gb": 1}}, _cluster, ["slices"]],
		"no card": [{"requests": {"nvidia.com/gpu": 0, "cpu": 4}}, _cluster, []],
		"no requests": [{}, _cluster, []],
		"no pools": [{"requests": {"nvidia.com/gpu": 1}}, {}, []],
	}
	[pool.name | some pool in pools.serving(description, cluster)] == expected
}

test_native[capability] if {
	some capability in ["6.0", "6.1", "7.5", "8.6", "8.9"]
	pools.is_native(capability, ["6.0", "7.0", "8.0", "8.9"])
}

test_not_native[capability] if {
	some capability in ["5.2", "9.0", "12.0", "", "8", "x"]
	not pools.is_native(capability, ["6.0", "7.0", "8.0", "8.9"])
}

test_compiled[capability] if {
	some capability in ["9.0", "10.0", "12.0"]
	pools.is_compiled(capability, "9.0")
}

test_not_compiled[capability] if {
	some capability in ["5.2", "8.9", ""]
	not pools.is_compiled(capability, "9.0")
}
