package policies.gpu.capacity_test

import data.policies.gpu.capacity

_unit(requests) := {"component": "tf-serving", "requests": requests}

_input(offered, by_unit) := {
	"parameters": {"resources": ["nvidia.com/", "amd.com/"]},
	"cluster": {"name": "store-1", "capacity": offered, "units": by_unit},
}

test_passing[name] if {
	some name, [offered, by_unit] in {
		"no units": [{}, {}],
		"nothing asked for": [{}, {"a": _unit({}), "b": _unit({"nvidia.com/gpu": 0})}],
		"enough": [{"nvidia.com/gpu": 4}, {"a": _unit({"nvidia.com/gpu": 3}), "b": _unit({"nvidia.com/gpu": "1"})}],
		"not a vendor's resource": [{}, {"a": _unit({"cpu": "500m", "example.com/fpga": 1})}],
	}
	capacity.violation == set() with input as _input(offered, by_unit)
}

test_failing_resource_is_not_there if {
	capacity.violation == {{
		"msg": "unit a asks for amd.com/gpu, which no node pool offers",
		"details": {"rule": "not-offered", "unit": "a", "path": "spec.nodePools"},
	}} with input as _input({"nvidia.com/gpu": 4, "amd.com/gpu": 0}, {"a": _unit({"amd.com/gpu": 1}), "b": _unit({})})
}

test_failing_too_much_in_all if {
	capacity.violation == {{
		"msg": "units ask for 5 nvidia.com/gpu, but the node pools offer 4",
		"details": {"rule": "too-few", "units": {"a", "b"}, "path": "spec.nodePools"},
	}} with input as _input({"nvidia.com/gpu": 4}, {"a": _unit({"nvidia.com/gpu": 3}), "b": _unit({"nvidia.com/gpu": 2})})
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "the model of the cluster has no units"],
		"no parameters": [{"cluster": {"units": {}}}, "the parameter resources is not a list"],
		"no requests": [_input({}, {"a": {}}), "the model of unit a has no requests"],
		"requests are a list": [_input({}, {"a": {"requests": []}}), "the model of unit a has no requests"],
		"part of a card": [
			_input({"nvidia.com/gpu": 1}, {"a": _unit({"nvidia.com/gpu": 0.5})}),
			"unit a asks for 0.5 of nvidia.com/gpu, which is not a whole number",
		],
		"no capacity": [
			{"parameters": {"resources": ["nvidia.com/"]}, "cluster": {"units": {"a": _unit({"nvidia.com/gpu": 1})}}},
			"unit a asks for nvidia.com/gpu, which no node pool offers",
		],
		"capacity is text": [
			_input({"nvidia.com/gpu": "many"}, {"a": _unit({"nvidia.com/gpu": 1})}),
			"unit a asks for nvidia.com/gpu, which no node pool offers",
		],
	}
	violations := capacity.violation with input as document
	expected in {v.msg | some v in violations}
}
