package policies.edge.spread_test

import data.policies.edge.spread

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_site(nodes, workload) := {
	"nodePools": [{"name": "main", "count": nodes, "arch": "amd64", "labels": {"rack": "a"}, "taints": []}],
	"units": {"web": {"workloads": [object.union(
		{"kind": "Deployment", "name": "web", "replicas": 2, "nodeSelector": {}, "tolerations": [], "apart": [], "spread": []},
		workload,
	)]}},
}

_apart(key) := {"apart": [key]}

_spread(key, number) := {"spread": [{"topologyKey": key, "minDomains": number}]}

_passing := {
	"no wishes": [_site(1, {}), {}],
	"enough nodes": [_site(2, _apart("kubernetes.io/hostname")), {}],
	"enough domains": [_site(3, _spread("kubernetes.io/hostname", 3)), {}],
	"label known at the site only": [_site(1, _apart("topology.kubernetes.io/zone")), {}],
}

_details := {"unit": "web", "path": "spec.nodePools"}

_failing := {
	"apart": [
		_site(1, _apart("kubernetes.io/hostname")),
		{},
		"Deployment web of unit web keeps 2 replicas apart by kubernetes.io/hostname, but there are only 1",
		_details,
	],
	"spread": [
		_site(2, _spread("kubernetes.io/hostname", 3)),
		{},
		"Deployment web of unit web must spread over 3 domains of kubernetes.io/hostname, but there are only 2",
		_details,
	],
	"label": [
		_site(5, _apart("rack")),
		{},
		"Deployment web of unit web keeps 2 replicas apart by rack, but there are only 1",
		_details,
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units", "the model of the cluster has no list of node pools"}],
	"no workloads": [_request({"units": {"a": {"workloads": "x"}}}, {}), {"the model of unit a has no list of workloads"}],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	spread.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	spread.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := spread.violation with input as document
	{v.msg | some v in violations} == expected
}
