package policies.pod.drop_all_capabilities_test

import data.policies.pod.drop_all_capabilities

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_bind := {"allowed": ["NET_BIND_SERVICE"]}

_spec(capabilities) := {"containers": [{"name": "web", "securityContext": {"capabilities": capabilities}}]}

_passing := {
	"dropped": [_spec({"drop": ["ALL"]}), _bind],
	"may bind": [_spec({"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}), _bind],
	"Windows": [{"containers": [{"name": "web"}], "os": {"name": "windows"}}, _bind],
	"exempt": [_spec({"add": ["CHOWN"]}), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "capabilities"]

_failing := {
	"not said": [_spec({}), _bind, "spec.containers[0] (web): capabilities.drop does not hold ALL", array.concat(_path, ["drop"])],
	"some": [
		_spec({"drop": ["NET_RAW"]}),
		_bind,
		"spec.containers[0] (web): capabilities.drop does not hold ALL",
		array.concat(_path, ["drop"]),
	],
	"added": [
		_spec({"drop": ["ALL"], "add": ["CHOWN"]}),
		_bind,
		"spec.containers[0] (web): the capability CHOWN is added",
		array.concat(_path, ["add"]),
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"drop is text": [_request(_spec({"drop": "all"}), _bind), {"spec.containers[0] (web): capabilities.drop does not hold ALL"}],
	"context is text": [
		_request({"containers": [{"name": "web", "securityContext": "x"}]}, _bind),
		{
			"spec.containers[0] (web): capabilities.drop does not hold ALL",
			"spec.containers[0] (web): the capability x is added",
		},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	drop_all_capabilities.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	drop_all_capabilities.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := drop_all_capabilities.violation with input as document
	{v.msg | some v in violations} == expected
}
