package policies.pod.safe_sysctls_test

import data.policies.pod.safe_sysctls

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(sysctls) := {"securityContext": {"sysctls": sysctls}, "containers": []}

_named(name) := _spec([{"name": name, "value": "1"}])

_passing := {
	"none": [{"containers": []}, {}],
	"always safe": [_named("net.ipv4.tcp_syncookies"), {"pssVersion": "v1.20"}],
	"safe since 1.27": [_named("net.ipv4.ip_local_reserved_ports"), {"pssVersion": "v1.27"}],
	"safe since 1.29": [_named("net.ipv4.tcp_keepalive_time"), {"pssVersion": "v1.29"}],
	"safe since 1.32": [_named("net.ipv4.tcp_rmem"), {}],
	"allowed": [_named("net.core.somaxconn"), {"allowed": ["net.core.somaxconn"]}],
	"exempt": [_named("kernel.msgmax"), {"exemptions": [{"workload": "web"}]}],
}

_path := ["spec", "securityContext", "sysctls"]

_failing := {
	"never safe": [_named("kernel.msgmax"), {}, "the Pod sets the sysctl kernel.msgmax", _path],
	"before 1.27": [
		_named("net.ipv4.ip_local_reserved_ports"),
		{"pssVersion": "v1.26"},
		"the Pod sets the sysctl net.ipv4.ip_local_reserved_ports",
		_path,
	],
	"before 1.32": [_named("net.ipv4.tcp_wmem"), {"pssVersion": "v1.31"}, "the Pod sets the sysctl net.ipv4.tcp_wmem", _path],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request(_spec("kernel.msgmax"), {}), {"the Pod sets the sysctl kernel.msgmax"}],
	"text in list": [_request(_spec(["kernel.msgmax"]), {}), {"the Pod sets the sysctl kernel.msgmax"}],
	"no name": [_request(_spec([{"value": "1"}]), {}), {"the Pod sets the sysctl null"}],
	"version is none": [
		_request(_named("net.ipv4.tcp_syncookies"), {"pssVersion": "latest"}),
		{"the Pod sets the sysctl net.ipv4.tcp_syncookies"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	safe_sysctls.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	safe_sysctls.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := safe_sysctls.violation with input as document
	{v.msg | some v in violations} == expected
}
