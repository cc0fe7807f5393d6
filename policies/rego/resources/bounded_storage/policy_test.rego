package policies.resources.bounded_storage_test

import data.policies.resources.bounded_storage

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(container, volume) := {
	"containers": [object.union({"name": "web"}, container)],
	"volumes": [object.union({"name": "tmp"}, volume)],
}

_read_only := {"securityContext": {"readOnlyRootFilesystem": true}}

_passing := {
	"read-only, bounded": [_spec(_read_only, {"emptyDir": {"sizeLimit": "1Gi"}}), {}],
	"limit": [_spec({"resources": {"limits": {"ephemeral-storage": "1Gi"}}}, {"configMap": {}}), {}],
	"ephemeral container": [{"containers": [], "ephemeralContainers": [{"name": "debug"}]}, {}],
	"exempt": [_spec({}, {"emptyDir": {}}), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"emptyDir": [
		_spec(_read_only, {"emptyDir": {}}),
		{},
		"spec.volumes[0] (tmp): the emptyDir has no size limit",
		{"rule": "empty-dir", "path": ["spec", "volumes", 0, "emptyDir", "sizeLimit"]},
	],
	"container": [
		_spec({}, {"configMap": {}}),
		{},
		"spec.containers[0] (web): no limit for ephemeral-storage, and the root file system can be written",
		{"rule": "root-filesystem", "path": ["spec", "containers", 0, "resources", "limits"]},
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"emptyDir is text": [
		_request(_spec(_read_only, {"emptyDir": "x"}), {}),
		{"spec.volumes[0] (tmp): the emptyDir has no size limit"},
	],
	"limit is no quantity": [
		_request(_spec({"resources": {"limits": {"ephemeral-storage": "much"}}}, {"configMap": {}}), {}),
		{"spec.containers[0] (web): no limit for ephemeral-storage, and the root file system can be written"},
	],
	"volumes are text": [_request({"containers": [], "volumes": "x"}, {}), {"spec.volumes is not a list"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	bounded_storage.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, details] in _failing
	bounded_storage.violation == {{"msg": msg, "details": details}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := bounded_storage.violation with input as document
	{v.msg | some v in violations} == expected
}
