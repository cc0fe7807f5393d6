package policies.pod.host_paths_test

import data.policies.pod.host_paths

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(path, mount) := {
	"containers": [{"name": "web", "volumeMounts": [object.union({"name": "data", "mountPath": "/data"}, mount)]}],
	"volumes": [{"name": "data", "hostPath": {"path": path}}, {"name": "tmp", "emptyDir": {}}],
}

_read := {"readOnly": true}

_logs := {"allowed": [{"path": "/var/log/"}, {"path": "/var/cache/models", "write": true}]}

_passing := {
	"no volumes": [{"containers": []}, {}],
	"listed": [_spec("/var/log", _read), _logs],
	"below what is listed": [_spec("/var/log/pods/a/", _read), _logs],
	"writable": [_spec("/var/cache/models", {}), _logs],
	"not mounted": [object.union(_spec("/var/log", {}), {"containers": [{"name": "web"}]}), _logs],
	"exempt": [_spec("/etc", {}), {"exemptions": [{"workload": "web"}]}],
	"exempt container": [_spec("/var/log", {}), object.union(_logs, {"exemptions": [{"container": "web"}]})],
}

_failing := {
	"nothing is listed": [
		_spec("/var/log", _read),
		{},
		"spec.volumes[0] (data): the path /var/log of the host is not allowed",
		{"rule": "not-allowed", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"beside what is listed": [
		_spec("/var/logs", _read),
		_logs,
		"spec.volumes[0] (data): the path /var/logs of the host is not allowed",
		{"rule": "not-allowed", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"steps out": [
		_spec("/var/log/../../etc", _read),
		_logs,
		"spec.volumes[0] (data): the path /var/log/../../etc of the host is not allowed",
		{"rule": "not-allowed", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"for writing": [
		_spec("/var/log", {}),
		_logs,
		"spec.containers[0] (web): the path /var/log of the host is mounted for writing",
		{"rule": "writable", "path": ["spec", "containers", 0, "volumeMounts", 0]},
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"volumes are text": [_request({"containers": [], "volumes": "/"}, {}), {"spec.volumes is not a list"}],
	"volume is text": [_request({"containers": [], "volumes": ["/"]}, {}), {"spec.volumes[0] is not a volume"}],
	"hostPath is text": [
		_request({"containers": [], "volumes": [{"name": "a", "hostPath": "/etc"}]}, {}),
		{"spec.volumes[0] (a): the path /etc of the host is not allowed"},
	],
	"path is a number": [
		_request({"containers": [], "volumes": [{"name": "a", "hostPath": {"path": 7}}]}, _logs),
		{"spec.volumes[0] (a): the path 7 of the host is not allowed"},
	],
	"mounts are text": [
		_request({"containers": [{"name": "web", "volumeMounts": "data"}]}, {}),
		{"spec.containers[0] (web): volumeMounts is not a list of mappings"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	host_paths.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	host_paths.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := host_paths.violation with input as document
	{v.msg | some v in violations} == expected
}
