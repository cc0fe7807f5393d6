package policies.image.exact_tag_test

import data.policies.image.exact_tag

_digest := concat("", ["sha256:", concat("", ["a" | some _ in numbers.range(1, 64)])])

_by_digest := concat("@", ["ghcr.io/team/app", _digest])

_request(image, changed) := {
	"parameters": object.union({"moving": ["latest", "stable"], "digest": false}, changed),
	"review": {"object": {
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": {"containers": [{"name": "web", "image": image}]},
	}},
}

test_passing[name] if {
	some name, [image, changed] in {
		"exact tag": ["ghcr.io/team/app:1.4.2", {}],
		"digest without tag": [_by_digest, {}],
		"digest with tag": [replace(_by_digest, "@", ":1.4.2@"), {"digest": true}],
		"exempt": ["app", {"exemptions": [{"container": "web"}]}],
	}
	exact_tag.violation == set() with input as _request(image, changed)
}

test_failing[name] if {
	some name, [image, changed, expected] in {
		"no tag": ["nginx", {}, "spec.containers[0] (web): image nginx has no exact tag"],
		"port is no tag": ["site:5000/nginx", {}, "spec.containers[0] (web): image site:5000/nginx has no exact tag"],
		"latest": ["nginx:latest", {}, "spec.containers[0] (web): image nginx:latest has no exact tag"],
		"moving": ["nginx:stable", {}, "spec.containers[0] (web): image nginx:stable has no exact tag"],
		"digest wanted": ["nginx:1.4.2", {"digest": true}, "spec.containers[0] (web): image nginx:1.4.2 has no digest"],
	}
	exact_tag.violation == {{"msg": expected, "details": {"path": ["spec", "containers", 0, "image"]}}} with input as _request(
		image,
		changed,
	)
}

test_failing_volume if {
	document := json.patch(_request("ghcr.io/team/app:1.4.2", {}), [{
		"op": "add",
		"path": "review/object/spec/volumes",
		"value": [{"name": "models", "image": {"reference": "ghcr.io/team/models:latest"}}],
	}])
	exact_tag.violation == {{
		"msg": "spec.volumes[0] (models): image ghcr.io/team/models:latest has no exact tag",
		"details": {"path": ["spec", "volumes", 0, "image", "reference"]},
	}} with input as document
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "spec.containers is not a list of containers"],
		"image is missing": [
			{"review": {"object": {"spec": {"containers": [{"name": "web"}]}}}},
			"spec.containers[0] (web): image null has no exact tag",
		],
		"image is a list": [_request(["nginx:1.4.2"], {}), `spec.containers[0] (web): image ["nginx:1.4.2"] has no exact tag`],
		"broken digest": [_request("nginx@sha256:abc", {}), "spec.containers[0] (web): image nginx@sha256:abc has no exact tag"],
		"no parameters": [
			{"review": {"object": {"spec": {"containers": [{"name": "web", "image": "nginx:latest"}]}}}},
			"spec.containers[0] (web): image nginx:latest has no exact tag",
		],
	}
	violations := exact_tag.violation with input as document
	expected in {v.msg | some v in violations}
}
