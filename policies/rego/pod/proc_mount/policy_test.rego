package policies.pod.proc_mount_test

import data.policies.pod.proc_mount

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(value) := {"containers": [{"name": "web", "securityContext": {"procMount": value}}]}

_apart(value) := object.union(_spec(value), {"hostUsers": false})

_passing := {
	"not said": [{"containers": [{"name": "web"}]}, {}],
	"default": [_spec("Default"), {}],
	"user namespace on the baseline": [_apart("Unmasked"), {"level": "baseline", "pssVersion": "v1.35"}],
	"exempt": [_spec("Unmasked"), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "securityContext", "procMount"]

_failing := {
	"unmasked": [_spec("Unmasked"), {}, "spec.containers[0] (web): procMount is Unmasked", _path],
	"without user namespace": [_spec("Unmasked"), {"level": "baseline"}, "spec.containers[0] (web): procMount is Unmasked", _path],
	"restricted": [_apart("Unmasked"), {"level": "restricted"}, "spec.containers[0] (web): procMount is Unmasked", _path],
	"before 1.35": [
		_apart("Unmasked"),
		{"level": "baseline", "pssVersion": "v1.34"},
		"spec.containers[0] (web): procMount is Unmasked",
		_path,
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"context is text": [
		_request({"containers": [{"name": "web", "securityContext": "x"}]}, {}),
		{"spec.containers[0] (web): procMount is x"},
	],
	"number": [_request(_spec(1), {}), {"spec.containers[0] (web): procMount is 1"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	proc_mount.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	proc_mount.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := proc_mount.violation with input as document
	{v.msg | some v in violations} == expected
}
