package policies.pod.run_as_non_root_test

import data.policies.pod.run_as_non_root

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(of_pod, of_container) := {"securityContext": of_pod, "containers": [{"name": "web", "securityContext": of_container}]}

_yes := {"runAsNonRoot": true}

_no := {"runAsNonRoot": false}

_passing := {
	"for the Pod": [_spec(_yes, {}), {}],
	"for the container": [_spec(null, _yes), {}],
	"user namespace": [object.union(_spec(_no, {}), {"hostUsers": false}), {}],
	"exempt": [_spec({}, {}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_spec(_yes, _no), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "runAsNonRoot"]

_failing := {
	"not said": [_spec({}, {}), {}, "spec.containers[0] (web): runAsNonRoot is not set, nor for the Pod", _path],
	"container takes it back": [_spec(_yes, _no), {}, "spec.containers[0] (web): runAsNonRoot is false", _path],
	"Pod says no": [_spec(_no, _yes), {}, "the Pod: runAsNonRoot is false", ["spec", "securityContext", "runAsNonRoot"]],
	"user namespace before 1.35": [
		object.union(_spec(_no, _yes), {"hostUsers": false}),
		{"pssVersion": "v1.34"},
		"the Pod: runAsNonRoot is false",
		["spec", "securityContext", "runAsNonRoot"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request(_spec({"runAsNonRoot": "true"}, {}), {}), {"the Pod: runAsNonRoot is true"}],
	"context is text": [_request(_spec(_yes, "x"), {}), {"spec.containers[0] (web): runAsNonRoot is x"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	run_as_non_root.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	run_as_non_root.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := run_as_non_root.violation with input as document
	{v.msg | some v in violations} == expected
}
