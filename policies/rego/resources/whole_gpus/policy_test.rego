package policies.resources.whole_gpus_test

import data.policies.resources.whole_gpus

_request(resources, exemptions) := {
	"parameters": {"resources": ["nvidia.com/", "amd.com/"], "exemptions": exemptions},
	"review": {"object": {
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": {"containers": [{"name": "web", "resources": resources}]},
	}},
}

_half := {"limits": {"nvidia.com/gpu": 0.5}}

test_passing[name] if {
	some name, [resources, exemptions] in {
		"none": [{}, []],
		"limit only": [{"limits": {"nvidia.com/gpu": 1}}, []],
		"equal": [{"limits": {"nvidia.com/gpu": "2"}, "requests": {"nvidia.com/gpu": 2}}, []],
		"other resources": [{"limits": {"memory": "1Gi"}, "requests": {"cpu": "100m"}}, []],
		"null": [{"limits": null, "requests": null}, []],
		"exempt": [_half, [{"container": "web"}]],
	}
	whole_gpus.violation == set() with input as _request(resources, exemptions)
}

_limits := ["spec", "containers", 0, "resources", "limits"]

_requests := ["spec", "containers", 0, "resources", "requests"]

test_failing[name] if {
	some name, [resources, expected, details] in {
		"part": [
			_half,
			"spec.containers[0] (web): the limit of nvidia.com/gpu is 0.5, not a whole number",
			{"rule": "not-whole", "path": _limits},
		],
		"milli": [
			{"limits": {"amd.com/gpu": "500m"}},
			"spec.containers[0] (web): the limit of amd.com/gpu is 500m, not a whole number",
			{"rule": "not-whole", "path": _limits},
		],
		"request without limit": [
			{"requests": {"nvidia.com/gpu": 1}},
			"spec.containers[0] (web): the limit of nvidia.com/gpu is null, not a whole number",
			{"rule": "not-whole", "path": _limits},
		],
		"not equal": [
			{"limits": {"nvidia.com/gpu": 2}, "requests": {"nvidia.com/gpu": 1}},
			"spec.containers[0] (web): 1 of nvidia.com/gpu requested, but the limit is 2",
			{"rule": "request-differs", "path": _requests},
		],
		"request is no number": [
			{"limits": {"nvidia.com/gpu": 2}, "requests": {"nvidia.com/gpu": "two"}},
			"spec.containers[0] (web): two of nvidia.com/gpu requested, but the limit is 2",
			{"rule": "request-differs", "path": _requests},
		],
	}
	whole_gpus.violation == {{"msg": expected, "details": details}} with input as _request(resources, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "spec.containers is not a list of containers"],
		"limits are text": [_request({"limits": "nvidia.com/gpu"}, []), "spec.containers[0] (web): resources.limits is not a mapping"],
		"requests are a list": [_request({"requests": []}, []), "spec.containers[0] (web): resources.requests is not a mapping"],
		"resources are text": [_request("nvidia.com/gpu", []), "spec.containers[0] (web): resources is not a mapping"],
		"no parameters": [
			{"review": {"object": {"spec": {"containers": [{"name": "web", "resources": _half}]}}}},
			"spec.containers[0] (web): the limit of nvidia.com/gpu is 0.5, not a whole number",
		],
	}
	violations := whole_gpus.violation with input as document
	expected in {v.msg | some v in violations}
}
