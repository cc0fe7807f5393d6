package policies.gpu.no_device_access_test

import data.policies.gpu.no_device_access

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_known := {"devices": ["/dev/nvidia", "/dev/dri"], "variables": ["NVIDIA_VISIBLE_DEVICES"]}

_mounted(path) := {"containers": [], "volumes": [{"name": "data", "hostPath": {"path": path}}, {"name": "tmp", "emptyDir": {}}]}

_variable(more) := {"containers": [{"name": "web", "env": [object.union({"name": "NVIDIA_VISIBLE_DEVICES"}, more)]}]}

_passing := {
	"no volumes": [{"containers": [{"name": "web"}]}, _known],
	"another path": [_mounted("/var/log"), _known],
	"another variable": [{"containers": [{"name": "web", "env": [{"name": "A", "value": "all"}]}]}, _known],
	"switched off": [_variable({"value": "void"}), _known],
	"exempt volume": [_mounted("/dev/nvidia0"), object.union(_known, {"exemptions": [{"workload": "web"}]})],
	"exempt from the rule": [_mounted("/dev/nvidia0"), object.union(_known, {"exemptions": [{"rule": "device"}]})],
	"exempt variable": [_variable({"value": "all"}), object.union(_known, {"exemptions": [{"container": "web"}]})],
}

_failing := {
	"device": [
		_mounted("/dev/nvidia0"),
		_known,
		"spec.volumes[0] (data): the device /dev/nvidia0 of the host is mounted",
		{"rule": "device", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"device, exempt from the other rule": [
		_mounted("/dev/nvidia0"),
		object.union(_known, {"exemptions": [{"workload": "web", "rule": "variable"}]}),
		"spec.volumes[0] (data): the device /dev/nvidia0 of the host is mounted",
		{"rule": "device", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"all devices": [
		_mounted("/dev"),
		{},
		"spec.volumes[0] (data): the device /dev of the host is mounted",
		{"rule": "device", "path": ["spec", "volumes", 0, "hostPath"]},
	],
	"all cards": [
		_variable({"value": "all"}),
		_known,
		"spec.containers[0] (web): NVIDIA_VISIBLE_DEVICES is all",
		{"rule": "variable", "path": ["spec", "containers", 0, "env", 0]},
	],
	"from elsewhere": [
		_variable({"valueFrom": {"configMapKeyRef": {}}}),
		_known,
		"spec.containers[0] (web): NVIDIA_VISIBLE_DEVICES is a reference",
		{"rule": "variable", "path": ["spec", "containers", 0, "env", 0]},
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"volumes are text": [_request({"containers": [], "volumes": "/dev"}, _known), {"spec.volumes is not a list"}],
	"path is a number": [_request(_mounted(7), _known), {"spec.volumes[0] (data): the device 7 of the host is mounted"}],
	"env is a mapping": [
		_request({"containers": [{"name": "web", "env": {"NVIDIA_VISIBLE_DEVICES": "all"}}]}, _known),
		{"spec.containers[0] (web): env is not a list of mappings"},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	no_device_access.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	no_device_access.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := no_device_access.violation with input as document
	{v.msg | some v in violations} == expected
}
