package policies.network.tls_hosts_test

import data.policies.network.tls_hosts

_request(content, parameters) := {
	"parameters": parameters,
	"review": {"object": object.union({"kind": "Ingress", "metadata": {"name": "web", "namespace": "shop"}}, content)},
}

_ingress(host, tls) := {"spec": {"rules": [{"host": host}], "tls": [{"hosts": tls}]}}

_gateway(listener) := {"kind": "Gateway", "spec": {"listeners": [listener]}}

_passing := {
	"named, TLS": [_ingress("shop.example.com", ["shop.example.com"]), {}],
	"wildcard of the list": [_ingress("*.example.com", ["*.example.com"]), {"wildcards": ["*.example.com"]}],
	"gateway": [_gateway({"hostname": "shop.example.com", "protocol": "HTTPS"}), {}],
	"exempt": [_ingress("*", []), {"exemptions": [{"workload": "web"}]}],
	"exempt backend": [{"spec": {"defaultBackend": {}}}, {"exemptions": [{"workload": "web"}]}],
	"exempt gateway": [_gateway({"hostname": "*", "protocol": "HTTP"}), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"no TLS": [
		_ingress("shop.example.com", []),
		{},
		"the host shop.example.com has no TLS",
		{"rule": "no-tls", "path": ["spec", "tls"]},
	],
	"wildcard": [
		_ingress("*.example.com", ["*.example.com"]),
		{},
		"spec.rules[0].host is *.example.com: a wildcard",
		{"rule": "unbounded-host", "path": ["spec", "rules", 0, "host"]},
	],
	"no host": [
		{"spec": {"rules": [{}]}},
		{},
		"spec.rules[0].host is missing: every name is answered",
		{"rule": "unbounded-host", "path": ["spec", "rules", 0, "host"]},
	],
	"backend": [
		{"spec": {"defaultBackend": {"service": {"name": "web"}}}},
		{},
		"spec.defaultBackend answers every host",
		{"rule": "default-backend", "path": ["spec", "defaultBackend"]},
	],
	"gateway without TLS": [
		_gateway({"hostname": "shop.example.com", "protocol": "HTTP"}),
		{},
		"spec.listeners[0].protocol is HTTP, not HTTPS or TLS",
		{"rule": "no-tls", "path": ["spec", "listeners", 0, "protocol"]},
	],
	"gateway without host": [
		_gateway({"protocol": "TLS"}),
		{},
		"spec.listeners[0].hostname is missing: every name is answered",
		{"rule": "unbounded-host", "path": ["spec", "listeners", 0, "hostname"]},
	],
}

_malformed := {
	"empty input": [{}, {"this is no Ingress or Gateway with a spec"}],
	"spec is text": [
		_request({"spec": "x"}, {}),
		{"this is no Ingress or Gateway with a spec", "spec.defaultBackend answers every host"},
	],
	"rule is text": [_request({"spec": {"rules": ["x"]}}, {}), {"the host x has no TLS"}],
	"host is a number": [_request(_ingress(7, []), {}), {"spec.rules[0].host is 7: no name"}],
	"listener is text": [
		_request(_gateway("x"), {}),
		{"spec.listeners[0].protocol is x, not HTTPS or TLS"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	tls_hosts.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	tls_hosts.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := tls_hosts.violation with input as document
	{v.msg | some v in violations} == expected
}
