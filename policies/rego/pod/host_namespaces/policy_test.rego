package policies.pod.host_namespaces_test

import data.policies.pod.host_namespaces

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_web := {"containers": [{"name": "web"}]}

_passing := {
	"not said": [_web, {}],
	"false": [object.union(_web, {"hostNetwork": false, "hostPID": null, "hostIPC": false}), {}],
	"exempt": [object.union(_web, {"hostNetwork": true}), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"network": [object.union(_web, {"hostNetwork": true}), {}, "spec.hostNetwork is true", ["spec", "hostNetwork"]],
	"processes": [object.union(_web, {"hostPID": true}), {}, "spec.hostPID is true", ["spec", "hostPID"]],
	"IPC": [object.union(_web, {"hostIPC": true}), {}, "spec.hostIPC is true", ["spec", "hostIPC"]],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request(object.union(_web, {"hostPID": "no"}), {}), {"spec.hostPID is no"}],
	"number": [_request(object.union(_web, {"hostNetwork": 1}), {}), {"spec.hostNetwork is 1"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	host_namespaces.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	host_namespaces.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := host_namespaces.violation with input as document
	{v.msg | some v in violations} == expected
}
