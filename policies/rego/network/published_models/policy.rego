# METADATA
# scope: package
# title: Model servers are not published
# description: |
#   TensorFlow Serving knows no callers: who reaches it may ask it. Over REST it unpacks gzip bodies without a limit and has
#   crashed on nested JSON. An Ingress or a route that leads straight to a model server puts it on the network of the site. What
#   comes from outside goes to a gateway that authenticates, bounds the body and refuses Content-Encoding gzip, and from there to
#   the server, which names the gateway among its callers.
# custom:
#   id: FG-NET-003
#   kind: FGNetworkPublishedModels
#   severity: critical
#   scope: object
#   where: both
#   failure: An Ingress or a route leads straight to a model server.
#   remediation: >-
#     Lead it to a gateway that authenticates callers and bounds what they send, and name the gateway in callers of the model.
#   controls: [CVE-2025-0649]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       services:
#         type: array
#         description: Beginnings of the names of Services that belong to model servers.
#         items: {type: string, minLength: 1}
#         default: [tf-serving-]
package policies.network.published_models

import data.lib.exempt
import data.lib.texts

violation contains {"msg": msg, "details": {"path": backend.path}} if {
	not exempt.is_object_exempt(input)
	some backend in _backends
	_is_server(backend.service)
	msg := sprintf("%s leads straight to the model server %s", [texts.dotted(backend.path), texts.short(backend.service)])
}

violation contains {"msg": "the object has no spec", "details": {"path": []}} if {
	not is_object(object.get(_object, "spec", null))
}

default _object := {}

_object := input.review.object if is_object(input.review.object)

_is_server(service) if {
	some beginning in object.get(input, ["parameters", "services"], ["tf-serving-"])
	startswith(service, beginning)
}

# Ingress: one for all, and one a path
_backends contains {"path": ["spec", "defaultBackend"], "service": _object.spec.defaultBackend.service.name}

_backends contains {"path": ["spec", "rules", i, "http", "paths", j, "backend"], "service": path.backend.service.name} if {
	some i, rule in _object.spec.rules
	some j, path in rule.http.paths
}

# routes of the Gateway API; mirrored requests count as well
_backends contains {"path": ["spec", "rules", i, "backendRefs", j], "service": backend.name} if {
	some i, rule in _object.spec.rules
	some j, backend in rule.backendRefs
}

_backends contains {"path": ["spec", "rules", i, "filters", j], "service": filter.requestMirror.backendRef.name} if {
	some i, rule in _object.spec.rules
	some j, filter in rule.filters
}

# Route of OpenShift
_backends contains {"path": ["spec", "to"], "service": _object.spec.to.name}

_backends contains {"path": ["spec", "alternateBackends", i], "service": backend.name} if {
	some i, backend in _object.spec.alternateBackends
}
