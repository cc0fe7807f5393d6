package policies.gpu.reachable_test

import data.policies.gpu.reachable

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_cards := {"resources": ["nvidia.com/"]}

_taint := [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]

_pool(name, number, taints) := {
	"name": name,
	"count": 1,
	"arch": "amd64",
	"labels": {},
	"taints": taints,
	"resources": {"nvidia.com/gpu": number},
}

_unit(resource, tolerations) := {"tf": {"workloads": [{
	"kind": "Deployment",
	"name": "tf",
	"nodeSelector": {},
	"tolerations": tolerations,
	"resources": [resource],
}]}}

_tolerates := [{"key": "nvidia.com/gpu", "operator": "Exists"}]

_passing := {
	"one pool": [{"nodePools": [_pool("main", 1, [])], "units": _unit("nvidia.com/gpu", [])}, _cards],
	"tolerated": [
		{"nodePools": [_pool("main", 0, []), _pool("cards", 1, _taint)], "units": _unit("nvidia.com/gpu", _tolerates)},
		_cards,
	],
	"no card": [{"nodePools": [_pool("main", 0, []), _pool("cards", 1, _taint)], "units": _unit("cpu", [])}, _cards],
	"open, and not asked": [{"nodePools": [_pool("main", 0, []), _pool("cards", 1, [])]}, object.union(_cards, {"taints": false})],
	"not there at all": [{"nodePools": [_pool("main", 0, [])], "units": _unit("nvidia.com/gpu", [])}, _cards],
}

_failing := {
	"not tolerated": [
		{"nodePools": [_pool("main", 0, []), _pool("cards", 1, _taint)], "units": _unit("nvidia.com/gpu", [])},
		_cards,
		"Deployment tf of unit tf asks for nvidia.com/gpu, but cannot reach a node pool that has it",
		{"rule": "not-tolerated", "unit": "tf", "path": "spec.nodePools"},
	],
	"open to everybody": [
		{"nodePools": [_pool("main", 0, []), _pool("cards", 1, [{"key": "slow", "effect": "PreferNoSchedule"}])]},
		_cards,
		"node pool cards has cards but no taint, and other pools have no cards",
		{"rule": "no-taint", "path": "spec.nodePools"},
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units", "the model of the cluster has no list of node pools"}],
	"no workloads": [_request({"units": {"a": {}}}, _cards), {"the model of unit a has no list of workloads"}],
	"pools are text": [_request({"nodePools": "x"}, _cards), {"the model of the cluster has no list of node pools"}],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	reachable.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	reachable.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := reachable.violation with input as document
	{v.msg | some v in violations} == expected
}
