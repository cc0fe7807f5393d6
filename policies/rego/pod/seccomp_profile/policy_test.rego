package policies.pod.seccomp_profile_test

import data.policies.pod.seccomp_profile

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(of_pod, of_container) := {"securityContext": of_pod, "containers": [{"name": "web", "securityContext": of_container}]}

_profile(type) := {"seccompProfile": {"type": type}}

_passing := {
	"for the Pod": [_spec(_profile("RuntimeDefault"), {}), {}],
	"for the container": [_spec(null, _profile("Localhost")), {}],
	"Windows": [object.union(_spec({}, {}), {"os": {"name": "windows"}}), {}],
	"exempt": [_spec({}, {}), {"exemptions": [{"workload": "web"}]}],
	"exempt Pod": [_spec(_profile("Unconfined"), {}), {"exemptions": [{"namespace": "shop"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "seccompProfile", "type"]

_failing := {
	"not said": [_spec({}, {}), {}, "spec.containers[0] (web): no seccomp profile is set, nor for the Pod", _path],
	"container is unconfined": [
		_spec(_profile("RuntimeDefault"), _profile("Unconfined")),
		{},
		"spec.containers[0] (web): the seccomp profile is Unconfined",
		_path,
	],
	"Pod is unconfined": [
		_spec(_profile("Unconfined"), {}),
		{},
		"the Pod: the seccomp profile is Unconfined",
		["spec", "securityContext", "seccompProfile", "type"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"profile is text": [
		_request(_spec({"seccompProfile": "RuntimeDefault "}, {}), {}),
		{"the Pod: the seccomp profile is RuntimeDefault "},
	],
	"context is text": [
		_request(_spec(_profile("RuntimeDefault"), "x"), {}),
		{"spec.containers[0] (web): the seccomp profile is x"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	seccomp_profile.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	seccomp_profile.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := seccomp_profile.violation with input as document
	{v.msg | some v in violations} == expected
}
