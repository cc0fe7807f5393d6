# METADATA
# scope: package
# title: Model servers are not published
# description: |
#   TensorFlow Serving knows no callers: who reaches it may ask it. Over REST it unpacks gzip bodies without a limit and has
#   crashed on nested JSON. An Ingress or a route that leads straight to a model server puts it on the network of the site, and so
#   does a Service that publishes its ports, or a port of the host. What comes from outside goes to a gateway that authenticates,
#   bounds the body and refuses Content-Encoding gzip, and from there to the server, which names the gateway among its callers.
# custom:
#   id: FG-NET-003
#   kind: FGNetworkPublishedModels
#   severity: critical
#   scope: object
#   where: both
#   failure: A model server can be reached from outside the cluster.
#   remediation: >-
#     Lead it to a gateway that authenticates callers and bounds what they send, and name the gateway in callers of the model.
#   controls: [CVE-2025-0649]
#   facts: []
#   rules:
#     route: A route leads straight to a model server.
#     service-port: A Service publishes a port of a model server.
#     host-port: A port of a model server is on the host.
#   parameters:
#     type: object
#     properties:
#       services:
#         type: array
#         description: Beginnings of the names of Services that belong to model servers.
#         items: {type: string, minLength: 1}
#         default: [tf-serving-]
#       ports:
#         type: array
#         description: Ports of model servers, which no Service publishes and no container puts on the host.
#         items: {type: integer, minimum: 1, maximum: 65535}
#         default: [8500, 8501]
package policies.network.published_models

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "route", "path": backend.path}} if {
	not exempt.is_object_exempt_from(input, "route")
	some backend in _backends
	_is_server(backend.service)
	msg := sprintf("%s leads straight to the model server %s", [texts.dotted(backend.path), texts.short(backend.service)])
}

violation contains {"msg": msg, "details": {"rule": "service-port", "path": ["spec", "ports", index]}} if {
	not exempt.is_object_exempt_from(input, "service-port")
	_is_published
	some index, port in objects.items(_object, ["spec", "ports"])
	some field in ["port", "targetPort"]
	number := objects.at(port, [field])
	_is_serving(number)
	msg := sprintf("spec.ports[%d] publishes port %s of a model server", [index, texts.short(number)])
}

violation contains {"msg": msg, "details": {"rule": "host-port", "path": array.concat(entry.path, ["ports", index])}} if {
	some entry in containers.of(_object)
	some index, port in objects.items(entry.container, ["ports"])
	number := objects.at(port, ["containerPort"])
	_is_serving(number)
	_is_on_host(port)
	not exempt.is_container_exempt_from(input, entry.container, "host-port")
	msg := sprintf("%s: port %s of a model server is on the host", [containers.label(entry), texts.short(number)])
}

violation contains {"msg": "the object has no spec", "details": {"path": []}} if {
	not is_object(object.get(_object, "spec", null))
}

_object := objects.of(input)

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

# a Service that is reached from outside
_is_published if not object.get(_object, ["spec", "type"], "ClusterIP") in {"ClusterIP", "ExternalName"}

_is_published if not object.get(_object, ["spec", "externalIPs"], null) in {null, []}

_is_serving(number) if number in object.get(input, ["parameters", "ports"], [8500, 8501])

# what is neither a number nor a name could be any
_is_serving(number) if type_name(number) in {"array", "boolean", "object"}

_is_on_host(port) if not objects.at(port, ["hostPort"]) in {null, 0}

_is_on_host(_) if not object.get(_object, ["spec", "hostNetwork"], null) in {null, false}
