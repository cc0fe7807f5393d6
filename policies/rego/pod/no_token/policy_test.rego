package policies.pod.no_token_test

import data.policies.pod.no_token

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(more) := object.union({"containers": []}, more)

_passing := {
	"false": [_spec({"automountServiceAccountToken": false}), {}],
	"listed": [_spec({"serviceAccountName": "reader"}), {"serviceAccounts": ["reader"]}],
	"exempt": [_spec({}), {"exemptions": [{"workload": "web"}]}],
}

_path := ["spec", "automountServiceAccountToken"]

_failing := {
	"not said": [_spec({}), {}, "automountServiceAccountToken is null, not false, for the ServiceAccount default", _path],
	"true": [
		_spec({"automountServiceAccountToken": true, "serviceAccountName": "web"}),
		{"serviceAccounts": ["reader"]},
		"automountServiceAccountToken is true, not false, for the ServiceAccount web",
		_path,
	],
}

_malformed := {
	"empty input": [
		{},
		{
			"spec.containers is not a list of containers",
			"automountServiceAccountToken is null, not false, for the ServiceAccount default",
		},
	],
	"text": [
		_request(_spec({"automountServiceAccountToken": "no", "serviceAccountName": 7}), {}),
		{"automountServiceAccountToken is no, not false, for the ServiceAccount 7"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_token.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	no_token.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_token.violation with input as document
	{v.msg | some v in violations} == expected
}
