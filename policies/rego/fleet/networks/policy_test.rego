package policies.fleet.networks_test

import data.policies.fleet.networks

_request(clusters, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"environment": {"name": "production"},
	"clusters": clusters,
}

_range(kind, cidr, first, last) := {"kind": kind, "cidr": cidr, "first": first, "last": last}

_pods := _range("podCIDRs", "10.42.0.0/16", "4:0a2a0000", "4:0a2affff")

_services := _range("serviceCIDRs", "10.43.0.0/16", "4:0a2b0000", "4:0a2bffff")

_inside := _range("nodeCIDRs", "10.42.7.0/24", "4:0a2a0700", "4:0a2a07ff")

_nodes := _range("nodeCIDRs", "192.168.1.0/24", "4:c0a80100", "4:c0a801ff")

_cluster(name, domain, ranges) := {"names": [name], "site": {"securityDomain": domain}, "ranges": ranges}

_unique := {"unique": ["nodeCIDRs"]}

_passing := {
	"none": [[_cluster("a", "x", [])], _unique],
	"apart": [[_cluster("a", "x", [_services, _pods, _nodes])], _unique],
	"pods of two clusters": [[_cluster("a", "x", [_pods]), _cluster("b", "x", [_pods])], _unique],
	"two domains": [[_cluster("a", "x", [_nodes]), _cluster("b", "y", [_nodes])], _unique],
	"no domain": [[_cluster("a", "", [_nodes]), _cluster("b", "", [_nodes])], _unique],
}

_failing := {
	"in a cluster": [
		[_cluster("a", "x", [_services, _inside, _pods])],
		_unique,
		{{
			"msg": "podCIDRs 10.42.0.0/16 and nodeCIDRs 10.42.7.0/24 of the cluster overlap",
			"details": {"rule": "cluster-overlap", "clusters": ["a"], "path": "spec.network"},
		}},
	],
	"in a domain": [
		[_cluster("a", "x", [_nodes]), _cluster("b", "x", [_nodes]), _cluster("c", "y", [_nodes])],
		_unique,
		{{
			"msg": "192.168.1.0/24 of a and 192.168.1.0/24 of b, both in the security domain x, overlap",
			"details": {"rule": "domain-overlap", "clusters": ["a", "b"], "path": "spec.network"},
		}},
	],
}

_malformed := {
	"empty input": [{}, {"the model has no list of clusters"}],
	"cluster is text": [_request(["x"], _unique), {"the model of a cluster has no names or ranges"}],
	"no network": [
		_request([_cluster("a", "x", [{"kind": "nodeCIDRs", "cidr": "999.1.1.1/8"}])], _unique),
		{"999.1.1.1/8 is not a network"},
	],
}

test_passing[name] if {
	some name, [clusters, parameters] in _passing
	networks.violation == set() with input as _request(clusters, parameters)
}

test_failing[name] if {
	some name, [clusters, parameters, expected] in _failing
	networks.violation == expected with input as _request(clusters, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := networks.violation with input as document
	{v.msg | some v in violations} == expected
}
