package policies.image.pull_policy_test

import data.policies.image.pull_policy

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_spec(container) := {"containers": [object.union({"name": "web", "image": "ghcr.io/team/app:1"}, container)]}

_volume(image) := {"containers": [], "volumes": [{"name": "model", "image": image}, {"name": "tmp", "emptyDir": {}}]}

_digest := concat("", ["sha256:", concat("", ["a" | some _ in numbers.range(1, 64)])])

_passing := {
	"not said, with tag": [_spec({}), {}],
	"not said, with digest": [_spec({"image": concat("@", ["app", _digest])}), {}],
	"if not present": [_spec({"imagePullPolicy": "IfNotPresent"}), {}],
	"never, allowed": [_spec({"imagePullPolicy": "Never"}), {"allowed": ["IfNotPresent", "Never"]}],
	"volume": [_volume({"reference": "ghcr.io/team/model:1"}), {}],
	"exempt volume": [_volume({"reference": "model"}), {"exemptions": [{"workload": "web"}]}],
	"exempt": [_spec({"imagePullPolicy": "Always"}), {"exemptions": [{"container": "web"}]}],
}

_path := ["spec", "containers", 0, "imagePullPolicy"]

_failing := {
	"volume": [
		_volume({"reference": "ghcr.io/team/model:1", "pullPolicy": "Always"}),
		{},
		"spec.volumes[0] (model): the pull policy is Always",
		["spec", "volumes", 0, "image", "pullPolicy"],
	],
	"always": [_spec({"imagePullPolicy": "Always"}), {}, "spec.containers[0] (web): the pull policy is Always", _path],
	"never": [_spec({"imagePullPolicy": "Never"}), {}, "spec.containers[0] (web): the pull policy is Never", _path],
	"not said, latest": [_spec({"image": "app:latest"}), {}, "spec.containers[0] (web): the pull policy is Always", _path],
	"not said, no tag": [_spec({"image": "app"}), {}, "spec.containers[0] (web): the pull policy is Always", _path],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"policy is a list": [
		_request(_spec({"imagePullPolicy": ["IfNotPresent"]}), {}),
		{`spec.containers[0] (web): the pull policy is ["IfNotPresent"]`},
	],
	"no image": [_request({"containers": [{"name": "web"}]}, {}), {"spec.containers[0] (web): the pull policy is Always"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	pull_policy.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	pull_policy.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := pull_policy.violation with input as document
	{v.msg | some v in violations} == expected
}
