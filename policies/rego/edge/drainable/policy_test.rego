package policies.edge.drainable_test

import data.policies.edge.drainable

_request(spec, exemptions) := {
	"parameters": {"exemptions": exemptions},
	"review": {"object": {"kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

test_passing[name] if {
	some name, [spec, exemptions] in {
		"one": [{"maxUnavailable": 1}, []],
		"all": [{"maxUnavailable": "100%"}, []],
		"part": [{"maxUnavailable": "30%"}, []],
		"none needed": [{"minAvailable": 0}, []],
		"none needed, percent": [{"minAvailable": "0%"}, []],
		"exempt": [{"minAvailable": 1}, [{"workload": "web"}]],
	}
	drainable.violation == set() with input as _request(spec, exemptions)
}

test_failing[name] if {
	some name, [spec, expected] in {
		"one must stay": [{"minAvailable": 1}, "minAvailable is 1: the last Pod of a node can never be evicted"],
		"half must stay": [{"minAvailable": "50%"}, "minAvailable is 50%: the last Pod of a node can never be evicted"],
		"none may go": [{"maxUnavailable": 0}, "maxUnavailable is 0: no Pod can be evicted"],
		"no percent may go": [{"maxUnavailable": "0%"}, "maxUnavailable is 0%: no Pod can be evicted"],
	}
	violations := drainable.violation with input as _request(spec, [])
	{v.msg | some v in violations} == {expected}
}

test_failing_path if {
	drainable.violation == {{
		"msg": "maxUnavailable is 0: no Pod can be evicted",
		"details": {"path": ["spec", "maxUnavailable"]},
	}} with input as _request({"maxUnavailable": 0}, [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "maxUnavailable is null: no Pod can be evicted"],
		"spec is text": [_request("x", []), "maxUnavailable is null: no Pod can be evicted"],
		"list": [_request({"maxUnavailable": [1]}, []), "maxUnavailable is [1]: no Pod can be evicted"],
		"words": [_request({"maxUnavailable": "one"}, []), "maxUnavailable is one: no Pod can be evicted"],
		"mapping": [_request({"minAvailable": {}}, []), "minAvailable is {}: the last Pod of a node can never be evicted"],
	}
	violations := drainable.violation with input as document
	{v.msg | some v in violations} == {expected}
}
