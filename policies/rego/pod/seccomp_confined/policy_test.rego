package policies.pod.seccomp_confined_test

import data.policies.pod.seccomp_confined

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_of_pod(context) := {"securityContext": context, "containers": [{"name": "web"}]}

_of_container(context) := {"containers": [{"name": "web", "securityContext": context}]}

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"null": [_of_pod(null), {}],
	"allowed for the Pod": [_of_pod({"seccompProfile": {"type": "RuntimeDefault"}}), {}],
	"allowed for a container": [_of_container({"seccompProfile": {"type": "RuntimeDefault"}}), {}],
	"exempt Pod": [_of_pod({"seccompProfile": {"type": "Unconfined"}}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_of_container({"seccompProfile": {"type": "Unconfined"}}), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"Pod": [
		_of_pod({"seccompProfile": {"type": "Unconfined"}}),
		{},
		"the Pod: the seccomp profile is Unconfined",
		["spec", "securityContext", "seccompProfile", "type"],
	],
	"container": [
		_of_container({"seccompProfile": {"type": "Unconfined"}}),
		{},
		"spec.containers[0] (web): the seccomp profile is Unconfined",
		["spec", "containers", 0, "securityContext", "seccompProfile", "type"],
	],
	"ephemeral container": [
		{"containers": [], "ephemeralContainers": [{"name": "debug", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}]},
		{},
		"spec.ephemeralContainers[0] (debug): the seccomp profile is Unconfined",
		["spec", "ephemeralContainers", 0, "securityContext", "seccompProfile", "type"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"context of the Pod is text": [_request(_of_pod("x"), {}), {"the Pod: the seccomp profile is x"}],
	"context of a container is a list": [_request(_of_container([]), {}), {"spec.containers[0] (web): the seccomp profile is []"}],
	"seccompProfile is a number": [
		_request(_of_container({"seccompProfile": 7}), {}),
		{"spec.containers[0] (web): the seccomp profile is 7"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	seccomp_confined.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	seccomp_confined.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := seccomp_confined.violation with input as document
	{v.msg | some v in violations} == expected
}
