# METADATA
# scope: package
# title: Services stay inside the cluster
# description: |
#   A Service of type LoadBalancer or NodePort, or one with external addresses, opens a port on the local network of the site,
#   past every NetworkPolicy that was reviewed. What must be reached from outside goes through the ingress of the site.
# custom:
#   id: FG-NET-001
#   kind: FGNetworkInClusterServices
#   severity: critical
#   scope: object
#   where: both
#   failure: A Service is reachable from outside the cluster.
#   remediation: Use type ClusterIP without externalIPs, and publish the port through an Ingress or a waiver for this Service.
#   controls: [NSA-CISA-network, CVE-2020-8554]
#   facts: []
#   rules:
#     type: A Service is of a type that is reached from outside.
#     external-addresses: A Service has external addresses.
#   parameters:
#     type: object
#     properties: {}
package policies.network.in_cluster_services

import data.lib.exempt
import data.lib.objects
import data.lib.texts

violation contains {"msg": msg, "details": {"rule": "type", "path": ["spec", "type"]}} if {
	type := object.get(_object, ["spec", "type"], "ClusterIP")
	not type in {"ClusterIP", "ExternalName"}
	not exempt.is_object_exempt_from(input, "type")
	msg := sprintf("the Service has type %s", [texts.short(type)])
}

violation contains {"msg": msg, "details": {"rule": "external-addresses", "path": ["spec", "externalIPs"]}} if {
	addresses := object.get(_object, ["spec", "externalIPs"], [])
	not addresses in {[], null}
	not exempt.is_object_exempt_from(input, "external-addresses")
	msg := sprintf("the Service has external addresses %s", [texts.cut(json.marshal(addresses), 80)])
}

violation contains {"msg": "the Service has no spec", "details": {"path": []}} if {
	not is_object(object.get(_object, "spec", null))
}

_object := objects.of(input)
