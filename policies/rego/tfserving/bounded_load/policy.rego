# METADATA
# scope: package
# title: TensorFlow Serving bounds its load
# description: |
#   One caller that sends more than a model server can do takes it from all others; known faults of its JSON parser are not
#   closed by a version alone. The flags that bound threads and time have to be given, each with a number above zero. A
#   container is a server by its image or its command.
# custom:
#   id: FG-TFS-001
#   kind: FGTfservingBoundedLoad
#   severity: medium
#   scope: object
#   where: both
#   failure: A TensorFlow Serving container leaves its load unbounded.
#   remediation: Set requestTimeoutSeconds and threads.grpc, threads.rest of tf-serving (or the flags in args).
#   controls: [MITRE-T1499]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       flags:
#         type: array
#         description: Flags that need a number above zero.
#         items: {type: string, pattern: "^--"}
#         default: [--rest_api_timeout_in_ms, --rest_api_num_threads, --grpc_max_threads]
#       images:
#         type: array
#         description: Parts of the names of server images.
#         items: {type: string, minLength: 1}
#         default: [tensorflow/serving]
package policies.tfserving.bounded_load

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["args"])}} if {
	some entry in containers.of(_pod)
	_is_server(entry.container)
	some flag in object.get(input, ["parameters", "flags"], [])
	not _is_bounded(entry.container, flag)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: %s has no number above zero", [containers.label(entry), texts.short(flag)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_is_server(container) if {
	some part in object.get(input, ["parameters", "images"], [])
	contains(container.image, part)
}

_is_server(container) if {
	some word in objects.items(container, ["command"])
	endswith(word, "tensorflow_model_server")
}

_is_bounded(container, flag) if {
	some field in ["command", "args"]
	some word in objects.items(container, [field])
	startswith(word, concat("", [flag, "="]))
	regex.match(`=[0-9]*[1-9][0-9]*$`, word)
}
