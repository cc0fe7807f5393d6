package policies.serving.limits_test

import data.policies.serving.limits

_parameters := {
	"programs": ["tensorflow_model_server"],
	"arguments": ["--grpc_max_threads=", "--rest_api_timeout_in_ms="],
	"channel": ["grpc.max_receive_message_length", "grpc.max_concurrent_streams"],
}

_good := [
	"--grpc_max_threads=16",
	"--rest_api_timeout_in_ms=30000",
	"--grpc_channel_arguments=grpc.max_receive_message_length=16777216,grpc.max_concurrent_streams=64",
]

_container(args, memory) := {
	"name": "server",
	"command": ["/usr/bin/tensorflow_model_server"],
	"args": args,
	"resources": {"limits": {"memory": memory}},
}

_request(containers, exemptions) := {
	"parameters": object.union(_parameters, {"exemptions": exemptions}),
	"review": {"object": {"metadata": {"name": "a", "namespace": "serving"}, "spec": {"containers": containers}}},
}

test_passing[name] if {
	some name, [containers, exemptions] in {
		"all limits": [[_container(_good, "2Gi")], []],
		"not a model server": [[{"name": "web", "command": ["/web"], "args": []}, {"name": "plain"}], []],
		"exempt": [[_container([], "2Gi")], [{"container": "server"}]],
	}
	limits.violation == set() with input as _request(containers, exemptions)
}

test_failing[name] if {
	some name, [args, rule, expected] in {
		"no threads": [
			array.slice(_good, 1, 3),
			"argument",
			"spec.containers[0] (server): --grpc_max_threads= is not given, or without a number",
		],
		"threads without end": [
			array.concat(["--grpc_max_threads=0"], array.slice(_good, 1, 3)),
			"argument",
			"spec.containers[0] (server): --grpc_max_threads= is not given, or without a number",
		],
		"no streams": [
			array.concat(array.slice(_good, 0, 2), ["--grpc_channel_arguments=grpc.max_receive_message_length=16777216"]),
			"channel",
			"spec.containers[0] (server): grpc.max_concurrent_streams is not among --grpc_channel_arguments",
		],
		"messages of any size": [
			array.concat(
				array.slice(_good, 0, 2),
				["--grpc_channel_arguments=grpc.max_receive_message_length=-1,grpc.max_concurrent_streams=64"],
			),
			"channel",
			"spec.containers[0] (server): grpc.max_receive_message_length is not among --grpc_channel_arguments",
		],
	}
	limits.violation == {{
		"msg": expected,
		"details": {"rule": rule, "path": ["spec", "containers", 0, "args"]},
	}} with input as _request([_container(args, "2Gi")], [])
}

test_failing_memory[name] if {
	some name, memory in {"none": null, "zero": "0"}
	limits.violation == {{
		"msg": "spec.containers[0] (server): the memory of a model server has no limit",
		"details": {"rule": "memory", "path": ["spec", "containers", 0, "resources", "limits"]},
	}} with input as _request([_container(_good, memory)], [])
}

test_malformed[name] if {
	some name, [document, expected] in {
		"empty input": [{}, "spec.containers is not a list of containers"],
		"arguments are numbers": [
			_request([_container([7, {}], "2Gi")], []),
			"spec.containers[0] (server): --grpc_max_threads= is not given, or without a number",
		],
		"no parameters": [
			{"review": {"object": {"spec": {"containers": [_container([], null)]}}}},
			"spec.containers[0] (server): the memory of a model server has no limit",
		],
	}
	violations := limits.violation with input as document
	expected in {v.msg | some v in violations}
}
