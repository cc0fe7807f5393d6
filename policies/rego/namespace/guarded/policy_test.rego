package policies.namespace.guarded_test

import data.policies.namespace.guarded

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_unit(namespaces) := {"units": {"base": {"namespaces": namespaces}}}

_all := ["defaultDeny", "limitRange", "namespace", "quota"]

_passing := {
	"all guards": [_unit({"shop": _all}), {}],
	"some needed": [_unit({"shop": ["namespace", "defaultDeny"]}), {"needs": ["defaultDeny"]}],
	"unbounded": [_unit({"argocd": ["namespace", "defaultDeny"]}), {"unbounded": ["argocd"]}],
	"not made here": [_unit({"kube-system": ["quota"]}), {}],
	"by two units": [{"units": {"a": {"namespaces": {"shop": ["namespace"]}}, "b": {"namespaces": {"shop": _all}}}}, {}],
}

_path(name) := {"path": sprintf("spec.components.cluster-baseline.values.namespaces.%s", [name])}

_failing := {
	"open": [
		_unit({"shop": ["namespace", "quota", "limitRange"]}),
		{},
		"the namespace shop has no NetworkPolicy that denies everything",
		_path("shop"),
	],
	"no quota": [
		_unit({"shop": ["namespace", "defaultDeny", "limitRange"]}),
		{},
		"the namespace shop has no ResourceQuota",
		_path("shop"),
	],
	"open and unbounded": [
		_unit({"argocd": ["namespace"]}),
		{"unbounded": ["argocd"]},
		"the namespace argocd has no NetworkPolicy that denies everything",
		_path("argocd"),
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units"}],
	"unit without namespaces": [_request({"units": {"a": {}}}, {}), {"the model of unit a has no namespaces"}],
	"unit is text": [_request({"units": {"a": "x"}}, {}), {"the model of unit a has no namespaces"}],
	"namespaces are text": [_request({"units": {"a": {"namespaces": "x"}}}, {}), {"the model of unit a has no namespaces"}],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	guarded.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	guarded.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := guarded.violation with input as document
	{v.msg | some v in violations} == expected
}
