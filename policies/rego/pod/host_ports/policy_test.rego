package policies.pod.host_ports_test

import data.policies.pod.host_ports

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(port) := {"containers": [{"name": "web", "ports": [{"containerPort": 80}, port]}]}

_passing := {
	"no ports": [{"containers": [{"name": "web"}]}, {}],
	"none of the host": [_spec({"containerPort": 81, "hostPort": 0}), {}],
	"in a range": [_spec({"hostPort": 9100}), {"ranges": [{"first": 80, "last": 80}, {"first": 9100, "last": 9199}]}],
	"exempt": [_spec({"hostPort": 80}), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"nothing is listed": [
		_spec({"hostPort": 80}),
		{},
		"spec.containers[0] (web): port 80 of the host is not allowed",
		["spec", "containers", 0, "ports", 1, "hostPort"],
	],
	"outside": [
		_spec({"hostPort": 9200}),
		{"ranges": [{"first": 9100, "last": 9199}]},
		"spec.containers[0] (web): port 9200 of the host is not allowed",
		["spec", "containers", 0, "ports", 1, "hostPort"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"ports are text": [
		_request({"containers": [{"name": "web", "ports": "80"}]}, {}),
		{"spec.containers[0] (web): ports is not a list of mappings"},
	],
	"port is text": [
		_request(_spec({"hostPort": "80"}), {"ranges": [{"first": 1, "last": 65535}]}),
		{"spec.containers[0] (web): port 80 of the host is not allowed"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	host_ports.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	host_ports.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := host_ports.violation with input as document
	{v.msg | some v in violations} == expected
}
