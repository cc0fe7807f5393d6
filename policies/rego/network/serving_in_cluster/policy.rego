# METADATA
# scope: package
# title: Model servers are reached inside the cluster only
# description: |
#   TensorFlow Serving has no login and no limits of its own: whoever reaches port 8500 or 8501 can ask for anything, any
#   number of times. Its ports are not published by Services, Ingresses or ports of the host; a gateway that knows its callers
#   stands in front.
# custom:
#   id: FG-NET-003
#   kind: FGNetworkServingInCluster
#   severity: critical
#   scope: object
#   where: both
#   failure: A port of a model server can be reached from outside the cluster.
#   remediation: Publish the gateway or the application in front of the model server instead.
#   controls: [NSA-CISA-network, MITRE-T1499]
#   facts: []
#   parameters:
#     type: object
#     properties:
#       ports:
#         type: array
#         description: Ports of model servers.
#         items: {type: integer, minimum: 1, maximum: 65535}
#         default: [8500, 8501]
#       services:
#         type: array
#         description: Beginnings of the names of their Services.
#         items: {type: string, minLength: 1}
#         default: [tf-serving]
package policies.network.serving_in_cluster

import data.lib.containers
import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"path": ["spec", "ports", index]}} if {
	not exempt.is_object_exempt(input)
	_object.kind == "Service"
	_is_published
	some index, port in objects.items(_object, ["spec", "ports"])
	some field in ["port", "targetPort"]
	number := objects.at(port, [field])
	_is_serving(number)
	msg := sprintf("spec.ports[%d] publishes port %s of a model server", [index, texts.short(number)])
}

violation contains {"msg": msg, "details": {"path": ["spec"]}} if {
	_object.kind == "Ingress"
	walk(object.get(_object, "spec", null), [_, backend])
	service := backend.service
	_is_server(service)
	not exempt.is_object_exempt(input)
	msg := sprintf("the Ingress leads to the Service %s of a model server", [texts.short(object.get(service, "name", null))])
}

violation contains {"msg": msg, "details": {"path": array.concat(entry.path, ["ports"])}} if {
	_object.kind == "Pod"
	some entry in containers.of(_object)
	some port in objects.items(entry.container, ["ports"])
	number := objects.at(port, ["containerPort"])
	_is_serving(number)
	_is_on_host(port)
	not exempt.is_container_exempt(input, entry.container)
	msg := sprintf("%s: port %s of a model server is on the host", [containers.label(entry), texts.short(number)])
}

violation contains {"msg": "this is no Service, Ingress or Pod with a spec", "details": {"path": []}} if not _is_judged

_object := objects.of(input)

_is_judged if {
	_object.kind in {"Service", "Ingress", "Pod"}
	is_object(_object.spec)
}

_ports := object.get(input, ["parameters", "ports"], [8500, 8501])

_is_serving(number) if number in _ports

# what is no number could be any
_is_serving(number) if {
	not is_number(number)
	not is_string(number)
	number != null
}

_is_published if not object.get(_object, ["spec", "type"], "ClusterIP") in {"ClusterIP", "ExternalName"}

_is_published if not object.get(_object, ["spec", "externalIPs"], null) in {null, []}

_is_server(service) if objects.at(service, ["port", "number"]) in _ports

_is_server(service) if {
	some name in object.get(input, ["parameters", "services"], [])
	startswith(service.name, name)
}

_is_on_host(port) if not objects.at(port, ["hostPort"]) in {null, 0}

_is_on_host(_) if not object.get(_object, ["spec", "hostNetwork"], null) in {null, false}
