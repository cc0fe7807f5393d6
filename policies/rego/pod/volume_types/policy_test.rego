package policies.pod.volume_types_test

import data.policies.pod.volume_types

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(volume) := {"containers": [], "volumes": [object.union({"name": "data"}, volume)]}

_passing := {
	"none": [{"containers": []}, {}],
	"emptyDir": [_spec({"emptyDir": {}, "hostPath": null}), {}],
	"image": [_spec({"image": {"reference": "a"}}), {}],
	"allowed": [_spec({"nfs": {}}), {"allowed": ["nfs"]}],
	"exempt": [_spec({"nfs": {}}), {"exemptions": [{"workload": "web"}]}],
}

_failing := {
	"nfs": [
		_spec({"nfs": {"server": "a"}}),
		{},
		"spec.volumes[0] (data): the volume is of the type nfs",
		["spec", "volumes", 0, "nfs"],
	],
	"image before 1.33": [
		_spec({"image": {"reference": "a"}}),
		{"pssVersion": "v1.32"},
		"spec.volumes[0] (data): the volume is of the type image",
		["spec", "volumes", 0, "image"],
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"text": [_request({"containers": [], "volumes": "x"}, {}), {"spec.volumes is not a list"}],
	"number in list": [_request({"containers": [], "volumes": [7]}, {}), {"spec.volumes[0] is not a volume"}],
	"unknown type": [_request(_spec({"emptydir": {}}), {}), {"spec.volumes[0] (data): the volume is of the type emptydir"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	volume_types.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	volume_types.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := volume_types.violation with input as document
	{v.msg | some v in violations} == expected
}
