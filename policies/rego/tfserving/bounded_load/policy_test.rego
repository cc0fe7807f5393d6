package policies.tfserving.bounded_load_test

import data.policies.tfserving.bounded_load

_request(spec, parameters) := {
	"parameters": parameters,
	"review": {"object": {"metadata": {"name": "web", "namespace": "shop"}, "spec": spec}},
}

_flags := {"flags": ["--rest_api_timeout_in_ms", "--grpc_max_threads"], "images": ["tensorflow/serving"]}

_spec(container) := {"containers": [object.union({"name": "web", "image": "docker.io/tensorflow/serving:2.20.0"}, container)]}

_bounded := {"args": ["--port=8500", "--rest_api_timeout_in_ms=30000", "--grpc_max_threads=16"]}

_passing := {
	"another program": [{"containers": [{"name": "web", "image": "nginx:1"}]}, _flags],
	"bounded": [_spec(_bounded), _flags],
	"in the command": [_spec({"command": array.concat(["/usr/bin/tensorflow_model_server"], _bounded.args)}), _flags],
	"exempt": [_spec({}), object.union(_flags, {"exemptions": [{"container": "web"}]})],
}

_path := ["spec", "containers", 0, "args"]

_failing := {
	"missing": [
		_spec({"args": ["--rest_api_timeout_in_ms=30000"]}),
		_flags,
		"spec.containers[0] (web): --grpc_max_threads has no number above zero",
		_path,
	],
	"zero": [
		_spec({"args": ["--rest_api_timeout_in_ms=0", "--grpc_max_threads=16"]}),
		_flags,
		"spec.containers[0] (web): --rest_api_timeout_in_ms has no number above zero",
		_path,
	],
	"by its command": [
		{"containers": [{"name": "web", "image": "site/own:1", "command": ["tensorflow_model_server", "--grpc_max_threads=4"]}]},
		_flags,
		"spec.containers[0] (web): --rest_api_timeout_in_ms has no number above zero",
		_path,
	],
}

_malformed := {
	"empty input": [{}, {"spec.containers is not a list of containers"}],
	"args are text": [
		_request(_spec({"args": "--grpc_max_threads"}), _flags),
		{
			"spec.containers[0] (web): --grpc_max_threads has no number above zero",
			"spec.containers[0] (web): --rest_api_timeout_in_ms has no number above zero",
		},
	],
}

test_passing[name] if {
	some name, [spec, parameters] in _passing
	bounded_load.violation == set() with input as _request(spec, parameters)
}

test_failing[name] if {
	some name, [spec, parameters, msg, path] in _failing
	bounded_load.violation == {{"msg": msg, "details": {"path": path}}} with input as _request(spec, parameters)
}

test_malformed[name] if {
	some name, [document, expected] in _malformed
	violations := bounded_load.violation with input as document
	{v.msg | some v in violations} == expected
}
