package policies.pod.baseline_capabilities_test

import data.policies.pod.baseline_capabilities

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_allowed := {"allowed": ["CHOWN", "NET_BIND_SERVICE"]}

_spec(capabilities) := {"containers": [{"name": "web", "securityContext": {"capabilities": capabilities}}]}

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"dropped": [_spec({"drop": ["SYS_ADMIN"]}), _allowed],
	"allowed": [_spec({"add": ["CHOWN"]}), _allowed],
	"exempt": [_spec({"add": ["SYS_ADMIN"]}), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "capabilities", "add"]

_failing := {
	"beyond": [
		_spec({"add": ["CHOWN", "SYS_ADMIN"]}),
		_allowed,
		"spec.containers[0] (web): the capability SYS_ADMIN is added",
		_path,
	],
	"all": [_spec({"add": ["ALL"]}), _allowed, "spec.containers[0] (web): the capability ALL is added", _path],
	"nothing is allowed": [_spec({"add": ["CHOWN"]}), {}, "spec.containers[0] (web): the capability CHOWN is added", _path],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request(_spec({"add": "SYS_ADMIN"}), _allowed), {"spec.containers[0] (web): the capability SYS_ADMIN is added"}],
	"capabilities are text": [_request(_spec("x"), _allowed), {"spec.containers[0] (web): the capability x is added"}],
	"lower case": [_request(_spec({"add": ["chown"]}), _allowed), {"spec.containers[0] (web): the capability chown is added"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	baseline_capabilities.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	baseline_capabilities.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := baseline_capabilities.violation with input as document
	{v.msg | some v in violations} == expected
}
