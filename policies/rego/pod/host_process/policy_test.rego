package policies.pod.host_process_test

import data.policies.pod.host_process

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_of_pod(context) := {"securityContext": context, "containers": [{"name": "web"}]}

_of_container(context) := {"containers": [{"name": "web", "securityContext": context}]}

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"null": [_of_pod(null), {}],
	"allowed for the Pod": [_of_pod({"windowsOptions": {"hostProcess": false}}), {}],
	"allowed for a container": [_of_container({"windowsOptions": {"hostProcess": false}}), {}],
	"exempt Pod": [_of_pod({"windowsOptions": {"hostProcess": true}}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_of_container({"windowsOptions": {"hostProcess": true}}), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"Pod": [
		_of_pod({"windowsOptions": {"hostProcess": true}}),
		{},
		"the Pod: hostProcess is true",
		["spec", "securityContext", "windowsOptions", "hostProcess"],
	],
	"container": [
		_of_container({"windowsOptions": {"hostProcess": true}}),
		{},
		"spec.containers[0] (web): hostProcess is true",
		["spec", "containers", 0, "securityContext", "windowsOptions", "hostProcess"],
	],
	"ephemeral container": [
		{"containers": [], "ephemeralContainers": [{"name": "debug", "securityContext": {"windowsOptions": {"hostProcess": true}}}]},
		{},
		"spec.ephemeralContainers[0] (debug): hostProcess is true",
		["spec", "ephemeralContainers", 0, "securityContext", "windowsOptions", "hostProcess"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"context of the Pod is text": [_request(_of_pod("x"), {}), {"the Pod: hostProcess is x"}],
	"context of a container is a list": [_request(_of_container([]), {}), {"spec.containers[0] (web): hostProcess is []"}],
	"windowsOptions is a number": [
		_request(_of_container({"windowsOptions": 7}), {}),
		{"spec.containers[0] (web): hostProcess is 7"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	host_process.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	host_process.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := host_process.violation with input as document
	{v.msg | some v in violations} == expected
}
