package policies.network.named_egress_test

import data.policies.network.named_egress

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "NetworkPolicy", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_to(peers) := {"spec": {"egress": [{"to": peers}]}}

_passing := {
	"nothing leaves": [{"spec": {"policyTypes": ["Egress"]}}, {}],
	"pods": [_to([{"podSelector": {"matchLabels": {"app": "web"}}, "namespaceSelector": {}}]), {}],
	"own namespace": [_to([{"podSelector": {}}]), {}],
	"namespace": [_to([{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "dns"}}}]), {}],
	"network": [_to([{"ipBlock": {"cidr": "10.1.0.0/16"}}]), {}],
	"exempt": [_to([]), {"exemptions": [{"workload": "web"}]}],
	"exempt peer": [_to([{}]), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"no peers": [
		{"spec": {"egress": [{"ports": [{"port": 443}]}]}},
		{},
		"spec.egress[0] leads anywhere",
		{"rule": "anywhere", "path": ["spec", "egress", 0]},
	],
	"empty peer": [
		_to([{}]),
		{},
		"spec.egress[0].to[0] names no peer",
		{"rule": "unnamed-peer", "path": ["spec", "egress", 0, "to", 0]},
	],
	"all namespaces": [
		_to([{"namespaceSelector": {}}]),
		{},
		"spec.egress[0].to[0] names no peer",
		{"rule": "unnamed-peer", "path": ["spec", "egress", 0, "to", 0]},
	],
	"all pods": [
		_to([{"namespaceSelector": {}, "podSelector": {}}]),
		{},
		"spec.egress[0].to[0] names no peer",
		{"rule": "unnamed-peer", "path": ["spec", "egress", 0, "to", 0]},
	],
	"all addresses": [
		_to([{"ipBlock": {"cidr": "0.0.0.0/0"}}]),
		{},
		"spec.egress[0].to[0] names no peer",
		{"rule": "unnamed-peer", "path": ["spec", "egress", 0, "to", 0]},
	],
}

_malformed := {
	"empty input": [{}, {"the NetworkPolicy has no spec"}],
	"egress is text": [_request({"spec": {"egress": "x"}}, {}), {"spec.egress[0].to[0] names no peer"}],
	"peer is text": [_request(_to(["x"]), {}), {"spec.egress[0].to[0] names no peer"}],
	"network is a number": [_request(_to([{"ipBlock": {"cidr": 7}}]), {}), {"spec.egress[0].to[0] names no peer"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	named_egress.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	named_egress.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := named_egress.violation with input as document
	{v.msg | some v in violations} == expected
}
