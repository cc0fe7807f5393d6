# METADATA
# scope: package
# title: Model servers bound what one caller can take
# description: |
#   TensorFlow Serving takes messages of up to 2 GiB and as many requests at once as come, unless it is told otherwise, so one
#   caller can fill the memory or all threads of a server. Threads, message size, streams and the time of a request have to be
#   given, and the memory of the container has to have a limit.
# custom:
#   id: FG-TFS-001
#   kind: FGServingLimits
#   severity: high
#   scope: object
#   where: both
#   failure: A model server does not bound threads, message size, streams, time or memory.
#   remediation: >-
#     Leave the arguments that the component tf-serving sets, and change their values in its settings (threads, maxStreams,
#     input.maxMessageMiB, requestTimeoutSeconds).
#   controls: [CVE-2025-0649]
#   facts: []
#   rules:
#     argument: A model server lacks an argument that bounds it.
#     channel: A model server lacks a bound among the arguments of its channels.
#     memory: The memory of a model server has no limit.
#   parameters:
#     type: object
#     properties:
#       programs:
#         type: array
#         description: Ends of the commands by which a model server is known.
#         items: {type: string, minLength: 1}
#         default: [tensorflow_model_server]
#       arguments:
#         type: array
#         description: Beginnings of arguments that a model server needs, each with a whole number above zero behind it.
#         items: {type: string, minLength: 1}
#         default: [--grpc_max_threads=, --rest_api_num_threads=, --rest_api_timeout_in_ms=]
#       channel:
#         type: array
#         description: Names that have to be given a whole number above zero in --grpc_channel_arguments.
#         items: {type: string, minLength: 1}
#         default: [grpc.max_receive_message_length, grpc.max_concurrent_streams]
package policies.serving.limits

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.quantities
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "argument", "path": array.concat(entry.path, ["args"])}} if {
	some entry in _servers("argument")
	some wanted in object.get(input, ["parameters", "arguments"], [])
	not _is_given(entry.container, wanted)
	msg := sprintf("%s: %s is not given, or without a number", [containers.label(entry), texts.cut(wanted, 60)])
}

violation contains {"msg": msg, "details": {"rule": "channel", "path": array.concat(entry.path, ["args"])}} if {
	some entry in _servers("channel")
	some name in object.get(input, ["parameters", "channel"], [])
	not _is_in_channel(entry.container, name)
	msg := sprintf("%s: %s is not among --grpc_channel_arguments", [containers.label(entry), texts.cut(name, 60)])
}

violation contains {"msg": msg, "details": {"rule": "memory", "path": array.concat(entry.path, ["resources", "limits"])}} if {
	some entry in _servers("memory")
	not quantities.is_positive(object.get(entry.container, ["resources", "limits", "memory"], null))
	msg := sprintf("%s: the memory of a model server has no limit", [containers.label(entry)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_servers(rule) := [entry |
	some entry in containers.of(_pod)
	_is_server(entry.container)
	not exempt.is_container_exempt_from(input, entry.container, rule)
]

_is_server(container) if {
	some word in _words(container)
	some program in object.get(input, ["parameters", "programs"], ["tensorflow_model_server"])
	endswith(word, program)
}

_is_given(container, wanted) if {
	some word in _words(container)
	startswith(word, wanted)
	quantities.whole(substring(word, count(wanted), -1)) > 0
}

_is_in_channel(container, name) if {
	some word in _words(container)
	startswith(word, "--grpc_channel_arguments=")
	some pair in split(trim_prefix(word, "--grpc_channel_arguments="), ",")
	[name, number] = split(pair, "=")
	quantities.whole(number) > 0
}

# command and arguments; the API takes texts only
_words(container) := [word |
	some field in ["command", "args"]
	some word in object.get(container, field, [])
	is_string(word)
]
