package policies.edge.no_central_dependency_test

import data.policies.edge.no_central_dependency

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_parameters := {"domains": ["central.example.com"]}

_data(text) := {"data": {"a": text}}

_passing := {
	"site": [_data("http://queue.serving.svc:80/"), _parameters],
	"another domain": [_data("https://central.example.com.evil.org decentral.example.com"), _parameters],
	"exempt": [_data("central.example.com"), object.union(_parameters, {"exemptions": [{"workload": "web"}]})],
}

_failing := {
	"domain": [
		_data("url: https://central.example.com/v1"),
		_parameters,
		"data.a names a host of central.example.com",
		["data", "a"],
	],
	"host below": [_data("S3.Central.Example.com:443"), _parameters, "data.a names a host of central.example.com", ["data", "a"]],
	"variable": [
		{"kind": "Pod", "spec": {"containers": [{"name": "web", "env": [{"name": "API", "value": "central.example.com"}]}]}},
		_parameters,
		"spec.containers[0].env[0].value names a host of central.example.com",
		["spec", "containers", 0, "env", 0, "value"],
	],
}

_malformed := {
	"empty input": [{}, {"this is not a ConfigMap or Pod", "the parameter domains is empty"}],
	"another kind": [_request({"kind": "Secret"}, _parameters), {"this is not a ConfigMap or Pod"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_central_dependency.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	no_central_dependency.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_central_dependency.violation with input as document
	{v.msg | some v in violations} == expected
}
