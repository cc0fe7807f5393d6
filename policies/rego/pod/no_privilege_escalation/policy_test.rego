package policies.pod.no_privilege_escalation_test

import data.policies.pod.no_privilege_escalation

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(context) := {"containers": [{"name": "web", "securityContext": context}]}

_no := {"allowPrivilegeEscalation": false}

_passing := {
	"false": [_spec(_no), {}],
	"Windows": [object.union(_spec({}), {"os": {"name": "windows"}}), {}],
	"exempt": [_spec({}), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "allowPrivilegeEscalation"]

_failing := {
	"not said": [_spec({}), {}, "spec.containers[0] (web): allowPrivilegeEscalation is null, not false", _path],
	"true": [
		_spec({"allowPrivilegeEscalation": true}),
		{},
		"spec.containers[0] (web): allowPrivilegeEscalation is true, not false",
		_path,
	],
	"init container": [
		object.union(_spec(_no), {"initContainers": [{"name": "load"}]}),
		{},
		"spec.initContainers[0] (load): allowPrivilegeEscalation is null, not false",
		["spec", "initContainers", 0, "securityContext", "allowPrivilegeEscalation"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [
		_request(_spec({"allowPrivilegeEscalation": "false"}), {}),
		{"spec.containers[0] (web): allowPrivilegeEscalation is false, not false"},
	],
	"context is text": [_request(_spec("x"), {}), {"spec.containers[0] (web): allowPrivilegeEscalation is x, not false"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_privilege_escalation.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	no_privilege_escalation.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_privilege_escalation.violation with input as document
	{v.msg | some v in violations} == expected
}
