package policies.image.registries_test

import data.policies.image.registries

_request(images, exemptions) := {
	"parameters": {"registries": ["ghcr.io/team", "nvcr.io"], "exemptions": exemptions},
	"review": {"object": {
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": {"containers": [{"name": "web", "image": image} | some image in images]},
	}},
}

test_passing[name] if {
	some name, [images, exemptions] in {
		"below a prefix": [["ghcr.io/team/app:v1"], []],
		"below a registry": [["nvcr.io/nvidia/k8s/dcgm-exporter@sha256:abc", "nvcr.io/nvidia/driver:1"], [{"image": "nvcr.io/*"}]],
		"exempt": [["docker.io/library/nginx"], [{"namespace": "shop", "image": "docker.io/library/*"}]],
	}
	registries.violation == set() with input as _request(images, exemptions)
}

test_failing if {
	registries.violation == {
		{
			"msg": "spec.containers[1] (web): image ghcr.io/team-of-others/app:v1 is not from an allowed registry",
			"details": {"path": ["spec", "containers", 1, "image"]},
		},
		{
			"msg": "spec.containers[2] (web): image nginx is not from an allowed registry",
			"details": {"path": ["spec", "containers", 2, "image"]},
		},
	} with input as _request(["ghcr.io/team/app:v1", "ghcr.io/team-of-others/app:v1", "nginx"], [])
}

test_failing_without_registries if {
	document := json.patch(_request(["ghcr.io/team/app:v1"], []), [{"op": "remove", "path": "parameters/registries"}])
	violations := registries.violation with input as document
	{v.msg | some v in violations} == {"spec.containers[0] (web): image ghcr.io/team/app:v1 is not from an allowed registry"}
}

test_failing_volume if {
	document := json.patch(_request(["ghcr.io/team/app:v1"], []), [{
		"op": "add",
		"path": "review/object/spec/volumes",
		"value": [{"name": "models", "image": {"reference": "ghcr.io/others/models:3"}}],
	}])
	registries.violation == {{
		"msg": "spec.volumes[0] (models): image ghcr.io/others/models:3 is not from an allowed registry",
		"details": {"path": ["spec", "volumes", 0, "image", "reference"]},
	}} with input as document
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "spec.containers is not a list of containers"],
		"containers are text": [{"review": {"object": {"spec": {"containers": "web"}}}}, "spec.containers is not a list of containers"],
		"image is missing": [
			{"review": {"object": {"spec": {"containers": [{"name": "web"}]}}}},
			"spec.containers[0] (web): image null is not from an allowed registry",
		],
		"image is a number": [
			_request([7], []),
			"spec.containers[0] (web): image 7 is not from an allowed registry",
		],
		"image is no reference": [
			_request(["https://ghcr.io/team/app"], []),
			"spec.containers[0] (web): image https://ghcr.io/team/app is not from an allowed registry",
		],
	}
	violations := registries.violation with input as document
	expected in {v.msg | some v in violations}
}
