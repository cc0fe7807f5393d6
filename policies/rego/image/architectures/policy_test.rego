package policies.image.architectures_test

import data.policies.image.architectures

_request(cluster, parameters) := {
	"asOf": "2026-11-24",
	"parameters": parameters,
	"cluster": object.union({"name": "store-1", "nodePools": [], "units": {}}, cluster),
}

_images := {"images": [{"prefix": "docker.io/tensorflow/serving:", "architectures": ["amd64"]}]}

_site(arch, selector, image) := {
	"nodePools": [
		{"name": "main", "count": 1, "arch": arch, "labels": {}, "taints": []},
		{"name": "more", "count": 1, "arch": "amd64", "labels": {}, "taints": []},
	],
	"units": {"tf": {"workloads": [{
		"kind": "Deployment",
		"name": "tf",
		"nodeSelector": selector,
		"tolerations": [],
		"images": [image],
	}]}},
}

_serving := "docker.io/tensorflow/serving:2.20.0"

_amd64 := {"kubernetes.io/arch": "amd64"}

_passing := {
	"same architecture": [_site("amd64", {}, _serving), _images],
	"kept away": [_site("arm64", _amd64, _serving), _images],
	"not known": [_site("arm64", {}, "registry.example.com/app:1"), _images],
}

_failing := {
	"may come to another": [
		_site("arm64", {}, _serving),
		_images,
		"Deployment tf of unit tf can reach node pool main (arm64), but its image docker.io/tensorflow/serving: is for amd64",
		{"rule": "wrong-pool", "unit": "tf", "path": "spec.nodePools"},
	],
	"finds none": [
		_site("arm64", {"kubernetes.io/arch": "s390x"}, _serving),
		_images,
		"Deployment tf of unit tf finds no node pool for its image docker.io/tensorflow/serving: (amd64)",
		{"rule": "no-pool", "unit": "tf", "path": "spec.nodePools"},
	],
}

_malformed := {
	"empty input": [{}, {"the model of the cluster has no units", "the model of the cluster has no list of node pools"}],
	"no workloads": [_request({"units": {"a": {}}}, _images), {"the model of unit a has no list of workloads"}],
}

test_passing[name] if {
	some name, [cluster, parameters] in _passing
	architectures.violation == set() with input as _request(cluster, parameters)
}

test_failing[name] if {
	some name, [cluster, parameters, msg, details] in _failing
	architectures.violation == {{"msg": msg, "details": details}} with input as _request(cluster, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := architectures.violation with input as document
	{v.msg | some v in violations} == expected
}
