package policies.edge.priority_class_test

import data.policies.edge.priority_class

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_classes := {"classes": ["critical", "serving", "batch"]}

_spec(class) := {"containers": [], "priorityClassName": class}

_passing := {
	"of the set": [_spec("serving"), _classes],
	"exempt": [_spec("mine"), {"exemptions": [{"workload": "web"}]}],
}

_path := ["spec", "priorityClassName"]

_failing := {
	"none": [{"containers": []}, _classes, "the priority class is null", _path],
	"another": [_spec("system-node-critical"), _classes, "the priority class is system-node-critical", _path],
	"nothing is listed": [_spec("serving"), {}, "the priority class is serving", _path],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers", "the priority class is null"}],
	"number": [_request(_spec(7), _classes), {"the priority class is 7"}],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	priority_class.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	priority_class.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := priority_class.violation with input as document
	{v.msg | some v in violations} == expected
}
