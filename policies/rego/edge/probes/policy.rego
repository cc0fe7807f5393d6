# METADATA
# scope: package
# title: Servers say when they are ready
# description: |
#   At a site nobody sees that a server hangs. Without a readiness probe it gets requests before its model is loaded, and a
#   rollout goes on although the new version never answers. Pods of Jobs and Pods that end are not asked; of init containers
#   those that keep running are.
# custom:
#   id: FG-EDGE-001
#   kind: FGEdgeProbes
#   severity: medium
#   scope: object
#   where: both
#   failure: A container has no readiness probe.
#   remediation: Add the probe; ask for something that works only when the server can do its work.
#   controls: []
#   facts: []
#   parameters:
#     type: object
#     properties:
#       probes:
#         type: array
#         description: Probes that are needed.
#         items: {type: string, enum: [livenessProbe, readinessProbe, startupProbe]}
#         default: [readinessProbe]
package policies.edge.probes

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, [probe])}} if {
	not _ends
	some entry in containers.of(_pod)
	_keeps_running(entry)
	some probe in object.get(input, ["parameters", "probes"], ["readinessProbe"])
	not _asks(object.get(entry.container, probe, null))
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: there is no %s", [containers.label(entry), texts.short(probe)])
}

violation contains {"msg": containers.missing, "details": {"path": ["spec"]}} if not containers.are_in(_pod)

_pod := objects.of(input)

_ends if {
	some owner in _pod.metadata.ownerReferences
	owner.kind in {"Job", "CronJob"}
}

_ends if object.get(_pod, ["spec", "restartPolicy"], "Always") in {"Never", "OnFailure"}

_keeps_running(entry) if entry.path[1] == "containers"

_keeps_running(entry) if {
	entry.path[1] == "initContainers"
	entry.container.restartPolicy == "Always"
}

_asks(probe) if {
	some action in ["exec", "grpc", "httpGet", "tcpSocket"]
	is_object(probe[action])
}
