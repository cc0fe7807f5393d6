package policies.pod.read_only_root_test

import data.policies.pod.read_only_root

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(context) := {"containers": [{"name": "web", "securityContext": context}]}

_passing := {
	"true": [_spec({"readOnlyRootFilesystem": true}), {}],
	"exempt": [_spec({}), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"]

_failing := {
	"not said": [_spec({}), {}, "spec.containers[0] (web): readOnlyRootFilesystem is null, not true", _path],
	"false": [
		_spec({"readOnlyRootFilesystem": false}),
		{},
		"spec.containers[0] (web): readOnlyRootFilesystem is false, not true",
		_path,
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [
		_request(_spec({"readOnlyRootFilesystem": "yes"}), {}),
		{"spec.containers[0] (web): readOnlyRootFilesystem is yes, not true"},
	],
	"context is text": [_request(_spec("x"), {}), {"spec.containers[0] (web): readOnlyRootFilesystem is x, not true"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	read_only_root.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	read_only_root.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := read_only_root.violation with input as document
	{v.msg | some v in violations} == expected
}
