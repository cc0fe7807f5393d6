package policies.edge.probes_test

import data.policies.edge.probes

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(container) := {"containers": [object.union({"name": "web"}, container)]}

_probe := {"httpGet": {"path": "/ready", "port": 80}}

_passing := {
	"ready": [_spec({"readinessProbe": _probe}), {}],
	"both": [_spec({"readinessProbe": _probe, "startupProbe": {"exec": {}}}), {"probes": ["readinessProbe", "startupProbe"]}],
	"ends": [object.union(_spec({}), {"restartPolicy": "OnFailure"}), {}],
	"init container that ends": [{"containers": [], "initContainers": [{"name": "load"}]}, {}],
	"exempt": [_spec({}), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"none": [
		_spec({"livenessProbe": _probe}),
		{},
		"spec.containers[0] (web): there is no readinessProbe",
		["spec", "containers", 0, "readinessProbe"],
	],
	"no startup probe": [
		_spec({"readinessProbe": _probe}),
		{"probes": ["readinessProbe", "startupProbe"]},
		"spec.containers[0] (web): there is no startupProbe",
		["spec", "containers", 0, "startupProbe"],
	],
	"init container that keeps running": [
		{"containers": [], "initContainers": [{"name": "proxy", "restartPolicy": "Always"}]},
		{},
		"spec.initContainers[0] (proxy): there is no readinessProbe",
		["spec", "initContainers", 0, "readinessProbe"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"probe is text": [_request(_spec({"readinessProbe": "/ready"}), {}), {"spec.containers[0] (web): there is no readinessProbe"}],
	"probe asks nothing": [
		_request(_spec({"readinessProbe": {"periodSeconds": 5}}), {}),
		{"spec.containers[0] (web): there is no readinessProbe"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	probes.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	probes.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := probes.violation with input as document
	{v.msg | some v in violations} == expected
}

test_passing_pod_of_a_job if {
	pod := {"metadata": {"name": "load", "ownerReferences": [{"kind": "Job", "name": "load"}]}, "spec": _spec({})}
	probes.violation == set() with input as {"review": {"object": pod}}
}
