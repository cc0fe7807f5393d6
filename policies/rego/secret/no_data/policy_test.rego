package policies.secret.no_data_test

import data.policies.secret.no_data

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Secret", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_passing := {
	"empty": [{"data": {}, "stringData": null}, {}],
	"allowed type": [{"type": "example.com/public", "data": {"a": "b"}}, {"types": ["example.com/public"]}],
	"exempt": [{"data": {"a": "b"}}, {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"data": [{"data": {"password": "c2VjcmV0"}}, {}, "the Secret contains data", ["data"]],
	"text": [{"stringData": {"password": "secret"}}, {}, "the Secret contains stringData", ["stringData"]],
}

_malformed := {
	"empty input": [{}, {"this is not a Secret"}],
	"data is text": [_request({"data": "c2VjcmV0"}, {}), {"the Secret contains data"}],
	"data is a list": [_request({"data": []}, {}), {"the Secret contains data"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_data.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	no_data.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_data.violation with input as document
	{v.msg | some v in violations} == expected
}
