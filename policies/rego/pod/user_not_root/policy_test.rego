package policies.pod.user_not_root_test

import data.policies.pod.user_not_root

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(of_pod, of_container) := {"securityContext": of_pod, "containers": [{"name": "web", "securityContext": of_container}]}

_passing := {
	"not said": [_spec({}, null), {}],
	"ordinary": [_spec({"runAsUser": 1000}, {"runAsUser": 1}), {}],
	"user namespace": [object.union(_spec({"runAsUser": 0}, {}), {"hostUsers": false}), {}],
	"exempt": [_spec({"runAsUser": 0}, {}), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"Pod": [_spec({"runAsUser": 0}, {}), {}, "the Pod: runAsUser is 0", ["spec", "securityContext", "runAsUser"]],
	"container": [
		_spec({"runAsUser": 1000}, {"runAsUser": 0}),
		{},
		"spec.containers[0] (web): runAsUser is 0",
		["spec", "containers", 0, "securityContext", "runAsUser"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request(_spec({"runAsUser": "0"}, {}), {}), {"the Pod: runAsUser is 0"}],
	"negative": [_request(_spec({"runAsUser": -1}, {}), {}), {"the Pod: runAsUser is -1"}],
	"context is text": [_request(_spec({}, "x"), {}), {"spec.containers[0] (web): runAsUser is x"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	user_not_root.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	user_not_root.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := user_not_root.violation with input as document
	{v.msg | some v in violations} == expected
}
