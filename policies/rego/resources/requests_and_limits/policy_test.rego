package policies.resources.requests_and_limits_test

import data.policies.resources.requests_and_limits

_request(spec, exemptions) := {
	"parameters": {"requests": ["cpu", "memory"], "limits": ["memory"], "exemptions": exemptions},
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_container(requests, limits) := {"name": "web", "resources": {"requests": requests, "limits": limits}}

test_passing[name] if {
	some name, [spec, exemptions] in {
		"all given": [{"containers": [_container({"cpu": "100m", "memory": "64Mi"}, {"memory": "128Mi"})]}, []],
		"limits are requests, too": [{"containers": [_container(null, {"cpu": 1, "memory": "1Gi"})]}, []],
		"ephemeral": [{"containers": [], "ephemeralContainers": [{"name": "debug"}]}, []],
		"exempt": [{"containers": [{"name": "web"}]}, [{"container": "web"}]],
	}
	requests_and_limits.violation == set() with input as _request(spec, exemptions)
}

test_failing if {
	spec := {
		"containers": [_container({"cpu": "100m", "memory": "64Mi"}, {"cpu": 1})],
		"initContainers": [_container({"cpu": 0, "memory": "64Mi"}, {"memory": "64Mi", "cpu": 1})],
	}
	requests_and_limits.violation == {
		{
			"msg": "spec.containers[0] (web): resources.limits.memory is missing or zero",
			"details": {"path": ["spec", "containers", 0, "resources"]},
		},
		{
			"msg": "spec.initContainers[0] (web): resources.requests.cpu is missing or zero",
			"details": {"path": ["spec", "initContainers", 0, "resources"]},
		},
	} with input as _request(spec, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, {"spec.containers is not a list of containers"}],
		"resources are text": [
			_request({"containers": [{"name": "web", "resources": "x"}]}, []),
			{
				"spec.containers[0] (web): resources.limits.memory is missing or zero",
				"spec.containers[0] (web): resources.requests.cpu is missing or zero",
				"spec.containers[0] (web): resources.requests.memory is missing or zero",
			},
		],
		"quantity is words": [
			_request({"containers": [_container({"cpu": "much", "memory": "1Gi"}, {"memory": "1Gi"})]}, []),
			{"spec.containers[0] (web): resources.requests.cpu is missing or zero"},
		],
		"no parameters": [
			{"review": {"object": {"spec": {"containers": [_container({}, {"cpu": 1})]}}}},
			{
				"spec.containers[0] (web): resources.limits.memory is missing or zero",
				"spec.containers[0] (web): resources.requests.memory is missing or zero",
			},
		],
	}
	violations := requests_and_limits.violation with input as document
	{v.msg | some v in violations} == expected
}
