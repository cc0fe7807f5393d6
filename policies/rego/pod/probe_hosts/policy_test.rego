package policies.pod.probe_hosts_test

import data.policies.pod.probe_hosts

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(more) := {"containers": [object.union({"name": "web"}, more)]}

_probe(host) := {"readinessProbe": {"httpGet": {"path": "/", "host": host}}}

_passing := {
	"no probes": [_spec({}), {}],
	"no host": [_spec({"livenessProbe": {"tcpSocket": {"port": 80}}, "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}), {}],
	"empty host": [_spec(_probe("")), {}],
	"before 1.34": [_spec(_probe("10.0.0.1")), {"pssVersion": "v1.33"}],
	"exempt": [_spec(_probe("10.0.0.1")), {"exemptions": [{"container": "web"}]}],
}

_failing := {
	"probe": [
		_spec(_probe("10.0.0.1")),
		{},
		"spec.containers[0] (web): readinessProbe.httpGet.host is 10.0.0.1",
		["spec", "containers", 0, "readinessProbe", "httpGet", "host"],
	],
	"hook": [
		_spec({"lifecycle": {"preStop": {"httpGet": {"host": "169.254.169.254"}}}}),
		{"pssVersion": "v1.34"},
		"spec.containers[0] (web): lifecycle.preStop.httpGet.host is 169.254.169.254",
		["spec", "containers", 0, "lifecycle", "preStop", "httpGet", "host"],
	],
	"socket": [
		_spec({"startupProbe": {"tcpSocket": {"host": "localhost"}}}),
		{},
		"spec.containers[0] (web): startupProbe.tcpSocket.host is localhost",
		["spec", "containers", 0, "startupProbe", "tcpSocket", "host"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"probe is text": [
		_request(_spec({"livenessProbe": "x"}), {}),
		{
			"spec.containers[0] (web): livenessProbe.httpGet.host is x",
			"spec.containers[0] (web): livenessProbe.tcpSocket.host is x",
		},
	],
	"host is a number": [_request(_spec(_probe(7)), {}), {"spec.containers[0] (web): readinessProbe.httpGet.host is 7"}],
	"version is none": [
		_request(_spec(_probe("a")), {"pssVersion": "latest"}),
		{"spec.containers[0] (web): readinessProbe.httpGet.host is a"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	probe_hosts.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	probe_hosts.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := probe_hosts.violation with input as document
	{v.msg | some v in violations} == expected
}
